#include "engine/stop_guard.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace callmon {

StopGuard::StopGuard(Progress progress, GiveUp giveUp, std::chrono::milliseconds forSoLong)
    : m_progress(std::move(progress))
    , m_giveUp(std::move(giveUp))
    , m_patience(forSoLong)
{
}

StopGuard::~StopGuard() = default;

void StopGuard::begin()
{
    if (!m_thread.joinable())
        m_thread = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

void StopGuard::watch(const std::stop_token& stop)
{
    using Clock = std::chrono::steady_clock;
    const auto lookEvery = std::min<std::chrono::milliseconds>(m_patience / 10, std::chrono::milliseconds(500));
    std::mutex mutex;
    std::condition_variable_any ended;
    std::unique_lock lock(mutex);
    auto gotOnAt = Clock::now();
    std::uint64_t before = m_progress();
    while (!ended.wait_for(lock, stop, lookEvery, [&] { return stop.stop_requested(); })) {
        const auto now = Clock::now();
        if (const std::uint64_t progress = m_progress(); progress != before) {
            before = progress;
            gotOnAt = now;
        }
        if (now - gotOnAt >= m_patience)
            return m_giveUp(std::chrono::duration_cast<std::chrono::seconds>(now - gotOnAt));
    }
}

}
