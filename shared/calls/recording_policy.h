// Recording rules made ready to be asked about calls: what they name is parsed once.
#pragma once

#include "shared/calls/call_key.h"
#include "shared/calls/recording_rule.h"

#include <array>
#include <cstdint>

namespace callmon {

// What is known of a call so far. Its numbers and the ends of its signalling are; addresses of media and headers may
// come later, with a description or on the INVITE's next hop.
struct RecordedCall {
    CallKey key;
    std::string_view caller;
    std::string_view callee;
    std::array<IpAddress, 2> signalling;
    std::span<const IpAddress> media; // as described by either side
    std::uint64_t headers = 0; // RecordingPolicy::headersOf() of its INVITEs, together
    bool complete = false; // nothing will come later
};

struct RecordingDecision {
    bool recorded = true;
    std::string_view rule; // valid as long as the policy
};

// Immutable. Asking it allocates nothing.
class RecordingPolicy {
public:
    RecordingPolicy(); // of the built-in rules
    RecordingPolicy(std::span<const RecordingRule> checked, const CallGroups& trunks);

    // The first rule that fits decides. Nothing: one that may still fit stands before it. The same call under the same
    // rules is decided alike wherever and how often it is asked.
    std::optional<RecordingDecision> decide(const RecordedCall& call) const;

    // Which rules' headers an INVITE has: `valueOf(name in lower case)` gives a header's value, empty when it has none.
    template <typename ValueOf> std::uint64_t headersOf(ValueOf&& valueOf) const
    {
        std::uint64_t found = 0;
        for (std::size_t i = 0; i < m_rules.size(); ++i)
            if (!m_rules[i].header.name.empty() && hasValue(i, valueOf(std::string_view(m_rules[i].header.name))))
                found |= std::uint64_t { 1 } << i;
        return found;
    }
    bool asksForHeaders() const { return m_asksForHeaders; }

private:
    class NumberPattern { // as it was written, or without separators, as numbers are kept (telephone_number.h)
    public:
        NumberPattern() = default;
        explicit NumberPattern(std::string_view written);
        bool fits(std::string_view number) const; // an empty one every number

    private:
        std::string m_written;
        std::optional<std::string> m_bare;
    };
    struct Rule {
        std::string name;
        double percent = 100;
        NumberPattern caller;
        NumberPattern callee;
        NumberPattern number;
        std::optional<IpNetwork> address;
        std::optional<std::size_t> trunk;
        bool unknownTrunk = false; // fits no call
        HeaderCriterion header;
    };
    enum class Fit { No, NotYet, Yes };
    Fit fit(std::size_t rule, const RecordedCall& call) const;
    bool hasValue(std::size_t rule, std::string_view value) const;

    std::vector<Rule> m_rules; // those that are enabled
    CallGroups m_trunks;
    bool m_asksForHeaders = false;
};

// Whether a call is one of that share. By its key alone: the same each time, and evenly spread.
bool isOfShare(CallKey call, double percent);

}
