// How long what is stored may stay. By age each kind has a period of its own; by size there is a limit beside it.
#pragma once

#include "shared/base/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace callmon {

struct KeepPeriods { // absent: for ever
    using Age = std::optional<std::chrono::seconds>;
    Age records {}; // day databases, with all that is in them: from the end of their day
    Age media {}; // segments: from their last write
    Age messages {}; // likewise
    Age quality {}; // the one-second points in a day database: from the end of its day
    std::uint64_t mostMessageBytes = 0; // 0: any
    std::uint64_t mostRecordBytes = 0; // likewise; of day databases, with all that is in them
    std::uint64_t mostQualityBytes = 0;

    bool any() const
    {
        return records || media || messages || quality || mostMessageBytes != 0 || mostRecordBytes != 0
            || mostQualityBytes != 0;
    }
};

// "12h", "30d", "8w", "2y" (of 365 days); an hour at least, a hundred years at most.
Result<std::chrono::seconds> parseAge(std::string_view text);

}
