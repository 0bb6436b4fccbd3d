// Why there is nothing of what was asked for: its time was over, or it made room for newer, or somebody asked for it to
// go. No failure, and nothing that can be mended.
#pragma once

#include "shared/base/sentence.h"

#include <algorithm>
#include <array>

namespace callmon::kept_no_more {

constexpr const char* deleted = TR("Engine", "call %1 was deleted on request at %2");
constexpr const char* records = TR("Engine", "the records of %1 expired and were deleted at %2");
constexpr const char* quality = TR("Engine", "the quality series of %1 expired and were deleted at %2");
constexpr const char* media = TR("Engine", "what came before expired and was deleted at %1");
constexpr const char* overwritten =
    TR("Engine", "what came before was overwritten, to make room for newer recordings, at %1");
constexpr const char* overwrittenBefore =
    TR("Engine", "what came before was overwritten, to make room for newer recordings, before %1");
constexpr const char* messages = TR("Engine", "The messages of this call expired and were deleted at %1.");
constexpr const char* firstMessages = TR("Engine", "The first messages of this call expired and were deleted at %1.");

constexpr std::array<const char*, 8> patterns { deleted, records, quality, media, overwritten, overwrittenBefore,
    messages, firstMessages };

}

namespace callmon {

inline bool isKeptNoMore(const Sentence& why)
{
    return (why.sort == Sentence::Sort::Pattern
               && std::ranges::count(kept_no_more::patterns, std::string_view(why.words)) > 0)
        || std::ranges::any_of(why.parts, isKeptNoMore);
}

}
