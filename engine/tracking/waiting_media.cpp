#include "engine/tracking/waiting_media.h"

#include <algorithm>

namespace callmon {

WaitingMedia::WaitingMedia(const TrackerOptions& options, bool keepsPayload)
    : m_patience(options.signallingPatience)
    , m_keepsPayload(keepsPayload)
    , m_flows(options.maxUnboundFlows)
    , m_table(options.maxUnboundFlows)
    , m_links(options.maxUnboundFlows)
    , m_mask(std::bit_ceil(std::max<std::uint64_t>(options.waitingBytes, 1)) - 1)
    , m_ring(m_mask + 1)
{
}

bool WaitingMedia::add(const Datagram& datagram, const RtpHeader& packet, std::uint64_t hash, std::uint32_t index)
{
    if (index == noIndex) {
        index = m_flows.acquire();
        if (index == noIndex) {
            ++m_flowsRefused;
            ++m_counters.refused;
            return false;
        }
        Flow& flow = m_flows[index];
        flow.identity = { datagram.flow, packet.ssrc };
        flow.seen.flow = datagram.flow;
        flow.seen.ssrc = packet.ssrc;
        flow.seen.firstPacketAt = flow.seen.lastPacketAt = datagram.arrival;
        flow.nextSequence = static_cast<std::uint16_t>(packet.sequence - 1); // no packet's that follows on this one
        m_table.insert(hash, index);
        m_waiting.append(m_links, index);
    }
    Flow& flow = m_flows[index];
    flow.isRtp = flow.isRtp || (flow.seen.packets > 0 && packet.sequence == flow.nextSequence);
    flow.nextSequence = static_cast<std::uint16_t>(packet.sequence + 1);
    flow.seen.payloadType = packet.payloadType;
    flow.seen.lastPacketAt = std::max(flow.seen.lastPacketAt, datagram.arrival);
    ++flow.seen.packets;
    flow.seen.bytes += datagram.ipSize;
    if (flow.givenUp)
        return false;
    if (!keep(flow, datagram, packet)) {
        ++m_counters.refused;
        if (flow.packetsWaiting == 0) // each that waits has its first packet in the ring, in the order of their list
            giveUp(index);
        return false;
    }
    ++flow.packetsWaiting;
    ++m_counters.waiting;
    return true;
}

bool WaitingMedia::keep(Flow& flow, const Datagram& datagram, const RtpHeader& packet)
{
    constexpr std::uint64_t alignment = alignof(Packet);
    const std::size_t kept = m_keepsPayload ? datagram.payload.size() : 0;
    const std::uint64_t size = (sizeof(Packet) + kept + alignment - 1) / alignment * alignment;
    const std::uint64_t toEnd = m_mask + 1 - (m_end & m_mask);
    const std::uint64_t skipped = toEnd < size ? toEnd : 0; // a packet lies in one piece
    const std::uint32_t first = m_waiting.oldest();
    const std::uint64_t begin = first == noIndex || !waits(first) ? m_end : m_flows[first].oldest;
    if (m_end + skipped + size - begin > m_mask + 1)
        return false;
    const std::uint64_t place = m_end + skipped;
    Packet copy { nowhere, datagram, packet };
    copy.datagram.payload = Bytes(at(place) + sizeof(Packet), kept);
    copy.header.payload = {};
    write(place, copy);
    std::copy_n(datagram.payload.begin(), kept, at(place) + sizeof(Packet));
    m_end = place + size;
    if (flow.newest == nowhere) {
        flow.oldest = place;
    } else {
        Packet before = read(flow.newest);
        before.next = place;
        write(flow.newest, before);
    }
    flow.newest = place;
    return true;
}

RtpHeader WaitingMedia::first(std::uint32_t flow, Datagram& datagram)
{
    assert(waits(flow));
    const Packet packet = read(m_flows[flow].oldest);
    datagram = packet.datagram;
    return packet.header;
}

bool WaitingMedia::take(std::uint32_t index, Datagram& datagram, RtpHeader& packet)
{
    Flow& flow = m_flows[index];
    if (flow.packetsWaiting == 0)
        return false;
    const auto oldest = read(flow.oldest);
    datagram = oldest.datagram;
    packet = oldest.header;
    flow.oldest = oldest.next;
    --flow.packetsWaiting;
    --m_counters.waiting;
    return true;
}

void WaitingMedia::giveUp(std::uint32_t index)
{
    Flow& flow = m_flows[index];
    m_counters.waiting -= flow.packetsWaiting;
    m_counters.expired += flow.packetsWaiting;
    flow.packetsWaiting = 0;
    flow.oldest = flow.newest = nowhere;
    flow.givenUp = true;
    m_waiting.remove(m_links, index);
    m_givenUp.append(m_links, index);
}

void WaitingMedia::giveUpAll(Timestamp now)
{
    while (!m_waiting.empty())
        giveUp(m_waiting.oldest());
    m_listedAt = now;
    list();
}

void WaitingMedia::remove(std::uint32_t index, std::uint64_t hash)
{
    const Flow& flow = m_flows[index];
    m_counters.waiting -= flow.packetsWaiting;
    (flow.givenUp ? m_givenUp : m_waiting).remove(m_links, index);
    m_table.erase(hash, index);
    m_flows.release(index);
}

void WaitingMedia::list()
{
    m_listedCount = 0;
    const auto add = [&](const Flow& flow) {
        if (flow.isRtp)
            keepFirst(m_listed, m_listedCount, flow.seen);
    };
    for (std::uint32_t i = m_givenUp.oldest(); i != noIndex; i = m_links[i].after)
        add(m_flows[i]);
    for (std::uint32_t i = m_waiting.oldest(); i != noIndex; i = m_links[i].after)
        add(m_flows[i]);
}

void WaitingMedia::touch()
{
    m_flows.touch();
    m_table.touch();
    m_links.touch();
    m_ring.touch();
}

}
