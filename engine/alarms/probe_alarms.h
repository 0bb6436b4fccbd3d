// Alarms of the probe itself, from its counters once a second: what it loses, what is nearly full, whether it sees
// anything.
#pragma once

#include "engine/alarms/alarm_book.h"
#include "engine/alarms/threshold_watch.h"

#include <span>
#include <string>

namespace callmon {

struct BufferFill { // of a ring or a pool: what is beyond it is lost, or holds up others
    const char* what; // "frames waiting for a processing core"
    double percent = 0;
};

struct ProbeReadings {
    Timestamp now; // packet time
    std::span<const NamedCounter> counters; // totals, as callmonctl status shows them
    bool live = false; // a port: a file has no traffic to miss
    std::span<const BufferFill> buffers {}; // but for tables whose fill is a counter
    std::optional<double> diskUsedPercent {}; // of the data directory's file system, or of the fullest for media
    Nanoseconds longestPollGap {}; // since the reading before
    std::string fullestDisk {}; // which of several that is; empty: there is one
};

// Storage thread.
class ProbeAlarms {
public:
    explicit ProbeAlarms(AlarmBook& book);

    void setRules(std::span<const AlarmRule> rules, Timestamp now); // those of other kinds are left out
    void second(const ProbeReadings& readings);

private:
    struct RuleState {
        AlarmRule rule;
        ThresholdWatch threshold;
        std::optional<AlarmId> alarm;
    };
    struct Growth { // of the counters of one sort, since the last reading
        std::uint64_t sum = 0;
        std::string largest; // the one that grew most: its title
        std::uint64_t most = 0;
    };
    Growth growthOf(AlarmKind kind, std::span<const NamedCounter> counters) const;
    std::optional<double> figureOf(AlarmKind kind, const ProbeReadings& readings, std::string& detail) const;
    void apply(RuleState& state, double figure, const std::string& detail, Timestamp from, Timestamp to);

    AlarmBook& m_book;
    std::vector<RuleState> m_rules;
    std::vector<NamedCounter> m_before;
    Timestamp m_at;
    Timestamp m_framesGrewAt;
    Nanoseconds m_longestPollGap {}; // since the rules were judged
};

}
