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
};

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
