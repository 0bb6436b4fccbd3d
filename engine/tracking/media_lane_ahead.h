// MediaLane: what lies between a packet and its statistics is asked for before its turn. For media_lane.cpp alone: all
// of this is inlined into process(), the way of every packet.
#pragma once

#include "engine/tracking/call.h"
#include "engine/tracking/media_lane.h"

#include <cassert>
#include <utility>

namespace callmon {

// Three reads, each of which needs the one before, lie between a packet and its statistics: its first bytes, its slot
// in F, its stream. Each is asked for some packets ahead, so that memory works while packets are counted, and never
// for more at once than a core can wait for.
constexpr std::size_t fetchAhead = 8; // packets between one step and the next. bench: tracking_bench

[[gnu::always_inline]] inline void MediaLane::stepAhead(std::size_t position)
{
    if (position + 3 * fetchAhead < m_burst.size())
        __builtin_prefetch(m_burst[position + 3 * fetchAhead].payload.data());
    if (position + 2 * fetchAhead < m_burst.size())
        glance(position + 2 * fetchAhead);
    if (position + fetchAhead < m_burst.size())
        fetchStream(position + fetchAhead);
    if (position + fetchAhead / 4 < m_burst.size())
        fetchRest(position + fetchAhead / 4);
}

[[gnu::always_inline]] inline void MediaLane::glance(std::size_t position)
{
    const Datagram& packet = m_burst[position];
    Seen& seen = m_seen[position];
    seen.glance = glanceAt(packet.payload);
    seen.hash = m_hash(packet.flow, seen.glance.ssrc);
    seen.identity = ShortIdentity(packet.flow, seen.glance.ssrc, seen.hash);
    m_flows.prefetch(seen.hash);
}

[[gnu::always_inline]] inline void MediaLane::fetchStream(std::size_t position)
{
    Seen& seen = m_seen[position];
    seen.stream = m_flows.likely(seen.hash);
    if (seen.stream == noIndex) {
        m_waiting.prefetch(seen.hash);
        m_nobodys.prefetch(seen.hash);
        return;
    }
    const auto* const head = reinterpret_cast<const char*>(&m_heads[seen.stream]);
#pragma GCC unroll 2
    for (std::size_t line = 0; line < sizeof(StreamHead); line += 64)
        __builtin_prefetch(head + line, 1);
    if (!seen.identity.isWhole) [[unlikely]]
        __builtin_prefetch(&m_streams[seen.stream].identity);
}

// A packet that is not as most are needs what those do not touch, and so does the first packet of a second: waited for,
// it would cost more than all the rest. What a packet is, is looked for only while there are such ones.
[[gnu::always_inline]] inline void MediaLane::fetchRest(std::size_t position)
{
    const Seen& seen = m_seen[position];
    if (seen.stream == noIndex) [[unlikely]]
        return;
    const StreamHead& head = m_heads[seen.stream];
    const CallStream& stream = m_streams[seen.stream];
    const auto* bytes = reinterpret_cast<const char*>(&stream);
    if (m_burst[position].arrival >= head.secondEndsAt) [[unlikely]] {
        for (std::size_t line = 0; line < offsetof(CallStream, payloads); line += 64)
            __builtin_prefetch(bytes + line, 1);
        m_listener.secondPasses(seen.stream);
    } else if (m_fetchesRest) [[unlikely]] {
        const std::uint16_t sequence = sequenceOf(seen.glance);
        const bool isNext = head.run.isNext(sequence);
        if (isNext || head.run.isBeyondGap(sequence)) {
            const RtpTicks sent { static_cast<std::uint32_t>(seen.glance.firstWord) };
            if (!isNext)
                __builtin_prefetch(&stream.rtp, 1);
            if (!head.run.isInTime(m_burst[position].arrival, sent, m_rtpRules.buffer)) {
                static_assert(RtpStream::gapBytes == 64 && RtpStream::lateBytes == 128);
                __builtin_prefetch(&stream.rtp, 1);
                __builtin_prefetch(reinterpret_cast<const char*>(&stream.rtp) + 64, 1);
            }
        } else {
            for (std::size_t line = 0; line < offsetof(CallStream, rtp) + RtpStream::outOfStepBytes; line += 64)
                __builtin_prefetch(bytes + line, 1);
        }
    }
}

}
