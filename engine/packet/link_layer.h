// From a captured frame to its IP packet: the link layers and the tags between.
#pragma once

#include "shared/base/byte_reader.h"

#include <variant>

namespace callmon {

enum class LinkFault { UnknownLinkType, Truncated, NotIp, TooManyTags };

// `linkType` is libpcap's number (https://www.tcpdump.org/linktypes.html): Ethernet with any tags of 802.1Q and
// 802.1ad, raw IP, BSD null and loop, Linux cooked v1 and v2. What is returned begins at the IP header and may hold
// padding behind the packet.
std::variant<Bytes, LinkFault> findIp(std::uint16_t linkType, Bytes frame);

}
