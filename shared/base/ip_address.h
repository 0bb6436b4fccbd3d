// IPv4 and IPv6 addresses in one 16-byte value: IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callmon {

class IpAddress {
public:
    constexpr IpAddress() = default; // the unspecified address ::

    static IpAddress v4(std::span<const std::byte, 4> networkOrder);
    static IpAddress v4(std::uint32_t hostOrder);
    static IpAddress v6(std::span<const std::byte, 16> networkOrder);
    // Dotted quad or RFC 4291 text, with or without [brackets]; no zone, no prefix length.
    static std::optional<IpAddress> parse(std::string_view text);

    bool isV4() const;
    bool isUnspecified() const; // :: or 0.0.0.0
    std::string toString() const; // RFC 5952 for IPv6, without brackets
    std::span<const std::byte, 16> bytes() const { return m_bytes; }

    bool operator==(const IpAddress&) const = default;
    auto operator<=>(const IpAddress&) const = default;

private:
    std::array<std::byte, 16> m_bytes {};
};

}
