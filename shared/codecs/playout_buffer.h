// The jitter buffer of a stream's record, walked over its recorded packets in the order in which they came.
#pragma once

#include "shared/calls/stream_record.h"
#include "shared/codecs/packet_order.h"
#include "shared/quality/jitter_buffer.h"

namespace callmon {

// Of a stream with a clock rate; where its record has no buffer, the one that is taken by default. The record outlives
// this.
class PlayoutBuffer {
public:
    PlayoutBuffer(const StreamRecord& stream, std::optional<Timestamp> answeredAt);
    // Known later than the first packets, of a call that is on.
    void setAnsweredAt(Timestamp at) { m_answeredAt = at; }
    void beginRun() { m_runBegins = m_started; } // the next packet is of another numbering
    // In order of arrival. False: discarded.
    bool takes(const OrderedPacket& packet);
    // The last packet, when it was not discarded. Noise and keys move nothing: they come out of the same buffer.
    Timestamp playedAt() const;

private:
    bool beginsSegment(Timestamp arrival, Milliseconds delay, bool talkspurt);

    const StreamRecord& m_stream;
    JitterBufferRule m_rule;
    std::optional<Timestamp> m_answeredAt; // until a packet came after it
    bool m_afterDescription = false; // a packet came after StreamRecord::describedAt
    std::optional<Milliseconds> m_lastDelay; // of the packet before, against the first
    JitterBuffer m_buffer;
    JitterBuffer::Late m_late;
    Timestamp m_firstAt;
    Timestamp m_lastAt;
    RtpTicks m_lastSent;
    std::int64_t m_ticks = 0; // since the first
    std::uint64_t m_packets = 0;
    bool m_started = false;
    bool m_runBegins = false;
};

}
