// Who calls whom: telephone numbers, names and addresses of an office's exchanges and of the carriers they call
// through.
#pragma once

#include "shared/base/flow_key.h"
#include "tests/traffic/random.h"

#include <string>

namespace callmon {

struct PartyIdentity {
    std::string number; // user part of the SIP URI
    std::string displayName; // UTF-8; may be empty
    std::string host; // host part of the SIP URI
    std::string product; // User-Agent or Server
    Endpoint signalling;
    Endpoint media;
};

struct CallParties {
    PartyIdentity caller;
    PartyIdentity callee;
};

// Media addresses do not repeat within 1,024,000 calls. Half of the calls go out to a carrier, half come in.
CallParties makeParties(std::uint64_t callIndex, bool ipv6, Random& random);

}
