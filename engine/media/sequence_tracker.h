// Which packets of a stream came, and which did not (RFC 3550 A.1 and A.3).
#pragma once

#include <cstddef>
#include <cstdint>

namespace callmon {

enum class Arrival : std::uint8_t {
    InOrder, // later than all before it, with or without a gap
    Reordered, // after a later one, and not seen before
    Duplicate, // seen before
};

// Extends the 16-bit sequence number, and remembers the last 128 packets one by one, so that a second copy of a packet
// and a late packet are told apart: received() counts distinct packets only, and loss is never negative.
//
// A jump too large to be believed at once (RFC 3550 A.1: 3,000 ahead, or further back than reordering explains) is at
// first taken for a stray packet. When the next packet is of its neighbourhood, the numbers go on from there: ahead,
// all between is lost (A.3: highest - first + 1); back, the source has restarted its numbers, which begins a segment of
// its own, and what lies between two segments is not loss.
class SequenceTracker {
public:
    static constexpr std::uint16_t maxDropout = 3000; // RFC 3550 A.1: further ahead is another numbering

    Arrival add(std::uint16_t sequence)
    {
        ++m_packets;
        return place(sequence);
    }

    // The short way for nearly all packets: where the last one, `sequence`, was the highest and nothing is unsettled,
    // those that followed on it one by one are added together.
    bool inStep(std::uint16_t sequence) const { return m_started && m_afterStray == noStray && sequence == highest(); }
    void addNext(std::uint16_t count);

    std::uint16_t first() const { return static_cast<std::uint16_t>(m_first); } // since the last restart
    std::uint16_t highest() const { return static_cast<std::uint16_t>(m_highest); }
    std::uint64_t highestExtended() const { return m_highest; }
    std::uint64_t packets() const { return m_packets; }
    std::uint64_t received() const { return m_packets - m_duplicates; }
    std::uint64_t duplicates() const { return m_duplicates; }
    std::uint64_t reordered() const { return m_reordered; }
    // Highest extended sequence number - first + 1.
    std::uint64_t expected() const { return m_expectedBefore + (m_started ? m_highest - m_first + 1 : 0); }
    std::uint64_t lost() const
    {
        const std::uint64_t should = expected();
        return should > received() ? should - received() : 0;
    }
    std::uint32_t restarts() const { return m_restarts; }

private:
    static constexpr std::uint16_t window = 128;
    static constexpr std::uint16_t nearby = 64; // to a stray packet ahead, that it is none
    static constexpr std::uint16_t halfCircle = 0x8000;
    static constexpr std::uint32_t noStray = 0x10000;

    Arrival place(std::uint16_t sequence);
    void begin(std::uint16_t sequence);
    void resume(std::uint16_t stray, bool forward);
    void moveWindow(std::uint16_t by);
    bool markSeen(std::uint16_t behindHighest); // true when it was seen before

    std::uint64_t m_highest = 0; // extended
    std::uint64_t m_packets = 0; // all
    std::uint64_t m_seenLow = 0; // bit n: packet m_highest - n
    std::uint64_t m_seenHigh = 0; // bit n: packet m_highest - 64 - n
    std::uint64_t m_duplicates = 0;
    std::uint64_t m_first = 0; // extended
    std::uint64_t m_expectedBefore = 0; // in segments that are over
    std::uint64_t m_reordered = 0;
    std::uint32_t m_restarts = 0;
    std::uint32_t m_afterStray = noStray; // the number that follows on the stray packet
    bool m_started = false;
};

}
