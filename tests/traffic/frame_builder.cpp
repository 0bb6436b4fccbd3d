#include "tests/traffic/frame_builder.h"

#include <bit>
#include <cassert>

namespace callmon {

namespace {

class HeaderWriter {
public:
    explicit HeaderWriter(std::byte* at)
        : m_at(at)
    {
    }
    void u8(unsigned value) { *m_at++ = static_cast<std::byte>(value); }
    void u16(unsigned value)
    {
        u8(value >> 8);
        u8(value & 0xff);
    }
    void u32(std::uint32_t value)
    {
        u16(value >> 16);
        u16(value & 0xffff);
    }
    void bytes(std::span<const std::byte> bytes)
    {
        std::memcpy(m_at, bytes.data(), bytes.size());
        m_at += bytes.size();
    }
    std::byte* at() const { return m_at; }

private:
    std::byte* m_at;
};

// The ones' complement sum of RFC 1071 in the machine's own byte order: eight bytes at a time, carries added at the
// end.
std::uint64_t onesSum(std::span<const std::byte> bytes, std::uint64_t sum = 0)
{
    while (bytes.size() >= 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data(), 4);
        sum += word;
        bytes = bytes.subspan(4);
    }
    std::uint32_t tail = 0; // an odd byte counts as if a zero followed it
    std::memcpy(&tail, bytes.data(), bytes.size());
    return sum + tail;
}

// Folded and complemented; stored as it is in memory, since the sum was taken in memory order (RFC 1071 2.B).
std::uint16_t checksum(std::uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

void storeChecksum(std::byte* at, std::uint16_t value)
{
    std::memcpy(at, &value, 2);
}

std::span<const std::byte> wireBytes(const IpAddress& ip)
{
    return ip.isV4() ? ip.bytes().last(4) : std::span<const std::byte>(ip.bytes());
}

// With the pseudo header of RFC 768, RFC 9293 3.1 and RFC 8200 8.1: addresses, length and protocol, in memory order.
std::uint16_t transportChecksum(const FlowKey& flow, unsigned protocol, std::span<const std::byte> segment)
{
    std::uint64_t sum = onesSum(wireBytes(flow.src.ip));
    sum = onesSum(wireBytes(flow.dst.ip), sum);
    for (const auto word : { static_cast<std::uint16_t>(segment.size()), static_cast<std::uint16_t>(protocol) })
        sum += std::endian::native == std::endian::little ? static_cast<std::uint16_t>((word & 0xffu) << 8 | word >> 8)
                                                          : word;
    return checksum(onesSum(segment, sum));
}

// Locally administered, and of the host's own number: the same host has the same address throughout.
void macOf(HeaderWriter& out, const IpAddress& ip, Side side)
{
    out.u16(side == Side::BeforeRouter ? 0x0200 : 0x0600);
    out.bytes(ip.bytes().last<4>());
}

}

std::byte* FrameBuilder::startOf(bool v4, std::size_t transportHeader)
{
    return m_buffer.data() + maxHeaders - (14u + tagSize() + (v4 ? 20u : 40u) + transportHeader);
}

// Up to the transport header, which with its payload has `length` bytes.
std::byte* FrameBuilder::writeNetwork(
    std::byte* start, const FlowKey& flow, unsigned protocol, unsigned length, Dscp dscp, Side side)
{
    const unsigned hops = side == Side::BeforeRouter ? 62 : 61;
    HeaderWriter out(start);
    macOf(out, flow.dst.ip, side);
    macOf(out, flow.src.ip, side);
    if (m_vlan) {
        out.u16(0x8100);
        out.u16((dscp == Dscp::Voice ? 5u : dscp == Dscp::Signalling ? 3u : 0u) << 13 | *m_vlan);
    }
    const bool v4 = flow.src.ip.isV4();
    out.u16(v4 ? 0x0800 : 0x86dd);
    std::byte* const ip = out.at();
    if (v4) {
        if (side == Side::BeforeRouter)
            ++m_identification;
        out.u8(0x45);
        out.u8(static_cast<unsigned>(dscp) << 2);
        out.u16(20 + length);
        out.u16(m_identification);
        out.u16(0x4000); // do not fragment
        out.u8(hops);
        out.u8(protocol);
        out.u16(0);
    } else {
        out.u32(0x60000000u | static_cast<std::uint32_t>(dscp) << 22);
        out.u16(length);
        out.u8(protocol);
        out.u8(hops);
    }
    out.bytes(wireBytes(flow.src.ip));
    out.bytes(wireBytes(flow.dst.ip));
    if (v4)
        storeChecksum(ip + 10, checksum(onesSum({ ip, 20 })));
    return out.at();
}

std::span<const std::byte> FrameBuilder::build(const FlowKey& flow, std::size_t length, Dscp dscp, Side side)
{
    assert(length <= maxPayload);
    std::byte* const start = startOf(flow.src.ip.isV4(), 8);
    const auto udpLength = static_cast<unsigned>(8 + length);
    std::byte* const udp = writeNetwork(start, flow, 17, udpLength, dscp, side);
    HeaderWriter out(udp);
    out.u16(flow.src.port);
    out.u16(flow.dst.port);
    out.u16(udpLength);
    out.u16(0);
    const std::uint16_t sum = transportChecksum(flow, 17, { udp, udpLength });
    storeChecksum(udp + 6, sum == 0 ? std::uint16_t { 0xffff } : sum); // 0 would mean "none" (RFC 768)
    return { start, udp + udpLength };
}

std::span<const std::byte> FrameBuilder::buildTcp(const FlowKey& flow, std::size_t length, const TcpNumbers& numbers)
{
    assert(length <= maxPayload - 12);
    std::byte* const start = startOf(flow.src.ip.isV4(), 20);
    const auto tcpLength = static_cast<unsigned>(20 + length);
    std::byte* const tcp = writeNetwork(start, flow, 6, tcpLength, Dscp::None, Side::BeforeRouter);
    HeaderWriter out(tcp);
    out.u16(flow.src.port);
    out.u16(flow.dst.port);
    out.u32(numbers.sequence);
    out.u32(numbers.acknowledged);
    out.u16(0x5018); // five words of header; PSH, ACK (RFC 9293 3.1)
    out.u16(0xffff); // window
    out.u32(0);
    storeChecksum(tcp + 16, transportChecksum(flow, 6, { tcp, tcpLength }));
    return { start, tcp + tcpLength };
}

}
