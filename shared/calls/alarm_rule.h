// When an alarm is raised and cleared. Plain values; who changed a rule and when is part of it.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/alarm.h"

#include <chrono>

namespace callmon {

struct AlarmRule {
    FixedText<47> name; // names the rule for ever: lower-case letters, digits, '-', '_'
    AlarmKind kind = AlarmKind::MosLow;
    AlarmSeverity severity = AlarmSeverity::Minor;
    bool enabled = true;
    double threshold = 0; // in unitOf(kind)
    double clearThreshold = 0; // on the good side of it, so that a figure near it does not flap
    std::chrono::seconds raiseAfter { 0 }; // beyond the threshold without a break
    std::chrono::seconds clearAfter { 0 }; // beyond the clear threshold without a break
    std::uint32_t together = 20; // more calls than this at once, or raised within a minute, become one alarm
    FixedText<31> metric; // of the metric kinds: "asr", "ner"...
    FixedText<63> group; // of calls: "total", "trunk north"; empty: every group that is measured
    std::uint32_t windowMinutes = 5; // that the metric is taken over: 1, 5, 15, 60 or 1440
    std::uint32_t leastCalls = 20; // of a ratio or a mean: of fewer calls it says nothing
    FixedText<47> changedBy; // empty: as built in; "configuration"; else a user of the probe's machine
    Timestamp changedAt; // of a user's change
};
static_assert(std::is_trivially_copyable_v<AlarmRule>);

struct AlarmRuleChange { // by a user of the probe's machine
    AlarmRule rule; // as it was left; of one that was removed name, who and when
    bool removed = false; // what users had made of it: a configured rule is again as configured
};

// What is wrong with it, as a sentence; nothing when it can be used.
Result<void> checkRule(const AlarmRule& rule);

// Those that an engine begins with.
std::vector<AlarmRule> builtInRules();

// Puts a rule in the place of the one of its name, else at the end.
void putRule(std::vector<AlarmRule>& rules, const AlarmRule& rule);
const AlarmRule* findRule(std::span<const AlarmRule> rules, std::string_view name); // nullptr when there is none

constexpr std::size_t mostAlarmRules = 200;

}
