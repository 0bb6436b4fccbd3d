#include "shared/calls/media_kind.h"

#include <array>

namespace callmon {

std::string_view toText(MediaKind kind)
{
    constexpr std::array<std::string_view, 4> texts { "audio", "video", "fax", "other" };
    return texts[static_cast<std::size_t>(kind)];
}

std::string toText(MediaKinds kinds)
{
    std::string text;
    for (const MediaKind kind : { MediaKind::Audio, MediaKind::Video, MediaKind::Image, MediaKind::Other }) {
        if (kinds.has(kind))
            text.append(text.empty() ? "" : "+").append(toText(kind));
    }
    return text;
}

}
