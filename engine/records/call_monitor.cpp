#include "engine/records/call_monitor.h"

#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

constexpr Nanoseconds oneSecond = std::chrono::seconds(1);
constexpr Nanoseconds reportInterval = std::chrono::seconds(60);
// A stream that is silent for longer than this gives no more points until it is heard again.
constexpr std::uint32_t silentSecondsShown = 5;

}

CallMonitor::CallMonitor(const TrackerOptions& options, RecordSink& sink)
    : m_sink(sink)
    , m_tracker(options, *this)
    , m_sides(options.maxStreams)
    , m_streamLinks(options.maxStreams)
    , m_callLinks(options.maxCalls)
    , m_reportAt(options.maxCalls)
{
    if (options.touchMemory) {
        m_sides.touch();
        m_streamLinks.touch();
        m_callLinks.touch();
        m_reportAt.touch();
    }
}

std::vector<NamedCounter> CallMonitor::counters() const
{
    auto all = m_tracker.counters();
    all.push_back({ "media_packets_stored", m_packetsStored });
    all.push_back({ "media_packets_not_stored", m_packetsNotStored });
    all.push_back({ "quality_points", m_points });
    return all;
}

void CallMonitor::callStarted(std::uint32_t call)
{
    m_dueCalls.append(m_callLinks, call);
    m_reportAt[call] = m_lastTick + reportInterval;
    report(call);
}

void CallMonitor::callChanged(std::uint32_t call)
{
    report(call);
}

void CallMonitor::report(std::uint32_t call)
{
    Call& live = m_tracker.call(call);
    fillCallQuality(live);
    m_sink.liveCall(live.record);
}

void CallMonitor::fillCallQuality(Call& call)
{
    double sum = 0;
    std::uint32_t points = 0;
    std::optional<double> min;
    std::uint64_t notStored = 0;
    for (std::uint32_t i = call.streams; i != noIndex; i = m_tracker.stream(i).next) {
        const StreamSide& side = m_sides[i];
        sum += side.quality.mosSum();
        points += side.quality.mosCount();
        if (const auto mos = side.quality.mosMin(); mos && (!min || *mos < *min))
            min = mos;
        notStored += side.media.notStored;
    }
    call.record.mosMean = points > 0 ? std::optional(sum / points) : std::nullopt;
    call.record.mosMin = min;
    call.record.mediaPacketsNotStored = notStored;
}

void CallMonitor::callEnded(std::uint32_t call)
{
    Call& ending = m_tracker.call(call);
    std::array<std::uint32_t, Call::maxStreams> streams {};
    std::size_t count = 0;
    for (std::uint32_t i = ending.streams; i != noIndex && count < streams.size(); i = m_tracker.stream(i).next)
        streams[count++] = i;
    while (count > 0) // the list begins with the newest
        finishStream(streams[--count]);
    fillCallQuality(ending);
    m_dueCalls.remove(m_callLinks, call);
    m_sink.callEnded(ending.record);
}

void CallMonitor::streamStarted(std::uint32_t stream, Timestamp firstPacket)
{
    ::new (static_cast<void*>(&m_sides[stream])) StreamSide();
    m_tracker.stream(stream).secondEndsAt = firstPacket + oneSecond;
    m_dueStreams.append(m_streamLinks, stream);
}

// Every second that is over gives its point, also without packets, so that gaps show; but not forever.
void CallMonitor::secondPassed(std::uint32_t stream, Timestamp arrival)
{
    Timestamp& endsAt = m_tracker.stream(stream).secondEndsAt;
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

void CallMonitor::closePoint(std::uint32_t stream)
{
    CallStream& source = m_tracker.stream(stream);
    StreamSide& side = m_sides[stream];
    const Timestamp begin = source.secondEndsAt - oneSecond;
    handOver(side); // so that media never wait for longer than a second

    const SecondFigures figures = source.rtp.closeSecond();
    side.silentSeconds = figures.packets > 0 ? 0 : side.silentSeconds + 1;
    const Call& call = m_tracker.call(source.call);
    if (figures.packets == 0 && (side.silentSeconds > silentSecondsShown || call.ended))
        return;
    const std::uint16_t codec = source.rtp.payload().codec;
    if (side.impairmentOf != codec) {
        side.impairmentOf = codec;
        side.impairment = impairmentOf(m_tracker.codecs().name(codec));
    }
    QualityPoint point;
    point.stream = { call.record.key, source.number };
    point.at = begin;
    point.packets = figures.packets;
    point.lost = figures.lost;
    point.duplicates = figures.duplicates;
    point.reordered = figures.reordered;
    const auto asFloat = [](double value) { return std::isfinite(value) ? static_cast<float>(value) : 0.F; };
    point.jitterMs = asFloat(figures.jitter.count());
    point.deltaMaxMs = asFloat(figures.deltaMax.count());
    point.mos = asFloat(side.quality.add(figures, side.impairment, oneWayDelayOf(source, call.record)));
    ++m_points;
    if (figures.packets > 0)
        m_sink.stream(recordOf(stream));
    m_sink.quality(point);
}

StreamRecord CallMonitor::recordOf(std::uint32_t stream)
{
    const CallStream& source = m_tracker.stream(stream);
    const StreamSide& side = m_sides[stream];
    return buildStreamRecord(source, m_tracker.call(source.call).record,
        m_tracker.codecs().name(source.rtp.payload().codec), side.impairment, side.quality, side.media);
}

void CallMonitor::finishStream(std::uint32_t stream)
{
    if (!m_tracker.stream(stream).rtp.secondIsEmpty())
        closePoint(stream); // the last one is not a whole second
    handOver(m_sides[stream]);
    m_dueStreams.remove(m_streamLinks, stream);
    m_sink.stream(recordOf(stream));
}

void CallMonitor::media(std::span<const MediaPacket> packets)
{
    for (const MediaPacket& packet : packets)
        store(packet);
}

void CallMonitor::store(const MediaPacket& packet)
{
    StreamSide& side = m_sides[packet.stream];
    const RecordedPacket recorded { packet.arrival, packet.uncertainty, packet.wireSize, packet.datagram };
    if (side.chunk != nullptr) {
        if (packet.arrival - side.chunk->firstArrival() < oneSecond && side.chunk->append(recorded)) {
            ++side.media.stored;
            ++m_packetsStored;
            return;
        }
        handOver(side);
    }
    side.chunk = m_sink.takeChunk();
    if (side.chunk == nullptr) {
        ++side.media.notStored;
        ++m_packetsNotStored;
        return;
    }
    const CallStream& source = m_tracker.stream(packet.stream);
    side.chunk->clear({ m_tracker.call(source.call).record.key, source.number });
    side.chunk->append(recorded); // an empty chunk takes any datagram
    ++side.media.stored;
    ++m_packetsStored;
}

void CallMonitor::handOver(StreamSide& side)
{
    if (side.chunk == nullptr)
        return;
    m_sink.media(side.chunk);
    side.chunk = nullptr;
}

void CallMonitor::tick(Timestamp now)
{
    if (!m_started) {
        m_started = true;
        m_second = std::chrono::floor<std::chrono::seconds>(now);
    } else if (now < m_lastTick) {
        stepBack(now);
    }
    m_lastTick = now;
    for (std::uint32_t i = m_dueStreams.oldest(); i != noIndex && m_tracker.stream(i).secondEndsAt <= now;
         i = m_dueStreams.oldest()) {
        secondPassed(i, now);
        m_dueStreams.moveToNewest(m_streamLinks, i);
    }
    for (std::uint32_t i = m_dueCalls.oldest(); i != noIndex && m_reportAt[i] <= now; i = m_dueCalls.oldest()) {
        m_reportAt[i] = now + reportInterval;
        m_dueCalls.moveToNewest(m_callLinks, i);
        report(i);
    }
    if (const Timestamp second = std::chrono::floor<std::chrono::seconds>(now); second > m_second) {
        m_second = second;
        m_sink.second(second);
    }
}

// Nothing may wait for a time that lies far ahead now.
void CallMonitor::stepBack(Timestamp now)
{
    for (std::uint32_t i = m_dueStreams.oldest(); i != noIndex; i = m_streamLinks[i].after) {
        if (m_tracker.stream(i).secondEndsAt > now + oneSecond)
            secondPassed(i, now);
    }
    for (std::uint32_t i = m_dueCalls.oldest(); i != noIndex; i = m_callLinks[i].after)
        m_reportAt[i] = std::min(m_reportAt[i], now + reportInterval);
    m_second = std::chrono::floor<std::chrono::seconds>(now);
}

}
