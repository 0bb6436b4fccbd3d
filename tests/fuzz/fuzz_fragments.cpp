// Fragments on their way to datagrams. Input, again and again: flags (1 more fragments, 2 IPv6, 4 another protocol, 8
// time passes), id, u16 offset in units of 8 bytes, u16 size, the piece. Whatever comes: a datagram is as long as its
// last fragment said, of bytes that were sent, and memory is all free in the end.
#include "engine/reassembly/fragment_table.h"
#include "tests/fuzz/require.h"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace callmon;
    FragmentOptions options;
    options.maxDatagrams = 8;
    options.maxBytes = 128 * 1024;
    options.maxFragments = 64;
    static FragmentTable table(options); // reserving its memory again for each input would be all the work
    static Timestamp now {};
    ByteReader in(std::as_bytes(std::span(data, size)));
    while (in.left() > 0) {
        const unsigned flags = in.u8();
        IpPacket fragment;
        const bool isV6 = (flags & 2) != 0;
        fragment.src = *IpAddress::parse(isV6 ? "2001:db8::1" : "192.0.2.1");
        fragment.dst = *IpAddress::parse(isV6 ? "2001:db8::2" : "192.0.2.2");
        fragment.protocol = (flags & 4) != 0 ? 132 : 17;
        fragment.fragmentId = in.u8();
        fragment.fragmentOffset = static_cast<std::uint16_t>(8 * (in.u16() & 0x1fff));
        fragment.moreFragments = (flags & 1) != 0;
        fragment.wirePayloadSize = in.u16();
        fragment.payload = in.take(std::min<std::size_t>(fragment.wirePayloadSize, in.left()));
        now += (flags & 8) != 0 ? std::chrono::seconds(20) : std::chrono::milliseconds(1);
        if (!fragment.isFragment())
            continue;
        const auto whole = table.add(fragment, { now });
        require(table.datagramsHeld() <= options.maxDatagrams);
        if (!whole)
            continue;
        require(!whole->packet.isFragment() && whole->packet.src == fragment.src);
        require(whole->packet.payload.size() == whole->packet.wirePayloadSize);
        require(whole->stamp.arrival == now);
        unsigned sum = 0;
        for (const std::byte byte : whole->bytes)
            sum += std::to_integer<unsigned>(byte);
        volatile unsigned sink = sum;
        static_cast<void>(sink);
    }
    now += std::chrono::minutes(2);
    table.expire(now);
    require(table.datagramsHeld() == 0 && table.pagesUsed() == 0);
    const auto& c = table.counters();
    require(c.fragments >= c.duplicates + c.malformed + c.cut + c.ofAbandoned + c.refused);
    return 0;
}
