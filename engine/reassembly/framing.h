// How a byte stream is cut into messages: each framer answers about the bytes that begin where the last answer ended.
#pragma once

#include <cstddef>
#include <cstdint>

namespace callmon {

struct Framed {
    enum Kind : std::uint8_t {
        Incomplete, // more bytes are needed, all these kept
        Message, // the first `size` bytes
        Discard, // the first `size` bytes are no message
    };
    Kind kind = Incomplete;
    std::size_t size = 0;
};

// Of all streams that share it.
struct FramingCounters {
    std::uint64_t messages = 0;
    std::uint64_t keepAlives = 0; // CRLF between messages (RFC 5626 3.5.1), ping and pong of a WebSocket
    std::uint64_t bytesSkipped = 0; // on the way to the next message after a hole, a start in the middle or garbage
    std::uint64_t resynchronised = 0; // times that the beginning of a message had to be looked for amid a stream
    std::uint64_t tooLong = 0; // messages beyond the limit
    std::uint64_t withoutLength = 0; // SIP messages without a readable Content-Length, taken to have no body
    std::uint64_t notSip = 0; // messages of a WebSocket that are something else
};

constexpr std::size_t longestMessage = 65'535; // as much as a datagram can carry

}
