// A stored Skinny message for the eye: its name, what it says, its bytes. What it means to a call is read elsewhere
// (engine/signalling/skinny_message.h, which names the sources of these layouts).
#pragma once

#include "shared/base/byte_reader.h"

#include <string>

namespace callmon {

struct SkinnyText {
    std::string line; // "CallState RingIn", "KeypadButton 7"; of a message that we do not know "Skinny 0x0123"
    std::string media; // "audio 10.0.0.1:4000": where the telephone receives, or is told to send to
};
SkinnyText skinnyText(Bytes message); // with its header, as much of it as there is

// 16 bytes a line: offset, hexadecimal, and what of them is ASCII.
std::string hexDump(Bytes bytes);

}
