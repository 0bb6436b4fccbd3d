// Module II: finds the calls in the traffic (T1), binds their media to them (T2, F), keeps what is known of each (S)
// and lets go of those that are over (L). Nothing here reads a clock, allocates or locks after the constructor.
//
// Lane 0 runs signalling: it reads SIP, tells the lanes what it says of media, and every 100 ms of packet time, with
// all lanes at the same frame, numbers new streams and ends calls. Other lanes, each on a thread of its own, only count
// packets. So the records are the same for any number of lanes.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/tracking/call_table.h"
#include "engine/tracking/lane_gate.h"
#include "engine/tracking/loss_ledger.h"
#include "engine/tracking/media_lane.h"
#include "engine/tracking/tick_wheel.h"
#include "engine/tracking/tracker_listener.h"
#include "engine/tracking/tracker_options.h"
#include "shared/base/spsc_ring.h"
#include "shared/calls/probe_status.h"

#include <deque>

namespace callmon {

struct SipMessage;

// For lane 0: a frame came that is not its own, or no datagram. Time goes on by it.
inline Datagram timeMark(Timestamp arrival, std::uint64_t sequence)
{
    Datagram mark;
    mark.arrival = arrival;
    mark.sequence = sequence;
    return mark;
}

class Tracker {
public:
    static constexpr std::size_t maxLanes = 16;

    // A listener for each lane; as many lanes as listeners.
    Tracker(const TrackerOptions& options, TrackerListener& listener, std::span<LaneListener* const> lanes);

    // Lane 0, in order of arrival: its own datagrams, and a time mark for each other frame (with one lane only time is
    // what they are good for). The records that come of it do not depend on how packets are cut into batches.
    void process(std::span<const Datagram> batch);
    // Lane 0, likewise: one SIP message that another transport than a datagram brought.
    void message(const Datagram& message, Transport transport);
    // Lane 0, with several lanes: all frames before `sequence` were given to process().
    void reached(std::uint64_t sequence);
    // Other lanes, each on its own thread: RTP of theirs, in order, and up to which frame that was all of it. Waits for
    // lane 0 where it must.
    void processLane(std::size_t lane, std::span<const Datagram> batch, std::uint64_t end);

    // Lane 0. Before what came with it: frames the probe lost up to then, found when packet time was `now`.
    void account(const ProbeLoss& loss, Timestamp now);
    // Lane 0. Packet time has come to `now` though nothing arrived.
    void advance(Timestamp now);
    // Lane 0, when the others have returned from their last processLane(): calls that are on end as ProbeStopped.
    void finish();

    // For listeners, while lanes stand still. With lastPacketAt brought up to date.
    Call& call(std::uint32_t index);
    // At any time on lane 0: with what lanes said when they last stood still.
    Call& knownCall(std::uint32_t index);
    struct StreamPlace {
        std::size_t lane = 0;
        std::uint32_t index = noIndex;
    };
    using CallStreams = std::array<StreamPlace, CallMedia::maxStreams>;
    std::span<const StreamPlace> streamsOf(std::uint32_t call, CallStreams& places) const; // by number
    MediaLane& lane(std::size_t index) { return *m_lanes[index]; }
    std::size_t laneCount() const { return m_lanes.size(); }
    std::uint32_t liveCalls() const { return m_liveCalls; }

    // Each datagram is in exactly one of the first ones: sip_messages, sip_malformed, rtp_packets, rtp_unbound,
    // rtp_refused, rtcp_packets, other_datagrams. Those of other lanes as they were when lanes last stood still.
    std::vector<NamedCounter> counters() const;
    std::uint64_t datagrams() const; // as the counters
    std::uint64_t rtpPackets() const { return laneCounters().rtpPackets; }

private:
    struct Counters {
        std::uint64_t sipMessages = 0;
        std::uint64_t sipMalformed = 0;
        std::uint64_t otherDatagrams = 0;
        std::uint64_t sipOutsideCalls = 0; // REGISTER, OPTIONS..., and dialogs that began before the probe
        std::uint64_t sipRepeated = 0;
        std::uint64_t callsStarted = 0;
        std::uint64_t callsEnded = 0;
        std::uint64_t callsRefused = 0; // messages that would have opened a call there was no room for
        std::uint64_t callsWithoutInvite = 0; // only a response was seen
        std::uint64_t mediaAddressesRefused = 0;
        std::uint64_t clockSteppedBack = 0;
    };

    void handleSip(const Datagram& datagram);
    std::uint32_t openCall(const SipMessage& message, const Datagram& datagram);
    void readDescription(std::uint32_t callIndex, const SipMessage& message, Party sender);
    void settleDirections(Call& call, const SipMessage& message, Party sender);
    void tellFacts(std::uint32_t callIndex);
    bool tell(LaneControl&& control);
    void endCall(std::uint32_t index, EndedBy reason);

    void observeTime(Timestamp at);
    void runTicks(Timestamp until);
    void tick(Timestamp at);
    void stepBack(Timestamp at);
    void gatherLanes();
    void numberStreams();
    void numberStream(MediaLane& lane, std::uint32_t stream);
    void expire(Timestamp at);
    Timestamp heardAt(std::uint32_t index) const;
    Nanoseconds timeoutOf(ActivityClass activityClass) const;
    void arm(std::uint32_t index);
    void hear(std::uint32_t callIndex, Timestamp at);
    void reclassify(std::uint32_t callIndex);
    MediaLane::Counters laneCounters() const;

    static constexpr std::size_t queuedControls = 4096; // a full queue makes lane 0 wait for that lane

    TrackerOptions m_options;
    TrackerListener& m_listener;
    CallTable m_calls; // T1 and S
    TickWheel m_wheel; // L
    CodecNames m_codecs;
    std::deque<MediaLane> m_laneStore; // grows in the constructor only
    std::vector<MediaLane*> m_lanes;
    std::deque<SpscRing<LaneControl>> m_controls; // of lanes 1, 2...
    LaneGate m_gate;
    LossLedger m_losses;
    Timestamp m_accountedAt;
    CallKey m_lastKey;
    std::uint32_t m_liveCalls = 0;
    bool m_started = false;
    Timestamp m_now;
    Timestamp m_tick;
    std::uint64_t m_sequence = 0; // of the frame that lane 0 is at
    Transport m_transport = Transport::Udp; // of the message in hand
    Counters m_counters;
    MediaLane::Counters m_laneCounters; // of lanes 1, 2... when they last stood still
};

}
