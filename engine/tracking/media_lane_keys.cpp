// Where in a packet keys stand that nobody is to read.
#include "engine/tracking/call.h"
#include "engine/tracking/media_lane.h"
#include "shared/base/telephone_event.h"

#include <algorithm>

namespace callmon {

bool MediaLane::mayHoldKeys(const PayloadMeaning& meaning)
{
    return meaning.kind != PayloadKind::Media || (meaning.codec == 0 && isDynamicPayloadType(meaning.payloadType));
}

void MediaLane::findKeys(
    const Datagram& datagram, const CallStream& stream, const RtpHeader& packet, const RedundantBlocks* blocks)
{
    KeySpans& keys = m_keys[m_pendingCount];
    keys.count = 0;
    const auto look = [&](std::span<const RedundantBlock> among) {
        for (const RedundantBlock& block : among)
            findKeysOf(datagram, meaningOf(stream, block.payloadType, datagram.arrival), block.payload, keys);
    };
    const auto isEvent = [](const RedundantBlock& block) {
        return block.payload.empty() || looksLikeTelephoneEvent(block.payloadType, block.payload);
    };
    if (blocks != nullptr)
        look(blocks->redundant());
    findKeysOf(datagram, stream.meaning, packet.payload, keys);
    // Of a type that nobody describes: events that are repeated look like nothing else.
    if (keys.count == 0 && blocks == nullptr && stream.meaning.codec == 0) {
        const auto undescribed = parseRedundancy(packet.payload);
        if (undescribed && !undescribed->redundant().empty() && isEvent(undescribed->primary())
            && std::ranges::all_of(undescribed->redundant(), isEvent)) {
            look(undescribed->redundant());
            look({ &undescribed->primary(), 1 });
        }
    }
    if (keys.count > 0)
        m_pending[m_pendingCount].keys = &keys;
}

void MediaLane::findKeysOf(const Datagram& datagram, const PayloadMeaning& meaning, Bytes payload, KeySpans& keys) const
{
    using What = KeySpans::What;
    std::optional<What> what;
    if (meaning.kind == PayloadKind::TelephoneEvent
        || (meaning.codec == 0 && looksLikeTelephoneEvent(meaning.payloadType, payload)))
        what = What::Events;
    else if (meaning.kind == PayloadKind::Text)
        what = What::Text;
    else if (meaning.kind == PayloadKind::Redundant)
        what = What::Unreadable;
    if (!what || payload.empty())
        return;
    keys.spans[keys.count++] = { static_cast<std::uint16_t>(payload.data() - datagram.payload.data()),
        static_cast<std::uint16_t>(payload.size()), *what };
}

}
