// Writes what ByteReader reads: big-endian fields, one after the other.
#pragma once

#include "shared/base/byte_reader.h"

#include <QByteArray>
#include <bit>
#include <string_view>

namespace callmon {

class ByteWriter {
public:
    void u8(std::uint8_t value) { m_bytes.append(static_cast<char>(value)); }
    void u16(std::uint16_t value) { bigEndian(value, 2); }
    void u32(std::uint32_t value) { bigEndian(value, 4); }
    void u64(std::uint64_t value) { bigEndian(value, 8); }
    void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
    void f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
    void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
    void bytes(Bytes value)
    {
        m_bytes.append(reinterpret_cast<const char*>(value.data()), static_cast<qsizetype>(value.size()));
    }
    // u16 length, then the text; cut at 65,535 bytes.
    void text(std::string_view value)
    {
        value = value.substr(0, 0xffff);
        u16(static_cast<std::uint16_t>(value.size()));
        m_bytes.append(value.data(), static_cast<qsizetype>(value.size()));
    }

    std::size_t size() const { return static_cast<std::size_t>(m_bytes.size()); }
    // Overwrites four bytes that were written before: for counts known only afterwards.
    void u32At(std::size_t offset, std::uint32_t value)
    {
        for (std::size_t i = 0; i < 4; ++i)
            m_bytes[static_cast<qsizetype>(offset + i)] = static_cast<char>(value >> (24 - 8 * i) & 0xff);
    }
    QByteArray take() { return std::exchange(m_bytes, {}); }

private:
    void bigEndian(std::uint64_t value, int count)
    {
        char raw[8] {}; // whole: with sanitizers the compiler believes that append() may read all of it
        for (int i = 0; i < count; ++i)
            raw[i] = static_cast<char>(value >> (8 * (count - 1 - i)) & 0xff);
        m_bytes.append(raw, count);
    }

    QByteArray m_bytes;
};

inline Bytes bytesOf(const QByteArray& array)
{
    return std::as_bytes(std::span(array.constData(), static_cast<std::size_t>(array.size())));
}

}
