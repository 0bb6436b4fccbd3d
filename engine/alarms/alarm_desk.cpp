#include "engine/alarms/alarm_desk.h"

namespace callmon {

AlarmDesk::AlarmDesk(std::uint32_t maxCalls, std::vector<AlarmRule> rules)
    : m_calls(m_book, maxCalls)
    , m_probe(m_book)
    , m_metrics(m_book)
    , m_rules(std::move(rules))
{
    takeRules();
}

void AlarmDesk::takeRules()
{
    if (!m_rulesChanged.exchange(false))
        return;
    const std::vector<AlarmRule> rules = this->rules();
    m_calls.setRules(rules, m_now);
    m_probe.setRules(rules, m_now);
    m_metrics.setRules(rules, m_now);
}

void AlarmDesk::second(Timestamp now)
{
    m_now = now;
    takeRules();
    m_calls.second(now);
    std::vector<NamedCounter> counters = m_calls.counters();
    const std::vector<NamedCounter> metrics = m_metrics.counters();
    counters.insert(counters.end(), metrics.begin(), metrics.end());
    const std::lock_guard lock(m_mutex);
    m_counters = std::move(counters);
}

void AlarmDesk::probe(const ProbeReadings& readings)
{
    m_now = std::max(m_now, readings.now);
    takeRules(); // on a probe without calls no second is told
    m_probe.second(readings);
}

void AlarmDesk::stop()
{
    m_book.clearAll(m_now, AlarmEnd::ProbeStopped);
}

std::vector<AlarmRule> AlarmDesk::rules() const
{
    const std::lock_guard lock(m_mutex);
    return m_rules;
}

void AlarmDesk::setRules(std::vector<AlarmRule> rules)
{
    {
        const std::lock_guard lock(m_mutex);
        m_rules = std::move(rules);
    }
    m_rulesChanged = true;
}

std::vector<NamedCounter> AlarmDesk::counters() const
{
    std::vector<NamedCounter> counters = m_book.counters();
    const std::lock_guard lock(m_mutex);
    counters.insert(counters.end(), m_counters.begin(), m_counters.end());
    return counters;
}

}
