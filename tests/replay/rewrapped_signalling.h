// The signalling of a capture, each message in a packet there, in TCP, SCTP or WebSockets; and any of its packets in
// fragments. What completes a message has the time that the packet had.
#pragma once

#include "tests/replay/wrapped_frame.h"

#include <functional>
#include <map>

namespace callmon::wrapping {

struct TimedPacket {
    Timestamp at;
    std::string ip; // without options or extension headers; of a message alone: the message
    std::size_t order = 0; // among those of the same time
};
using Packets = std::vector<TimedPacket>;

inline std::string withoutHeader(const std::string& ip)
{
    return ip.substr(isV4(ip) ? 20 : 40);
}

inline unsigned word(const std::string& bytes, std::size_t at)
{
    return static_cast<unsigned>(static_cast<unsigned char>(bytes[at])) << 8
        | static_cast<unsigned char>(bytes[at + 1]);
}

// Who sends to whom: addresses and ports as they are on the wire.
struct Path {
    std::string source, destination;
    unsigned srcPort = 0, dstPort = 0;
    auto operator<=>(const Path&) const = default;
    Path back() const { return { destination, source, dstPort, srcPort }; }

    static Path of(const std::string& ip)
    {
        const std::size_t size = isV4(ip) ? 4 : 16;
        const std::size_t at = isV4(ip) ? 12 : 8;
        const std::string transport = withoutHeader(ip);
        return { ip.substr(at, size), ip.substr(at + size, size), word(transport, 0), word(transport, 2) };
    }
    std::string ports() const { return big16(srcPort) + big16(dstPort); }
    std::string packet(unsigned protocol, const std::string& payload) const
    {
        return source.size() == 4 ? ipv4(source, destination, protocol, payload)
                                  : ipv6(source, destination, protocol, payload);
    }
};

// SIP in UDP, or Skinny in TCP without options.
inline bool isSignalling(const std::string& ip)
{
    const Path path = Path::of(ip);
    return path.srcPort == 5060 || path.srcPort == 2000 || path.dstPort == 2000;
}

inline std::string messageIn(const std::string& ip)
{
    const bool isTcp = ip[isV4(ip) ? 9 : 6] == 6;
    return withoutHeader(ip).substr(isTcp ? 20 : 8);
}

// RFC 9293 3.1, with its checksum.
inline std::string tcpPacket(
    const Path& path, unsigned flags, std::uint32_t sequence, std::uint32_t acknowledged, const std::string& payload)
{
    std::string segment = path.ports() + big32(sequence) + big32(acknowledged) + '\x50' + static_cast<char>(flags)
        + big16(65'535) + big16(0) + big16(0) + payload;
    const std::string pseudo = path.source + path.destination + big16(segment.size()) + big16(6);
    segment.replace(16, 2, checksum(pseudo + segment));
    return path.packet(6, segment);
}

// RFC 9260 appendix A.
inline std::uint32_t crc32c(const std::string& bytes)
{
    std::uint32_t crc = 0xffffffff;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    }
    return ~crc;
}

// RFC 9260 3.1; the checksum's bytes are in little-endian order. Each direction of an association has a tag.
inline std::string sctpPacket(const Path& path, const std::string& chunks)
{
    const std::uint32_t tag = crc32c(path.source + path.destination) | 1;
    std::string packet = path.ports() + big32(tag) + big32(0) + chunks;
    packet.replace(8, 4, pieces::little32(crc32c(packet)));
    return path.packet(132, packet);
}

enum class Order : std::uint8_t { Kept, Shuffled };

// Those of one message, or datagram: the last to come has its time, the others a nanosecond less each. `behind`: one of
// the same time on the same way, whose parts come first.
inline void append(Packets& all, const TimedPacket& whole, std::vector<std::string> parts, Order order,
    pieces::Random& random, bool behind = false)
{
    if (order == Order::Shuffled && parts.size() > 1) {
        random.shuffle(parts);
        parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(random.below(parts.size())), parts.front()); // twice
    }
    for (std::size_t i = 0; i < parts.size(); ++i)
        all.push_back({ whole.at - Nanoseconds(behind ? 0 : parts.size() - 1 - i), parts[i], whole.order });
}

inline Packets inOrderOfTime(Packets packets)
{
    std::ranges::stable_sort(packets, {}, [](const TimedPacket& packet) { return std::pair(packet.at, packet.order); });
    return packets;
}

// How a stream is cut. `ahead`: the segment that ends a message holds as much of the next one as well.
struct Cut {
    std::size_t size = 1460;
    std::size_t ahead = 0;
    Order order = Order::Kept;
};

// What a connection carries one way: messages, each with the time of its packet.
using Conversation = std::vector<TimedPacket>;
using Conversations = std::map<Path, Conversation>;

inline void cutIntoSegments(Packets& out, const Path& path, const Conversation& messages, std::uint32_t acknowledged,
    const Cut& cut, std::uint32_t initial)
{
    pieces::Random random(initial);
    std::string stream;
    std::size_t end = 0;
    std::size_t done = 0;
    for (const TimedPacket& message : messages)
        stream += message.ip;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        end += messages[i].ip.size();
        const bool isLast = i + 1 == messages.size();
        const std::size_t ahead = isLast ? 0 : std::min(cut.ahead, messages[i + 1].ip.size() - 1);
        std::vector<std::string> parts;
        while (done < end) {
            std::size_t size = std::min(cut.size, end - done);
            if (done + size == end)
                size += ahead;
            parts.push_back(tcpPacket(
                path, 0x18, initial + static_cast<std::uint32_t>(done), acknowledged, stream.substr(done, size)));
            done += size;
        }
        append(out, messages[i], std::move(parts), cut.order, random, i > 0 && messages[i].at == messages[i - 1].at);
    }
}

// Of each connection the side that sends first opens it (RFC 9293 3.5). `stream`: what a message is in the stream.
inline Packets overTcp(const Packets& plain, const Cut& cut,
    const std::function<std::string(const std::string& message, bool fromClient)>& stream,
    const std::function<std::string(bool fromClient)>& greeting)
{
    Packets out;
    Conversations conversations;
    std::map<Path, Timestamp> clients; // since when
    for (const TimedPacket& packet : plain) {
        if (!isSignalling(packet.ip)) {
            out.push_back(packet);
            continue;
        }
        const Path path = Path::of(packet.ip);
        if (!clients.contains(path.back()))
            clients.try_emplace(path, packet.at);
        conversations[path].push_back(
            { packet.at, stream(messageIn(packet.ip), clients.contains(path)), packet.order });
    }
    constexpr std::uint32_t fromClient = 0xffffff00; // numbers wrap soon
    constexpr std::uint32_t fromServer = 5000;
    constexpr unsigned syn = 0x02, ack = 0x10;
    for (const auto& [path, at] : clients) {
        const Timestamp before = at - std::chrono::microseconds(50);
        const std::string request = greeting(true);
        const std::string answer = greeting(false);
        out.push_back({ before, tcpPacket(path, syn, fromClient - 1, 0, {}) });
        out.push_back({ before, tcpPacket(path.back(), syn | ack, fromServer - 1, fromClient, {}) });
        out.push_back({ before, tcpPacket(path, ack, fromClient, fromServer, {}) });
        const auto requestSize = static_cast<std::uint32_t>(request.size());
        const auto answerSize = static_cast<std::uint32_t>(answer.size());
        if (!request.empty()) {
            out.push_back({ before, tcpPacket(path, 0x18, fromClient, fromServer, request) });
            out.push_back({ before, tcpPacket(path.back(), 0x18, fromServer, fromClient + requestSize, answer) });
        }
        // Acknowledgements stay where they are: what is acknowledged and not seen would be a hole.
        cutIntoSegments(out, path, conversations[path], fromServer + answerSize, cut, fromClient + requestSize);
        cutIntoSegments(
            out, path.back(), conversations[path.back()], fromClient + requestSize, cut, fromServer + answerSize);
    }
    return inOrderOfTime(std::move(out));
}

inline Packets overTcp(const Packets& plain, const Cut& cut)
{
    return overTcp(
        plain, cut, [](const std::string& message, bool) { return message; }, [](bool) { return std::string(); });
}

// RFC 7118: a message is a text frame, from a client masked (RFC 6455 5.3). `fragment`: bytes of it in a frame.
inline Packets overWebSocket(const Packets& plain, const Cut& cut, std::size_t fragment)
{
    const auto frames = [fragment](const std::string& message, bool fromClient) {
        std::string all;
        for (std::size_t at = 0; at < message.size(); at += fragment) {
            const unsigned opcode = at == 0 ? 1 : 0;
            const unsigned last = at + fragment >= message.size() ? 0x80 : 0;
            all += pieces::webSocketFrame(last | opcode, message.substr(at, fragment),
                fromClient ? 0x9e3779b9u + static_cast<std::uint32_t>(at) : 0);
        }
        return all;
    };
    return overTcp(plain, cut, frames,
        [](bool fromClient) { return fromClient ? pieces::webSocketRequest() : pieces::webSocketAnswer(); });
}

// The same connections, at a port that nobody configured.
constexpr unsigned anotherPort = 8088;
inline Packets onAnotherPort(Packets packets)
{
    for (TimedPacket& packet : packets) {
        if (packet.ip[isV4(packet.ip) ? 9 : 6] != 6)
            continue;
        const std::string from = withoutHeader(packet.ip);
        Path path = Path::of(packet.ip);
        for (unsigned* port : { &path.srcPort, &path.dstPort })
            *port = *port == 5060 ? anotherPort : *port;
        std::string segment = path.ports() + from.substr(4);
        segment.replace(16, 2, big16(0));
        const std::string pseudo = path.source + path.destination + big16(segment.size()) + big16(6);
        segment.replace(16, 2, checksum(pseudo + segment));
        packet.ip = path.packet(6, segment);
    }
    return packets;
}

// RFC 4168, RFC 9260 6.9 and 6.10: fragments of `cut.size`, behind each other; the packet that completes a message
// holds the first fragment of the next one, of `cut.ahead` bytes. Unordered, on streams by turns. By I-DATA (RFC
// 8260 2.1) the messages of a direction are numbered from 0 up, and the fragments of each.
enum class SctpPiece : std::uint8_t { Data, IData };
inline Packets overSctp(const Packets& plain, const Cut& cut, unsigned streams, SctpPiece kind = SctpPiece::Data)
{
    Packets out;
    Conversations conversations;
    for (const TimedPacket& packet : plain) {
        if (isSignalling(packet.ip))
            conversations[Path::of(packet.ip)].push_back({ packet.at, messageIn(packet.ip), packet.order });
        else
            out.push_back(packet);
    }
    pieces::Random random(3);
    for (const auto& [path, messages] : conversations) {
        std::uint32_t tsn = 0xfffffff0;
        std::size_t begun = 0; // bytes of this message that came with the one before
        constexpr unsigned first = 2, last = 1, unordered = 4;
        const auto chunk = [&](std::size_t message, std::uint32_t fragment, unsigned flags, const std::string& part) {
            const auto stream = static_cast<std::uint16_t>(message % streams);
            const auto number = static_cast<std::uint32_t>(message);
            return kind == SctpPiece::Data
                ? pieces::dataChunk(tsn++, unordered | flags, part, stream)
                : pieces::iDataChunk(tsn++, unordered | flags, number, fragment, part, stream);
        };
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const std::string& text = messages[i].ip;
            std::vector<std::string> parts;
            std::uint32_t fragment = begun > 0 ? 1 : 0;
            for (std::size_t done = begun; done < text.size();) {
                const std::size_t size = std::min(cut.size, text.size() - done);
                const unsigned flags = (done == 0 ? first : 0) | (done + size == text.size() ? last : 0);
                parts.push_back(chunk(i, fragment++, flags, text.substr(done, size)));
                done += size;
            }
            begun = 0;
            if (cut.ahead > 0 && i + 1 < messages.size()) {
                const std::string& next = messages[i + 1].ip;
                begun = std::min(cut.ahead, next.size() - 1);
                parts.back() += chunk(i + 1, 0, first, next.substr(0, begun));
            }
            for (std::string& part : parts)
                part = sctpPacket(path, part);
            append(out, messages[i], std::move(parts), cut.order, random);
        }
    }
    return inOrderOfTime(std::move(out));
}

// RFC 791 3.2, RFC 8200 4.5: every packet whose payload is longer, in pieces of that many bytes (a multiple of 8).
inline Packets inFragments(const Packets& packets, const Cut& cut)
{
    Packets out;
    pieces::Random random(5);
    std::uint32_t id = 0;
    for (const TimedPacket& packet : packets) {
        const std::string payload = withoutHeader(packet.ip);
        std::vector<std::string> parts;
        ++id;
        for (std::size_t at = 0; at < payload.size(); at += cut.size) {
            const std::string part = payload.substr(at, cut.size);
            const unsigned more = at + cut.size < payload.size() ? 1 : 0;
            const auto units = static_cast<unsigned>(at / 8);
            const auto address = [&](std::size_t from) { return packet.ip.substr(from, isV4(packet.ip) ? 4 : 16); };
            if (isV4(packet.ip))
                parts.push_back(ipv4(address(12), address(16), static_cast<unsigned char>(packet.ip[9]), part,
                    id & 0xffff, more << 13 | units, {}, packet.ip[1]));
            else
                parts.push_back(ipv6(address(8), address(24), 44,
                    std::string { packet.ip[6], '\0' } + big16(units << 3 | more) + big32(id) + part,
                    packet.ip.substr(0, 4)));
        }
        if (parts.size() == 1)
            out.push_back(packet);
        else
            append(out, packet, std::move(parts), cut.order, random);
    }
    return inOrderOfTime(std::move(out));
}

}
