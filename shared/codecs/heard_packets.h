// What a receiver's jitter buffer makes of recorded packets: those that the stream's record counts as discarded are not
// heard, and each of the others is played when the buffer's delay, which moves, has it due.
#pragma once

#include "shared/codecs/packet_order.h"
#include "shared/codecs/playout_buffer.h"

#include <memory>

namespace callmon {

// By the jitter buffer of the record; where it has none, by the one that is taken by default. Everything, and when it
// was played unsaid, without a clock rate. As in the record, the buffer begins anew with the first packet after the
// answer, and with a talkspurt, whose timestamp is out of step, and nothing is discarded in seconds in which the probe
// itself lost frames. The buffer is asked in order of arrival: each packet waits for those that may have come before
// it.
class HeardPackets {
public:
    // The record outlives this.
    HeardPackets(const StreamRecord& stream, std::optional<Timestamp> answeredAt, PacketSink sink);
    void add(const OrderedPacket& packet, bool begins); // as PacketSequencer gives them
    void finish();
    std::uint64_t discarded() const; // left out

private:
    struct Waiting {
        OrderedPacket packet;
        bool judged = false;
        bool taken = false;
    };
    void judgeUpTo(std::int64_t sequence);

    PacketSink m_sink;
    std::unique_ptr<PlayoutBuffer> m_receiver; // nothing: all are heard
    std::deque<Waiting> m_waiting; // as they came
    std::deque<std::size_t> m_byArrival; // numbers of those that are to be judged
    std::size_t m_given = 0; // number of the first of m_waiting
    bool m_begins = false;
    std::uint64_t m_discarded = 0;
};

}
