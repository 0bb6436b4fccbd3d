// The first byte chooses the link type, the rest is the frame.
#include "engine/packet/decode_frame.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static constexpr std::uint16_t linkTypes[] = { 1, 0, 101, 108, 113, 276, 228, 229, 0xffff };
    if (size == 0)
        return 0;
    const callmon::Bytes frame = std::as_bytes(std::span(data + 1, size - 1));
    callmon::PacketDecoder decoder;
    const auto datagram = decoder.decode(linkTypes[data[0] % std::size(linkTypes)], frame, {}, {});
    std::uint64_t counted = 0;
    for (const auto& counter : decoder.counters())
        counted += counter.value;
    if (counted + decoder.datagrams() != 1)
        std::abort();
    if (!datagram)
        return 0;
    if (datagram->payload.size() > datagram->wirePayloadSize || datagram->wirePayloadSize + 28u > datagram->ipSize)
        std::abort();
    unsigned sum = 0; // reads every byte handed out, for the sanitizer
    for (const std::byte byte : datagram->payload)
        sum += std::to_integer<unsigned>(byte);
    return sum == ~0u ? 1 : 0;
}
