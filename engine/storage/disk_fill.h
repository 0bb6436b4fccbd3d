// How full disks are, asked on a thread of each: a file system that hangs holds up nobody, and is left out.
#pragma once

#include "engine/storage/file_worker.h"

#include <atomic>
#include <deque>
#include <filesystem>
#include <optional>
#include <vector>

namespace callmon {

class DiskFill { // one thread at a time
public:
    explicit DiskFill(const std::vector<std::filesystem::path>& disks, // a path on each
        std::chrono::milliseconds askedEvery = std::chrono::seconds(10));

    struct Used {
        double percent = 0;
        std::filesystem::path disk;
    };
    // Asks when it is time to, and tells the fullest of those that have answered by now.
    std::optional<Used> fullest();
    std::size_t disks() const { return m_disks.size(); }

private:
    struct Answer {
        std::atomic<double> percent { unknown };
        std::atomic<bool> pending { false };
    };
    struct Disk {
        std::filesystem::path path;
        std::shared_ptr<Answer> answer = std::make_shared<Answer>();
        FileWorker worker { std::chrono::seconds(1) };
    };
    static constexpr double unknown = -1;

    std::deque<Disk> m_disks;
    std::chrono::milliseconds m_askedEvery;
    std::optional<std::chrono::steady_clock::time_point> m_askedAt;
};

}
