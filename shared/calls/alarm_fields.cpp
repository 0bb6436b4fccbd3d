#include "shared/calls/alarm_fields.h"

#include "shared/base/utc_time.h"

#include <array>
#include <cstdio>

namespace callmon {

namespace {

constexpr std::array alarmNames { "alarm_id", "severity", "kind", "rule", "since", "raised_at", "cleared_at",
    "end_reason", "call_key", "direction", "caller", "callee", "metric", "group", "calls", "figure", "worst",
    "threshold", "unit", "text", "acknowledged_at", "acknowledged_by", "comment" };

FieldValue text(std::string_view value)
{
    return value.empty() ? FieldValue {} : FieldValue { FieldValue::Kind::Text, std::string(value) };
}

FieldValue number(std::string value)
{
    return { FieldValue::Kind::Number, std::move(value) };
}

FieldValue number(double value)
{
    std::array<char, 32> buffer {};
    std::snprintf(buffer.data(), buffer.size(), "%.6g", value);
    return number(std::string(buffer.data()));
}

FieldValue time(std::optional<Timestamp> value)
{
    return value ? text(toIso8601(*value)) : FieldValue {};
}

}

std::span<const char* const> alarmFieldNames()
{
    return alarmNames;
}

std::vector<FieldValue> alarmFields(const Alarm& alarm)
{
    return { number(std::to_string(alarm.id.value)), text(toText(alarm.severity)), text(toText(alarm.kind)),
        text(alarm.rule), time(alarm.since), time(alarm.raisedAt), time(alarm.clearedAt), text(toText(alarm.end)),
        alarm.call ? number(std::to_string(alarm.call->value)) : FieldValue {},
        alarm.direction ? text(toText(*alarm.direction)) : FieldValue {}, text(alarm.caller), text(alarm.callee),
        text(alarm.metric), text(alarm.group), number(std::to_string(alarm.calls)), number(alarm.figure),
        number(alarm.worst), number(alarm.threshold), text(unitOf(alarm.kind)), text(alarm.text),
        time(alarm.acknowledgedAt), text(alarm.acknowledgedBy), text(alarm.comment) };
}

}
