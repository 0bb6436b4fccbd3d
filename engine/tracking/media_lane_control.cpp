// MediaLane: what signalling tells it of calls, and what becomes of their streams.
#include "engine/tracking/call.h"
#include "engine/tracking/media_lane.h"

#include <algorithm>

namespace callmon {

std::span<const IpAddress> MediaLane::describedHosts(
    std::uint32_t call, std::array<IpAddress, CallMedia::maxAddresses>& hosts) const
{
    std::size_t count = 0;
    for (std::uint32_t i = m_calls[call].addresses; i != noIndex && count < hosts.size(); i = m_media[i].next) {
        if (m_media[i].origin == AddressOrigin::Advertised)
            hosts[count++] = m_media[i].endpoint.ip;
    }
    return std::span(hosts).first(count);
}

std::uint32_t MediaLane::callAt(const Endpoint& endpoint) const
{
    const std::uint32_t address = confirmedAt(endpoint);
    return address != noIndex ? m_media[address].call : noIndex;
}

bool MediaLane::apply(const LaneControl& control)
{
    if (const auto* changed = std::get_if<FactsChanged>(&control.what)) {
        CallMedia& call = m_calls[changed->call];
        if (changed->facts.confirmed && !call.facts.confirmed) {
            for (std::uint32_t i = call.addresses; i != noIndex; i = m_media[i].next)
                changeEpoch(m_media[i].endpoint);
        }
        if (changed->facts.answeredAt && !call.facts.answeredAt) {
            for (std::uint32_t i = call.streams; i != noIndex; i = m_streams[i].next) {
                settled(i).rtp.endEarlyMedia();
                m_streams[i].rtp.beginTimestampSegment(
                    m_heads[i].run); // also when a 183 has described the announcement
            }
        }
        if (changed->facts.recorded && !call.facts.recorded) {
            for (std::uint32_t i = call.streams; i != noIndex; i = m_streams[i].next) {
                m_streams[i].unwanted = settled(i).rtp.sequence().packets();
                m_heads[i].recorded = m_wantsMedia;
            }
        }
        call.facts = changed->facts;
    } else if (const auto* address = std::get_if<AddressAdded>(&control.what)) {
        return add(*address);
    } else if (const auto* described = std::get_if<Described>(&control.what)) {
        for (std::uint32_t i = m_calls[described->call].streams; i != noIndex; i = m_streams[i].next) {
            m_heads[i].payloadType = StreamHead::noPayloadType;
            if (described->firstAnswer) {
                m_streams[i].rtp.beginTimestampSegment(m_heads[i].run);
                m_streams[i].describedAt = described->at;
                m_streams[i].payloads.news = true;
            }
        }
    } else if (const auto* settled = std::get_if<OfferSettled>(&control.what)) {
        m_media.settle(m_calls[settled->call], settled->accepted, settled->at);
        for (std::uint32_t i = m_calls[settled->call].streams; i != noIndex; i = m_streams[i].next)
            m_heads[i].payloadType = StreamHead::noPayloadType;
    } else if (const auto* loss = std::get_if<ProbeLossSeen>(&control.what)) {
        m_listener.probeLost(loss->from, loss->to);
    } else if (const auto* tick = std::get_if<LaneTick>(&control.what)) {
        flush();
        m_waiting.advance(tick->now, m_hash);
        m_listener.tick(tick->now);
    }
    return true;
}

void MediaLane::number(std::uint32_t index, std::uint32_t number)
{
    m_streams[index].number = number;
    m_heads[index].numbered = true;
    --m_calls[m_streams[index].call].unnumbered;
    m_listener.streamNumbered(index);
}

void MediaLane::drop(std::uint32_t index)
{
    const std::uint64_t packets = settled(index).rtp.sequence().packets();
    m_counters.rtpPackets -= packets;
    m_counters.rtpRefused += packets;
    m_counters.notWanted -= packetsNotWanted(index);
    --m_counters.streamsStarted;
    std::uint32_t* link = &m_calls[m_streams[index].call].streams;
    while (*link != index)
        link = &m_streams[*link].next;
    *link = m_streams[index].next;
    --m_calls[m_streams[index].call].unnumbered;
    for (Joined& joined : std::span(&m_joined[0], m_joinedCount)) {
        if (joined.stream == index)
            joined.stream = noIndex;
    }
    m_listener.streamDropped(index);
    release(index);
}

void MediaLane::release(std::uint32_t index)
{
    m_flows.erase(m_hash(m_streams[index].identity), index);
    m_streams.release(index);
}

void MediaLane::removeCall(std::uint32_t index)
{
    for (std::uint32_t stream = m_calls[index].streams; stream != noIndex;) {
        const std::uint32_t next = m_streams[stream].next;
        release(stream);
        stream = next;
    }
    m_media.removeAllOf(m_calls[index]);
    m_calls[index] = CallMedia();
}

void MediaLane::stepBack(Timestamp now)
{
    flush();
    m_waiting.giveUpAll(now);
    for (std::uint32_t call = 0; call < m_calls.capacity(); ++call) {
        for (std::uint32_t i = m_calls[call].streams; i != noIndex; i = m_streams[i].next)
            m_streams[i].rtp.stepBack(m_heads[i].run, now);
    }
}

MediaLane::Counters MediaLane::counters() const
{
    Counters all = m_counters;
    const WaitingMedia::Counters& waiting = m_waiting.counters();
    all.rtpUnbound += waiting.expired;
    all.rtpWaiting = waiting.waiting;
    all.waitExpired = waiting.expired;
    all.waitRefused = waiting.refused;
    all.unboundFlowsRefused = m_waiting.flowsRefused();
    all.meaningsForgotten = m_media.meaningsForgotten();
    all.tableFilledPercent =
        (std::uint64_t { 100 } * m_streams.used() + m_streams.capacity() - 1) / m_streams.capacity();
    return all;
}

void MediaLane::touch()
{
    m_calls.touch();
    m_media.touch();
    m_streams.touch();
    m_heads.touch();
    m_flows.touch();
    m_unnumbered.touch();
    m_waiting.touch();
    m_nobodys.touch();
    m_joined.touch();
}

}
