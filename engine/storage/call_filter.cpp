#include "engine/storage/call_filter.h"

namespace callmon {

namespace {

class Conditions {
public:
    void add(std::string_view condition, StoredValue value)
    {
        m_filter.where += m_filter.where.empty() ? " WHERE " : " AND ";
        m_filter.values.push_back(std::move(value));
        const std::string parameter = '?' + std::to_string(m_filter.values.size());
        for (const char c : condition)
            m_filter.where += c == '?' ? parameter : std::string(1, c);
    }
    void addNumber(const std::string& pattern, std::initializer_list<const char*> columns)
    {
        if (pattern.empty())
            return;
        const bool wild = pattern.find('*') != std::string::npos;
        std::string condition;
        for (const char* column : columns)
            condition += (condition.empty() ? "(" : " OR ") + std::string(column) + (wild ? " GLOB ?" : " = ?");
        add(condition + ')', toStored(std::string_view(wild ? globOf(pattern) : pattern)));
    }
    CallFilter take() { return std::move(m_filter); }

private:
    CallFilter m_filter;
};

std::int64_t shifted(Timestamp time, std::int64_t by)
{
    std::int64_t result = nanosecondsSinceEpoch(time);
    return __builtin_add_overflow(result, by, &result) ? nanosecondsSinceEpoch(time) : result;
}

}

std::string globOf(std::string_view pattern)
{
    std::string glob;
    for (const char c : pattern)
        if (c == '?' || c == '[')
            glob += { '[', c, ']' };
        else
            glob += c;
    return glob;
}

CallFilter filterOf(const CallQuery& query)
{
    Conditions conditions;
    if (query.key)
        conditions.add("call_key = ?", toStored(query.key->value));
    if (query.from) { // by key first: that is the order of the table
        conditions.add("call_key >= ?", toStored(shifted(*query.from, -keyDistanceNs)));
        conditions.add("started_at_ns >= ?", toStored(*query.from));
    }
    if (query.to) {
        conditions.add("call_key < ?", toStored(shifted(*query.to, keyDistanceNs)));
        conditions.add("started_at_ns < ?", toStored(*query.to));
    }
    if (!query.callId.empty())
        conditions.add("call_id = ?", toStored(std::string_view(query.callId)));
    if (!query.leg.empty()) // leg_id<>'' lets the partial index serve
        conditions.add("((leg_id = ? AND leg_id<>'') OR call_id = ?)", toStored(std::string_view(query.leg)));
    conditions.addNumber(query.caller, { "caller" });
    conditions.addNumber(query.callee, { "callee" });
    conditions.addNumber(query.number, { "caller", "callee" });
    if (query.outcome)
        conditions.add("outcome = ?", toStored(*query.outcome));
    if (query.trust)
        conditions.add("trust = ?", toStored(*query.trust));
    if (query.recorded)
        conditions.add("recorded = ?", toStored(*query.recorded));
    if (!query.recordingRule.empty())
        conditions.add("recording_rule = ?", toStored(std::string_view(query.recordingRule)));
    if (query.minMos)
        conditions.add("mos_mean >= ?", toStored(*query.minMos));
    if (query.maxMos)
        conditions.add("mos_mean <= ?", toStored(*query.maxMos));
    return conditions.take();
}

}
