#include "engine/alarms/metric_alarms.h"

#include "engine/alarms/alarm_texts.h"

#include <algorithm>

namespace callmon {

namespace {

// A rule for every group leaves out the calls of no codec: most of them failed, however good the network is.
bool isFor(const AlarmRule& rule, std::string_view group)
{
    static const std::string withoutCodec = toText(ServiceGroup { ServiceGrouping::Codec, noCodecName });
    return rule.group.empty() ? group != withoutCodec : rule.group.view() == group;
}

std::string keyOf(const AlarmRule& rule, const std::string& group)
{
    return rule.name.str() + '\n' + group;
}

// All calls that the last figure was of have left the window by then; of a day nobody waits for that.
std::chrono::minutes longestUnjudged(const AlarmRule& rule)
{
    return std::min(std::chrono::minutes(rule.windowMinutes), std::chrono::minutes(60));
}

}

MetricAlarms::MetricAlarms(AlarmBook& book)
    : m_book(book)
{
}

void MetricAlarms::setRules(std::span<const AlarmRule> rules, Timestamp now)
{
    m_rules.clear();
    for (const AlarmRule& rule : rules) {
        const ServiceMetric* const metric = findServiceMetric(rule.metric);
        const auto window = std::ranges::find(serviceWindowMinutes, rule.windowMinutes);
        if (isOfMetric(rule.kind) && rule.enabled && metric != nullptr && window != serviceWindowMinutes.end())
            m_rules.push_back({ rule, metric, static_cast<std::size_t>(window - serviceWindowMinutes.begin()) });
    }
    std::erase_if(m_watches, [&](const auto& entry) {
        const auto& [key, watch] = entry;
        const std::size_t end = key.find('\n');
        const std::string_view name = std::string_view(key).substr(0, end);
        const std::string_view group = std::string_view(key).substr(end + 1);
        if (std::ranges::any_of(m_rules, [&](const Rule& rule) {
                return rule.rule.name == name && rule.metric == watch.metric && isFor(rule.rule, group);
            }))
            return false; // goes on, by the new thresholds
        if (watch.alarm)
            m_book.clear(*watch.alarm, now, AlarmEnd::RuleChanged, watch.threshold.worst());
        return true;
    });
}

void MetricAlarms::judge(const ServiceMonitor& monitor, Timestamp at)
{
    for (const Rule& rule : m_rules)
        for (std::size_t group = 0; group < monitor.groupCount(); ++group)
            if (isFor(rule.rule, toText(monitor.group(group))))
                judge(rule, monitor.window(group, rule.window), at);
}

void MetricAlarms::judge(const Rule& rule, const ServiceRow& row, Timestamp at)
{
    const auto value = rule.metric->value(row);
    if (!value || (rule.metric->samples != nullptr && rule.metric->samples(row) < rule.rule.leastCalls)) {
        cannotJudge(rule, row, at);
        return;
    }
    const std::string group = toText(row.group);
    const std::string key = keyOf(rule.rule, group);
    auto found = m_watches.find(key);
    if (found == m_watches.end()) {
        if (m_watches.size() >= mostWatches) {
            ++m_refused;
            return;
        }
        found = m_watches.emplace(key, Watch {}).first;
        found->second.upTo = at;
        found->second.metric = rule.metric;
    }
    Watch& watch = found->second;
    // A value stands for the time since the one before it, a minute at most.
    const Timestamp from = std::max(watch.upTo, at - std::chrono::minutes(1));
    watch.upTo = at;
    switch (watch.threshold.update(rule.rule, *value, std::min(from, at), at)) {
    case ThresholdWatch::Change::Raise:
        raise(rule, group, *value, at, watch);
        break;
    case ThresholdWatch::Change::Clear:
        if (watch.alarm)
            m_book.clear(*watch.alarm, at, AlarmEnd::Recovered, watch.threshold.worst());
        watch.alarm.reset();
        break;
    case ThresholdWatch::Change::None:
        break;
    }
}

// An alarm of this evening's calls tells nothing of the night. That it is over is not said either: it ends by a reason
// of its own, and the next bad figure raises another.
void MetricAlarms::cannotJudge(const Rule& rule, const ServiceRow& row, Timestamp at)
{
    const auto found = m_watches.find(keyOf(rule.rule, toText(row.group)));
    if (found == m_watches.end() || !found->second.threshold.isRaised())
        return;
    Watch& watch = found->second;
    watch.upTo = std::min(watch.upTo, at); // time may have gone back
    if (at - watch.upTo < longestUnjudged(rule.rule))
        return;
    if (watch.alarm)
        m_book.clear(*watch.alarm, at, AlarmEnd::TooFewCalls, watch.threshold.worst());
    m_watches.erase(found);
}

void MetricAlarms::raise(const Rule& rule, const std::string& group, double value, Timestamp at, Watch& watch)
{
    Alarm alarm = alarmOf(rule.rule, at);
    alarm.since = watch.threshold.since();
    alarm.metric = rule.rule.metric;
    alarm.group = std::string_view(group);
    alarm.windowMinutes = rule.rule.windowMinutes;
    alarm.figure = alarm.worst = watch.threshold.worst();
    alarm.text = std::string(rule.metric->title) + " of " + group + " over " + std::to_string(rule.rule.windowMinutes)
        + " min: " + alarmText(rule.rule, value, {});
    watch.alarm = m_book.raise(alarm);
}

std::vector<NamedCounter> MetricAlarms::counters() const
{
    return { { "alarm_groups_refused", m_refused } };
}

}
