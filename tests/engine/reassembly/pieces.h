// Messages and the pieces that networks carry them in, written as the RFCs draw them; and who collects what comes out.
#pragma once

#include "engine/reassembly/reassembler.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace callmon::pieces {

inline Bytes bytesOf(const std::string& text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string textOf(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

inline Timestamp at(std::int64_t milliseconds)
{
    return Timestamp(std::chrono::seconds(1'700'000'000) + std::chrono::milliseconds(milliseconds));
}

inline PacketStamp stampAt(std::int64_t milliseconds, std::uint64_t sequence = 0)
{
    return { at(milliseconds), Nanoseconds { 0 }, sequence };
}

// The same numbers on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_state(seed * 0x9e3779b97f4a7c15ULL + 1)
    {
    }
    std::size_t below(std::size_t bound)
    {
        m_state ^= m_state << 13; // xorshift64
        m_state ^= m_state >> 7;
        m_state ^= m_state << 17;
        return static_cast<std::size_t>(m_state >> 11) % bound;
    }
    template <typename T> void shuffle(std::vector<T>& values)
    {
        for (std::size_t i = values.size(); i > 1; --i)
            std::swap(values[i - 1], values[below(i)]);
    }

private:
    std::uint64_t m_state;
};

inline std::string big16(std::size_t value)
{
    return { static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff) };
}

inline std::string big32(std::uint32_t value)
{
    return big16(value >> 16) + big16(value & 0xffff);
}

inline std::string little32(std::uint32_t value)
{
    const std::string big = big32(value);
    return { big.rbegin(), big.rend() };
}

// A request of RFC 3261's kind with a body of the given size.
inline std::string sipMessage(int number, std::size_t bodySize, const char* lengthName = "Content-Length")
{
    std::string body;
    while (body.size() < bodySize)
        body += "a=line " + std::to_string(number) + "." + std::to_string(body.size()) + "\r\n";
    body.resize(bodySize);
    return "MESSAGE sip:bob@example.net SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK" + std::to_string(number)
        + "\r\nFrom: <sip:alice@example.net>;tag=1\r\nTo: <sip:bob@example.net>\r\nCall-ID: " + std::to_string(number)
        + "@192.0.2.1\r\nCSeq: 1 MESSAGE\r\n" + lengthName + ": " + std::to_string(bodySize) + "\r\n\r\n" + body;
}

inline std::vector<std::string> sipMessages()
{
    return { sipMessage(1, 0), sipMessage(2, 300), sipMessage(3, 5000, "l"), sipMessage(4, 1),
        "SIP/2.0 200 OK\r\nCall-ID: 5\r\nContent-Length: 3\r\n\r\nabc", sipMessage(6, 60'000), sipMessage(7, 20) };
}

inline std::string joined(const std::vector<std::string>& parts)
{
    std::string all;
    for (const std::string& part : parts)
        all += part;
    return all;
}

inline IpAddress v4Address(std::uint32_t last)
{
    return IpAddress::v4(0xc0000200 + last); // RFC 5737
}

inline IpAddress v6Address(int last)
{
    return *IpAddress::parse("2001:db8::" + std::to_string(last));
}

inline FlowKey flow(std::uint16_t srcPort = 5061, std::uint16_t dstPort = 5060)
{
    return { { v4Address(1), srcPort }, { v4Address(2), dstPort } };
}

inline FlowKey reverse(const FlowKey& key)
{
    return { key.dst, key.src };
}

// RFC 9293 3.1, without checksum.
struct Segment {
    std::uint32_t sequence = 0;
    std::string payload;
    std::string flags = "A"; // S F R A
    std::uint32_t acknowledged = 0;
    std::string text(const FlowKey& key) const
    {
        unsigned bits = 0;
        for (const char flag : flags)
            bits |= flag == 'F' ? 1u : flag == 'S' ? 2u : flag == 'R' ? 4u : 16u;
        return big16(key.src.port) + big16(key.dst.port) + big32(sequence) + big32(acknowledged) + "\x50"
            + static_cast<char>(bits) + big16(65535) + big16(0) + big16(0) + payload;
    }
};

inline IpPacket packet(const FlowKey& key, std::uint8_t protocol, const std::string& payload)
{
    IpPacket ip;
    ip.src = key.src.ip;
    ip.dst = key.dst.ip;
    ip.protocol = protocol;
    ip.payload = bytesOf(payload);
    ip.wirePayloadSize = static_cast<std::uint16_t>(payload.size());
    ip.size = static_cast<std::uint16_t>(payload.size() + 20);
    return ip;
}

// RFC 9260 3.3.1. Flags: 1 E, 2 B, 4 U.
inline std::string dataChunk(std::uint32_t tsn, unsigned flags, const std::string& payload, std::uint16_t stream = 0)
{
    const std::string padding((4 - payload.size() % 4) % 4, '\0');
    return std::string(1, '\0') + static_cast<char>(flags) + big16(16 + payload.size()) + big32(tsn) + big16(stream)
        + big16(0) + big32(0) + payload + padding;
}

// RFC 8260 2.1. `fragment` is the payload protocol of a first fragment.
inline std::string iDataChunk(std::uint32_t tsn, unsigned flags, std::uint32_t message, std::uint32_t fragment,
    const std::string& payload, std::uint16_t stream = 0)
{
    const std::string padding((4 - payload.size() % 4) % 4, '\0');
    return std::string(1, '\x40') + static_cast<char>(flags) + big16(20 + payload.size()) + big32(tsn) + big16(stream)
        + big16(0) + big32(message) + big32(fragment) + payload + padding;
}

inline std::string sctpPacket(const FlowKey& key, const std::string& chunks, std::uint32_t tag = 0x1234)
{
    return big16(key.src.port) + big16(key.dst.port) + big32(tag) + big32(0) + chunks;
}

// RFC 6455 5.2. A mask of 0 is none.
inline std::string webSocketFrame(unsigned firstByte, const std::string& payload, std::uint32_t mask = 0)
{
    const unsigned maskBit = mask != 0 ? 0x80 : 0;
    std::string frame(1, static_cast<char>(firstByte));
    if (payload.size() < 126)
        frame += static_cast<char>(maskBit | payload.size());
    else if (payload.size() <= 0xffff)
        frame += static_cast<char>(maskBit | 126) + big16(payload.size());
    else
        frame += static_cast<char>(maskBit | 127) + big32(0) + big32(static_cast<std::uint32_t>(payload.size()));
    if (mask == 0)
        return frame + payload;
    const std::string key = big32(mask);
    frame += key;
    for (std::size_t i = 0; i < payload.size(); ++i)
        frame += static_cast<char>(payload[i] ^ key[i % 4]);
    return frame;
}

// RFC 7118 4.1.
inline std::string webSocketRequest()
{
    return "GET / HTTP/1.1\r\nHost: sip-ws.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://www.example.com\r\n"
           "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

inline std::string webSocketAnswer()
{
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
}

// The fragments of a payload, `pieceSize` bytes each but the last.
inline std::vector<IpPacket> fragments(const std::string& payload, std::size_t pieceSize, bool isV6 = false,
    std::uint32_t id = 7, std::uint8_t protocol = 17)
{
    std::vector<IpPacket> all;
    for (std::size_t offset = 0; offset < payload.size(); offset += pieceSize) {
        IpPacket ip;
        ip.src = isV6 ? v6Address(1) : v4Address(1);
        ip.dst = isV6 ? v6Address(2) : v4Address(2);
        ip.protocol = protocol;
        ip.fragmentId = id;
        ip.fragmentOffset = static_cast<std::uint16_t>(offset);
        ip.moreFragments = offset + pieceSize < payload.size();
        ip.payload = bytesOf(payload).subspan(offset, std::min(pieceSize, payload.size() - offset));
        ip.wirePayloadSize = static_cast<std::uint16_t>(ip.payload.size());
        ip.size = static_cast<std::uint16_t>(ip.payload.size() + (isV6 ? 48 : 20));
        all.push_back(ip);
    }
    return all;
}

struct Collector : SignallingSink {
    std::vector<std::string> texts;
    std::vector<MessageTransport> transports;
    std::vector<PacketStamp> stamps;
    std::vector<FlowKey> flows;
    std::vector<std::string> datagrams;
    void message(const SignallingMessage& message) override
    {
        texts.push_back(textOf(message.payload));
        transports.push_back(message.transport);
        stamps.push_back(message.stamp);
        flows.push_back(message.flow);
    }
    void datagram(const WholeDatagram& whole) override { datagrams.push_back(textOf(whole.packet.payload)); }
};

// A connection as the monitor sees it.
class Wire {
public:
    explicit Wire(const ReassemblerOptions& options = {})
        : reassembler(collector, options)
    {
    }
    void tcp(const FlowKey& key, const Segment& segment, std::int64_t milliseconds = 0)
    {
        const std::string text = segment.text(key);
        reassembler.add(packet(key, 6, text), stampAt(milliseconds, ++sequence));
    }
    void sctp(const FlowKey& key, const std::string& chunks, std::int64_t milliseconds = 0, std::uint32_t tag = 0x1234)
    {
        const std::string text = sctpPacket(key, chunks, tag);
        reassembler.add(packet(key, 132, text), stampAt(milliseconds, ++sequence));
    }
    std::uint64_t count(std::string_view name) const
    {
        for (const ReassemblyCounter& counter : reassembler.counters())
            if (counter.name == name)
                return counter.value;
        std::abort(); // no such counter
    }

    Collector collector;
    Reassembler reassembler;
    std::uint64_t sequence = 0;
};

}
