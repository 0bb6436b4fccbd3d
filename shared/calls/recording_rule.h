// Which calls are recorded: rules in order, of which the first that fits a call decides. Plain values; who changed a
// rule and when is part of it.
#pragma once

#include "shared/base/fixed_text.h"
#include "shared/base/ip_network.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/calls/call_groups.h"

#include <span>
#include <string>
#include <vector>

namespace callmon {

struct RecordingRule {
    FixedText<47> name; // as an alarm rule's; the last one is "default" and fits every call
    bool enabled = true;
    double percent = 100; // of the calls that it fits so many are recorded: 0 none, 100 all
    // What a call must be like, all of it; empty: anything. Numbers are exact or have * for any run of characters.
    FixedText<63> caller;
    FixedText<63> callee;
    FixedText<63> number; // of either
    FixedText<49> address; // an address or network of either end, of its signalling or its media
    FixedText<47> trunk; // of either end of its signalling
    FixedText<127> header; // of an INVITE: "X-Record: yes", its value as numbers; "X-Record": with any value
    FixedText<47> changedBy; // empty: as built in; "configuration"; else a user
    Timestamp changedAt; // of a user's change
};
static_assert(std::is_trivially_copyable_v<RecordingRule>);

struct RecordingRules {
    std::uint64_t version = 0; // of the list in an engine: goes up with each change, so that none is overwritten unseen
    std::vector<RecordingRule> rules;
};

constexpr std::size_t mostRecordingRules = 64; // "default" among them
constexpr std::string_view defaultRecordingRule = "default";
constexpr std::string_view figuresOnly = "figures-only"; // stands for a rule where an engine keeps no media at all

std::vector<RecordingRule> builtInRecordingRules(); // every call is recorded

// What is wrong with them, as a sentence; nothing when they can be used. `trunks`: those that are configured.
Result<void> checkRecordingRules(std::span<const RecordingRule> rules, std::span<const Trunk> trunks);

RecordingRule* findRule(std::vector<RecordingRule>& rules, std::string_view name); // nullptr when there is none
bool saysTheSame(const RecordingRule& a, const RecordingRule& b); // whoever said it

// "yes", "no", "12.5%".
std::string recordText(double percent);
std::optional<double> parseRecordText(std::string_view text);

std::string criteriaText(const RecordingRule& rule); // "callee 34*, trunk north"; "every call"
// What was done to the list: "added board (no, callee 3491*); removed north; default is no". For the audit log.
std::string changeText(std::span<const RecordingRule> before, std::span<const RecordingRule> after);

// "X-Record: yes" -> "x-record", "yes". The value is empty where any will do; the name where it is no header's.
struct HeaderCriterion {
    std::string name; // in lower case
    std::string value;
};
HeaderCriterion headerCriterion(std::string_view text);

}
