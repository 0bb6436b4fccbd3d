// SIP over a WebSocket (RFC 7118): the opening handshake, then frames (RFC 6455 5.2), each SIP message in one
// WebSocket message. Compressed frames (RFC 7692) are not read.
#pragma once

#include "engine/reassembly/framing.h"
#include "shared/base/byte_reader.h"

#include <array>
#include <optional>
#include <span>

namespace callmon {

class WebSocketFramer {
public:
    // A request or answer that may upgrade its connection (RFC 6455 4.1).
    static bool looksLikeHandshake(Bytes bytes);
    static bool namesProtocol(Bytes handshake); // any (RFC 6455 11.3.4)
    // A whole header of a data frame, whose payload begins like SIP: how a connection is known in its middle.
    static bool looksLikeSipFrame(Bytes bytes);

    // As SipFramer::next, but unmasks and joins the pieces of a message within `bytes`.
    Framed next(std::span<std::byte> bytes, FramingCounters& counters);
    void resynchronise();

private:
    enum class Phase : std::uint8_t { Handshake, Frames, NotSip };
    struct Header {
        bool isFinal = false;
        std::uint8_t opcode = 0;
        bool isMasked = false;
        std::array<std::byte, 4> mask {};
        std::size_t size = 0;
        std::uint64_t payloadSize = 0;
    };
    static std::optional<Header> readHeader(Bytes bytes, bool& isCut);

    Framed handshake(Bytes bytes, FramingCounters& counters);
    Framed frame(std::span<std::byte> bytes, const Header& header, FramingCounters& counters);
    Framed wholeMessage(Bytes message, FramingCounters& counters);
    Framed loseStep(std::size_t size, FramingCounters& counters);

    Phase m_phase = Phase::Handshake;
    bool m_inStep = true;
    bool m_inMessage = false; // its final frame has not come
    bool m_isWhole = false; // the first m_joined bytes are a message
    std::size_t m_joined = 0; // payload bytes of the message so far, at the beginning of the bytes
    std::uint32_t m_frames = 0; // of the message so far
};

}
