// The recorded packets of one stream as their sender numbered them: duplicates and reordering undone.
#pragma once

#include "shared/base/rtp_header.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace callmon {

struct OrderedPacket {
    Timestamp arrival;
    Nanoseconds uncertainty {}; // of the arrival
    std::int64_t sequence = 0; // extended past 16 bits within its run (RFC 3550 A.1)
    RtpHeader rtp; // a view into the recorded bytes
    std::optional<Timestamp> playedAt {}; // as heard: when the jitter buffer has it due
    bool blind = false; // came in a second in which the probe itself lost frames
};

// Packets of one stream, run by run. A run is one numbering of one SSRC: ascending, each sequence number once; a sender
// that starts anew begins another. Runs come in order of their first arrival; `begins`: the packet is the first of one.
using PacketSink = std::function<void(const OrderedPacket&, bool begins)>;

// RFC 3550 A.1: what is this far behind the highest number, or further, is of another run. So a packet that so many
// numbers have come behind has its place.
constexpr std::int64_t mostMisordered = 100;

// In the same numbering as `highest`, the highest sequence number so far (RFC 3550 A.1): neither far ahead nor far
// behind it.
bool isNearInSequence(std::uint16_t highest, std::uint16_t sequence);

// Holds what may still change places: a hundred sequence numbers at most.
class PacketSequencer {
public:
    explicit PacketSequencer(PacketSink sink)
        : m_sink(std::move(sink))
    {
    }
    void add(const OrderedPacket& packet); // as recorded, in order of arrival
    void finish(); // there are no more
    std::uint64_t strays() const { return m_strays; } // left out: one alone far from its neighbours' numbers

private:
    void put(OrderedPacket packet, bool begins);
    void giveUpTo(std::int64_t sequence);

    PacketSink m_sink;
    std::deque<OrderedPacket> m_waiting; // ascending
    std::optional<OrderedPacket> m_jumped; // believed when the next one follows it
    std::optional<Ssrc> m_ssrc; // of the run
    std::int64_t m_highest = 0;
    bool m_begins = false;
    std::uint64_t m_strays = 0;
};

}
