#include "engine/piece_reader.h"

namespace callmon {

namespace {

Transport transportOf(MessageTransport transport)
{
    switch (transport) {
    case MessageTransport::SipSctp:
        return Transport::Sctp;
    case MessageTransport::SipWebSocket:
        return Transport::WebSocket;
    default:
        return Transport::Tcp;
    }
}

}

PieceReader::PieceReader(CallMonitor& monitor, const ReassemblerOptions& options, const LaneDeal& deal)
    : m_monitor(monitor)
    , m_classifier(options.streams.sipPorts, options.streams.skinnyPorts)
    , m_deal(deal)
    , m_reassembler(*this, options)
{
}

void PieceReader::read(const Frame& frame, std::uint64_t sequence)
{
    readAt(frame.bytes.subspan(frame.udp.ip), { frame.arrival, frame.uncertainty, sequence, frame.udp.encapsulation });
}

void PieceReader::readAt(Bytes ip, const PacketStamp& stamp)
{
    const auto parsed = parseIp(ip);
    const auto* const packet = std::get_if<IpPacket>(&parsed);
    if (packet != nullptr && Reassembler::takes(*packet))
        m_reassembler.add(*packet, stamp);
}

void PieceReader::message(const SignallingMessage& message)
{
    Datagram datagram;
    datagram.arrival = message.stamp.arrival;
    datagram.uncertainty = message.stamp.uncertainty;
    datagram.sequence = message.stamp.sequence;
    datagram.flow = message.flow;
    datagram.payload = message.payload;
    datagram.wirePayloadSize = static_cast<std::uint16_t>(message.payload.size());
    datagram.ipSize = message.ipSize;
    datagram.encapsulation = message.stamp.encapsulation;
    if (message.transport == MessageTransport::SkinnyTcp)
        return m_monitor.skinnyMessage(datagram);
    ++m_sip;
    m_monitor.message(datagram, transportOf(message.transport));
}

// What was in fragments may be a tunnel, and what that carries a piece again: of a datagram that this may make whole in
// turn, and so on. Each of them lies where the one before it lay, which nobody reads any more by then.
void PieceReader::datagram(const WholeDatagram& whole)
{
    constexpr int depthAtMost = 4;
    FrameClass found = m_classifier.classify(static_cast<std::uint16_t>(LinkType::RawIp), whole.bytes);
    if (whole.stamp.encapsulation != Encapsulation::None)
        found.udp.encapsulation = whole.stamp.encapsulation; // the outermost
    if (found.kind == FrameKind::Piece) {
        if (m_depth == depthAtMost) {
            ++m_tooDeep;
            return;
        }
        ++m_depth;
        PacketStamp stamp = whole.stamp;
        stamp.encapsulation = found.udp.encapsulation;
        readAt(whole.bytes.subspan(found.udp.ip), stamp);
        --m_depth;
        return;
    }
    ++(found.kind == FrameKind::Drop ? m_otherDatagrams : m_datagrams);
    if (found.kind == FrameKind::Drop)
        return;
    Datagram datagram = datagramOf(whole.bytes, found.udp);
    datagram.arrival = whole.stamp.arrival;
    datagram.uncertainty = whole.stamp.uncertainty;
    datagram.sequence = whole.stamp.sequence;
    if (const std::size_t lane = m_deal.laneOf(whole.bytes, found); lane > 0)
        m_monitor.mediaOfLane(lane, datagram);
    else
        m_monitor.process(std::span(&datagram, 1));
}

std::vector<NamedCounter> PieceReader::counters() const
{
    std::vector<NamedCounter> all { { "fragments", m_reassembler.fragments().counters().fragments },
        { "datagrams_of_fragments", m_datagrams }, { "datagrams_of_fragments_other", m_otherDatagrams },
        { "datagrams_too_deep", m_tooDeep }, { "tcp_segments", m_reassembler.tcp().counters().segments },
        { "sctp_packets", m_reassembler.sctp().counters().packets }, { "sip_messages_reassembled", m_sip } };
    for (const ReassemblyCounter& counter : m_reassembler.counters())
        all.push_back({ counter.name, counter.value });
    return all;
}

}
