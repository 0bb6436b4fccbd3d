#include "shared/codecs/heard_packets.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace callmon {

HeardPackets::HeardPackets(const StreamRecord& stream, std::optional<Timestamp> answeredAt, PacketSink sink)
    : m_sink(std::move(sink))
    , m_receiver(stream.clockRate.value == 0 ? nullptr : std::make_unique<PlayoutBuffer>(stream, answeredAt))
{
}

std::uint64_t HeardPackets::discarded() const
{
    return m_discarded;
}

void HeardPackets::add(const OrderedPacket& packet, bool begins)
{
    if (!m_receiver)
        return m_sink(packet, begins);
    if (begins) {
        finish();
        m_receiver->beginRun();
        m_begins = true;
    }
    auto place = m_byArrival.end(); // of those that arrived together the lower number comes first
    while (place != m_byArrival.begin() && m_waiting[*std::prev(place) - m_given].packet.arrival > packet.arrival)
        --place;
    m_byArrival.insert(place, m_given + m_waiting.size());
    m_waiting.push_back({ packet });
    judgeUpTo(packet.sequence - mostMisordered);
}

void HeardPackets::judgeUpTo(std::int64_t sequence)
{
    while (!m_byArrival.empty() && m_waiting[m_byArrival.front() - m_given].packet.sequence <= sequence) {
        Waiting& next = m_waiting[m_byArrival.front() - m_given];
        next.taken = m_receiver->takes(next.packet);
        if (next.taken)
            next.packet.playedAt = m_receiver->playedAt();
        next.judged = true;
        m_byArrival.pop_front();
    }
    for (; !m_waiting.empty() && m_waiting.front().judged; m_waiting.pop_front(), ++m_given) {
        if (m_waiting.front().taken)
            m_sink(m_waiting.front().packet, std::exchange(m_begins, false));
        else
            ++m_discarded;
    }
}

void HeardPackets::finish()
{
    judgeUpTo(std::numeric_limits<std::int64_t>::max());
}

}
