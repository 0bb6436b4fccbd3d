// What the parts of RecordKeeper share. Internal to it.
#pragma once

#include "engine/storage/record_keeper.h"
#include "engine/storage/record_writer.h"

#include "shared/base/file_handle.h"

#include <cstdlib>
#include <future>

namespace callmon {

struct RecordKeeper::Clearing {
    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };
    std::filesystem::path path;
    FileHandle file;
    std::uint64_t size = 0;
    std::uint64_t done = 0;
    std::unique_ptr<void, Free> zeros;
    bool writeSome();
};

std::uint64_t sizeOf(const std::filesystem::path& file); // 0: it is not there

template <typename T>
std::optional<T> RecordKeeper::askFor(const std::filesystem::path& folder, std::function<T()> work)
{
    auto answer = m_files.ask<T>(folder, std::move(work));
    if (answer && m_silent.erase(folder) > 0)
        warn("the disk of " + folder.string() + " answers again: what is too old there is deleted");
    if (!answer && m_silent.insert(folder).second) {
        ++m_errors;
        warn("the disk of " + folder.string()
            + " does not answer: nothing there is deleted until it does, all else goes on; see whether it is there "
              "(mount, dmesg)");
    }
    m_foldersSilent = m_silent.size();
    return answer;
}

template <typename T> std::optional<T> RecordKeeper::atNextCommit(std::function<T(StorageUpkeep&)> job)
{
    const auto answer = std::make_shared<std::promise<T>>();
    std::future<T> answered = answer->get_future();
    m_upkeep.atNextCommit([answer, job = std::move(job), upkeep = &m_upkeep] { answer->set_value(job(*upkeep)); });
    if (m_options.commits)
        (void)m_writer.commitSettled().has_value();
    while (answered.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
        if (m_stopping)
            return std::nullopt;
    return answered.get();
}

}
