#include "shared/calls/alarm_fields.h"

#include "shared/base/utc_time.h"
#include "shared/calls/service_metrics.h"

#include <array>
#include <cstdio>

namespace callmon {

namespace {

constexpr std::array alarmNames { "alarm_id", "severity", "kind", "rule", "since", "raised_at", "cleared_at",
    "end_reason", "call_key", "direction", "caller", "callee", "metric", "group", "calls", "figure", "worst",
    "threshold", "unit", "text", "acknowledged_at", "acknowledged_by", "comment", "shelved_until", "shelved_by",
    "shelf_comment" };

constexpr std::array ruleChangeNames { "rule", "kind", "severity", "enabled", "threshold", "clear_threshold", "unit",
    "raise_after_s", "clear_after_s", "together", "metric", "group", "window_min", "least_calls", "changed_at",
    "changed_by", "change" };
constexpr std::span ruleNames = std::span(ruleChangeNames).first<ruleChangeNames.size() - 1>();

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

std::string_view unitOf(AlarmKind kind, std::string_view metric)
{
    const ServiceMetric* const known = isOfMetric(kind) ? findServiceMetric(metric) : nullptr;
    return known != nullptr ? known->unit : unitOf(kind);
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
        number(alarm.worst), number(alarm.threshold), text(unitOf(alarm.kind, alarm.metric)), text(alarm.text),
        time(alarm.acknowledgedAt), text(alarm.acknowledgedBy), text(alarm.comment), time(alarm.shelvedUntil),
        text(alarm.shelvedBy), text(alarm.shelfComment) };
}

std::span<const char* const> alarmRuleFieldNames()
{
    return ruleNames;
}

std::vector<FieldValue> alarmRuleFields(const AlarmRule& rule)
{
    return { text(rule.name), text(toText(rule.kind)), text(toText(rule.severity)), number(rule.enabled ? "1" : "0"),
        number(rule.threshold), number(rule.clearThreshold), text(unitOf(rule.kind, rule.metric)),
        number(std::to_string(rule.raiseAfter.count())), number(std::to_string(rule.clearAfter.count())),
        number(std::to_string(rule.together)), text(rule.metric), text(rule.group),
        isOfMetric(rule.kind) ? number(std::to_string(rule.windowMinutes)) : FieldValue {},
        isOfMetric(rule.kind) ? number(std::to_string(rule.leastCalls)) : FieldValue {},
        rule.changedAt == Timestamp {} ? FieldValue {} : time(rule.changedAt), text(rule.changedBy) };
}

std::span<const char* const> alarmRuleChangeFieldNames()
{
    return ruleChangeNames;
}

std::vector<FieldValue> alarmRuleChangeFields(const AlarmRuleChange& change)
{
    std::vector<FieldValue> fields = alarmRuleFields(change.rule);
    fields.push_back(text(change.removed ? "removed" : "put"));
    return fields;
}

}
