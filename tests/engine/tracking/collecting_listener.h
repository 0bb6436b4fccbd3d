// A TrackerListener that keeps the records of ended calls and their streams, for tests.
#pragma once

#include "engine/tracking/tracker.h"

#include <optional>
#include <vector>

namespace callmon {

// Of one lane: counts its media.
class CountingLane : public LaneListener {
public:
    void attach(MediaLane& lane) { m_lane = &lane; }

    bool wantsMedia() const override { return true; }
    void streamStarted(std::uint32_t stream, Timestamp first) override
    {
        m_lane->head(stream).secondEndsAt = first + std::chrono::hours(24 * 365);
    }
    void streamNumbered(std::uint32_t) override { }
    void streamDropped(std::uint32_t) override { }
    void secondPassed(std::uint32_t, Timestamp) override { }
    void media(std::span<const MediaPacket> packets) override { mediaPackets += packets.size(); }
    void probeLost(Timestamp, Timestamp) override { }
    void tick(Timestamp) override { }

    std::size_t mediaPackets = 0;

private:
    MediaLane* m_lane = nullptr;
};

class CollectingListener : public TrackerListener {
public:
    struct Stream {
        Party sender;
        FlowKey flow;
        Ssrc ssrc;
        std::uint64_t packets;
        std::uint64_t lost;
        std::uint64_t duplicates;
        std::uint64_t reordered;
        std::string codec;
        RtpStream rtp;
        BindingRule rule;
        int confidence;
        std::uint64_t joinedLater;
        RtcpSummary rtcp;
    };
    struct Ended {
        CallRecord record;
        std::vector<Stream> streams; // newest first
    };

    void attach(Tracker& tracker) { m_tracker = &tracker; }

    void callStarted(std::uint32_t call) override
    {
        ++started;
        states.push_back(m_tracker->knownCall(call).record.state);
    }
    void callChanged(std::uint32_t call) override { states.push_back(m_tracker->knownCall(call).record.state); }
    void messageSeen(std::uint32_t, const SeenMessage& message) override
    {
        ++(message.repeated ? repeated : messages);
        const Bytes bytes = message.datagram.payload;
        if (keepsShown)
            shown.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    void callForgotten(std::uint32_t) override { ++forgotten; }
    void callEnded(std::uint32_t call) override
    {
        Ended end;
        end.record = m_tracker->call(call).record;
        Tracker::CallStreams places;
        for (const Tracker::StreamPlace& place : m_tracker->streamsOf(call, places)) {
            const CallStream& s = m_tracker->lane(place.lane).stream(place.index);
            const SequenceTracker& sequence = s.rtp.sequence();
            end.streams.insert(end.streams.begin(),
                { s.sender, s.identity.flow, s.identity.ssrc, sequence.packets(), sequence.lost(),
                    sequence.duplicates(), sequence.reordered(),
                    m_tracker->lane(place.lane).codecs().name(s.rtp.payload().codec).str(), s.rtp, s.rule, s.confidence,
                    s.joinedLater, s.rtcp });
        }
        ended.push_back(std::move(end));
        endedAt.push_back(m_lastTick);
    }
    void tick(Timestamp now) override { m_lastTick = now; }

    int started = 0;
    int messages = 0;
    int repeated = 0;
    bool keepsShown = false;
    std::vector<std::string> shown; // bytes of messages
    int forgotten = 0;
    std::vector<CallState> states;
    std::vector<Ended> ended;
    std::vector<Timestamp> endedAt; // the tick before

private:
    Tracker* m_tracker = nullptr;
    Timestamp m_lastTick;
};

inline TrackerOptions smallOptions()
{
    TrackerOptions options;
    options.maxCalls = 256;
    options.maxStreams = 1024;
    options.maxMediaAddresses = 1024;
    return options;
}

struct TrackerFixture {
    explicit TrackerFixture(const TrackerOptions& options = smallOptions())
        : tracker(options, listener, std::array<LaneListener*, 1> { &lane })
    {
        listener.attach(tracker);
        lane.attach(tracker.lane(0));
    }
    std::uint64_t counter(std::string_view name) const
    {
        for (const NamedCounter& c : tracker.counters()) {
            if (c.name == name)
                return c.value;
        }
        return ~0ULL;
    }
    CountingLane lane;
    CollectingListener listener;
    Tracker tracker;
};

}
