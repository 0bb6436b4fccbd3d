#include "shared/export/call_pcap.h"

#include "shared/calls/media_chunk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

namespace callmon {

namespace {

constexpr std::size_t udpHeaderSize = 8;
constexpr std::uint8_t udpProtocol = 17;
constexpr std::uint8_t tcpProtocol = 6;
constexpr std::size_t mostPayload = 65535 - 40; // in an IP packet, behind the longer headers

void putU16(std::vector<std::byte>& bytes, std::size_t value)
{
    bytes.push_back(std::byte(value >> 8 & 0xff));
    bytes.push_back(std::byte(value & 0xff));
}

// One's complement sum of 16-bit words, RFC 1071; an odd last byte is padded with zero.
std::uint32_t wordSum(Bytes bytes, std::uint32_t sum = 0)
{
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        sum += std::to_integer<std::uint32_t>(bytes[i]) << 8;
        if (i + 1 < bytes.size())
            sum += std::to_integer<std::uint32_t>(bytes[i + 1]);
    }
    return sum;
}

std::uint16_t folded(std::uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum & 0xffff);
}

Bytes addressBytes(const IpAddress& address, bool v4)
{
    const Bytes all = address.bytes();
    return v4 ? all.last(4) : all;
}

void append(std::vector<std::byte>& to, Bytes bytes)
{
    to.insert(to.end(), bytes.begin(), bytes.end());
}

// The IP header, then `transport` with its checksum put at `checksumAt`: over addresses, protocol, length, header and
// payload. A UDP checksum of 0 means none.
std::vector<std::byte> withIp(const FlowKey& flow, std::uint8_t protocol, std::vector<std::byte> transport,
    std::size_t checksumAt, std::size_t wireSize, Bytes payload)
{
    const bool v4 = flow.src.ip.isV4() && flow.dst.ip.isV4();
    const std::size_t size = transport.size() + wireSize;
    const Bytes source = addressBytes(flow.src.ip, v4);
    const Bytes destination = addressBytes(flow.dst.ip, v4);
    std::vector<std::byte> headers;
    if (v4) { // RFC 791: version and header length, no options, may not be fragmented
        for (const unsigned value : { 0x45u, 0u })
            headers.push_back(std::byte(value));
        putU16(headers, 20 + size);
        for (const unsigned value : { 0u, 0u, 0x40u, 0u, 64u, unsigned { protocol }, 0u, 0u })
            headers.push_back(std::byte(value));
        append(headers, source);
        append(headers, destination);
        const std::uint16_t sum = folded(wordSum(headers));
        headers[10] = std::byte(sum >> 8);
        headers[11] = std::byte(sum & 0xff);
    } else { // RFC 8200
        for (const unsigned value : { 0x60u, 0u, 0u, 0u })
            headers.push_back(std::byte(value));
        putU16(headers, size);
        headers.push_back(std::byte { protocol });
        headers.push_back(std::byte { 64 });
        append(headers, source);
        append(headers, destination);
    }
    if (payload.size() == wireSize) {
        std::uint32_t sum = wordSum(destination, wordSum(source)) + protocol + static_cast<std::uint32_t>(size);
        sum = wordSum(payload, wordSum(transport, sum));
        const std::uint16_t checksum = folded(sum) == 0 && protocol == udpProtocol ? 0xffff : folded(sum);
        transport[checksumAt] = std::byte(checksum >> 8);
        transport[checksumAt + 1] = std::byte(checksum & 0xff);
    }
    append(headers, transport);
    return headers;
}

struct FileHeader { // libpcap's pcap-savefile(5), in the writer's byte order
    std::uint32_t magic = 0xa1b23c4d; // times in nanoseconds
    std::uint16_t major = 2, minor = 4;
    std::int32_t zone = 0;
    std::uint32_t accuracy = 0;
    std::uint32_t snapLength = 262144;
    std::uint32_t linkType = 101; // LINKTYPE_RAW
};
static_assert(sizeof(FileHeader) == 24);

struct PacketHeader {
    std::uint32_t seconds, nanoseconds, captured, original;
};

constexpr std::size_t forgottenAtOnce = std::size_t { 4 } << 20; // bytes
constexpr std::uint64_t toldEach = 4096; // packets

struct Packet {
    Timestamp arrival;
    FlowKey flow;
    bool tcp = false;
    std::uint16_t wireSize = 0;
    Bytes datagram;
};

Packet packetOf(const CallMessage& message)
{
    const Bytes text = std::as_bytes(std::span(message.text)).first(std::min(message.text.size(), mostPayload));
    const std::size_t wireSize = std::clamp<std::size_t>(message.head.wireSize, text.size(), mostPayload);
    return { message.head.arrival, message.head.flow,
        message.head.transport == Transport::Tcp || message.head.transport == Transport::Tls,
        static_cast<std::uint16_t>(wireSize), text };
}

// A stream's packets in the order in which they were recorded, the next one in view.
class StreamPackets {
public:
    explicit StreamPackets(const RecordedStream& recorded)
        : m_recorded(&recorded)
    {
        step();
    }
    const std::optional<RecordedPacket>& next() const { return m_next; } // a view into the recording
    Packet packet() const
    {
        return { m_next->arrival, m_recorded->stream.flow, false,
            std::max(m_next->wireSize, static_cast<std::uint16_t>(m_next->datagram.size())), m_next->datagram };
    }
    void step()
    {
        for (m_next = m_reader.next(); !m_next; m_next = m_reader.next()) {
            m_damaged = m_damaged || m_reader.damaged();
            if (m_piece == m_recorded->pieces.size())
                return;
            const Bytes piece = m_recorded->pieces[m_piece++];
            m_reader = MediaReader(piece);
            m_looked += piece.size();
            m_begun += piece.size();
            if (m_looked >= forgottenAtOnce && m_recorded->forget) {
                m_recorded->forget();
                m_looked = 0;
            }
        }
    }
    bool damaged() const { return m_damaged; }
    std::uint64_t bytesBegun() const { return m_begun; } // of its pieces

private:
    const RecordedStream* m_recorded;
    MediaReader m_reader { Bytes() };
    std::optional<RecordedPacket> m_next;
    std::size_t m_piece = 0; // behind the one that is read
    std::size_t m_looked = 0;
    std::uint64_t m_begun = 0;
    bool m_damaged = false;
};

class PcapWriter {
public:
    explicit PcapWriter(const std::string& path)
        : m_path(path)
        , m_file(path, std::ios::binary | std::ios::trunc)
    {
        const FileHeader header;
        noteFailure();
        put(&header, sizeof header);
    }
    bool isWell() const { return bool(m_file); }
    std::uint64_t packets() const { return m_packets; }

    void add(const Packet& packet)
    {
        std::vector<std::byte> headers;
        if (packet.tcp) {
            const std::uint32_t other = m_sent[{ packet.flow.dst, packet.flow.src }];
            std::uint32_t& own = m_sent[{ packet.flow.src, packet.flow.dst }];
            headers = ipAndTcpHeaders(packet.flow, 1 + own, 1 + other, packet.wireSize, packet.datagram);
            own += packet.wireSize;
        } else {
            headers = ipAndUdpHeaders(packet.flow, packet.wireSize, packet.datagram);
        }
        const std::int64_t time = nanosecondsSinceEpoch(packet.arrival);
        const PacketHeader each { static_cast<std::uint32_t>(time / 1'000'000'000),
            static_cast<std::uint32_t>(time % 1'000'000'000),
            static_cast<std::uint32_t>(headers.size() + packet.datagram.size()),
            static_cast<std::uint32_t>(headers.size() + packet.wireSize) };
        put(&each, sizeof each);
        put(headers.data(), headers.size());
        put(packet.datagram.data(), packet.datagram.size());
        ++m_packets;
    }

    Result<void> finish()
    {
        m_file.close();
        noteFailure();
        if (m_failure != 0)
            return Error { sentence(TR("Engine", "cannot write %1: %2"), m_path, std::strerror(m_failure)) };
        return {};
    }

private:
    void put(const void* data, std::size_t size)
    {
        m_file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
        noteFailure();
    }
    void noteFailure() // the first: closing a file that is not well fails with another
    {
        if (!m_file && m_failure == 0)
            m_failure = errno != 0 ? errno : EIO;
    }

    std::string m_path;
    std::ofstream m_file;
    int m_failure = 0; // errno
    std::map<std::pair<Endpoint, Endpoint>, std::uint32_t> m_sent; // bytes, of each direction of a connection
    std::uint64_t m_packets = 0;
};

}

std::vector<std::byte> ipAndUdpHeaders(const FlowKey& flow, std::uint16_t wireSize, Bytes datagram)
{
    std::vector<std::byte> udp; // RFC 768
    putU16(udp, flow.src.port);
    putU16(udp, flow.dst.port);
    putU16(udp, udpHeaderSize + wireSize);
    putU16(udp, 0);
    return withIp(flow, udpProtocol, std::move(udp), 6, wireSize, datagram);
}

std::vector<std::byte> ipAndTcpHeaders(
    const FlowKey& flow, std::uint32_t sequence, std::uint32_t acknowledged, std::uint16_t wireSize, Bytes segment)
{
    std::vector<std::byte> tcp; // RFC 9293 3.1
    putU16(tcp, flow.src.port);
    putU16(tcp, flow.dst.port);
    for (const std::uint32_t number : { sequence, acknowledged }) {
        putU16(tcp, number >> 16);
        putU16(tcp, number & 0xffff);
    }
    putU16(tcp, 0x5018); // five words of header, PSH and ACK
    putU16(tcp, 0xffff);
    putU16(tcp, 0);
    putU16(tcp, 0);
    return withIp(flow, tcpProtocol, std::move(tcp), 16, wireSize, segment);
}

Result<PcapWritten> writeCallPcap(std::span<const CallMessage> messages, std::span<const RecordedStream> media,
    const std::string& path, const PcapProgress& goesOn)
{
    std::vector<StreamPackets> streams(media.begin(), media.end());
    PcapWriter writer(path);
    for (std::uint64_t step = 0; writer.isWell(); ++step) {
        if (goesOn && step % toldEach == 0) {
            std::uint64_t begun = 0;
            for (const StreamPackets& stream : streams)
                begun += stream.bytesBegun();
            if (!goesOn(begun))
                return Error { sentence(TR("Engine", "given up: %1 is not whole"), path) };
        }
        StreamPackets* earliest = nullptr;
        for (StreamPackets& stream : streams)
            if (stream.next() && (earliest == nullptr || stream.next()->arrival < earliest->next()->arrival))
                earliest = &stream;
        if (!messages.empty() && (earliest == nullptr || messages.front().head.arrival <= earliest->next()->arrival)) {
            writer.add(packetOf(messages.front()));
            messages = messages.subspan(1);
        } else if (earliest != nullptr) {
            writer.add(earliest->packet());
            earliest->step();
        } else {
            break;
        }
    }
    if (auto finished = writer.finish(); !finished)
        return finished.error();
    return PcapWritten { writer.packets(), std::ranges::any_of(streams, &StreamPackets::damaged) };
}

}
