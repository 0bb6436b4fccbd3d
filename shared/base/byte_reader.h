// Bounds-checked cursor over bytes from the network, big-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace callmon {

using Bytes = std::span<const std::byte>;

// A read past the end yields zero, empties the rest and leaves ok() false for good.
class ByteReader {
public:
    explicit ByteReader(Bytes bytes)
        : m_bytes(bytes)
    {
    }

    std::uint8_t u8() { return static_cast<std::uint8_t>(bigEndian(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(bigEndian(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(bigEndian(4)); }
    std::uint64_t u64() { return bigEndian(8); }
    void skip(std::size_t count) { take(count); }
    Bytes take(std::size_t count)
    {
        if (count > m_bytes.size()) {
            m_ok = false;
            m_bytes = {};
            return {};
        }
        const Bytes taken = m_bytes.first(count);
        m_bytes = m_bytes.subspan(count);
        return taken;
    }
    // Keeps only the first count bytes of what is left: for length fields that end before the buffer does.
    void limit(std::size_t count)
    {
        if (count < m_bytes.size())
            m_bytes = m_bytes.first(count);
    }
    Bytes rest() const { return m_bytes; }
    std::size_t left() const { return m_bytes.size(); }
    bool ok() const { return m_ok; }

private:
    std::uint64_t bigEndian(std::size_t count)
    {
        std::uint64_t value = 0;
        for (const std::byte byte : take(count))
            value = value << 8 | std::to_integer<std::uint64_t>(byte);
        return value;
    }

    Bytes m_bytes;
    bool m_ok = true;
};

}
