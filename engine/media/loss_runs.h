// How a stream's losses lie together: runs, for the E-model's BurstR (ITU-T G.107 7.5), and the bursts and gaps of
// RFC 3611 4.7.2. Counted per gap in the sequence numbers, never per packet.
#pragma once

#include <array>
#include <cstdint>

namespace callmon {

// A run is what is missing in a row: what was lost, and what came too late to be played. Late packets shorten or split
// the newest runs, of which eight are kept open: where more lie within a late packet's way, it changes the runs no
// more. Numbers are the low 32 bits of extended ones.
class LossRuns {
public:
    void missing(std::uint32_t first, std::uint32_t count); // newer than all before; goes on with the run it follows on
    void cameLate(std::uint32_t number);
    void restart(); // the source numbers its packets anew: no burst reaches over that

    std::uint32_t runs() const { return m_runs; } // so far; late packets may take some back

    // RFC 3611 4.7.2, Gmin 16: a burst begins and ends with a lost packet, and no 16 packets in a row came within it. A
    // lost packet with 16 on either side belongs to the gap. The stream begins in a gap.
    struct Bursts {
        std::uint64_t bursts = 0;
        std::uint64_t packets = 0; // that they span, lost or not
        std::uint64_t lost = 0; // of these
        std::uint64_t lostInGaps = 0;
    };
    Bursts bursts() const;

private:
    static constexpr std::uint32_t gmin = 16;
    struct Run {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    void open(std::size_t place, Run run); // before the one that is there
    void settleOldest();
    void closeBurst();

    std::array<Run, 8> m_open {}; // oldest first
    std::uint32_t m_openCount = 0;
    std::uint32_t m_runs = 0;
    std::uint32_t m_burstFirst = 0; // the burst that may go on, or a single loss; none of it lost: none
    std::uint32_t m_burstEnd = 0;
    std::uint64_t m_burstLost = 0;
    Bursts m_closed;
};

}
