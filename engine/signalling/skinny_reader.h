// What every message of Skinny is made of, read with its bounds checked.
#pragma once

#include "engine/signalling/skinny_message.h"
#include "shared/base/byte_reader.h"
#include "shared/base/flow_key.h"

#include <algorithm>
#include <string_view>

namespace callmon {

inline constexpr std::uint32_t firstVersionWithIpv6 = 17;
inline constexpr std::uint32_t firstVersionWithLongNumbers = 18;

// Little-endian; ByteReader is big-endian. `version` is that of the message: it decides how long some fields are.
class SkinnyReader {
public:
    SkinnyReader(Bytes body, std::uint32_t version)
        : m_body(body)
        , m_version(version)
    {
    }

    std::uint32_t number() { return __builtin_bswap32(m_body.u32()); }
    std::uint32_t numberIfThere() { return m_body.left() >= 4 ? number() : 0; }
    std::uint8_t byte() { return m_body.u8(); }
    void skip(std::size_t count) { m_body.skip(count); }
    void skipIfThere(std::size_t count) { m_body.skip(std::min(count, m_body.left())); }
    bool ok() const { return m_body.ok(); }
    std::size_t left() const { return m_body.left(); }

    SkinnyLine line() // two statements: the order of a call's arguments is not said
    {
        SkinnyLine at;
        at.line = numberIfThere();
        at.callReference = numberIfThere();
        return at;
    }
    std::string_view text(std::size_t size)
    {
        const Bytes bytes = m_body.take(size);
        const auto end = std::find(bytes.begin(), bytes.end(), std::byte { 0 });
        return asText(bytes.first(static_cast<std::size_t>(end - bytes.begin())));
    }
    // Up to a zero; one that the message cuts is none. Once nothing is left: empty.
    std::string_view terminatedText()
    {
        const Bytes rest = m_body.rest();
        const auto end = std::find(rest.begin(), rest.end(), std::byte { 0 });
        if (end == rest.end()) {
            skipIfThere(rest.size());
            return {};
        }
        const Bytes bytes = m_body.take(static_cast<std::size_t>(end - rest.begin()));
        m_body.skip(1);
        return asText(bytes);
    }
    // A directory number that something follows: 24 bytes; from version 18 on 25, which some implementations pad to 28.
    std::string_view directoryNumber()
    {
        if (m_version < firstVersionWithLongNumbers)
            return text(24);
        const std::string_view number = text(25);
        const Bytes rest = m_body.rest();
        // What follows is a line or a call, hence not zero in its lower three bytes: else it is padding.
        if (rest.size() >= 3
            && std::all_of(rest.begin(), rest.begin() + 3, [](std::byte b) { return b == std::byte {}; }))
            m_body.skip(3);
        return number;
    }
    IpAddress address()
    {
        if (m_version < firstVersionWithIpv6)
            return v4();
        constexpr std::uint32_t ipv6 = 1;
        const bool isV6 = number() == ipv6;
        const Bytes bytes = m_body.take(16);
        if (bytes.size() != 16)
            return {};
        return isV6 ? IpAddress::v6(bytes.first<16>()) : IpAddress::v4(bytes.first<4>());
    }
    Endpoint endpoint()
    {
        const IpAddress ip = address();
        const std::uint32_t port = number();
        return port <= 0xffff ? Endpoint { ip, static_cast<std::uint16_t>(port) } : Endpoint {};
    }

private:
    static std::string_view asText(Bytes bytes)
    {
        return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
    }
    IpAddress v4()
    {
        const Bytes bytes = m_body.take(4);
        return bytes.size() == 4 ? IpAddress::v4(bytes.first<4>()) : IpAddress();
    }

    ByteReader m_body;
    std::uint32_t m_version;
};

}
