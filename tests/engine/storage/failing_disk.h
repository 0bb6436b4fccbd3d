// A disk that fails where a test wants it to: writes short or not at all, completes late and in the wrong order.
#pragma once

#include "engine/storage/media_disk.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <unistd.h>
#include <vector>

namespace callmon::sample {

class FailingDisk final : public MediaDisk {
public:
    struct Plan { // shared with the test
        // Asked for each write, numbered from 0, what its result is to be: bytes, or -errno; its length: all is well.
        std::function<std::int64_t(unsigned number, std::uint64_t length)> result;
        bool newestFirst = false; // the order of completions
        std::atomic<bool> held { false }; // none yet
        unsigned writes = 0;
    };
    explicit FailingDisk(Plan& plan)
        : m_plan(plan)
    {
    }

    void write(std::uint64_t tag, int file, std::span<const iovec> memory, std::uint64_t offset) override
    {
        std::vector<char> bytes;
        for (const iovec& piece : memory)
            bytes.insert(bytes.end(), static_cast<const char*>(piece.iov_base),
                static_cast<const char*>(piece.iov_base) + piece.iov_len);
        const std::int64_t result =
            m_plan.result ? m_plan.result(m_plan.writes, bytes.size()) : static_cast<std::int64_t>(bytes.size());
        ++m_plan.writes;
        if (result > 0) { // a direct file wants aligned memory
            void* aligned = nullptr;
            if (::posix_memalign(&aligned, 4096, bytes.size()) != 0)
                return;
            std::copy(bytes.begin(), bytes.end(), static_cast<char*>(aligned));
            if (::pwrite(file, aligned, static_cast<std::size_t>(result), static_cast<off_t>(offset)) != result)
                m_done.push_back({ tag, -EIO });
            else
                m_done.push_back({ tag, result });
            std::free(aligned);
        } else {
            m_done.push_back({ tag, result });
        }
    }
    std::optional<Done> done() override
    {
        if (m_plan.held || m_done.empty())
            return std::nullopt;
        const auto next = m_plan.newestFirst ? m_done.end() - 1 : m_done.begin();
        const Done done = *next;
        m_done.erase(next);
        return done;
    }

private:
    Plan& m_plan;
    std::vector<Done> m_done;
};

}
