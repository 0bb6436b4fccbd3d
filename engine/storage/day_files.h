// Which files of the data directory hold which days.
#pragma once

#include "shared/base/utc_time.h"
#include "shared/calls/call_key.h"

#include <filesystem>
#include <vector>

namespace callmon {

inline UtcDay dayOfCall(CallKey key)
{
    return dayOf(approximateStart(key));
}

std::filesystem::path dayDatabasePath(const std::filesystem::path& directory, UtcDay day);
std::vector<UtcDay> storedDays(const std::filesystem::path& directory); // oldest first

// Renames a damaged file, with its -wal and -shm, to FILE.<reason>-<n>; gives the new name, empty when it failed.
std::filesystem::path moveAside(const std::filesystem::path& file, const char* reason);

}
