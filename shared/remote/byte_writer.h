// Writes what ByteReader reads: big-endian fields, one after the other.
#pragma once

#include "shared/base/byte_reader.h"

#include <QByteArray>
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

namespace callmon {

class ByteWriter {
public:
    void u8(std::uint8_t value) { bigEndian<1>(value); }
    void u16(std::uint16_t value) { bigEndian<2>(value); }
    void u32(std::uint32_t value) { bigEndian<4>(value); }
    void u64(std::uint64_t value) { bigEndian<8>(value); }
    void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
    void f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
    void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
    void bytes(Bytes value) { put(value.data(), value.size()); }
    // u16 length, then the text; cut at 65,535 bytes.
    void text(std::string_view value)
    {
        value = value.substr(0, 0xffff);
        u16(static_cast<std::uint16_t>(value.size()));
        put(value.data(), value.size());
    }

    std::size_t size() const { return m_used; }
    // Overwrites four bytes that were written before: for counts known only afterwards.
    void u32At(std::size_t offset, std::uint32_t value)
    {
        const auto raw = bigEndianBytes<4>(value);
        std::memcpy(m_bytes.data() + offset, raw.data(), raw.size());
    }
    QByteArray take()
    {
        m_bytes.truncate(static_cast<qsizetype>(std::exchange(m_used, 0)));
        return std::exchange(m_bytes, {});
    }

private:
    template <std::size_t count> static std::array<char, count> bigEndianBytes(std::uint64_t value)
    {
        std::array<char, count> raw;
        for (std::size_t i = 0; i < count; ++i)
            raw[i] = static_cast<char>(value >> (8 * (count - 1 - i)) & 0xff);
        return raw;
    }
    template <std::size_t count> void bigEndian(std::uint64_t value)
    {
        put(bigEndianBytes<count>(value).data(), count);
    }

    // QByteArray::append() checks and moves so much for each few bytes that it took a fifth of all that serving the
    // live list costs.
    void put(const void* from, std::size_t count)
    {
        if (count == 0)
            return;
        const std::size_t room = static_cast<std::size_t>(m_bytes.size());
        if (room - m_used < count)
            m_bytes.resize(static_cast<qsizetype>(std::max(m_used + count, 2 * room)));
        std::memcpy(m_bytes.data() + m_used, from, count);
        m_used += count;
    }

    QByteArray m_bytes; // of which `m_used` are written
    std::size_t m_used = 0;
};

inline Bytes bytesOf(const QByteArray& array)
{
    return std::as_bytes(std::span(array.constData(), static_cast<std::size_t>(array.size())));
}

}
