#include "engine/storage/alarm_rows.h"

namespace callmon {

std::vector<std::string> alarmColumns()
{
    std::vector<std::string> names;
    const Alarm alarm;
    visitAlarmFields(alarm, [&](const char* name, const auto&) { names.emplace_back(name); });
    return names;
}

AlarmFilter filterOf(const AlarmQuery& query)
{
    AlarmFilter filter;
    const auto add = [&](const char* condition, StoredValue value) {
        filter.values.push_back(std::move(value));
        filter.where += (filter.where.empty() ? " WHERE " : " AND ") + std::string(condition) + '?'
            + std::to_string(filter.values.size());
    };
    if (query.from)
        add("raised_at_ns>=", toStored(*query.from));
    if (query.to)
        add("raised_at_ns<", toStored(*query.to));
    if (query.id)
        add("alarm_id=", toStored(query.id->value));
    if (query.severity)
        add("severity<=", toStored(*query.severity));
    if (query.kind)
        add("kind=", toStored(*query.kind));
    if (!query.rule.empty())
        add("rule=", toStored(std::string_view(query.rule)));
    if (query.call)
        add("call_key=", toStored(query.call->value));
    if (query.openOnly)
        filter.where += filter.where.empty() ? " WHERE cleared_at_ns IS NULL" : " AND cleared_at_ns IS NULL";
    return filter;
}

}
