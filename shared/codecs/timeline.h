// Where on the call's timeline each packet's sound belongs: by its RTP timestamp, kept in step with its arrival.
#pragma once

#include "shared/codecs/packet_order.h"

namespace callmon {

// Periods of `rate` (Hz) from `origin` to `time`, rounded to the nearest.
std::int64_t samplesBetween(Timestamp origin, Timestamp time, std::uint32_t rate);

// The RTP timeline is anchored at the run's first arrival. It is anchored anew, at the least delayed of the packets
// that follow, when it has departed from their arrival for good: the sender's clock jumped, stood still during a hold,
// or drifts. A burst of late packets is no such departure: the packets after it are on time again.
struct TimelineLimits { // in ticks of the RTP clock
    explicit constexpr TimelineLimits(std::int64_t clock)
        : departure(clock / 5)
        , departureAtTalkspurt(clock / 20)
        , gap(clock / 5)
        , lookAhead(clock)
        , longestPacket(clock / 8)
    {
    }
    std::int64_t departure; // 200 ms
    std::int64_t departureAtTalkspurt; // 50 ms at a marker after a gap
    std::int64_t gap; // 200 ms without a packet
    std::int64_t lookAhead; // 1 s of arrivals tell whether a departure lasts
    std::int64_t longestPacket; // 125 ms of sound
    static constexpr std::size_t lookAheadPackets = 200;
    static constexpr std::int64_t longestFirstStall = 4; // seconds
};

// One position per packet, in ticks of the RTP clock (Hz) from `origin`, in the order of the run. A run whose first
// packets were held up on the way begins before its first arrival, so a position can be negative. `follows[i]` is false
// for packets whose timestamp is not that of their own sound but of the beginning of an event (RFC 4733 2.2.2): they
// move no anchor, and get the position of that beginning, of their arrival when it is not within a second of it.
std::vector<std::int64_t> placePackets(
    const PacketRun& run, Timestamp origin, const std::vector<bool>& follows, std::uint32_t clock);

}
