// Where on the call's timeline each packet's sound belongs: by its RTP timestamp, kept in step with its arrival.
#pragma once

#include "shared/codecs/packet_order.h"

namespace callmon {

constexpr std::uint32_t soundRate = 8000; // Hz: the RTP clock of every codec decoded, and of the sound made of it

// Samples of 125 us from `origin` to `time`, rounded to the nearest.
std::int64_t samplesBetween(Timestamp origin, Timestamp time);

// The RTP timeline is anchored at the run's first arrival. It is anchored anew, at the least delayed of the packets
// that follow, when it has departed from their arrival for good: the sender's clock jumped, stood still during a hold,
// or drifts. A burst of late packets is no such departure: the packets after it are on time again.
struct TimelineLimits {
    static constexpr std::int64_t departure = soundRate / 5; // 200 ms
    static constexpr std::int64_t departureAtTalkspurt = soundRate / 20; // 50 ms at a marker after a gap
    static constexpr std::int64_t gap = soundRate / 5; // 200 ms without a packet
    static constexpr std::int64_t lookAhead = soundRate; // 1 s of arrivals tell whether a departure lasts
    static constexpr std::size_t lookAheadPackets = 200;
    static constexpr std::int64_t longestFirstStall = 4 * soundRate;
    static constexpr std::int64_t longestPacket = soundRate / 8; // 125 ms of sound
};

// One position per packet, in samples from `origin`, in the order of the run. A run whose first packets were held up
// on the way begins before its first arrival, so a position can be negative. `follows[i]` is false for packets whose
// timestamp is not that of their own sound (telephone-event, RFC 4733 2.2.2): they get the position of their arrival.
std::vector<std::int64_t> placePackets(const PacketRun& run, Timestamp origin, const std::vector<bool>& follows);

}
