#include "engine/alarms/metric_alarms.h"

#include "engine/alarms/alarm_texts.h"

namespace callmon {

MetricAlarms::MetricAlarms(AlarmBook& book)
    : m_book(book)
{
}

void MetricAlarms::setRules(std::span<const AlarmRule> rules, Timestamp now)
{
    m_rules.clear();
    for (const AlarmRule& rule : rules)
        if (isOfMetric(rule.kind) && rule.enabled)
            m_rules.push_back(rule);
    std::erase_if(m_watches, [&](const auto& entry) {
        const auto& [key, watch] = entry;
        if (findRule(m_rules, std::string_view(key).substr(0, key.find('\n'))) != nullptr)
            return false;
        if (watch.alarm)
            m_book.clear(*watch.alarm, now, AlarmEnd::RuleChanged, watch.threshold.worst());
        return true;
    });
}

void MetricAlarms::update(const MetricReading& reading)
{
    if (reading.samples != 0 && reading.samples < leastSamples)
        return;
    for (const AlarmRule& rule : m_rules) {
        if (!(rule.metric == reading.metric) || !(rule.group.empty() || rule.group == reading.group))
            continue;
        const std::string key = rule.name.str() + '\n' + std::string(reading.group);
        auto found = m_watches.find(key);
        if (found == m_watches.end()) {
            if (m_watches.size() >= mostWatches) {
                ++m_refused;
                continue;
            }
            found = m_watches.emplace(key, Watch {}).first;
            found->second.upTo = reading.at;
        }
        Watch& watch = found->second;
        // A value stands for the time since the one before it, a minute at most.
        const Timestamp from = std::max(watch.upTo, reading.at - std::chrono::minutes(1));
        watch.upTo = reading.at;
        switch (watch.threshold.update(rule, reading.value, std::min(from, reading.at), reading.at)) {
        case ThresholdWatch::Change::Raise:
            raise(rule, reading, watch);
            break;
        case ThresholdWatch::Change::Clear:
            if (watch.alarm)
                m_book.clear(*watch.alarm, reading.at, AlarmEnd::Recovered, watch.threshold.worst());
            watch.alarm.reset();
            break;
        case ThresholdWatch::Change::None:
            break;
        }
    }
}

void MetricAlarms::raise(const AlarmRule& rule, const MetricReading& reading, Watch& watch)
{
    Alarm alarm = alarmOf(rule, reading.at);
    alarm.since = watch.threshold.since();
    alarm.metric = reading.metric;
    alarm.group = reading.group;
    alarm.figure = alarm.worst = watch.threshold.worst();
    alarm.text = alarmText(rule, reading.value, {}) + " in " + std::string(reading.group);
    watch.alarm = m_book.raise(alarm);
}

std::vector<NamedCounter> MetricAlarms::counters() const
{
    return { { "alarm_groups_refused", m_refused } };
}

}
