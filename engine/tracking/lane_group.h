// The media lanes together, as lane 0 sees them: what it tells them, and when they stand still.
#pragma once

#include "engine/tracking/lane_gate.h"
#include "engine/tracking/media_lane.h"
#include "shared/base/message_ring.h"
#include "shared/base/spsc_ring.h"

#include <deque>

namespace callmon {

// Lane 0's thread, but for process(). Nothing is allocated after the constructor.
class LaneGroup {
public:
    static constexpr std::size_t maxLanes = 16;

    // A lane for each listener.
    LaneGroup(const TrackerOptions& options, std::uint64_t hashSeed, const CodecNames& codecs,
        std::span<LaneListener* const> listeners);

    MediaLane& operator[](std::size_t index) { return *m_lanes[index]; }
    std::size_t size() const { return m_lanes.size(); }

    // Another lane than 0, on its own thread; see Tracker::processLane().
    void process(std::size_t lane, std::span<const Datagram> batch, std::uint64_t end);

    void at(std::uint64_t sequence) { m_sequence = std::max(m_sequence, sequence); } // of the frame lane 0 is at
    void open() { m_gate.open(m_sequence); } // all before that frame was told
    // To lane 0 at once, to the others by their queues. False: an address that had no room, which is so in all lanes.
    bool tell(LaneControl&& control);
    void tell(std::size_t lane, const Datagram& media); // of another lane than 0
    // Lane 0 does what they have not come to yet of their controls: they stand still.
    void gather();

    // While they stand still: gives new streams to `number(lane, stream)` in the order of their first packets, as one
    // lane alone would have done; those among them that waited for their signalling then have what waited counted.
    template <typename Number> void forNewStreams(Number&& number);
    void giveUpWaiting(Timestamp now);
    // RTP that no call claims, most packets first, as of the last second: while they stand still.
    std::size_t unboundFlows(std::span<UnboundFlow> flows) const;
    void setStreamCount(std::uint32_t call, std::uint32_t count);
    void removeCall(std::uint32_t call);
    void stepBack(Timestamp now);
    Timestamp mediaHeardAt(std::uint32_t call) const;
    Timestamp lastPacketAt(std::uint32_t call) const;
    struct StreamPlace {
        std::size_t lane = 0;
        std::uint32_t index = noIndex;
    };
    using CallStreams = std::array<StreamPlace, CallMedia::maxStreams>;
    std::span<const StreamPlace> streamsOf(std::uint32_t call, CallStreams& places) const; // by number

    // Those of other lanes than 0 as they were when they last stood still.
    MediaLane::Counters counters() const;

private:
    struct Told { // by lane 0, not yet applied; a full queue makes lane 0 wait for that lane
        SpscRing<LaneControl> controls { 4096 };
        MessageRing datagrams { 256 << 10 }; // four of the largest
    };

    template <typename Number> void forUnnumbered(Number&& number);
    void apply(std::size_t lane, const LaneControl& control);
    void readCounters();

    std::deque<MediaLane> m_store; // grows in the constructor only
    std::vector<MediaLane*> m_lanes;
    std::deque<Told> m_told; // of lanes 1, 2...
    LaneGate m_gate;
    std::uint64_t m_sequence = 0;
    MediaLane::Counters m_counters; // of lanes 1, 2... when they last stood still
};

template <typename Number> void LaneGroup::forNewStreams(Number&& number)
{
    for (MediaLane* lane : m_lanes)
        lane->joinWaiting();
    bool further = true;
    while (further) {
        forUnnumbered(number);
        further = false;
        for (MediaLane* lane : m_lanes)
            further = lane->countJoined() || further;
    }
    readCounters();
}

template <typename Number> void LaneGroup::forUnnumbered(Number&& number)
{
    std::array<std::size_t, maxLanes> at {};
    for (;;) {
        std::size_t first = m_lanes.size();
        std::uint64_t sequence = 0;
        for (std::size_t i = 0; i < m_lanes.size(); ++i) {
            if (at[i] == m_lanes[i]->unnumbered().size())
                continue;
            const std::uint64_t its = m_lanes[i]->stream(m_lanes[i]->unnumbered()[at[i]]).firstSequence;
            if (first == m_lanes.size() || its < sequence) {
                first = i;
                sequence = its;
            }
        }
        if (first == m_lanes.size())
            break;
        number(*m_lanes[first], m_lanes[first]->unnumbered()[at[first]++]);
    }
    for (MediaLane* lane : m_lanes)
        lane->numberingDone();
}

}
