// Keys that a caller pressed, where they stand in what is kept of a call: they may be a card's number. Overwritten
// byte for byte, so that lengths stay; each reads as the key '*' afterwards.
#pragma once

#include "shared/base/byte_reader.h"

#include <span>

namespace callmon {

// In an INFO: bodies of application/dtmf-relay, application/dtmf and whatever else names DTMF, telephone events or
// digits as its type (RFC 6086 leaves the form to the vendors): all that is behind a '=', or the whole line; a
// "Duration" stays. In a NOTIFY or INFO: the digits of application/kpml-response+xml (RFC 4730 5.4). Parts of multipart
// bodies, too.
void blankKeysOfSip(std::span<char> message);

// Of a KeypadButton (0x0003) that is whole as far as its button; any other message stays as it is.
void blankKeysOfSkinny(std::span<char> message);

// RFC 4733 2.3: the key of each event of four bytes. Other events than keys (above 15) stay.
void blankKeysOfEvents(std::span<std::byte> payload);

}
