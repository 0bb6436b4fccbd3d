#include "shared/codecs/recorded_stream.h"

#include "shared/calls/media_chunk.h"
#include "shared/codecs/heard_packets.h"

namespace callmon {

namespace {

constexpr std::size_t forgottenAtOnce = std::size_t { 4 } << 20; // bytes

void readRecorded(const RecordedStream& recorded, Timestamp end, PacketSequencer& sequencer, PacketsRead& read)
{
    std::size_t looked = 0;
    for (const Bytes piece : recorded.pieces) {
        if (recorded.stop.stop_requested())
            return;
        MediaReader reader(piece);
        while (const auto packet = reader.next()) {
            if (packet->arrival < Timestamp()) { // no time of a packet: from here on it is not what was recorded
                read.damaged = true;
                return;
            }
            if (packet->arrival >= end)
                return;
            const bool cut = packet->wireSize > packet->datagram.size();
            const auto rtp = parseRtpHeader(packet->datagram, cut ? Stored::CutShort : Stored::Whole);
            if (!rtp) {
                ++read.notRtp;
                continue;
            }
            read.cut += cut ? 1 : 0;
            sequencer.add(
                { packet->arrival, packet->uncertainty, 0, *rtp, {}, recorded.facts.isBlind(packet->arrival) });
        }
        if (reader.damaged()) {
            read.damaged = true;
            return;
        }
        looked += piece.size();
        if (looked >= forgottenAtOnce && recorded.forget) {
            recorded.forget();
            looked = 0;
        }
    }
}

}

PacketsRead readPackets(const RecordedStream& recorded, Timestamp end, Hearing hearing, const PacketSink& take)
{
    PacketsRead read;
    if (hearing == Hearing::AsSent) {
        PacketSequencer sequencer(take);
        readRecorded(recorded, end, sequencer, read);
        sequencer.finish();
        read.strays = sequencer.strays();
        return read;
    }
    HeardPackets heard(recorded.stream, recorded.facts.answeredAt, take);
    PacketSequencer sequencer([&](const OrderedPacket& packet, bool begins) { heard.add(packet, begins); });
    readRecorded(recorded, end, sequencer, read);
    sequencer.finish();
    heard.finish();
    read.strays = sequencer.strays();
    read.discarded = heard.discarded();
    return read;
}

}
