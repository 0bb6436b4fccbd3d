// SCTP packets on their way to messages. Input, again and again: a byte (1 the other direction, 16 time passes), u16
// size, the packet. Whatever comes: memory is all free in the end, and nothing is counted twice.
#include "engine/reassembly/sctp_chunk_table.h"
#include "tests/fuzz/require.h"

#include <algorithm>

namespace {

using namespace callmon;

struct Checker : SctpMessageSink {
    Timestamp now {};
    void sctpMessage(const FlowKey&, Bytes message, const PacketStamp& stamp, std::uint16_t) override
    {
        require(!message.empty() && message.size() <= 65'535 && stamp.arrival == now);
        unsigned sum = 0;
        for (const std::byte byte : message)
            sum += std::to_integer<unsigned>(byte);
        volatile unsigned sink = sum;
        static_cast<void>(sink);
    }
};

SctpOptions smallOptions()
{
    SctpOptions options;
    options.maxAssociations = 4;
    options.maxBytes = 32 * 1024;
    options.maxBlocksPerAssociation = 8;
    return options;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Checker sink;
    static SctpChunkTable table(sink, smallOptions());
    if (sink.now > Timestamp {} + std::chrono::hours(1'000'000)) // after many inputs; the table is empty between two
        sink.now = {};
    ByteReader in(std::as_bytes(std::span(data, size)));
    while (in.left() > 0) {
        const unsigned flags = in.u8();
        IpPacket packet;
        packet.protocol = 132;
        packet.src = IpAddress::v4((flags & 1) != 0 ? 2 : 1);
        packet.dst = IpAddress::v4((flags & 1) != 0 ? 1 : 2);
        packet.wirePayloadSize = in.u16();
        packet.payload = in.take(std::min<std::size_t>(packet.wirePayloadSize, in.left()));
        sink.now += (flags & 16) != 0 ? std::chrono::minutes(5) : std::chrono::milliseconds(1);
        table.add(packet, { sink.now });
    }
    sink.now += std::chrono::hours(1);
    table.expire(sink.now);
    require(table.associations() == 0 && table.blocksUsed() == 0);
    const auto& c = table.counters();
    require(c.messages + c.duplicates + c.tooLong <= c.chunks);
    return 0;
}
