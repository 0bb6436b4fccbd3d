#include "engine/reassembly/reassembler.h"

#include "engine/reassembly/sip_start_line.h"

#include <algorithm>
#include <random>

namespace callmon {

namespace {

constexpr std::uint8_t tcpProtocol = 6; // IANA "Assigned Internet Protocol Numbers"
constexpr std::uint8_t sctpProtocol = 132;

template <typename Options> Options seeded(Options options, bool drawSeed)
{
    if (drawSeed) {
        std::random_device random;
        options.hashSeed = std::uint64_t { random() } << 32 | random();
    }
    return options;
}

}

Reassembler::Reassembler(SignallingSink& sink, const ReassemblerOptions& options)
    : m_sink(sink)
    , m_sipPorts(options.streams.sipPorts)
    , m_fragments(seeded(options.fragments, options.drawSeed))
    , m_streams(sink, 2 * options.tcp.maxConnections, options.streams)
    , m_tcp(m_streams, seeded(options.tcp, options.drawSeed))
    , m_sctp(*this, seeded(options.sctp, options.drawSeed))
{
    if (options.touchMemory) {
        m_fragments.touch();
        m_streams.touch();
        m_tcp.touch();
        m_sctp.touch();
    }
}

bool Reassembler::takes(const IpPacket& packet)
{
    return packet.isFragment() || packet.protocol == tcpProtocol || packet.protocol == sctpProtocol;
}

void Reassembler::add(const IpPacket& packet, const PacketStamp& stamp)
{
    assert(takes(packet));
    if (!packet.isFragment()) {
        addWhole(packet, stamp);
        return;
    }
    const auto whole = m_fragments.add(packet, stamp);
    if (!whole)
        return;
    if (takes(whole->packet))
        addWhole(whole->packet, stamp);
    else
        m_sink.datagram(*whole);
}

void Reassembler::advance(Timestamp now, std::uint64_t sequence)
{
    m_fragments.expire(now);
    m_tcp.expire(now, sequence);
    m_sctp.expire(now);
}

void Reassembler::addWhole(const IpPacket& packet, const PacketStamp& stamp)
{
    if (packet.protocol == sctpProtocol) {
        m_sctp.add(packet, stamp);
        return;
    }
    const auto segment = parseTcp(packet.payload, packet.wirePayloadSize);
    if (!segment) {
        ++m_malformedTcp;
        return;
    }
    const FlowKey flow { { packet.src, segment->srcPort }, { packet.dst, segment->dstPort } };
    m_tcp.add(flow, *segment, stamp, packet.size);
}

// RFC 4168: a message of SCTP is one of SIP. On other ports its first line has to say so.
void Reassembler::sctpMessage(const FlowKey& flow, Bytes message, const PacketStamp& stamp, std::uint16_t ipSize)
{
    const auto isSipPort = [&](std::uint16_t port) {
        return std::find(m_sipPorts.begin(), m_sipPorts.end(), port) != m_sipPorts.end();
    };
    const std::string_view text(reinterpret_cast<const char*>(message.data()), message.size());
    if (!isSipPort(flow.src.port) && !isSipPort(flow.dst.port) && sipStartLineAt(text) != StartLine::Yes) {
        ++m_sctpNotSip;
        return;
    }
    m_sink.message({ MessageTransport::SipSctp, flow, stamp, message, ipSize });
}

std::array<ReassemblyCounter, Reassembler::counterCount> Reassembler::counters() const
{
    const auto& fragments = m_fragments.counters();
    const auto& tcp = m_tcp.counters();
    const auto& sctp = m_sctp.counters();
    const auto& streams = m_streams.counters();
    const auto& framing = streams.framing;
    return { {
        { "fragments_duplicate", fragments.duplicates },
        { "fragments_overlapping", fragments.overlaps },
        { "fragments_malformed", fragments.malformed },
        { "fragments_cut", fragments.cut },
        { "fragments_of_abandoned", fragments.ofAbandoned },
        { "fragments_refused", fragments.refused },
        { "datagrams_abandoned", fragments.abandoned },
        { "datagrams_timed_out", fragments.timedOut },
        { "tcp_malformed", m_malformedTcp },
        { "tcp_not_signalling", tcp.notWanted },
        { "tcp_retransmitted", tcp.retransmitted },
        { "tcp_holes", tcp.holesSkipped },
        { "tcp_bytes_missing", tcp.bytesMissing },
        { "tcp_restarted", tcp.restarted },
        { "tcp_cut", tcp.cut },
        { "tcp_refused", tcp.refused },
        { "tcp_timed_out", tcp.timedOut },
        { "stream_bytes_skipped", framing.bytesSkipped },
        { "stream_resynchronised", framing.resynchronised },
        { "stream_messages_too_long", framing.tooLong },
        { "stream_messages_incomplete", streams.incomplete },
        { "stream_messages_refused", streams.refused },
        { "stream_messages_without_length", framing.withoutLength },
        { "websocket_not_sip", framing.notSip },
        { "stream_keep_alives", framing.keepAlives },
        { "sctp_malformed", sctp.malformed },
        { "sctp_cut", sctp.cut },
        { "sctp_duplicate", sctp.duplicates },
        { "sctp_incomplete", sctp.incomplete },
        { "sctp_too_long", sctp.tooLong },
        { "sctp_refused", sctp.refused },
        { "sctp_not_sip", m_sctpNotSip },
        { "sctp_timed_out", sctp.timedOut },
    } };
}

}
