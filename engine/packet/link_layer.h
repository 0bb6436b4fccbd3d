// From a captured frame to what its link layer carries.
#pragma once

#include "engine/packet/layer.h"

namespace callmon {

// `linkType` is libpcap's number (https://www.tcpdump.org/linktypes.html): Ethernet, raw IP, BSD null and loop, Linux
// cooked v1 and v2.
NextLayer firstLayer(std::uint16_t linkType, Bytes frame);

// A frame that begins with its addresses (IEEE 802.3 3.1.1), and no check sequence behind it.
NextLayer behindEthernet(Bytes frame);

// `tagged` begins behind the EtherType of its first tag: what lies behind the last one of 802.1Q and 802.1ad.
NextLayer behindTags(Layer tagged);

}
