// What a media line of a session description carries, and sets of that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callmon {

enum class MediaKind : std::uint8_t {
    Audio,
    Video,
    Image, // T.38: fax
    Other,
};

struct MediaKinds { // one bit each: 1 << MediaKind
    std::uint8_t bits = 0;

    void add(MediaKind kind) { bits = static_cast<std::uint8_t>(bits | 1U << static_cast<unsigned>(kind)); }
    bool has(MediaKind kind) const { return (bits >> static_cast<unsigned>(kind) & 1U) != 0; }
    bool operator==(const MediaKinds&) const = default;
};

std::string_view toText(MediaKind kind); // "audio", "video", "fax", "other"
std::string toText(MediaKinds kinds); // "audio+video"; empty for none

}
