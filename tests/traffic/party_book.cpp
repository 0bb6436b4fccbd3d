#include "tests/traffic/party_book.h"

#include <array>
#include <cstdio>
#include <utility>

namespace callmon {

namespace {

constexpr std::uint32_t portPairs = 8000; // per media address
constexpr std::uint64_t callsPerRound = 16 * portPairs; // then further media addresses are used
constexpr std::uint64_t rounds = 8; // 8 * 16 addresses of the carriers fit one octet

constexpr std::array<const char*, 14> names { "José García", "Anna Müller", "Jürgen Groß", "Zoë O'Brien",
    "Сергей Иванов", "田中 花子", "Marie Lefèvre", "Åsa Lindström", "Paul Smith", "Laura Rossi", "Reception", "Sales",
    "Łukasz Wójcik", "Support \\\"Night\\\"" };

constexpr std::array<const char*, 8> prefixes { "+34910", "+34934", "+4930", "+442079460", "+3314", "+120255501",
    "+34654", "+390698" };
constexpr std::array<int, 8> digitsAfter { 6, 6, 8, 3, 7, 2, 6, 6 };

std::string digits(int count, Random& random)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += static_cast<char>('0' + random.below(10));
    return text;
}

std::string publicNumber(Random& random)
{
    const std::size_t i = random.below(prefixes.size());
    return prefixes[i] + digits(digitsAfter[i], random);
}

// 10.20.site.host for the office, 203.0.113.host for the carriers (RFC 5737); 2001:db8::/32 (RFC 3849) in IPv6.
IpAddress address(bool ipv6, bool office, std::uint32_t site, std::uint32_t host)
{
    if (!ipv6)
        return IpAddress::v4(office ? 0x0a140000u | site << 8 | host : 0xcb007100u | host);
    std::array<std::byte, 16> bytes { std::byte { 0x20 }, std::byte { 0x01 }, std::byte { 0x0d }, std::byte { 0xb8 } };
    bytes[5] = std::byte { static_cast<unsigned char>(office ? 0x10 : 0x20) };
    bytes[7] = static_cast<std::byte>(site);
    bytes[15] = static_cast<std::byte>(host);
    return IpAddress::v6(bytes);
}

PartyIdentity officeParty(std::uint64_t index, bool ipv6, Random& random)
{
    const auto site = static_cast<std::uint32_t>(1 + index % 4);
    const auto media = static_cast<std::uint32_t>(20 + index / 4 % 4 + 4 * (index / callsPerRound % rounds));
    const auto port = static_cast<std::uint16_t>(16384 + 2 * (index / 16 % portPairs));
    PartyIdentity party;
    party.number = random.chance(0.5) ? std::to_string(1001 + random.below(900)) : "+34910" + digits(6, random);
    if (random.chance(0.6))
        party.displayName = names[random.below(names.size())];
    party.host = "pbx" + std::to_string(site) + ".example.com";
    party.product = "Sample Exchange 4.2";
    party.signalling = { address(ipv6, true, site, 10), 5060 };
    party.media = { address(ipv6, true, site, media), port };
    return party;
}

PartyIdentity carrierParty(std::uint64_t index, bool ipv6, Random& random)
{
    const auto carrier = static_cast<std::uint32_t>(index / 4 % 2);
    const auto port = static_cast<std::uint16_t>(30000 + 2 * (index / 16 % portPairs));
    PartyIdentity party;
    party.number = publicNumber(random);
    if (random.chance(0.25))
        party.displayName = names[random.below(names.size())];
    party.host = carrier == 0 ? "sip.carrier.example" : "voice.telecom.example";
    party.product = carrier == 0 ? "Carrier-SBC/7.1" : "Telecom Border 2.0";
    party.signalling = { address(ipv6, false, 0, 10 + carrier), 5060 };
    const auto media = static_cast<std::uint32_t>(20 + index % 16 + 16 * (index / callsPerRound % rounds));
    party.media = { address(ipv6, false, 0, media), port };
    return party;
}

}

CallParties makeParties(std::uint64_t callIndex, bool ipv6, Random& random)
{
    CallParties parties { officeParty(callIndex, ipv6, random), carrierParty(callIndex, ipv6, random) };
    if (random.chance(0.5))
        std::swap(parties.caller, parties.callee);
    return parties;
}

}
