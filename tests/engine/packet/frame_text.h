// Frames written as the RFCs draw them: hex digits, header by header.
#pragma once

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <span>

namespace frame_text {

inline QByteArray hex(const char* text)
{
    return QByteArray::fromHex(text); // skips all but hex digits
}

inline QByteArray big16(std::size_t value)
{
    QByteArray bytes;
    bytes.append(static_cast<char>(value >> 8 & 0xff));
    bytes.append(static_cast<char>(value & 0xff));
    return bytes;
}

inline std::size_t sizeOf(const QByteArray& bytes)
{
    return static_cast<std::size_t>(bytes.size());
}

// RFC 768, without checksum. `length` 0: as long as it is.
inline QByteArray udp(const QByteArray& payload, std::size_t length = 0)
{
    return big16(5060) + big16(5062) + big16(length ? length : 8 + sizeOf(payload)) + hex("0000") + payload;
}

// RFC 791 figure 4: from 192.0.2.1 to 198.51.100.2 (RFC 5737). `flags`: the 16 bits of flags and fragment offset.
inline QByteArray ipv4(const QByteArray& payload, const char* protocol = "11", const char* flags = "4000",
    const QByteArray& options = {}, std::size_t totalLength = 0)
{
    const std::size_t headerSize = 20 + sizeOf(options);
    QByteArray header;
    header.append(static_cast<char>(0x40 | headerSize / 4));
    return header + hex("00") + big16(totalLength ? totalLength : headerSize + sizeOf(payload)) + hex("1234")
        + hex(flags) + hex("40") + hex(protocol) + hex("0000") + hex("c0000201") + hex("c6336402") + options + payload;
}

// RFC 8200 section 3: from 2001:db8::1 to 2001:db8::2 (RFC 3849).
inline QByteArray ipv6(const QByteArray& payload, const char* nextHeader = "11")
{
    return hex("60000000") + big16(sizeOf(payload)) + hex(nextHeader) + hex("40")
        + hex("20010db8000000000000000000000001") + hex("20010db8000000000000000000000002") + payload;
}

inline QByteArray ethernet(const char* etherType, const QByteArray& payload)
{
    return hex("02000000000a 02000000000b") + hex(etherType) + payload;
}

// RFC 768 to a port of a tunnel.
inline QByteArray udpTo(std::size_t port, const QByteArray& payload)
{
    return big16(50'000) + big16(port) + big16(8 + sizeOf(payload)) + hex("0000") + payload;
}

inline std::span<const std::byte> bytes(const QByteArray& array)
{
    return std::as_bytes(std::span(array.data(), static_cast<std::size_t>(array.size())));
}

}
