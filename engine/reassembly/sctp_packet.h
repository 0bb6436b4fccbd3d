// An SCTP packet's chunks (RFC 9260 3). Views into the packet's bytes.
#pragma once

#include "shared/base/byte_reader.h"

#include <optional>

namespace callmon {

enum class SctpChunkType : std::uint8_t { Data = 0, Init = 1, Abort = 6, ShutdownComplete = 14, IData = 64 };

struct SctpChunk {
    SctpChunkType type {}; // or any other number
    std::uint8_t flags = 0;
    Bytes value; // without header and padding
    bool isCut = false; // the capture holds a part of the value only
};

struct SctpData { // DATA (RFC 9260 3.3.1) or I-DATA (RFC 8260 2.1)
    std::uint32_t tsn = 0;
    std::uint16_t stream = 0;
    // What orders the fragments of a message: DATA counts TSNs; I-DATA counts anew in each message, whose number it
    // says, so that messages may be interleaved.
    std::uint32_t message = 0; // 0 for DATA
    std::uint32_t fragment = 0;
    bool isInterleaved = false; // I-DATA
    bool isFirst = false; // B
    bool isLast = false; // E
    bool isUnordered = false; // U
    Bytes payload;
};

class SctpPacket {
public:
    // Empty when the common header is cut. The checksum is not required.
    static std::optional<SctpPacket> parse(Bytes bytes);

    std::uint16_t srcPort() const { return m_srcPort; }
    std::uint16_t dstPort() const { return m_dstPort; }
    std::uint32_t verificationTag() const { return m_verificationTag; }
    // The chunks one after the other; empty at the end, or where a chunk's length is impossible.
    std::optional<SctpChunk> nextChunk();
    bool isMalformed() const { return m_isMalformed; } // chunks ended in the middle of one

private:
    std::uint16_t m_srcPort = 0;
    std::uint16_t m_dstPort = 0;
    std::uint32_t m_verificationTag = 0;
    bool m_isMalformed = false;
    Bytes m_rest;
};

// Empty when the chunk is neither DATA nor I-DATA, cut, or without payload (which RFC 9260 forbids).
std::optional<SctpData> sctpDataOf(const SctpChunk& chunk);

}
