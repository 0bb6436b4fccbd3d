#include "engine/storage/disk_fill.h"

#include <sys/statvfs.h>

namespace callmon {

namespace {

double usedPercent(const std::filesystem::path& path, double unknown)
{
    struct statvfs status { };
    if (::statvfs(path.c_str(), &status) != 0 || status.f_blocks == 0)
        return unknown;
    return 100.0 * (1 - static_cast<double>(status.f_bavail) / static_cast<double>(status.f_blocks));
}

}

DiskFill::DiskFill(const std::vector<std::filesystem::path>& disks, std::chrono::milliseconds askedEvery)
    : m_askedEvery(askedEvery)
{
    for (const auto& disk : disks)
        m_disks.emplace_back().path = disk;
}

std::optional<DiskFill::Used> DiskFill::fullest()
{
    const auto now = std::chrono::steady_clock::now();
    if (!m_askedAt || now - *m_askedAt >= m_askedEvery) {
        m_askedAt = now;
        for (Disk& disk : m_disks) {
            if (disk.answer->pending.exchange(true)) {
                disk.answer->percent = unknown; // it hangs
                continue;
            }
            disk.worker.post([answer = disk.answer, path = disk.path] {
                answer->percent = usedPercent(path, unknown);
                answer->pending = false;
            });
        }
    }
    std::optional<Used> fullest;
    for (const Disk& disk : m_disks)
        if (const double percent = disk.answer->percent; percent > (fullest ? fullest->percent : unknown))
            fullest = { percent, disk.path };
    return fullest;
}

}
