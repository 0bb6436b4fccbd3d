// What a packet was wrapped in on the wire.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace callmon {

// Of several tunnels one in another, the outermost. VLAN tags and link layers are none.
enum class Encapsulation : std::uint8_t {
    None,
    Mpls, // RFC 3032; also over UDP (RFC 7510)
    Pppoe, // RFC 2516
    IpIp, // RFC 2003, RFC 4213, RFC 2473: IP directly in IP, of any version
    Gre, // RFC 2784, RFC 2890; also with PPP or Ethernet in it
    Erspan, // I, II, III: mirrored Ethernet in GRE
    Vxlan, // RFC 7348
    Geneve, // RFC 8926
    GtpU, // 3GPP TS 29.281
    L2tp, // RFC 2661
};

// Lower-case words of the CSV and command-line contract; empty for none.
constexpr std::string_view toText(Encapsulation encapsulation)
{
    constexpr std::array<std::string_view, 10> texts { "", "mpls", "pppoe", "ipip", "gre", "erspan", "vxlan", "geneve",
        "gtpu", "l2tp" };
    return texts[static_cast<std::size_t>(encapsulation)];
}

}
