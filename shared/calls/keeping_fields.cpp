#include "shared/calls/keeping_fields.h"

#include "shared/base/utc_time.h"

#include <array>

namespace callmon {

namespace {

constexpr std::array holdNames { "hold", "call_key", "started_at", "caller", "callee", "state", "set_at", "set_by",
    "reason", "media_packets", "messages", "missing", "released_at", "released_by", "release_reason" };

constexpr std::array deletedNames { "call_key", "started_at", "state", "streams", "quality_blocks", "messages",
    "message_bytes", "media_chunks", "media_bytes", "alarms", "notes", "why" };

FieldValue text(std::string_view value)
{
    return value.empty() ? FieldValue {} : FieldValue { FieldValue::Kind::Text, std::string(value) };
}

template <typename Number> FieldValue number(Number value)
{
    return { FieldValue::Kind::Number, std::to_string(value) };
}

}

std::span<const char* const> holdFieldNames()
{
    return holdNames;
}

std::vector<FieldValue> holdFields(const Hold& hold)
{
    return { number(hold.number), number(hold.call.value), text(toIso8601(approximateStart(hold.call))),
        text(hold.caller), text(hold.callee), text(toText(hold.state)), text(toIso8601(hold.setAt)), text(hold.setBy),
        text(hold.reason), number(hold.mediaPackets), number(hold.messages), text(toText(joined(hold.missing))),
        hold.releasedAt ? text(toIso8601(*hold.releasedAt)) : FieldValue {}, text(hold.releasedBy),
        text(hold.releaseReason) };
}

std::span<const char* const> deletedCallFieldNames()
{
    return deletedNames;
}

std::vector<FieldValue> deletedCallFields(const DeletedCall& call)
{
    return { number(call.call.value), text(toIso8601(approximateStart(call.call))), text(toText(call.state)),
        number(call.streams), number(call.qualityBlocks), number(call.messages), number(call.messageBytes),
        number(call.mediaChunks), number(call.mediaBytes), number(call.alarms), number(call.notes),
        text(toText(call.why)) };
}

}
