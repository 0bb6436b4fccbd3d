// Everything that raises alarms, and the rules that it goes by. The one door for the rest of the engine.
#pragma once

#include "engine/alarms/call_alarms.h"
#include "engine/alarms/metric_alarms.h"
#include "engine/alarms/probe_alarms.h"

#include <atomic>

namespace callmon {

class AlarmDesk {
public:
    AlarmDesk(std::uint32_t maxCalls, std::vector<AlarmRule> rules);

    // Storage thread.
    CallAlarms& calls() { return m_calls; }
    MetricAlarms& metrics() { return m_metrics; }
    void second(Timestamp now); // every whole second of packet time
    void probe(const ProbeReadings& readings); // about once a second
    void stop(); // every alarm that is open ends: nobody looks any more

    // Any thread.
    AlarmBook& book() { return m_book; }
    const AlarmBook& book() const { return m_book; }
    std::vector<AlarmRule> rules() const;
    void setRules(std::vector<AlarmRule> rules); // checked by the caller; goes by them from the next second on
    std::vector<NamedCounter> counters() const;

private:
    void takeRules();

    AlarmBook m_book;
    CallAlarms m_calls;
    ProbeAlarms m_probe;
    MetricAlarms m_metrics;
    Timestamp m_now;

    mutable std::mutex m_mutex;
    std::vector<AlarmRule> m_rules;
    std::vector<NamedCounter> m_counters; // of the storage thread's, as of its last second
    std::atomic<bool> m_rulesChanged { true };
};

}
