// A captured frame -> the IP packet that lies innermost, through link layer, tags and tunnels. What ICMP quotes is not
// inside: it is not on its way.
#pragma once

#include "engine/packet/drop_reason.h"
#include "engine/packet/udp_header.h"
#include "shared/base/encapsulation.h"

namespace callmon {

struct InnermostPacket {
    Bytes network; // from its IP header on
    IpPacket ip; // a fragment is not looked into
    UdpHeader udp; // of UDP that is no fragment
    Encapsulation encapsulation = Encapsulation::None; // the outermost
};

// `linkType`: see firstLayer(). Tunnels in tunnels are followed up to a depth; the reason is that of the header that
// could not be passed.
std::variant<InnermostPacket, DropReason> findInnermost(std::uint16_t linkType, Bytes frame);

}
