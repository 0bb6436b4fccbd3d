#include "shared/base/ip_address.h"

#include <algorithm>
#include <arpa/inet.h>

namespace callmon {

namespace {

constexpr std::array<std::byte, 12> v4Prefix = [] {
    std::array<std::byte, 12> prefix {};
    prefix[10] = prefix[11] = std::byte { 0xff };
    return prefix;
}();

// "192.0.2.1", as inet_pton(3) reads it: four numbers up to 255, no digit in front that is not needed.
std::optional<std::uint32_t> dottedV4(std::string_view text)
{
    std::uint32_t address = 0;
    unsigned number = 0;
    unsigned digits = 0;
    unsigned dots = 0;
    for (const char c : text) {
        if (c >= '0' && c <= '9' && !(digits > 0 && number == 0)) {
            number = 10 * number + static_cast<unsigned>(c - '0');
            ++digits;
            if (number > 255)
                return std::nullopt;
        } else if (c == '.' && digits > 0 && dots < 3) {
            address = address << 8 | number;
            number = digits = 0;
            ++dots;
        } else {
            return std::nullopt;
        }
    }
    return dots == 3 && digits > 0 ? std::optional(address << 8 | number) : std::nullopt;
}

}

IpAddress IpAddress::v4(std::span<const std::byte, 4> networkOrder)
{
    IpAddress address;
    std::copy(v4Prefix.begin(), v4Prefix.end(), address.m_bytes.begin());
    std::copy(networkOrder.begin(), networkOrder.end(), address.m_bytes.begin() + v4Prefix.size());
    return address;
}

IpAddress IpAddress::v4(std::uint32_t hostOrder)
{
    const std::array<std::byte, 4> bytes { std::byte(hostOrder >> 24), std::byte(hostOrder >> 16 & 0xff),
        std::byte(hostOrder >> 8 & 0xff), std::byte(hostOrder & 0xff) };
    return v4(std::span<const std::byte, 4>(bytes));
}

IpAddress IpAddress::v6(std::span<const std::byte, 16> networkOrder)
{
    IpAddress address;
    std::copy(networkOrder.begin(), networkOrder.end(), address.m_bytes.begin());
    return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    if (const auto address = dottedV4(text))
        return v4(*address);
    std::array<char, INET6_ADDRSTRLEN> zeroEnded {};
    if (text.size() >= zeroEnded.size() || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::copy(text.begin(), text.end(), zeroEnded.begin());
    std::array<std::byte, 16> bytes {};
    if (inet_pton(AF_INET6, zeroEnded.data(), bytes.data()) == 1)
        return v6(bytes);
    return std::nullopt;
}

bool IpAddress::isV4() const
{
    return std::equal(v4Prefix.begin(), v4Prefix.end(), m_bytes.begin());
}

bool IpAddress::isUnspecified() const
{
    const auto tail = std::span(m_bytes).subspan(isV4() ? v4Prefix.size() : 0);
    return std::all_of(tail.begin(), tail.end(), [](std::byte b) { return b == std::byte {}; });
}

std::string IpAddress::toString() const
{
    std::array<char, INET6_ADDRSTRLEN> text {};
    if (isV4())
        inet_ntop(AF_INET, m_bytes.data() + v4Prefix.size(), text.data(), text.size());
    else
        inet_ntop(AF_INET6, m_bytes.data(), text.data(), text.size());
    return text.data();
}

}
