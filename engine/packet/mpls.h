// MPLS label stacks (RFC 3032 section 2.1).
#pragma once

#include "engine/packet/layer.h"

namespace callmon {

// Nothing in a stack says what lies behind it: see carriedLayer().
NextLayer behindMpls(Bytes bytes);

// What is carried without a word of what it is: IP by its first four bits, as RFC 4928 section 2 has routers do it, or
// an Ethernet frame when its EtherType is one that is followed, behind a control word (RFC 4448 section 4.6) or
// directly. An address may begin with any four bits, so a packet that only begins like IP has to read like it as well.
NextLayer carriedLayer(Bytes bytes);

}
