#include "shared/codecs/packet_order.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace callmon {

namespace {

constexpr std::int32_t maxDropout = 3000; // RFC 3550 A.1: further ahead is another numbering

std::int32_t distance(std::uint16_t from, std::uint16_t to)
{
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(to - from));
}

}

bool isNearInSequence(std::uint16_t highest, std::uint16_t sequence)
{
    const std::int32_t ahead = distance(highest, sequence);
    return ahead < maxDropout && ahead > -mostMisordered;
}

void PacketSequencer::add(const OrderedPacket& packet)
{
    if (m_jumped) {
        const OrderedPacket jumped = *std::exchange(m_jumped, std::nullopt);
        if (jumped.rtp.ssrc == packet.rtp.ssrc && isNearInSequence(jumped.rtp.sequence, packet.rtp.sequence))
            put(jumped, true);
        else
            ++m_strays;
    }
    const bool begins = m_ssrc != packet.rtp.ssrc;
    if (begins || isNearInSequence(static_cast<std::uint16_t>(m_highest), packet.rtp.sequence)) {
        m_ssrc = packet.rtp.ssrc;
        put(packet, begins);
    } else {
        m_jumped = packet; // RFC 3550 A.1: a jump is believed when the next packet follows it
    }
}

void PacketSequencer::put(OrderedPacket packet, bool begins)
{
    if (begins) {
        giveUpTo(std::numeric_limits<std::int64_t>::max());
        m_begins = true;
        m_highest = packet.rtp.sequence;
        packet.sequence = m_highest;
    } else {
        packet.sequence = m_highest + distance(static_cast<std::uint16_t>(m_highest), packet.rtp.sequence);
        m_highest = std::max(m_highest, packet.sequence);
    }
    auto place = m_waiting.end();
    while (place != m_waiting.begin() && std::prev(place)->sequence > packet.sequence)
        --place;
    if (place == m_waiting.begin() || std::prev(place)->sequence != packet.sequence) // of duplicates the first stays
        m_waiting.insert(place, packet);
    giveUpTo(m_highest - mostMisordered);
}

void PacketSequencer::giveUpTo(std::int64_t sequence)
{
    while (!m_waiting.empty() && m_waiting.front().sequence <= sequence) {
        m_sink(m_waiting.front(), std::exchange(m_begins, false));
        m_waiting.pop_front();
    }
}

void PacketSequencer::finish()
{
    if (std::exchange(m_jumped, std::nullopt))
        ++m_strays;
    giveUpTo(std::numeric_limits<std::int64_t>::max());
}

}
