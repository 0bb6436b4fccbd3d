// Skinny messages in a byte stream: u32 length | u32 version | u32 id, little-endian; length counts the id and the
// body behind it. There is no mark to find a beginning by, so after a hole the next segment that begins like a message
// is taken: phones and call managers begin each write with one.
#pragma once

#include "engine/reassembly/framing.h"
#include "shared/base/byte_reader.h"

namespace callmon {

class SkinnyFramer {
public:
    // As SipFramer::next. When bytes begin with no header of a message all of them are discarded.
    Framed next(Bytes bytes, FramingCounters& counters);
    void resynchronise() { m_inStep = false; }

private:
    bool m_inStep = false;
};

}
