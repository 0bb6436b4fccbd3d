// Alarms on service metrics: whoever computes ASR, NER and the like tells each value here, group by group.
#pragma once

#include "engine/alarms/alarm_book.h"
#include "engine/alarms/threshold_watch.h"

#include <string>
#include <unordered_map>

namespace callmon {

struct MetricReading {
    std::string_view metric; // "asr", "ner", "concurrent_calls": as rules name it
    std::string_view group; // "total", "trunk north"
    double value = 0; // percent where it is a share
    std::uint64_t samples = 0; // that it was computed from; too few say nothing (0: a plain count, always believed)
    Timestamp at; // end of its window
};

// Storage thread. A rule without a group is held against every group, each by itself.
class MetricAlarms {
public:
    explicit MetricAlarms(AlarmBook& book);

    void setRules(std::span<const AlarmRule> rules, Timestamp now); // those of other kinds are left out
    void update(const MetricReading& reading); // every few seconds is enough; in order of time
    std::vector<NamedCounter> counters() const;

    static constexpr std::uint64_t leastSamples = 20;

private:
    struct Watch {
        ThresholdWatch threshold;
        Timestamp upTo;
        std::optional<AlarmId> alarm;
    };
    void raise(const AlarmRule& rule, const MetricReading& reading, Watch& watch);

    static constexpr std::size_t mostWatches = 4096; // rule and group
    AlarmBook& m_book;
    std::vector<AlarmRule> m_rules;
    std::unordered_map<std::string, Watch> m_watches; // "rule\ngroup"
    std::uint64_t m_refused = 0;
};

}
