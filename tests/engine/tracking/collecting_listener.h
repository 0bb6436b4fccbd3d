// A TrackerListener that keeps the records of ended calls and their streams, for tests.
#pragma once

#include "engine/tracking/tracker.h"

#include <vector>

namespace callmon {

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
    };
    struct Ended {
        CallRecord record;
        std::vector<Stream> streams; // newest first
    };

    void attach(Tracker& tracker) { m_tracker = &tracker; }

    void callStarted(std::uint32_t call) override
    {
        ++started;
        states.push_back(m_tracker->call(call).record.state);
    }
    void callChanged(std::uint32_t call) override { states.push_back(m_tracker->call(call).record.state); }
    void callEnded(std::uint32_t call) override
    {
        Ended end;
        end.record = m_tracker->call(call).record;
        for (std::uint32_t i = m_tracker->call(call).streams; i != noIndex; i = m_tracker->stream(i).next) {
            const CallStream& s = m_tracker->stream(i);
            end.streams.push_back({ s.sender, s.rtp.flow(), s.rtp.ssrc(), s.rtp.sequence().packets(),
                s.rtp.sequence().lost(), s.rtp.sequence().duplicates(), s.rtp.sequence().reordered(),
                m_tracker->codecs().name(s.rtp.payload().codec).str(), s.rtp });
        }
        ended.push_back(std::move(end));
        endedAt.push_back(m_lastTick);
    }
    void streamStarted(std::uint32_t stream, Timestamp first) override
    {
        m_tracker->stream(stream).secondEndsAt = first + std::chrono::hours(24 * 365);
    }
    void secondPassed(std::uint32_t, Timestamp) override { }
    void media(std::span<const MediaPacket> packets) override { mediaPackets += packets.size(); }
    void tick(Timestamp now) override { m_lastTick = now; }

    int started = 0;
    std::vector<CallState> states;
    std::vector<Ended> ended;
    std::vector<Timestamp> endedAt; // the tick before
    std::size_t mediaPackets = 0;

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
        : tracker(options, listener)
    {
        listener.attach(tracker);
    }
    std::uint64_t counter(std::string_view name) const
    {
        for (const NamedCounter& c : tracker.counters()) {
            if (c.name == name)
                return c.value;
        }
        return ~0ULL;
    }
    CollectingListener listener;
    Tracker tracker;
};

}
