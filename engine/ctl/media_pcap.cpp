#include "engine/ctl/media_pcap.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace callmon {

namespace {

constexpr std::size_t udpHeaderSize = 8;
constexpr std::uint8_t udpProtocol = 17;

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

}

std::vector<std::byte> ipAndUdpHeaders(const FlowKey& flow, std::uint16_t wireSize, Bytes datagram)
{
    const bool v4 = flow.src.ip.isV4() && flow.dst.ip.isV4();
    const std::size_t udpSize = udpHeaderSize + wireSize;
    const Bytes source = addressBytes(flow.src.ip, v4);
    const Bytes destination = addressBytes(flow.dst.ip, v4);
    std::vector<std::byte> headers;
    if (v4) { // RFC 791: version and header length, no options, may not be fragmented
        for (const unsigned value : { 0x45u, 0u })
            headers.push_back(std::byte(value));
        putU16(headers, 20 + udpSize);
        for (const unsigned value : { 0u, 0u, 0x40u, 0u, 64u, unsigned { udpProtocol }, 0u, 0u })
            headers.push_back(std::byte(value));
        append(headers, source);
        append(headers, destination);
        const std::uint16_t sum = folded(wordSum(headers));
        headers[10] = std::byte(sum >> 8);
        headers[11] = std::byte(sum & 0xff);
    } else { // RFC 8200
        for (const unsigned value : { 0x60u, 0u, 0u, 0u })
            headers.push_back(std::byte(value));
        putU16(headers, udpSize);
        headers.push_back(std::byte { udpProtocol });
        headers.push_back(std::byte { 64 });
        append(headers, source);
        append(headers, destination);
    }
    const std::size_t udp = headers.size();
    putU16(headers, flow.src.port);
    putU16(headers, flow.dst.port);
    putU16(headers, udpSize);
    putU16(headers, 0);
    if (datagram.size() == wireSize) { // RFC 768: over addresses, protocol, length, header and payload; 0 means none
        std::uint32_t sum = wordSum(destination, wordSum(source)) + udpProtocol + static_cast<std::uint32_t>(udpSize);
        sum = wordSum(datagram, wordSum(Bytes(headers).subspan(udp), sum));
        const std::uint16_t checksum = folded(sum) == 0 ? 0xffff : folded(sum);
        headers[udp + 6] = std::byte(checksum >> 8);
        headers[udp + 7] = std::byte(checksum & 0xff);
    }
    return headers;
}

void MediaPcap::add(const StreamRecord& stream, Bytes chunk)
{
    MediaReader reader(chunk);
    while (const auto packet = reader.next())
        m_packets.push_back({ packet->arrival, stream.flow,
            std::max(packet->wireSize, static_cast<std::uint16_t>(packet->datagram.size())),
            { packet->datagram.begin(), packet->datagram.end() } });
    m_damaged = m_damaged || reader.damaged();
}

Result<void> MediaPcap::write(const std::string& path)
{
    std::stable_sort(
        m_packets.begin(), m_packets.end(), [](const Packet& a, const Packet& b) { return a.arrival < b.arrival; });
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    const auto put = [&](const void* data, std::size_t size) {
        file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
    };
    const FileHeader header;
    put(&header, sizeof header);
    for (const Packet& packet : m_packets) {
        const auto headers = ipAndUdpHeaders(packet.flow, packet.wireSize, packet.datagram);
        const std::int64_t time = nanosecondsSinceEpoch(packet.arrival);
        const PacketHeader each { static_cast<std::uint32_t>(time / 1'000'000'000),
            static_cast<std::uint32_t>(time % 1'000'000'000),
            static_cast<std::uint32_t>(headers.size() + packet.datagram.size()),
            static_cast<std::uint32_t>(headers.size() + packet.wireSize) };
        put(&each, sizeof each);
        put(headers.data(), headers.size());
        put(packet.datagram.data(), packet.datagram.size());
    }
    file.close();
    if (!file)
        return Error { "cannot write " + path + ": " + std::strerror(errno) };
    return {};
}

}
