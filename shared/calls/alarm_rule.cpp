#include "shared/calls/alarm_rule.h"

#include "shared/calls/service_metrics.h"

#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds longestHold { 86400 };
constexpr std::uint32_t mostTogether = 1000;
constexpr std::uint32_t mostLeastCalls = 1'000'000;

AlarmRule rule(const char* name, AlarmKind kind, AlarmSeverity severity, double threshold, double clearThreshold,
    std::chrono::seconds raiseAfter, std::chrono::seconds clearAfter)
{
    AlarmRule made;
    made.name = name;
    made.kind = kind;
    made.severity = severity;
    made.threshold = threshold;
    made.clearThreshold = clearThreshold;
    made.raiseAfter = raiseAfter;
    made.clearAfter = clearAfter;
    return made;
}

AlarmRule metricRule(const char* name, const char* metric, AlarmKind kind, double threshold, double clearThreshold)
{
    AlarmRule made = rule(name, kind, AlarmSeverity::Major, threshold, clearThreshold, 60s, 120s);
    made.metric = metric;
    return made;
}

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::optional<Sentence> whatIsWrong(const AlarmRule& rule)
{
    const std::string_view name = rule.name.view();
    if (name.empty() || rule.name.wasCut() || !std::all_of(name.begin(), name.end(), isNameCharacter))
        return sentence(TR("Engine", "its name takes 1 to 47 lower-case letters, digits, '-' and '_'"));
    if (!std::isfinite(rule.threshold) || !std::isfinite(rule.clearThreshold) || rule.threshold < 0
        || rule.clearThreshold < 0)
        return sentence(TR("Engine", "its thresholds are numbers from 0 up"));
    if (isBelow(rule.kind) ? rule.clearThreshold < rule.threshold : rule.clearThreshold > rule.threshold)
        return isBelow(rule.kind)
            ? sentence(TR("Engine", "its clear threshold must lie above its threshold, or be the same"))
            : sentence(TR("Engine", "its clear threshold must lie below its threshold, or be the same"));
    if (rule.kind == AlarmKind::MosLow && (rule.threshold > 4.5 || rule.clearThreshold > 4.5))
        return sentence(TR("Engine", "MOS is 4.5 at most"));
    if (unitOf(rule.kind) == "%" && rule.threshold >= 100)
        return sentence(TR("Engine", "its threshold must be below 100 %"));
    if (rule.raiseAfter < 0s || rule.clearAfter < 0s || rule.raiseAfter > longestHold || rule.clearAfter > longestHold)
        return sentence(TR("Engine", "it waits for 0 to 86400 seconds"));
    if (rule.together < 1 || rule.together > mostTogether)
        return sentence(TR("Engine", "it keeps 1 to 1000 calls apart"));
    if (isOfMetric(rule.kind) == rule.metric.empty())
        return isOfMetric(rule.kind) ? sentence(TR("Engine", "it names no metric"))
                                     : sentence(TR("Engine", "a metric is for metric_low and metric_high"));
    if (isOfMetric(rule.kind) && findServiceMetric(rule.metric) == nullptr)
        return sentence(TR("Engine", "there is no metric '%1'"), rule.metric);
    if (std::ranges::find(serviceWindowMinutes, rule.windowMinutes) == serviceWindowMinutes.end())
        return sentence(TR("Engine", "its window is 1, 5, 15, 60 or 1440 minutes"));
    if (rule.leastCalls < 1 || rule.leastCalls > mostLeastCalls)
        return sentence(TR("Engine", "it asks for 1 to 1000000 calls at least"));
    return {};
}

}

Result<void> checkRule(const AlarmRule& rule)
{
    if (const auto wrong = whatIsWrong(rule))
        return Error { sentence(TR("Engine", "alarm rule '%1': %2"), rule.name, *wrong) };
    return {};
}

// MOS 3.1 is R 60 of ITU-T G.107 table B.1, below which nearly all users are dissatisfied; 1 % loss and 50 ms of
// jitter are what ITU-T Y.1541 class 0 stays below (IPLR 1e-3, IPDV 50 ms): a rule begins where nobody argues.
std::vector<AlarmRule> builtInRules()
{
    using K = AlarmKind;
    using S = AlarmSeverity;
    return {
        rule("mos-low", K::MosLow, S::Major, 3.1, 3.5, 10s, 10s),
        rule("loss-high", K::LossHigh, S::Minor, 5, 2, 10s, 10s),
        rule("loss-severe", K::LossHigh, S::Major, 20, 10, 5s, 10s),
        rule("jitter-high", K::JitterHigh, S::Minor, 50, 30, 10s, 10s),
        rule("one-way-audio", K::OneWayAudio, S::Major, 20, 5, 0s, 2s),
        rule("no-media", K::NoMedia, S::Major, 10, 5, 0s, 0s),
        rule("media-after-bye", K::MediaAfterBye, S::Warning, 3, 0, 0s, 0s),
        rule("long-call", K::LongCall, S::Warning, 14400, 14400, 0s, 0s),
        rule("frames-lost", K::FramesLost, S::Major, 0, 0, 2s, 60s),
        rule("poll-gap", K::PollGap, S::Warning, 50, 20, 0s, 60s),
        rule("buffer-nearly-full", K::BufferNearlyFull, S::Minor, 80, 50, 3s, 30s),
        rule("records-lost", K::RecordsLost, S::Major, 0, 0, 2s, 60s),
        rule("disk-late", K::DiskLate, S::Major, 0, 0, 2s, 60s),
        rule("disk-nearly-full", K::DiskNearlyFull, S::Critical, 95, 93, 10s, 60s),
        rule("no-traffic", K::NoTraffic, S::Critical, 60, 0, 0s, 5s),
        metricRule("ner-low", "ner", K::MetricLow, 80, 90),
    };
}

void putRule(std::vector<AlarmRule>& rules, const AlarmRule& rule)
{
    const auto found =
        std::find_if(rules.begin(), rules.end(), [&](const AlarmRule& r) { return r.name == rule.name; });
    if (found != rules.end())
        *found = rule;
    else
        rules.push_back(rule);
}

const AlarmRule* findRule(std::span<const AlarmRule> rules, std::string_view name)
{
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const AlarmRule& r) { return r.name == name; });
    return found == rules.end() ? nullptr : &*found;
}

}
