// Module III, and the one door to tracking for the rest of the engine: datagrams go in, records come out at the sink.
#pragma once

#include "engine/records/record_builder.h"
#include "engine/records/record_sink.h"
#include "engine/tracking/tracker.h"

namespace callmon {

// One thread. Nothing is allocated after the constructor, but by the sink.
class CallMonitor final : private TrackerListener {
public:
    CallMonitor(const TrackerOptions& options, RecordSink& sink);

    void process(std::span<const Datagram> batch) { m_tracker.process(batch); }
    void advance(Timestamp now) { m_tracker.advance(now); }
    void finish() { m_tracker.finish(); }

    std::uint32_t liveCalls() const { return m_tracker.liveCalls(); }
    // Of tracking (the first seven add up to the datagrams processed), then of the media record.
    std::vector<NamedCounter> counters() const;
    std::uint64_t datagrams() const { return m_tracker.datagrams(); }

private:
    // What records need of a stream beyond what tracking knows; same index.
    struct StreamSide {
        MediaChunk* chunk = nullptr;
        StoredMedia media;
        QualitySampler quality;
        std::optional<CodecImpairment> impairment;
        std::uint16_t impairmentOf = 0; // codec index
        std::uint32_t silentSeconds = 0;
    };

    void callStarted(std::uint32_t call) override;
    void callChanged(std::uint32_t call) override;
    void callEnded(std::uint32_t call) override;
    void streamStarted(std::uint32_t stream, Timestamp firstPacket) override;
    void secondPassed(std::uint32_t stream, Timestamp arrival) override;
    void media(std::span<const MediaPacket> packets) override;
    void tick(Timestamp now) override;

    void closePoint(std::uint32_t stream);
    void finishStream(std::uint32_t stream);
    void store(const MediaPacket& packet);
    void handOver(StreamSide& side);
    void report(std::uint32_t call);
    void fillCallQuality(Call& call);
    void stepBack(Timestamp now);
    StreamRecord recordOf(std::uint32_t stream);

    RecordSink& m_sink;
    Tracker m_tracker;
    LazyArray<StreamSide> m_sides;
    LazyArray<ListLink> m_streamLinks;
    ActivityList m_dueStreams; // in the order in which their seconds end, to within one
    LazyArray<ListLink> m_callLinks;
    LazyArray<Timestamp> m_reportAt;
    ActivityList m_dueCalls;
    bool m_started = false;
    Timestamp m_lastTick;
    Timestamp m_second; // last given to the sink
    std::uint64_t m_packetsStored = 0;
    std::uint64_t m_packetsNotStored = 0;
    std::uint64_t m_points = 0;
};

}
