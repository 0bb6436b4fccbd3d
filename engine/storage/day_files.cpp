#include "engine/storage/day_files.h"

#include <algorithm>

namespace callmon {

std::filesystem::path dayDatabasePath(const std::filesystem::path& directory, UtcDay day)
{
    return directory / (toString(day) + ".sqlite");
}

std::vector<UtcDay> storedDays(const std::filesystem::path& directory)
{
    std::vector<UtcDay> days;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
        if (entry.path().extension() == ".sqlite")
            if (const auto day = parseDay(entry.path().stem().string()))
                days.push_back(*day);
    std::sort(days.begin(), days.end());
    return days;
}

std::filesystem::path moveAside(const std::filesystem::path& file, const char* reason)
{
    std::filesystem::path target;
    for (int n = 1;; ++n) {
        target = file.string() + '.' + reason + '-' + std::to_string(n);
        if (!std::filesystem::exists(std::filesystem::symlink_status(target)))
            break;
    }
    std::error_code failed;
    std::filesystem::rename(file, target, failed);
    if (failed)
        return {};
    for (const char* side : { "-wal", "-shm" }) {
        std::error_code absent;
        std::filesystem::rename(file.string() + side, target.string() + side, absent);
    }
    return target;
}

}
