#include "console/models/call_reports.h"

#include "shared/base/utc_time.h"

#include <array>

namespace callmon {

namespace {

constexpr std::array messageNames { "at", "uncertainty_us", "source", "destination", "signalling", "transport",
    "first_line", "bytes", "repeated" };

constexpr std::array remarkNames { "at", "by", "kind", "text" };

FieldValue text(std::string_view value)
{
    return value.empty() ? FieldValue {} : FieldValue { FieldValue::Kind::Text, std::string(value) };
}

FieldValue number(std::int64_t value)
{
    return { FieldValue::Kind::Number, std::to_string(value) };
}

}

std::span<const char* const> messageFieldNames()
{
    return messageNames;
}

std::vector<FieldValue> messageFields(const CallMessage& message)
{
    const MessageHead& head = message.head;
    const std::string_view whole = message.text;
    return { text(toIso8601(head.arrival)),
        number(std::chrono::round<std::chrono::microseconds>(head.uncertainty).count()), text(toString(head.flow.src)),
        text(toString(head.flow.dst)), text(toText(head.signalling)), text(toText(head.transport)),
        text(whole.substr(0, whole.find_first_of("\r\n"))), number(head.wireSize), number(head.repeated ? 1 : 0) };
}

std::span<const char* const> remarkFieldNames()
{
    return remarkNames;
}

std::vector<std::vector<FieldValue>> remarkRows(const CallNotes& notes)
{
    std::vector<std::vector<FieldValue>> rows;
    for (const CallTag& tag : notes.tags)
        rows.push_back({ text(toIso8601(tag.addedAt)), text(tag.addedBy), text("tag"), text(tag.name) });
    for (const CallNote& note : notes.notes)
        rows.push_back({ text(toIso8601(note.at)), text(note.by), text("note"), text(note.text) });
    return rows;
}

}
