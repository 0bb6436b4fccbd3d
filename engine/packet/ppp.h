// PPP, and PPP over Ethernet.
#pragma once

#include "engine/packet/layer.h"

namespace callmon {

// RFC 1661 section 2; with address and control field (RFC 1662 3.1) or without, the protocol in one byte or in two.
NextLayer behindPpp(Bytes bytes);

// The session stage of RFC 2516 section 4; what its length leaves out is padding.
NextLayer behindPppoe(Bytes bytes);

}
