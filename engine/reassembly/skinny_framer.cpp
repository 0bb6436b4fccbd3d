#include "engine/reassembly/skinny_framer.h"

namespace callmon {

namespace {

constexpr std::size_t headerSize = 12;
constexpr std::size_t lengthOffset = 8; // what `length` does not count: itself and the version

// Bytes that are not there yet count as zero.
std::uint32_t little32(Bytes bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i)
        value |= std::to_integer<std::uint32_t>(bytes[at + i]) << 8 * i;
    return value;
}

// A header, or what may become one.
bool looksLikeHeader(Bytes bytes)
{
    // Seen: versions 0 to 22, ids below 0x0160 and 0x8000 to 0x8101, bodies below 2,500 bytes.
    constexpr std::uint32_t shortest = 4; // the id
    constexpr std::uint32_t longest = 8192;
    const std::uint32_t length = little32(bytes, 0);
    return length <= longest && (length >= shortest || bytes.size() < 4) && little32(bytes, 4) <= 0x20
        && little32(bytes, 8) <= 0x8fff;
}

}

Framed SkinnyFramer::next(Bytes bytes, FramingCounters& counters)
{
    if (bytes.empty())
        return {};
    if (!looksLikeHeader(bytes)) {
        counters.resynchronised += m_inStep;
        counters.bytesSkipped += bytes.size();
        m_inStep = false;
        return { Framed::Discard, bytes.size() };
    }
    if (bytes.size() < headerSize)
        return {};
    m_inStep = true;
    const std::size_t size = lengthOffset + little32(bytes, 0);
    if (bytes.size() < size)
        return {};
    ++counters.messages;
    return { Framed::Message, size };
}

}
