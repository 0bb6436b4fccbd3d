// What a stored message must not give away: with it recorded media could be decrypted, or a password guessed at
// leisure.
#pragma once

#include <span>

namespace callmon {

// Overwrites by asterisks, byte for byte, so that lengths and everything else stay as they were:
// - keys of SRTP in SDP: a=crypto ... inline:KEY (RFC 4568 9.1), a=key-mgmt (RFC 4567 3), k= (RFC 4566 5.12);
// - `response` and `rspauth` of Digest credentials (RFC 3261 22.4, RFC 7616 3.4, 3.5), and all that follows any other
//   scheme, in Authorization, Proxy-Authorization and Authentication-Info, on folded lines too.
void blankSecrets(std::span<char> message);

}
