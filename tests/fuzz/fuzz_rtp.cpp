// RTP into one stream: the input is a row of packets, each behind a byte of its size.
#include "engine/media/rtp_packet.h"
#include "engine/media/rtp_stream.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace callmon;
    ByteReader in(std::as_bytes(std::span(data, size)));
    RtpStream stream;
    Timestamp at;
    while (in.left() > 0) {
        const std::size_t length = in.u8();
        const Bytes datagram = in.take(std::min(length, in.left()));
        const auto packet = parseRtp(datagram, length);
        if (!packet)
            continue;
        if (packet->payload.size() > datagram.size())
            std::abort();
        at += Nanoseconds(packet->sent.count % 100'000'000);
        const PayloadKind kind = packet->payloadType == 101 ? PayloadKind::TelephoneEvent
            : packet->payloadType == 13                     ? PayloadKind::ComfortNoise
                                                            : PayloadKind::Media;
        stream.add({ at, {}, static_cast<std::uint16_t>(length) }, *packet,
            { packet->payloadType, kind, 0, { packet->payloadType * 1000u } }, { {}, DigitsKept::Store });
        const SequenceTracker& sequence = stream.sequence();
        if (sequence.lost() > sequence.expected() || sequence.received() > sequence.packets()
            || stream.discarded() > sequence.received() || stream.digitsKept() > RtpStream::maxDigitsKept
            || !std::isfinite(stream.jitterNow().count()) || !std::isfinite(stream.deltas().mean()))
            std::abort();
    }
    stream.closeSecond();
    return 0;
}
