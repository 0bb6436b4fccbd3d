// Who is told what happens to calls and streams. Rare events one by one, packets in groups.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/tracking/call_media.h"
#include "shared/base/rtp_redundancy.h"
#include "shared/calls/call_record.h"

#include <array>
#include <span>

namespace callmon {

// Where in a datagram keys stand, or what is typed, that nobody is to read (DigitsKept::Masked).
struct KeySpans {
    enum class What : std::uint8_t {
        Events, // RFC 4733 2.3
        Text, // RFC 4103
        Unreadable, // what may be either
    };
    struct Span {
        std::uint16_t at = 0;
        std::uint16_t bytes = 0;
        What what = What::Events;
    };
    std::array<Span, RedundantBlocks::most> spans;
    std::size_t count = 0;
};

struct MediaPacket {
    std::uint32_t stream = noIndex;
    Timestamp arrival;
    Nanoseconds uncertainty {};
    std::uint16_t wireSize = 0; // of the UDP payload
    Bytes datagram; // valid during the call only
    const KeySpans* keys = nullptr; // those in it that are not to be kept; valid during the call only
};

struct SeenMessage {
    const Datagram& datagram; // the message is its payload
    Transport transport = Transport::Udp;
    bool repeated = false;
};

// Of one lane, on the lane's thread; streamNumbered() and streamDropped() while all lanes stand still. Indices are the
// lane's own.
class LaneListener {
public:
    virtual ~LaneListener() = default;

    // False where media() is not wanted.
    virtual bool wantsMedia() const = 0;
    // Before its first packet is counted; sets StreamHead::secondEndsAt. It has no number yet: nothing can be told.
    virtual void streamStarted(std::uint32_t stream, Timestamp firstPacket) = 0;
    virtual void streamNumbered(std::uint32_t stream) = 0; // 100 ms of packet time later at most
    virtual void streamDropped(std::uint32_t stream) = 0; // instead: its call has too many
    // One of the packets that come next is at or after secondEndsAt: what is cold may be asked for.
    virtual void secondPasses(std::uint32_t) { }
    // A packet has come at or after secondEndsAt, and is not counted yet. Of numbered streams only.
    virtual void secondPassed(std::uint32_t stream, Timestamp arrival) = 0;
    // RTP that was counted, in order of arrival; before any other event that needs it to be so.
    virtual void media(std::span<const MediaPacket> packets) = 0;
    virtual void probeLost(Timestamp from, Timestamp to) = 0; // its frames, whosever they were
    // Packet time has passed `now`: at least every 100 ms of it while packets come, and at every whole second.
    virtual void tick(Timestamp now) = 0;
};

// Of all calls, on the thread of lane 0.
class TrackerListener {
public:
    virtual ~TrackerListener() = default;

    // Indices stay valid until callEnded() returns.
    virtual void callStarted(std::uint32_t call) = 0;
    virtual void callChanged(std::uint32_t call) = 0; // its state or outcome
    // A message of a call, counted in its record and not yet applied: its first one comes before callStarted().
    virtual void messageSeen(std::uint32_t call, const SeenMessage& message) = 0;
    // Lanes stand still during these two: their streams may be looked at.
    virtual void callEnded(std::uint32_t call) = 0; // it leaves the tables, its streams with it
    virtual void tick(Timestamp now) = 0; // before the lanes' own
    // It leaves the tables without having been a call: only a response to an INVITE was seen.
    virtual void callForgotten(std::uint32_t call) = 0;
};

}
