// TCP segments on their way to messages. Input, again and again: flags (1 the other direction, 2 another connection, 4
// to the port of Skinny, 8 to one of WebSockets, 16 time passes), u16 size, the segment with its header, whose ports
// are put in. Whatever comes: a message lies within its limits, SIP begins with a start line, and memory is all free in
// the end.
#include "engine/reassembly/reassembler.h"
#include "engine/reassembly/sip_start_line.h"
#include "tests/fuzz/require.h"

#include <algorithm>

namespace {

using namespace callmon;

struct Checker : SignallingSink {
    Timestamp now {};
    void message(const SignallingMessage& message) override
    {
        require(!message.payload.empty() && message.payload.size() <= longestMessage);
        require(message.stamp.arrival <= now);
        const std::string_view text(reinterpret_cast<const char*>(message.payload.data()), message.payload.size());
        if (message.transport == MessageTransport::SkinnyTcp)
            require(message.payload.size() >= 12);
        else
            require(sipStartLineAt(text) == StartLine::Yes);
        unsigned sum = 0;
        for (const std::byte byte : message.payload)
            sum += std::to_integer<unsigned>(byte);
        volatile unsigned sink = sum;
        static_cast<void>(sink);
    }
    void datagram(const WholeDatagram&) override { require(false); }
};

ReassemblerOptions smallOptions()
{
    ReassemblerOptions options;
    options.drawSeed = false;
    options.tcp.maxConnections = 4;
    options.tcp.maxBytes = 32 * 1024;
    options.tcp.maxBlocksPerStream = 8;
    options.streams.smallBuffers = 2;
    options.streams.largeBuffers = 2;
    options.streams.webSocketPorts = { 80 };
    return options;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Checker sink;
    static Reassembler reassembler(sink, smallOptions());
    if (sink.now > Timestamp {} + std::chrono::hours(1'000'000)) // after many inputs; the table is empty between two
        sink.now = {};
    ByteReader in(std::as_bytes(std::span(data, size)));
    std::uint64_t sequence = 0;
    while (in.left() > 0) {
        const unsigned flags = in.u8();
        IpPacket packet;
        packet.protocol = 6;
        packet.src = IpAddress::v4(1);
        packet.dst = IpAddress::v4((flags & 2) != 0 ? 3 : 2);
        packet.wirePayloadSize = in.u16();
        const Bytes segment = in.take(std::min<std::size_t>(packet.wirePayloadSize, in.left()));
        std::vector<std::byte> bytes(segment.begin(), segment.end());
        const unsigned port = (flags & 4) != 0 ? 2000 : (flags & 8) != 0 ? 80 : 5060;
        const bool isBack = (flags & 1) != 0;
        if (isBack)
            std::swap(packet.src, packet.dst);
        if (bytes.size() >= 4) {
            const std::size_t at = isBack ? 0 : 2;
            bytes[at] = static_cast<std::byte>(port >> 8);
            bytes[at + 1] = static_cast<std::byte>(port);
            bytes[2 - at] = bytes[3 - at] = std::byte { 9 };
        }
        packet.payload = bytes;
        sink.now += (flags & 16) != 0 ? std::chrono::milliseconds(1500) : std::chrono::milliseconds(1);
        reassembler.add(packet, { sink.now, {}, ++sequence });
    }
    sink.now += std::chrono::hours(2);
    reassembler.advance(sink.now, sequence);
    require(reassembler.tcp().connections() == 0 && reassembler.tcp().blocksUsed() == 0);
    require(reassembler.streams().buffersUsed() == 0);
    return 0;
}
