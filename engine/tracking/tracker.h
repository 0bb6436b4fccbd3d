// Module II: finds the calls in the traffic (T1), binds their media to them (T2, F), keeps what is known of each (S)
// and lets go of those that are over (L). Nothing here reads a clock, allocates or locks after the constructor.
//
// Lane 0 runs signalling: it reads SIP, tells the lanes what it says of media, and every 100 ms of packet time, with
// all lanes at the same frame, numbers new streams and ends calls. Other lanes, each on a thread of its own, only count
// packets. So the records are the same for any number of lanes.
#pragma once

#include "engine/tracking/sip_calls.h"
#include "engine/tracking/skinny_calls.h"

namespace callmon {

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
    // A listener for each lane; as many lanes as listeners.
    Tracker(const TrackerOptions& options, TrackerListener& listener, std::span<LaneListener* const> lanes);

    // Lane 0, in order of arrival: its own datagrams, and a time mark for each other frame (with one lane only time is
    // what they are good for). The records that come of it do not depend on how packets are cut into batches.
    void process(std::span<const Datagram> batch);
    // Lane 0, likewise: one SIP message that another transport than a datagram brought.
    void message(const Datagram& message, Transport transport);
    // Lane 0, likewise: one Skinny message of a TCP connection.
    void skinnyMessage(const Datagram& message);
    // Lane 0, likewise: media that is another lane's and came in fragments.
    void mediaOfLane(std::size_t lane, const Datagram& media);
    // Lane 0, with several lanes: all frames before `sequence` were given to process().
    void reached(std::uint64_t sequence);
    // Other lanes, each on its own thread: RTP of theirs, in order, and up to which frame that was all of it. Waits for
    // lane 0 where it must.
    void processLane(std::size_t lane, std::span<const Datagram> batch, std::uint64_t end)
    {
        m_lanes.process(lane, batch, end);
    }

    // Lane 0. Before what came with it: frames the probe lost up to then, found when packet time was `now`.
    void account(const ProbeLoss& loss, Timestamp now) { m_calls.account(loss, now); }
    // Lane 0. Packet time has come to `now` though nothing arrived.
    void advance(Timestamp now);
    // Lane 0, when the others have returned from their last processLane(): calls that are on end as ProbeStopped.
    void finish() { m_calls.finish(); }
    // Any thread: for calls that begin from the next tick on.
    void replaceRecordingRules(RecordingPolicy rules) { m_calls.replaceRecordingRules(std::move(rules)); }

    // For listeners, while lanes stand still. With lastPacketAt brought up to date.
    Call& call(std::uint32_t index) { return m_calls.call(index); }
    // At any time on lane 0: with what lanes said when they last stood still.
    Call& knownCall(std::uint32_t index) { return m_calls.knownCall(index); }
    using StreamPlace = LaneGroup::StreamPlace;
    using CallStreams = LaneGroup::CallStreams;
    std::span<const StreamPlace> streamsOf(std::uint32_t call, CallStreams& places) const // by number
    {
        return m_lanes.streamsOf(call, places);
    }
    MediaLane& lane(std::size_t index) { return m_lanes[index]; }
    std::size_t laneCount() const { return m_lanes.size(); }
    std::uint32_t liveCalls() const { return m_calls.liveCalls(); }

    // RTP that no call claims, most packets first, as of the last whole second.
    std::span<const UnboundFlow> unboundFlows() const { return m_calls.unboundFlows(); }

    // Each datagram is in exactly one of the first ones: sip_messages, sip_malformed, rtp_packets, rtp_unbound,
    // rtp_refused, rtcp_packets, other_datagrams, rtp_waiting (0 after finish()). Those of other lanes as they were
    // when lanes last stood still.
    std::vector<NamedCounter> counters() const;
    std::uint64_t datagrams() const; // as the counters
    std::uint64_t rtpPackets() const { return m_lanes.counters().rtpPackets; }
    std::uint64_t mediaNotWanted() const { return m_lanes.counters().notWanted; } // of those

private:
    Tracker(const TrackerOptions& options, std::uint64_t hashSeed, TrackerListener& listener,
        std::span<LaneListener* const> lanes);

    CodecNames m_codecs;
    LaneGroup m_lanes; // T2, F, and S of media
    CallKeeper m_calls; // T1, S and L
    SipCalls m_sip;
    SkinnyCalls m_skinny;
};

}
