#include "shared/base/ip_network.h"

#include <algorithm>
#include <charconv>

namespace callmon {

namespace {

constexpr unsigned mappedBits = 96; // RFC 4291 2.5.5.2

}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    const unsigned most = address->isV4() ? 32 : 128;
    unsigned bits = most;
    if (slash != std::string_view::npos) {
        const std::string_view length = text.substr(slash + 1);
        const auto [end, problem] = std::from_chars(length.data(), length.data() + length.size(), bits);
        if (problem != std::errc() || end != length.data() + length.size() || bits > most)
            return std::nullopt;
    }
    IpNetwork network;
    network.m_bits = address->isV4() ? bits + mappedBits : bits;
    std::array<std::byte, 16> bytes {};
    std::ranges::copy(address->bytes(), bytes.begin());
    for (unsigned i = 0; i < bytes.size(); ++i) {
        const unsigned kept = std::clamp(network.m_bits, i * 8, i * 8 + 8) - i * 8;
        bytes[i] &= std::byte(0xff00U >> kept & 0xff);
    }
    network.m_address = IpAddress::v6(bytes);
    return network;
}

bool IpNetwork::contains(const IpAddress& address) const
{
    const auto ours = m_address.bytes();
    const auto theirs = address.bytes();
    const unsigned whole = m_bits / 8;
    if (!std::equal(ours.begin(), ours.begin() + whole, theirs.begin()))
        return false;
    const unsigned rest = m_bits % 8;
    return rest == 0 || (theirs[whole] & std::byte(0xff00U >> rest & 0xff)) == ours[whole];
}

}
