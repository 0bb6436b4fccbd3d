// Who is told what happens to calls and streams. Rare events one by one, packets in groups.
#pragma once

#include "engine/tracking/call.h"

#include <span>

namespace callmon {

struct MediaPacket {
    std::uint32_t stream = noIndex;
    Timestamp arrival;
    Nanoseconds uncertainty {};
    std::uint16_t wireSize = 0; // of the UDP payload
    Bytes datagram; // valid during the call only
};

class TrackerListener {
public:
    virtual ~TrackerListener() = default;

    // Indices stay valid until callEnded() returns.
    virtual void callStarted(std::uint32_t call) = 0;
    virtual void callChanged(std::uint32_t call) = 0; // its state or outcome
    virtual void callEnded(std::uint32_t call) = 0; // it leaves the tables, its streams with it
    // Before its first packet is counted; sets CallStream::secondEndsAt.
    virtual void streamStarted(std::uint32_t stream, Timestamp firstPacket) = 0;
    // A packet has come at or after secondEndsAt, and is not counted yet.
    virtual void secondPassed(std::uint32_t stream, Timestamp arrival) = 0;
    // RTP that was counted, in order of arrival; before any other event that needs it to be so.
    virtual void media(std::span<const MediaPacket> packets) = 0;
    // Packet time has passed `now`: at least every 100 ms of it while packets come, and at every whole second.
    virtual void tick(Timestamp now) = 0;
};

}
