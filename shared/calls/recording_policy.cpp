#include "shared/calls/recording_policy.h"

#include "shared/base/ascii.h"
#include "shared/base/pattern.h"
#include "shared/base/telephone_number.h"

#include <algorithm>
#include <cmath>

namespace callmon {

RecordingPolicy::RecordingPolicy()
    : RecordingPolicy(builtInRecordingRules(), CallGroups())
{
}

RecordingPolicy::RecordingPolicy(std::span<const RecordingRule> checked, const CallGroups& trunks)
    : m_trunks(trunks)
{
    for (const RecordingRule& from : checked) {
        if (!from.enabled)
            continue;
        Rule& rule = m_rules.emplace_back();
        rule.name = from.name.str();
        rule.percent = from.percent;
        rule.caller = NumberPattern(from.caller);
        rule.callee = NumberPattern(from.callee);
        rule.number = NumberPattern(from.number);
        if (!from.address.empty())
            rule.address = IpNetwork::parse(from.address);
        if (!from.trunk.empty()) {
            const auto found = std::ranges::find(m_trunks.trunks(), from.trunk.view(), &Trunk::name);
            rule.unknownTrunk = found == m_trunks.trunks().end();
            rule.trunk = static_cast<std::size_t>(found - m_trunks.trunks().begin());
        }
        rule.header = headerCriterion(from.header);
        m_asksForHeaders = m_asksForHeaders || !rule.header.name.empty();
    }
}

RecordingPolicy::NumberPattern::NumberPattern(std::string_view written)
    : m_written(written)
    , m_bare(wantedWithoutSeparators(written))
{
}

bool RecordingPolicy::NumberPattern::fits(std::string_view number) const
{
    return m_written.empty() || fitsPattern(number, m_written) || (m_bare && fitsPattern(number, *m_bare));
}

std::optional<RecordingDecision> RecordingPolicy::decide(const RecordedCall& call) const
{
    for (std::size_t i = 0; i < m_rules.size(); ++i) {
        const Fit fits = fit(i, call);
        if (fits == Fit::NotYet)
            return std::nullopt;
        if (fits == Fit::Yes)
            return RecordingDecision { isOfShare(call.key, m_rules[i].percent), m_rules[i].name };
    }
    return RecordingDecision { true, defaultRecordingRule };
}

RecordingPolicy::Fit RecordingPolicy::fit(std::size_t index, const RecordedCall& call) const
{
    const Rule& rule = m_rules[index];
    if (!rule.caller.fits(call.caller) || !rule.callee.fits(call.callee)
        || (!rule.number.fits(call.caller) && !rule.number.fits(call.callee)))
        return Fit::No;
    if (rule.unknownTrunk
        || (rule.trunk && m_trunks.trunkOf(call.signalling[0]) != rule.trunk
            && m_trunks.trunkOf(call.signalling[1]) != rule.trunk))
        return Fit::No;
    const auto isThere = [&](const IpAddress& address) { return rule.address->contains(address); };
    const bool hasAddress =
        !rule.address || std::ranges::any_of(call.signalling, isThere) || std::ranges::any_of(call.media, isThere);
    const bool hasHeader = rule.header.name.empty() || (call.headers >> index & 1) != 0;
    if (hasAddress && hasHeader)
        return Fit::Yes;
    return call.complete ? Fit::No : Fit::NotYet;
}

bool RecordingPolicy::hasValue(std::size_t index, std::string_view value) const
{
    const std::string& pattern = m_rules[index].header.value;
    value = trim(value);
    return !value.empty() && (pattern.empty() || fitsPattern(value, pattern));
}

// splitmix64's last step: the key is a time, whose neighbours must not fall together.
bool isOfShare(CallKey call, double percent)
{
    auto x = static_cast<std::uint64_t>(call.value) + 0x9e3779b97f4a7c15ULL;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
    x ^= x >> 31;
    return std::ldexp(static_cast<double>(x >> 11), -53) * 100 < percent;
}

}
