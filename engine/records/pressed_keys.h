// Keys that a caller pressed, where they stand in what is kept of a call: they may be a card's number. Overwritten
// byte for byte, so that lengths stay; each reads as the key '*' afterwards.
#pragma once

#include "shared/base/byte_reader.h"

#include <span>

namespace callmon {

// In an INFO: bodies of application/dtmf-relay, application/dtmf and whatever else names DTMF, telephone events or
// digits as its type (RFC 6086 leaves the form to the vendors): all that is behind a '=', or the whole line; a
// "Duration" stays. A body of telephone events may be as in RTP: four bytes each. In a NOTIFY or INFO: the digits of
// application/kpml-response+xml (RFC 4730 5.4). Parts of multipart bodies, too.
void blankKeysOfSip(std::span<char> message);

// Of a KeypadButton (0x0003), and of a StartTone, NotifyDtmfTone or SendDtmfTone (0x0082, 0x0127, 0x0128) whose tone is
// that of a key, when it is whole so far; any other message stays as it is.
void blankKeysOfSkinny(std::span<char> message);

// RFC 4733 2.3: the key of each event of four bytes, or of what there is of the last one. Other events than keys (above
// 15) stay.
void blankKeysOfEvents(std::span<std::byte> payload);

// What is typed (RFC 4103: UTF-8): its digits become asterisks.
void blankDigitsOfText(std::span<std::byte> text);

}
