// IP packets in everything that networks and probes put around them, written as the specifications draw it.
#pragma once

#include "engine/capture/frame.h"
#include "tests/engine/reassembly/pieces.h"

namespace callmon::wrapping {

using namespace std::string_literals;

using pieces::big16;
using pieces::big32;

// RFC 1071, of big-endian words.
inline std::string checksum(std::string bytes)
{
    if (bytes.size() % 2 != 0)
        bytes += '\0';
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2)
        sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << 8
            | static_cast<unsigned char>(bytes[i + 1]);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return big16(~sum & 0xffff);
}

inline bool isV4(const std::string& ip)
{
    return static_cast<unsigned char>(ip[0]) >> 4 == 4;
}

// RFC 791 3.1. Addresses are four bytes; `fragment`: the flags and the offset in units of 8 bytes.
inline std::string ipv4(const std::string& source, const std::string& destination, unsigned protocol,
    const std::string& payload, unsigned id = 1, unsigned fragment = 0, const std::string& options = {},
    char typeOfService = '\0')
{
    const auto words = static_cast<unsigned>(5 + options.size() / 4);
    std::string header = static_cast<char>(0x40 | words) + std::string(1, typeOfService)
        + big16(4 * words + payload.size()) + big16(id) + big16(fragment) + '\x3e' + static_cast<char>(protocol)
        + big16(0) + source + destination + options;
    header.replace(10, 2, checksum(header));
    return header + payload;
}

// RFC 8200 3. Addresses are sixteen bytes.
inline std::string ipv6(const std::string& source, const std::string& destination, unsigned next,
    const std::string& payload, const std::string& classAndLabel = big32(0x60000000))
{
    return classAndLabel + big16(payload.size()) + static_cast<char>(next) + '\x3e' + source + destination + payload;
}

// The ends of a tunnel (RFC 5737, RFC 3849).
inline std::string tunnelV4(unsigned protocol, const std::string& payload, const std::string& options = {})
{
    return ipv4("\xc6\x33\x64\x01", "\xc6\x33\x64\x02", protocol, payload, 7, 0, options);
}

inline std::string tunnelV6(unsigned next, const std::string& payload)
{
    const std::string prefix = std::string("\x20\x01\x0d\xb8\xff\xff", 6) + std::string(9, '\0');
    return ipv6(prefix + '\x01', prefix + '\x02', next, payload);
}

// Without checksum, as tunnels over IPv4 may be (RFC 768).
inline std::string tunnelUdp(unsigned port, const std::string& payload, unsigned srcPort = 49'200)
{
    return tunnelV4(17, big16(srcPort) + big16(port) + big16(8 + payload.size()) + big16(0) + payload);
}

inline unsigned etherTypeOf(const std::string& ip)
{
    return isV4(ip) ? 0x0800 : 0x86dd;
}

inline std::string ethernet(unsigned etherType, const std::string& payload)
{
    return std::string("\x02\0\0\0\0\x0a\x02\0\0\0\0\x0b", 12) + big16(etherType) + payload;
}

inline std::string ethernet(const std::string& ip)
{
    return ethernet(etherTypeOf(ip), ip);
}

// 802.1Q, as many as there are EtherTypes.
inline std::string tagged(const std::vector<unsigned>& tags, const std::string& ip)
{
    std::string inside = big16(etherTypeOf(ip)) + ip;
    for (std::size_t i = tags.size(); i > 1; --i)
        inside = big16(tags[i - 1]) + big16(100 + i) + inside;
    return ethernet(tags.front(), big16(100) + inside);
}

// RFC 3032 2.1: label, bottom of stack, time to live.
inline std::string mpls(unsigned labels, const std::string& payload)
{
    std::string stack;
    for (unsigned i = 1; i <= labels; ++i)
        stack += big32((16 + i) << 12 | (i == labels ? 0x100u : 0u) | 62);
    return stack + payload;
}

// RFC 1661 2, with or without address and control (RFC 1662 3.1), which PPPoE leaves out.
inline std::string ppp(const std::string& ip, bool withAddress)
{
    return (withAddress ? big16(0xff03) : std::string()) + big16(isV4(ip) ? 0x0021 : 0x0057) + ip;
}

// RFC 2516 4.
inline std::string pppoe(const std::string& ip)
{
    const std::string inside = ppp(ip, false);
    return big16(0x1100) + big16(0x0042) + big16(inside.size()) + inside;
}

// RFC 2784 2, RFC 2890 2. The checksum is that of header and payload.
inline std::string gre(unsigned flags, unsigned protocol, const std::string& payload)
{
    std::string options;
    if ((flags & 0x2000) != 0)
        options += big32(99); // key
    if ((flags & 0x1000) != 0)
        options += big32(1); // sequence
    if ((flags & 0x8000) == 0)
        return big16(flags) + big16(protocol) + options + payload;
    std::string packet = big16(flags) + big16(protocol) + big32(0) + options + payload;
    return packet.replace(4, 2, checksum(packet));
}

// RFC 2637 4.1: GRE of version 1 with key (size and call), sequence and acknowledgement.
inline std::string grePpp(const std::string& ip)
{
    const std::string inside = ppp(ip, true);
    return big16(0x3081) + big16(0x880b) + big16(inside.size()) + big16(5) + big32(1) + big32(0) + inside;
}

// draft-foschiano-erspan-03 4.1 to 4.3.
inline std::string erspanI(const std::string& frame)
{
    return gre(0, 0x88be, frame);
}

inline std::string erspanII(const std::string& frame)
{
    return gre(0x1000, 0x88be, big16(0x1000 | 100) + big16(0x1801) + big32(3) + frame);
}

inline std::string erspanIII(const std::string& frame, bool withSubheader)
{
    return gre(0x1000, 0x22eb,
        big16(0x2000 | 100) + big16(1) + big32(12'345) + big16(0) + big16(withSubheader ? 1 : 0)
            + (withSubheader ? big32(0x0c000000) + big32(0) : std::string()) + frame);
}

// RFC 7348 5.
inline std::string vxlan(const std::string& frame)
{
    return big32(0x08000000) + big32(77 << 8) + frame;
}

// RFC 8926 3.4, with an option of 4 bytes of data or none.
inline std::string geneve(unsigned protocol, bool withOption, const std::string& payload)
{
    return big16(withOption ? 0x0200 : 0) + big16(protocol) + big32(77 << 8)
        + (withOption ? big16(0x0103) + big16(0x2001) + big32(4) : std::string()) + payload;
}

// 3GPP TS 29.281 5.1. With an extension header: a PDU session container (TS 38.415 5.5.2).
inline std::string gtpU(const std::string& ip, bool withExtension)
{
    const std::string optional = withExtension ? big16(0) + std::string("\0\x85\x01\x10\x05\0", 6) : std::string();
    return std::string(1, withExtension ? '\x34' : '\x30') + '\xff' + big16(optional.size() + ip.size()) + big32(4711)
        + optional + ip;
}

// RFC 2661 3.1. In full: length, sequence numbers and two bytes of offset.
inline std::string l2tp(const std::string& ip, bool inFull)
{
    const std::string inside = ppp(ip, true);
    if (!inFull)
        return big16(0x0002) + big16(3) + big16(4) + inside;
    return big16(0x4a02) + big16(16 + inside.size()) + big16(3) + big16(4) + big16(1) + big16(0) + big16(2) + big16(0)
        + inside;
}

// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and ..._SLL2.html: to us, Ethernet, six bytes of address.
inline std::string linuxCooked(const std::string& ip)
{
    return big16(0) + big16(1) + big16(6) + std::string("\x02\0\0\0\0\x0b\0\0", 8) + big16(etherTypeOf(ip)) + ip;
}

inline std::string linuxCooked2(const std::string& ip)
{
    return big16(etherTypeOf(ip)) + big16(0) + big32(2) + big16(1) + std::string("\0\x06\x02\0\0\0\0\x0b\0\0", 10) + ip;
}

// LINKTYPE_NULL: the address family in the byte order of the machine that captured; LINKTYPE_LOOP: in that of networks.
inline std::string loopback(const std::string& ip, bool bigEndian)
{
    const std::uint32_t family = isV4(ip) ? 2 : 30;
    return (bigEndian ? big32(family) : pieces::little32(family)) + ip;
}

struct Wrapping {
    const char* name;
    LinkType linkType;
    Encapsulation encapsulation;
    std::string (*frameOf)(const std::string& ip);
};

inline const std::vector<Wrapping>& allWrappings()
{
    using E = Encapsulation;
    using L = LinkType;
    using S = const std::string&;
    static const std::vector<Wrapping> all {
        { "Ethernet", L::Ethernet, E::None, [](S ip) { return ethernet(ip); } },
        { "802.1Q", L::Ethernet, E::None, [](S ip) { return tagged({ 0x8100 }, ip); } },
        { "QinQ", L::Ethernet, E::None,
            [](S ip) {
                return tagged({ 0x88a8, 0x8100 }, ip);
            } },
        { "four tags", L::Ethernet, E::None,
            [](S ip) {
                return tagged({ 0x9100, 0x88a8, 0x8100, 0x8100 }, ip);
            } },
        { "Linux cooked", L::LinuxSll, E::None, linuxCooked },
        { "Linux cooked v2", L::LinuxSll2, E::None, linuxCooked2 },
        { "raw IP", L::RawIp, E::None, [](S ip) { return ip; } },
        { "BSD null", L::Null, E::None, [](S ip) { return loopback(ip, false); } },
        { "BSD null of another byte order", L::Null, E::None, [](S ip) { return loopback(ip, true); } },
        { "OpenBSD loop", L::Loop, E::None, [](S ip) { return loopback(ip, true); } },
        { "MPLS", L::Ethernet, E::Mpls, [](S ip) { return ethernet(0x8847, mpls(1, ip)); } },
        { "MPLS, three labels, tagged", L::Ethernet, E::Mpls,
            [](S ip) { return ethernet(0x8100, big16(9) + big16(0x8847) + mpls(3, ip)); } },
        { "pseudowire", L::Ethernet, E::Mpls, [](S ip) { return ethernet(0x8847, mpls(2, ethernet(ip))); } },
        { "pseudowire with a control word", L::Ethernet, E::Mpls,
            [](S ip) { return ethernet(0x8847, mpls(4, big32(1) + ethernet(ip))); } },
        { "MPLS in IP", L::Ethernet, E::Mpls, [](S ip) { return ethernet(tunnelV4(137, mpls(1, ip))); } },
        { "MPLS over UDP", L::Ethernet, E::Mpls, [](S ip) { return ethernet(tunnelUdp(6635, mpls(1, ip))); } },
        { "PPPoE", L::Ethernet, E::Pppoe, [](S ip) { return ethernet(0x8864, pppoe(ip)); } },
        { "PPPoE, tagged twice", L::Ethernet, E::Pppoe,
            [](S ip) { return ethernet(0x88a8, big16(9) + big16(0x8100) + big16(8) + big16(0x8864) + pppoe(ip)); } },
        { "IP in IPv4", L::Ethernet, E::IpIp, [](S ip) { return ethernet(tunnelV4(isV4(ip) ? 4 : 41, ip)); } },
        { "IP in IPv4 with options", L::Ethernet, E::IpIp,
            [](S ip) { return ethernet(tunnelV4(isV4(ip) ? 4 : 41, ip, "\x94\x04\0\0"s)); } },
        { "IP in IPv6", L::Ethernet, E::IpIp, [](S ip) { return ethernet(tunnelV6(isV4(ip) ? 4 : 41, ip)); } },
        { "IP in IPv6 behind hop-by-hop options", L::Ethernet, E::IpIp,
            [](S ip) {
                return ethernet(tunnelV6(0, std::string(1, isV4(ip) ? '\x04' : '\x29') + "\0\x05\x02\0\0\x01\0"s + ip));
            } },
        { "GRE", L::Ethernet, E::Gre, [](S ip) { return ethernet(tunnelV4(47, gre(0, etherTypeOf(ip), ip))); } },
        { "GRE with all its options, over IPv6", L::Ethernet, E::Gre,
            [](S ip) { return ethernet(tunnelV6(47, gre(0xb000, etherTypeOf(ip), ip))); } },
        { "GRE with PPP", L::Ethernet, E::Gre, [](S ip) { return ethernet(tunnelV4(47, grePpp(ip))); } },
        { "GRE with Ethernet", L::Ethernet, E::Gre,
            [](S ip) { return ethernet(tunnelV4(47, gre(0x2000, 0x6558, ethernet(ip)))); } },
        { "GRE with MPLS", L::Ethernet, E::Gre,
            [](S ip) { return ethernet(tunnelV4(47, gre(0, 0x8847, mpls(1, ip)))); } },
        { "ERSPAN I", L::Ethernet, E::Erspan, [](S ip) { return ethernet(tunnelV4(47, erspanI(ethernet(ip)))); } },
        { "ERSPAN II", L::Ethernet, E::Erspan, [](S ip) { return ethernet(tunnelV4(47, erspanII(ethernet(ip)))); } },
        { "ERSPAN III", L::Ethernet, E::Erspan,
            [](S ip) { return ethernet(tunnelV4(47, erspanIII(ethernet(ip), false))); } },
        { "ERSPAN III with a subheader", L::Ethernet, E::Erspan,
            [](S ip) { return ethernet(tunnelV4(47, erspanIII(tagged({ 0x8100 }, ip), true))); } },
        { "VXLAN", L::Ethernet, E::Vxlan, [](S ip) { return ethernet(tunnelUdp(4789, vxlan(ethernet(ip)))); } },
        { "VXLAN on its old port, tagged inside", L::Ethernet, E::Vxlan,
            [](S ip) { return ethernet(tunnelUdp(8472, vxlan(tagged({ 0x8100 }, ip)))); } },
        { "Geneve with Ethernet", L::Ethernet, E::Geneve,
            [](S ip) { return ethernet(tunnelUdp(6081, geneve(0x6558, false, ethernet(ip)))); } },
        { "Geneve with IP and an option", L::Ethernet, E::Geneve,
            [](S ip) { return ethernet(tunnelUdp(6081, geneve(etherTypeOf(ip), true, ip))); } },
        { "GTP-U", L::Ethernet, E::GtpU, [](S ip) { return ethernet(tunnelUdp(2152, gtpU(ip, false))); } },
        { "GTP-U with an extension header", L::Ethernet, E::GtpU,
            [](S ip) { return ethernet(tunnelUdp(2152, gtpU(ip, true))); } },
        { "L2TP", L::Ethernet, E::L2tp, [](S ip) { return ethernet(tunnelUdp(1701, l2tp(ip, false))); } },
        { "L2TP in full, from its port", L::Ethernet, E::L2tp,
            [](S ip) { return ethernet(tunnelUdp(49'300, l2tp(ip, true), 1701)); } },
        { "GTP-U in VXLAN in ERSPAN", L::Ethernet, E::Erspan,
            [](S ip) {
                return ethernet(tunnelV4(
                    47, erspanII(ethernet(tunnelUdp(4789, vxlan(ethernet(tunnelUdp(2152, gtpU(ip, false)))))))));
            } },
    };
    return all;
}

}
