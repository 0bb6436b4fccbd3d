// A value that one thread uses all the time, and others replace now and then: the user neither waits, nor locks, nor
// frees.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace callmon {

template <typename T> class HandedOver {
public:
    explicit HandedOver(T first)
    {
        m_values.push_back(std::make_unique<const T>(std::move(first)));
        m_inUse = m_newest = m_values.back().get();
    }

    // The using thread.
    const T& current() const { return *m_inUse.load(std::memory_order_relaxed); }
    bool isReplaced() const { return m_newest.load(std::memory_order_relaxed) != &current(); }
    void takeNewest() // what current() gave before is gone
    {
        const T* taken = nullptr;
        do { // said to be in use before it is: whoever replaces it meanwhile sees either that, or is seen here
            taken = m_newest.load();
            m_inUse.store(taken);
        } while (m_newest.load() != taken);
    }

    // Any thread.
    void replace(T next)
    {
        const std::lock_guard lock(m_mutex);
        m_values.push_back(std::make_unique<const T>(std::move(next)));
        const T* const newest = m_values.back().get();
        m_newest.store(newest);
        const T* const used = m_inUse.load();
        std::erase_if(m_values, [&](const auto& value) { return value.get() != used && value.get() != newest; });
    }

private:
    std::mutex m_mutex; // of those that replace
    std::vector<std::unique_ptr<const T>> m_values; // newest last, the one in use among them
    std::atomic<const T*> m_newest { nullptr };
    std::atomic<const T*> m_inUse { nullptr };
};

}
