#include "engine/tracking/tracker.h"

#include <random>

namespace callmon {

namespace {

std::uint64_t seedOf(const TrackerOptions& options)
{
    if (options.hashSeed)
        return *options.hashSeed;
    std::random_device random; // at start only
    return std::uint64_t { random() } << 32 | random();
}

}

Tracker::Tracker(const TrackerOptions& options, TrackerListener& listener, std::span<LaneListener* const> lanes)
    : Tracker(options, seedOf(options), listener, lanes)
{
}

Tracker::Tracker(const TrackerOptions& options, std::uint64_t hashSeed, TrackerListener& listener,
    std::span<LaneListener* const> lanes)
    : m_lanes(options, hashSeed, m_codecs, lanes)
    , m_calls(options, hashSeed, listener, m_lanes)
    , m_sip(options, hashSeed, m_calls, m_codecs)
    , m_skinny(options, hashSeed, m_calls, m_codecs)
{
}

void Tracker::process(std::span<const Datagram> batch)
{
    MediaLane& own = m_lanes[0];
    while (!batch.empty()) {
        const auto some = batch.first(std::min(batch.size(), MediaLane::burst));
        own.lookAhead(some);
        for (std::size_t i = 0; i < some.size(); ++i) {
            const Datagram& datagram = some[i];
            m_lanes.at(datagram.sequence);
            m_calls.observe(datagram.arrival);
            if (own.process(datagram, i) || datagram.payload.data() == nullptr) // a time mark
                continue;
            if (looksLikeRtcp(datagram.payload))
                m_calls.readRtcp(datagram);
            else
                m_sip.read(datagram, Transport::Udp);
        }
        own.flush();
        batch = batch.subspan(some.size());
    }
}

void Tracker::message(const Datagram& message, Transport transport)
{
    m_lanes.at(message.sequence);
    m_calls.observe(message.arrival);
    m_sip.read(message, transport);
}

void Tracker::skinnyMessage(const Datagram& message)
{
    m_lanes.at(message.sequence);
    m_calls.observe(message.arrival);
    m_skinny.read(message);
}

void Tracker::mediaOfLane(std::size_t lane, const Datagram& media)
{
    m_lanes.at(media.sequence);
    m_calls.observe(media.arrival);
    m_lanes.tell(lane, media);
}

void Tracker::reached(std::uint64_t sequence)
{
    m_lanes.at(sequence);
    m_lanes.open();
}

void Tracker::advance(Timestamp now)
{
    if (now > m_calls.now())
        m_calls.observe(now);
}

std::uint64_t Tracker::datagrams() const
{
    const MediaLane::Counters media = m_lanes.counters();
    const SipCalls::Counters& sip = m_sip.counters();
    return sip.messages + sip.malformed + sip.otherDatagrams + media.rtpPackets + media.rtpUnbound + media.rtpRefused
        + media.rtpWaiting + m_calls.rtcpCounters().packets + media.notRtp;
}

std::vector<NamedCounter> Tracker::counters() const
{
    const CallKeeper::Counters& calls = m_calls.counters();
    const SipCalls::Counters& sip = m_sip.counters();
    const MediaLane::Counters media = m_lanes.counters();
    const auto outside = [&](SipMethod method) { return sip.requestsOutside[static_cast<std::size_t>(method)]; };
    const RtcpReports::Counters& rtcp = m_calls.rtcpCounters();
    std::vector<NamedCounter> all { { "sip_messages", sip.messages }, { "sip_malformed", sip.malformed },
        { "rtp_packets", media.rtpPackets }, { "rtp_unbound", media.rtpUnbound }, { "rtp_refused", media.rtpRefused },
        { "rtcp_packets", rtcp.packets }, { "other_datagrams", sip.otherDatagrams + media.notRtp },
        { "rtp_waiting", media.rtpWaiting }, { "rtp_joined_later", media.joinedLater },
        { "rtp_wait_expired", media.waitExpired }, { "rtp_wait_refused", media.waitRefused },
        { "rtp_unbound_flows_refused", media.unboundFlowsRefused }, { "sip_outside_calls", sip.outsideCalls },
        { "sip_repeated", sip.repeated }, { "calls_started", calls.callsStarted }, { "calls_ended", calls.callsEnded },
        { "calls_refused_pool_full", calls.callsRefused }, { "calls_without_invite", calls.callsUnconfirmed },
        { "streams_started", media.streamsStarted }, { "stream_table_percent", media.tableFilledPercent },
        { "media_addresses_refused", calls.mediaAddressesRefused }, { "clock_stepped_back", calls.clockSteppedBack },
        { "sip_over_limits", sip.overLimits }, { "sip_in_unknown_dialogs", sip.unknownDialogs },
        { "sip_registers", outside(SipMethod::Register) }, { "sip_options", outside(SipMethod::Options) },
        { "sip_subscribes", outside(SipMethod::Subscribe) }, { "sip_notifies", outside(SipMethod::Notify) },
        { "sip_publishes", outside(SipMethod::Publish) }, { "sip_text_messages", outside(SipMethod::Message) },
        { "calls_refused_source_rate", sip.sourceRefused }, { "rtcp_unbound", rtcp.unbound },
        { "rtcp_encrypted", rtcp.encrypted }, { "rtcp_malformed", rtcp.malformed }, { "rtcp_reports", rtcp.reports },
        { "rtcp_extended_blocks", rtcp.extendedBlocks }, { "rtcp_delays_implausible", rtcp.delaysImplausible },
        { "rtcp_sources_refused", rtcp.sourcesRefused }, { "sdp_lines_refused", sip.sdpExcess.lines },
        { "sdp_media_refused", sip.sdpExcess.media }, { "sdp_payload_types_refused", sip.sdpExcess.payloadTypes },
        { "sdp_candidates_refused", sip.sdpExcess.candidates },
        { "sdp_payload_meanings_forgotten", media.meaningsForgotten },
        { "rtp_redundancy_unreadable", media.redundancyUnreadable }, { "streams_not_split", media.notSplit } };
    for (const NamedCounter& counter : m_skinny.counters())
        all.push_back(counter);
    return all;
}

}
