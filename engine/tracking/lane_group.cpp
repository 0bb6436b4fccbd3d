#include "engine/tracking/lane_group.h"

#include <algorithm>

namespace callmon {

LaneGroup::LaneGroup(const TrackerOptions& options, std::uint64_t hashSeed, const CodecNames& codecs,
    std::span<LaneListener* const> listeners)
    : m_gate(listeners.size())
{
    assert(!listeners.empty() && listeners.size() <= maxLanes);
    for (LaneListener* listener : listeners) {
        m_lanes.push_back(&m_store.emplace_back(options, hashSeed, codecs, *listener));
        if (m_lanes.size() > 1)
            m_told.emplace_back();
        if (options.touchMemory)
            m_lanes.back()->touch();
    }
}

void LaneGroup::process(std::size_t lane, std::span<const Datagram> batch, std::uint64_t end)
{
    MediaLane& own = *m_lanes[lane];
    SpscRing<LaneControl>& controls = m_told[lane - 1].controls;
    while (!batch.empty()) {
        m_gate.done(lane, batch.front().sequence);
        const std::uint64_t watermark = m_gate.enter(batch.front().sequence);
        std::size_t count = 0;
        while (count < batch.size() && count < MediaLane::burst && batch[count].sequence < watermark)
            ++count;
        const auto some = batch.first(count);
        own.lookAhead(some);
        for (std::size_t i = 0; i < some.size(); ++i) {
            while (const LaneControl* control = controls.peek()) {
                if (control->stamp > some[i].sequence)
                    break;
                apply(lane, *control);
                controls.pop();
            }
            own.process(some[i], i);
        }
        own.flush();
        batch = batch.subspan(count);
    }
    m_gate.done(lane, end);
}

bool LaneGroup::tell(LaneControl&& control)
{
    control.stamp = m_sequence;
    for (Told& told : m_told) {
        if (!told.controls.tryPush(control)) {
            gather(); // empties it
            told.controls.tryPush(control);
        }
    }
    return m_lanes[0]->apply(control);
}

void LaneGroup::tell(std::size_t lane, const Datagram& media)
{
    Told& told = m_told[lane - 1];
    if (!told.datagrams.tryPush(1, media, media.payload)) {
        gather();
        told.datagrams.tryPush(1, media, media.payload);
    }
    const LaneControl control { m_sequence, MadeWhole() };
    if (!told.controls.tryPush(control)) {
        gather();
        told.controls.tryPush(control);
    }
}

void LaneGroup::apply(std::size_t lane, const LaneControl& control)
{
    if (!std::holds_alternative<MadeWhole>(control.what)) {
        m_lanes[lane]->apply(control);
        return;
    }
    m_told[lane - 1].datagrams.tryTake([&](std::uint32_t, const std::byte* value) {
        Datagram media;
        std::memcpy(static_cast<void*>(&media), value, sizeof media);
        media.payload = Bytes(value + sizeof media, media.payload.size());
        m_lanes[lane]->processAlone(media);
    });
}

void LaneGroup::gather()
{
    m_lanes[0]->flush();
    if (m_lanes.size() == 1)
        return;
    m_gate.gather(m_sequence);
    for (std::size_t i = 1; i < m_lanes.size(); ++i) {
        while (const LaneControl* control = m_told[i - 1].controls.peek()) {
            apply(i, *control);
            m_told[i - 1].controls.pop();
        }
    }
    readCounters();
}

void LaneGroup::readCounters()
{
    m_counters = {};
    for (std::size_t i = 1; i < m_lanes.size(); ++i)
        m_counters += m_lanes[i]->counters();
}

void LaneGroup::giveUpWaiting(Timestamp now)
{
    for (MediaLane* lane : m_lanes)
        lane->giveUpWaiting(now);
    readCounters();
}

std::size_t LaneGroup::unboundFlows(std::span<UnboundFlow> flows) const
{
    std::size_t count = 0;
    for (const MediaLane* lane : m_lanes) {
        for (const UnboundFlow& flow : lane->unboundFlows())
            keepFirst(flows, count, flow);
    }
    return count;
}

void LaneGroup::setStreamCount(std::uint32_t call, std::uint32_t count)
{
    for (MediaLane* lane : m_lanes)
        lane->setStreamCount(call, count);
}

void LaneGroup::removeCall(std::uint32_t call)
{
    for (MediaLane* lane : m_lanes)
        lane->removeCall(call);
}

void LaneGroup::stepBack(Timestamp now)
{
    for (MediaLane* lane : m_lanes)
        lane->stepBack(now);
}

Timestamp LaneGroup::mediaHeardAt(std::uint32_t call) const
{
    Timestamp heard;
    for (const MediaLane* lane : m_lanes) {
        for (std::uint32_t i = lane->call(call).streams; i != noIndex; i = lane->stream(i).next)
            heard = std::max(heard, lane->stream(i).rtp.lastHeardAt());
    }
    return heard;
}

Timestamp LaneGroup::lastPacketAt(std::uint32_t call) const
{
    Timestamp last = Timestamp::min();
    for (const MediaLane* lane : m_lanes) {
        for (std::uint32_t i = lane->call(call).streams; i != noIndex; i = lane->stream(i).next)
            last = std::max(last, lane->stream(i).rtp.lastPacketAt());
    }
    return last;
}

std::span<const LaneGroup::StreamPlace> LaneGroup::streamsOf(std::uint32_t call, CallStreams& places) const
{
    std::size_t count = 0;
    for (std::size_t lane = 0; lane < m_lanes.size(); ++lane) {
        for (std::uint32_t i = m_lanes[lane]->call(call).streams; i != noIndex; i = m_lanes[lane]->stream(i).next) {
            if (m_lanes[lane]->head(i).numbered)
                places[count++] = { lane, i };
        }
    }
    const auto numberOf = [&](const StreamPlace& at) { return m_lanes[at.lane]->stream(at.index).number; };
    std::sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count),
        [&](const StreamPlace& a, const StreamPlace& b) { return numberOf(a) < numberOf(b); });
    return std::span(places).first(count);
}

MediaLane::Counters LaneGroup::counters() const
{
    MediaLane::Counters all = m_counters;
    all += m_lanes[0]->counters();
    return all;
}

}
