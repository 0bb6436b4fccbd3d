// RTP into one stream: the input is a row of packets, each behind a byte of its size.
#include "engine/media/rtp_packet.h"
#include "engine/media/rtp_stream.h"
#include "shared/base/rtp_redundancy.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace {

// RFC 2198: blocks lie within the payload, one behind the other, and are oldest first.
void checkRedundancy(callmon::Bytes payload)
{
    using namespace callmon;
    for (const Stored stored : { Stored::Whole, Stored::CutShort }) {
        const auto blocks = parseRedundancy(payload, stored);
        if (!blocks)
            continue;
        std::size_t bytes = blocks->primary().payload.size() + 1;
        for (const RedundantBlock& block : blocks->redundant()) {
            bytes += block.payload.size() + 4;
            if (&block != blocks->redundant().data() && block.behind > (&block - 1)->behind)
                std::abort();
        }
        if (bytes > payload.size() || (stored == Stored::Whole && bytes != payload.size())
            || blocks->redundant().size() >= RedundantBlocks::most)
            std::abort();
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace callmon;
    ByteReader in(std::as_bytes(std::span(data, size)));
    RtpStream stream;
    RtpRun run;
    Timestamp at;
    while (in.left() > 0) {
        const std::size_t length = in.u8();
        const Bytes datagram = in.take(std::min(length, in.left()));
        const auto packet = parseRtp(datagram, length);
        if (!packet)
            continue;
        if (packet->payload.size() > datagram.size())
            std::abort();
        checkRedundancy(packet->payload);
        at += Nanoseconds(packet->sent.count % 100'000'000);
        const PayloadKind kind = packet->payloadType == 101 ? PayloadKind::TelephoneEvent
            : packet->payloadType == 13                     ? PayloadKind::ComfortNoise
                                                            : PayloadKind::Media;
        stream.add(run, { at, {}, static_cast<std::uint16_t>(length) }, *packet,
            { packet->payloadType, kind, 0, { packet->payloadType * 1000u } }, { {}, DigitsKept::Store });
        if (packet->ssrc.value % 8 > 0) // so that runs become long
            continue;
        stream.settle(run);
        const SequenceTracker& sequence = stream.sequence();
        if (sequence.lost() > sequence.expected() || sequence.received() > sequence.packets()
            || stream.discarded() > sequence.received() || stream.digitsKept() > RtpStream::maxDigitsKept
            || !std::isfinite(stream.jitterNow().count()) || !std::isfinite(stream.deltas().mean()))
            std::abort();
    }
    stream.settle(run);
    stream.closeSecond();
    return 0;
}
