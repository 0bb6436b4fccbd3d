#include "engine/records/stream_monitor.h"

#include "engine/records/pressed_keys.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <utility>

namespace callmon {

namespace {

constexpr Nanoseconds oneSecond = std::chrono::seconds(1);
// A stream that is silent for longer than this gives no more points until it is heard again.
constexpr std::uint32_t silentSecondsShown = 5;
// A record is five times as long as a point, and storage adds the points that came since.
constexpr std::uint32_t secondsPerRecord = 10;

constexpr std::size_t cacheLine = 64;
constexpr std::size_t largestDatagram = 65535;

enum class Use { Read, Write };

// Each line of [from, to), also the last when they begin within one.
inline void prefetchLines(const std::byte* from, const std::byte* to, Use use)
{
    from -= reinterpret_cast<std::uintptr_t>(from) % cacheLine;
    for (; from < to; from += cacheLine)
        use == Use::Write ? __builtin_prefetch(from, 1) : __builtin_prefetch(from);
}

// The datagram with other keys in it.
Bytes withoutKeys(const MediaPacket& packet, std::span<std::byte> room)
{
    assert(packet.datagram.size() <= room.size());
    const std::span<std::byte> kept = room.first(packet.datagram.size());
    std::copy_n(packet.datagram.begin(), kept.size(), kept.begin());
    for (const KeySpans::Span& span : std::span(packet.keys->spans).first(packet.keys->count)) {
        const std::span<std::byte> keys = kept.subspan(span.at, span.bytes);
        if (span.what == KeySpans::What::Events)
            blankKeysOfEvents(keys);
        else if (span.what == KeySpans::What::Text)
            blankDigitsOfText(keys);
        else
            std::ranges::fill(keys, std::byte { 0xff }); // which is no RFC 2198 either
    }
    return kept;
}

float asFloat(double value)
{
    return std::isfinite(value) ? static_cast<float>(value) : 0.F;
}

}

StreamMonitor::StreamMonitor(const TrackerOptions& options, RecordSink& sink)
    : m_sink(sink)
    , m_keepsMedia(sink.keepsMedia())
    , m_rules(options.rtp)
    , m_sides(options.maxStreams)
    , m_fillers(options.maxStreams)
    , m_due(options.maxStreams)
    , m_withoutKeys(options.rtp.digits == DigitsKept::Masked ? largestDatagram : 0)
{
    if (options.touchMemory) {
        if (m_keepsMedia)
            m_fillers.touch();
        m_sides.touch();
        m_due.touch();
    }
}

void StreamMonitor::streamStarted(std::uint32_t stream, Timestamp firstPacket)
{
    ::new (static_cast<void*>(&m_sides[stream])) StreamSide();
    m_lane->head(stream).secondEndsAt = firstPacket + oneSecond;
    m_due.arm(stream, tickNumber(m_lane->head(stream).secondEndsAt));
}

void StreamMonitor::streamNumbered(std::uint32_t stream)
{
    handOverEarly(stream, keyOf(m_lane->stream(stream)));
}

// Its media belong to no record: its chunks serve other streams, or are handed over for the storage to count.
void StreamMonitor::streamDropped(std::uint32_t stream)
{
    m_due.disarm(stream);
    handOver(stream);
    m_counters.packetsStored -= m_sides[stream].stored;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < m_earlyCount; ++i) {
        if (m_early[i].stream != stream)
            m_early[kept++] = m_early[i];
        else if (m_spareCount < m_spares.size())
            m_spares[m_spareCount++] = m_early[i].chunk;
        else
            m_sink.media(m_early[i].chunk);
    }
    m_earlyCount = kept;
}

void StreamMonitor::secondPasses(std::uint32_t stream)
{
    const auto* side = reinterpret_cast<const std::byte*>(&m_sides[stream]);
    prefetchLines(side, side + sizeof(StreamSide), Use::Write);
}

// Every second that is over gives its point, also without packets, so that gaps show; but not forever.
void StreamMonitor::secondPassed(std::uint32_t stream, Timestamp arrival)
{
    Timestamp& endsAt = m_lane->head(stream).secondEndsAt;
    if (arrival < endsAt) { // the clock stepped back: its seconds count anew from here
        closePoint(stream);
        endsAt = arrival + oneSecond;
        return;
    }
    while (endsAt <= arrival) {
        closePoint(stream);
        endsAt += oneSecond;
        if (m_sides[stream].silentSeconds > silentSecondsShown && endsAt <= arrival)
            endsAt += (arrival - endsAt) / oneSecond * oneSecond;
    }
}

void StreamMonitor::closePoint(std::uint32_t stream)
{
    CallStream& source = m_lane->stream(stream);
    StreamSide& side = m_sides[stream];
    const Timestamp end = m_lane->head(stream).secondEndsAt;
    const Timestamp begin = end - oneSecond;
    SecondFigures figures = source.rtp.closeSecond();
    side.silentSeconds = figures.packets > 0 ? 0 : side.silentSeconds + 1;
    const CallFacts& call = m_lane->call(source.call).facts;
    const FarEndReport farEnd = std::exchange(source.rtcp.second, {});
    if (figures.packets == 0 && (side.silentSeconds > silentSecondsShown || call.ended || source.over))
        return;
    const std::uint16_t codec = source.rtp.payload().codec;
    if (side.impairmentOf != codec) {
        side.impairmentOf = codec;
        side.impairment = impairmentOf(m_lane->codecs().name(codec));
    }
    QualityPoint point;
    point.stream = keyOf(source);
    point.at = begin;
    point.packets = figures.packets;
    point.duplicates = figures.duplicates;
    point.reordered = figures.reordered;
    point.jitterMs = asFloat(figures.jitter.count());
    point.jitterErrorMs = asFloat(figures.jitterError.count());
    point.deltaMaxMs = asFloat(figures.deltaMax.count());
    point.bytes = static_cast<std::uint32_t>(figures.bytes);
    point.dscp = source.rtp.dscp();
    point.earlyMedia = !call.answeredAt || begin < *call.answeredAt;
    point.pausing = figures.pausing;
    point.farEnd = farEnd;
    // A gap is seen by the packet after it, and began with the one before, which may lie in an earlier second.
    const auto gap = std::chrono::duration_cast<Nanoseconds>(figures.deltaMax);
    if (probeLostIn(begin - gap, end)) { // whose loss it is, nobody can say
        point.probeLost = true;
        point.lostWithProbe = figures.lost;
        side.withProbe.lost += figures.lost;
        side.withProbe.discarded += figures.discarded;
        side.quality.skip();
        source.rtp.setLossRuns(side.lossRuns);
    } else {
        point.lost = figures.lost;
        point.discarded = static_cast<std::uint16_t>(std::min(figures.discarded, 0xffffU));
        point.mos = asFloat(side.quality.add(figures, side.impairment, oneWayDelayOf(source, call, m_rules.buffer)));
        side.lossRuns = source.rtp.lossRuns();
    }
    ++m_counters.points;
    const bool due = figures.packets > 0 && side.heardSeconds++ % secondsPerRecord == 0;
    const bool news = std::exchange(source.payloads.news, false); // without which its sound is not what was sent
    if (due || news)
        m_sink.stream(recordOf(stream));
    m_sink.quality(point);
}

StreamKey StreamMonitor::keyOf(const CallStream& stream) const
{
    return { m_lane->call(stream.call).facts.key, stream.number };
}

StoredMedia StreamMonitor::mediaOf(std::uint32_t stream) const
{
    const CallStream& source = m_lane->stream(stream);
    const std::uint64_t stored =
        m_sides[stream].stored + (m_lane->head(stream).chunk != nullptr ? m_fillers[stream].packets() : 0);
    const std::uint64_t notWanted = m_lane->packetsNotWanted(stream);
    const std::uint64_t wanted = source.rtp.sequence().packets() - notWanted;
    return { stored, wanted > stored ? wanted - stored : 0, notWanted };
}

StreamRecord StreamMonitor::recordOf(std::uint32_t stream) const
{
    const CallStream& source = m_lane->stream(stream);
    const StreamSide& side = m_sides[stream];
    StreamRecord record =
        buildStreamRecord(source, m_lane->call(source.call).facts, m_lane->codecs().name(source.rtp.payload().codec),
            side.impairment, side.quality, mediaOf(stream), side.withProbe, m_rules);
    record.payloads = payloadsOf(source, record, m_lane->codecs());
    record.kind = m_lane->mediaKindOf(source);
    record.secure = m_lane->isSecure(source);
    if (record.kind != MediaKind::Audio) {
        record.jitterBuffer = JitterBufferKind::None;
        record.jitterBufferDelay.reset();
    }
    return record;
}

StreamMonitor::Quality StreamMonitor::qualityOf(std::uint32_t stream) const
{
    const QualitySampler& sampler = m_sides[stream].quality;
    const StoredMedia media = mediaOf(stream);
    return { sampler.mosSum(), sampler.mosCount(), sampler.mosMin(), media.stored, media.notStored, media.notWanted };
}

void StreamMonitor::finish(std::uint32_t stream)
{
    handOver(stream);
    if (!m_lane->stream(stream).rtp.secondIsEmpty())
        closePoint(stream); // the last one is not a whole second
    m_due.disarm(stream);
    m_sink.stream(recordOf(stream));
}

// In stages, as the lane finds its streams: what is read first, then the copies.
void StreamMonitor::media(std::span<const MediaPacket> packets)
{
    for (const MediaPacket& packet : packets)
        __builtin_prefetch(&m_fillers[packet.stream], 1);
    for (const MediaPacket& packet : packets) {
        const std::byte* const datagram = packet.datagram.data();
        prefetchLines(datagram + cacheLine, datagram + packet.datagram.size(), Use::Read); // headers were read already
        if (MediaChunk* const chunk = m_lane->head(packet.stream).chunk; chunk != nullptr) {
            const std::byte* const place = m_fillers[packet.stream].end(*chunk);
            prefetchLines(place, place + MediaChunk::packetHeaderSize + packet.datagram.size(), Use::Write);
        }
    }
    for (const MediaPacket& packet : packets)
        store(packet);
}

void StreamMonitor::store(const MediaPacket& packet)
{
    StreamHead& source = m_lane->head(packet.stream);
    ChunkFiller& filler = m_fillers[packet.stream];
    const RecordedPacket recorded { packet.arrival, packet.uncertainty, packet.wireSize,
        packet.keys != nullptr ? withoutKeys(packet, m_withoutKeys) : packet.datagram };
    if (source.chunk != nullptr) {
        if (packet.arrival - filler.firstArrival() < oneSecond && filler.append(*source.chunk, recorded)) {
            ++m_counters.packetsStored;
            return;
        }
        if (!source.numbered && m_earlyCount == m_early.size())
            return;
        handOver(packet.stream);
    }
    source.chunk = m_spareCount > 0 ? m_spares[--m_spareCount] : m_sink.takeChunk();
    if (source.chunk == nullptr)
        return; // what was counted and not stored, the records say
    filler.begin();
    filler.append(*source.chunk, recorded); // an empty chunk takes any datagram
    ++m_counters.packetsStored;
}

void StreamMonitor::handOver(std::uint32_t stream)
{
    StreamHead& source = m_lane->head(stream);
    if (source.chunk == nullptr)
        return;
    m_fillers[stream].finish(*source.chunk, keyOf(m_lane->stream(stream)));
    m_sides[stream].stored += m_fillers[stream].packets();
    if (source.numbered)
        m_sink.media(source.chunk);
    else if (m_earlyCount < m_early.size())
        m_early[m_earlyCount++] = { stream, source.chunk };
    else
        m_sink.media(source.chunk); // of a stream that is being dropped
    source.chunk = nullptr;
}

void StreamMonitor::handOverEarly(std::uint32_t stream, StreamKey key)
{
    std::size_t kept = 0;
    for (std::size_t i = 0; i < m_earlyCount; ++i) {
        if (m_early[i].stream == stream) {
            m_early[i].chunk->setStream(key);
            m_sink.media(m_early[i].chunk);
        } else {
            m_early[kept++] = m_early[i];
        }
    }
    m_earlyCount = kept;
}

void StreamMonitor::probeLost(Timestamp from, Timestamp to)
{
    if (m_lossCount > 0 && from <= m_losses[m_lossCount - 1].to && from >= m_losses[m_lossCount - 1].from) {
        m_losses[m_lossCount - 1].to = std::max(m_losses[m_lossCount - 1].to, to);
        return;
    }
    if (m_lossCount == m_losses.size()) {
        std::move(m_losses.begin() + 1, m_losses.end(), m_losses.begin());
        --m_lossCount;
    }
    m_losses[m_lossCount++] = { from, to };
}

bool StreamMonitor::probeLostIn(Timestamp begin, Timestamp end) const
{
    const auto losses = std::span(m_losses).first(m_lossCount);
    return std::any_of(
        losses.begin(), losses.end(), [&](const Span& loss) { return loss.from < end && loss.to >= begin; });
}

void StreamMonitor::tick(Timestamp now)
{
    if (now < m_lastTick)
        stepBack(now);
    m_lastTick = now;
    m_due.advance(tickNumber(now), [&](std::uint32_t stream) {
        const Timestamp chunkDue = chunkDueAt(stream, now);
        const Timestamp& endsAt = m_lane->head(stream).secondEndsAt;
        if (endsAt <= now)
            secondPassed(stream, now);
        m_due.arm(stream, tickNumber(std::min(endsAt, chunkDue)));
    });
}

// When the stream's chunk will be a second old; one that is, or that began before the clock stepped back, is handed
// over. Looked at once in each second of the stream, so that media wait for a second and a tick at most.
Timestamp StreamMonitor::chunkDueAt(std::uint32_t stream, Timestamp now)
{
    if (m_lane->head(stream).chunk == nullptr)
        return Timestamp::max();
    const Timestamp begun = m_fillers[stream].firstArrival();
    if (begun <= now && now - begun < oneSecond)
        return begun + oneSecond;
    handOver(stream);
    return Timestamp::max();
}

// Nothing may wait for a time that lies far ahead now.
void StreamMonitor::stepBack(Timestamp now)
{
    m_lossCount = 0;
    m_due.restart(tickNumber(now), [&](std::uint32_t stream) {
        const Timestamp& endsAt = m_lane->head(stream).secondEndsAt;
        if (endsAt > now + oneSecond)
            secondPassed(stream, now);
        m_due.arm(stream, tickNumber(endsAt));
    });
}

}
