// Alarms on service metrics: ASR, NER and the like of each group of calls, over the window that the rule names.
#pragma once

#include "engine/alarms/alarm_book.h"
#include "engine/alarms/threshold_watch.h"
#include "engine/metrics/service_monitor.h"
#include "shared/calls/service_metrics.h"

#include <string>
#include <unordered_map>

namespace callmon {

// Storage thread. A rule without a group is held against every group, each by itself, but for the calls of no codec. A
// ratio or mean of fewer calls than the rule asks for says nothing: it neither raises nor clears, and an alarm that
// could not be judged for as long as its window is, an hour at most, ends as TooFewCalls.
class MetricAlarms {
public:
    explicit MetricAlarms(AlarmBook& book);

    void setRules(std::span<const AlarmRule> rules, Timestamp now); // those of other kinds are left out
    void judge(const ServiceMonitor& monitor, Timestamp at); // whenever its windows have moved; `at` is their end
    std::vector<NamedCounter> counters() const;

private:
    struct Watch {
        ThresholdWatch threshold;
        const ServiceMetric* metric = nullptr;
        Timestamp upTo;
        std::optional<AlarmId> alarm;
    };
    struct Rule {
        AlarmRule rule;
        const ServiceMetric* metric;
        std::size_t window; // place in serviceWindowMinutes
    };
    void judge(const Rule& rule, const ServiceRow& row, Timestamp at);
    void cannotJudge(const Rule& rule, const ServiceRow& row, Timestamp at);
    void raise(const Rule& rule, const std::string& group, double value, Timestamp at, Watch& watch);

    static constexpr std::size_t mostWatches = 4096; // rule and group
    AlarmBook& m_book;
    std::vector<Rule> m_rules;
    std::unordered_map<std::string, Watch> m_watches; // "rule\ngroup"
    std::uint64_t m_refused = 0;
};

}
