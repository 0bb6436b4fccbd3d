// Module III, a lane's half: each stream's seconds, its record and its media, to the lane's own sink.
#pragma once

#include "engine/records/chunk_filler.h"
#include "engine/records/record_builder.h"
#include "engine/records/record_sink.h"
#include "engine/tracking/media_lane.h"
#include "engine/tracking/tick_wheel.h"

#include <vector>

namespace callmon {

// On the lane's thread, and on lane 0's while lanes stand still. Nothing is allocated after the constructor, but by the
// sink.
class StreamMonitor final : public LaneListener {
public:
    StreamMonitor(const TrackerOptions& options, RecordSink& sink);
    void attach(MediaLane& lane) { m_lane = &lane; } // before the first packet

    // While lanes stand still.
    struct Quality {
        double mosSum = 0;
        std::uint32_t mosCount = 0;
        std::optional<double> mosMin;
        std::uint64_t packetsStored = 0;
        std::uint64_t packetsNotStored = 0;
        std::uint64_t packetsNotWanted = 0;
    };
    Quality qualityOf(std::uint32_t stream) const;
    void finish(std::uint32_t stream); // its last second, media and record

    struct Counters {
        std::uint64_t packetsStored = 0;
        std::uint64_t points = 0;
    };
    const Counters& counters() const { return m_counters; }
    bool keepsMedia() const { return m_keepsMedia; }

private:
    // What records need of a stream beyond what the lane knows; same index. Touched once a second.
    struct StreamSide {
        std::uint64_t stored = 0; // packets in chunks that were handed over
        WithProbe withProbe;
        LossRuns lossRuns; // before the second that is on
        QualitySampler quality;
        std::optional<CodecImpairment> impairment;
        std::uint16_t impairmentOf = 0; // codec index
        std::uint32_t silentSeconds = 0;
        std::uint32_t heardSeconds = 0;
    };
    struct Span {
        Timestamp from;
        Timestamp to;
    };
    struct EarlyChunk { // full before its stream had a number
        std::uint32_t stream = noIndex;
        MediaChunk* chunk = nullptr;
    };

    bool wantsMedia() const override { return m_keepsMedia; }
    void streamStarted(std::uint32_t stream, Timestamp firstPacket) override;
    void streamNumbered(std::uint32_t stream) override;
    void streamDropped(std::uint32_t stream) override;
    void secondPasses(std::uint32_t stream) override;
    void secondPassed(std::uint32_t stream, Timestamp arrival) override;
    void media(std::span<const MediaPacket> packets) override;
    void probeLost(Timestamp from, Timestamp to) override;
    void tick(Timestamp now) override;

    void closePoint(std::uint32_t stream);
    void store(const MediaPacket& packet);
    void handOver(std::uint32_t stream);
    Timestamp chunkDueAt(std::uint32_t stream, Timestamp now);
    void handOverEarly(std::uint32_t stream, StreamKey key);
    void stepBack(Timestamp now);
    bool probeLostIn(Timestamp begin, Timestamp end) const;
    StreamKey keyOf(const CallStream& stream) const;
    StoredMedia mediaOf(std::uint32_t stream) const;
    StreamRecord recordOf(std::uint32_t stream) const;

    RecordSink& m_sink;
    const bool m_keepsMedia;
    const RtpRules m_rules;
    MediaLane* m_lane = nullptr;
    LazyArray<StreamSide> m_sides;
    LazyArray<ChunkFiller> m_fillers; // of the streams' chunks
    TickWheel m_due; // streams by the end of their second
    std::vector<std::byte> m_withoutKeys; // a datagram
    std::array<EarlyChunk, 256> m_early; // 100 ms of fast streams that are new; beyond, their packets are not stored
    std::size_t m_earlyCount = 0;
    std::array<MediaChunk*, 64> m_spares {}; // of streams that were dropped
    std::size_t m_spareCount = 0;
    std::array<Span, 8> m_losses; // of the probe, newest last; seconds are looked at soon after they end
    std::size_t m_lossCount = 0;
    Timestamp m_lastTick;
    Counters m_counters;
};

}
