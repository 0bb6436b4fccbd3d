// RTCP as tests write it: big-endian fields in hexadecimal, blanks between them.
#pragma once

#include "shared/base/byte_reader.h"

#include <QByteArray>

namespace callmon {

inline QByteArray fromHex(const char* text)
{
    return QByteArray::fromHex(QByteArray(text).replace(' ', ""));
}

inline Bytes asBytes(const QByteArray& bytes)
{
    return std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

// RFC 3550 6.4.1, with the values of its figure 2, the round-trip example: the SR was sent at 0xb705:2000 of NTP's
// middle bits, its block says LSR 0xb705:2000 less, DLSR 0x0005:4000.
constexpr const char* senderReport = "81c8000c 11223344 b44db705 20000000 00001f40 00000064 00003e80"
                                     "55667788 40ffffff 0001fffe 00000050 b7052000 00054000";
constexpr const char* receiverReport = "81c90007 55667788 11223344 0d000123 0002000a 000000a0 b7052000 00054000";
constexpr const char* sourceDescription = "81ca0003 11223344 01 04 61406162 00 00";
constexpr const char* goodbye = "81cb0001 11223344";

}
