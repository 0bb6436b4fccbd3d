#include "shared/calls/recording_fields.h"

#include "shared/base/utc_time.h"

#include <array>

namespace callmon {

namespace {

constexpr std::array names { "rule", "record", "enabled", "caller", "callee", "number", "address", "trunk", "header",
    "changed_at", "changed_by" };

FieldValue text(std::string_view value)
{
    return value.empty() ? FieldValue {} : FieldValue { FieldValue::Kind::Text, std::string(value) };
}

}

std::span<const char* const> recordingRuleFieldNames()
{
    return names;
}

std::vector<FieldValue> recordingRuleFields(const RecordingRule& rule)
{
    return { text(rule.name), text(recordText(rule.percent)), { FieldValue::Kind::Number, rule.enabled ? "1" : "0" },
        text(rule.caller), text(rule.callee), text(rule.number), text(rule.address), text(rule.trunk),
        text(rule.header), rule.changedAt == Timestamp {} ? FieldValue {} : text(toIso8601(rule.changedAt)),
        text(rule.changedBy) };
}

}
