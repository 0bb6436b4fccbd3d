// GRE, and what mirrors send in it.
#pragma once

#include "engine/packet/layer.h"

namespace callmon {

// RFC 2784 with key and sequence number (RFC 2890), and PPTP's version 1 (RFC 2637 section 4.1). ERSPAN I, II and III
// as in draft-foschiano-erspan-03: I is told from II by having no sequence number.
Tunnel behindGre(Bytes bytes);

}
