// Where on the call's timeline each packet's sound belongs: by its RTP timestamp, kept in step with its arrival.
#pragma once

#include "shared/codecs/packet_order.h"

#include <functional>
#include <optional>

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

struct TimedPacket { // what the timeline sees of a packet
    Timestamp arrival;
    std::int64_t sequence = 0;
    RtpTicks sent {};
    bool marker = false;
    bool follows = true; // false where the timestamp is not that of its own sound: see placePackets()
};

// Places the packets of a run one after the other, so that they need not all be there: those that arrived within a
// second after the one to be placed, for they tell whether it was held up.
class Timeline {
public:
    using Ahead =
        std::function<std::optional<TimedPacket>(std::size_t)>; // 0: the packet itself; nothing behind the last

    Timeline(Timestamp origin, std::uint32_t clock)
        : m_origin(origin)
        , m_clock(clock)
        , m_limits(clock)
    {
    }
    std::int64_t place(const Ahead& ahead); // in ticks of the RTP clock from `origin`

private:
    // A packet's transit is what arrival and timestamp differ by: constant but for the delays on the way, which only
    // add to it.
    struct Mark {
        std::int64_t arrival = 0; // ticks from origin
        std::int64_t ticks = 0; // RTP timestamp from the run's first, unwrapped
        std::int64_t sequence = 0;
        RtpTicks sent {};
        std::int64_t transit() const { return arrival - ticks; }
    };
    struct Range {
        std::int64_t least;
        std::int64_t most;
    };
    Mark markOf(const TimedPacket& packet, const Mark* previous) const;
    template <typename See> void lookAhead(const Mark& from, const Ahead& ahead, See see) const;
    std::int64_t firstAnchor(const Mark& first, const Ahead& ahead) const;
    Range transitAhead(const Mark& mark, const Ahead& ahead) const;

    Timestamp m_origin;
    std::uint32_t m_clock; // Hz
    TimelineLimits m_limits;
    std::optional<Mark> m_last; // that was placed
    std::int64_t m_anchor = 0; // transit of a packet that nothing delayed
    std::optional<std::int64_t> m_lastPosition; // of m_last, when it is where its timestamp says
};

// Places the packets of a stream as they come, run by run: in ticks of the RTP clock (Hz) from `origin`. A run whose
// first packets were held up on the way begins before its first arrival, so a position can be negative. `follows` is
// false for packets whose timestamp is not that of their own sound but of the beginning of an event (RFC 4733 2.2.2):
// they move no anchor, and get the position of that beginning, of their arrival when it is not within a second of it.
class PacketPlacer {
public:
    using Follows = std::function<bool(const OrderedPacket&)>;
    using Sink = std::function<void(const OrderedPacket&, std::int64_t position, bool begins)>;
    PacketPlacer(Timestamp origin, std::uint32_t clock, Follows follows, Sink sink);
    void add(const OrderedPacket& packet, bool begins);
    void finish();

private:
    struct Waiting {
        OrderedPacket packet;
        bool follows;
    };
    bool knowsEnough() const; // to place the first
    void placeFirst();

    Timestamp m_origin;
    std::uint32_t m_clock;
    Follows m_follows;
    Sink m_sink;
    Timeline m_timeline;
    std::deque<Waiting> m_waiting;
    std::size_t m_following = 0; // of those
    bool m_begins = false;
};

}
