// Bounded queue between exactly one producing and one consuming thread: lock-free, allocation only in the constructor.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

namespace callmon {

// Lamport's ring with each side's copy of the other's index on its own cache line, so that an uncontended push or
// pop touches no line of the other core.
template <typename T> class SpscRing {
public:
    // Holds at least `capacity` elements (rounded up to a power of two).
    explicit SpscRing(std::size_t capacity)
        : m_slots(std::bit_ceil(capacity))
        , m_mask(m_slots.size() - 1)
    {
    }
    SpscRing(const SpscRing&) = delete;
    SpscRing& operator=(const SpscRing&) = delete;

    // Producer only. False when full: the element is untouched.
    bool tryPush(T&& element)
    {
        const std::size_t tail = m_tail.load(std::memory_order_relaxed);
        if (tail - m_cachedHead > m_mask) {
            m_cachedHead = m_head.load(std::memory_order_acquire);
            if (tail - m_cachedHead > m_mask)
                return false;
        }
        m_slots[tail & m_mask] = std::move(element);
        m_tail.store(tail + 1, std::memory_order_release);
        return true;
    }
    bool tryPush(const T& element) { return tryPush(T(element)); }

    // Consumer only. False when empty.
    bool tryPop(T& element)
    {
        const std::size_t head = m_head.load(std::memory_order_relaxed);
        if (head == m_cachedTail) {
            m_cachedTail = m_tail.load(std::memory_order_acquire);
            if (head == m_cachedTail)
                return false;
        }
        element = std::move(m_slots[head & m_mask]);
        m_head.store(head + 1, std::memory_order_release);
        return true;
    }

    // Consumer only: the next element where it lies, or the one so many behind it; nullptr when no such one waits.
    // pop() ends the next one.
    const T* peek(std::size_t behind = 0)
    {
        const std::size_t head = m_head.load(std::memory_order_relaxed);
        if (m_cachedTail - head <= behind) {
            m_cachedTail = m_tail.load(std::memory_order_acquire);
            if (m_cachedTail - head <= behind)
                return nullptr;
        }
        return &m_slots[(head + behind) & m_mask];
    }
    void pop() { m_head.store(m_head.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

    std::size_t capacity() const { return m_slots.size(); }
    // Exact on either of the two threads when the other is idle; else a snapshot for gauges.
    std::size_t size() const
    {
        // Head first: read after the tail it could have passed it, and the difference would wrap.
        const std::size_t head = m_head.load(std::memory_order_acquire);
        return std::min(m_tail.load(std::memory_order_acquire) - head, capacity());
    }

private:
    static constexpr std::size_t cacheLine = 64;
    std::vector<T> m_slots;
    std::size_t m_mask;
    alignas(cacheLine) std::atomic<std::size_t> m_head { 0 };
    alignas(cacheLine) std::size_t m_cachedHead = 0; // producer's
    alignas(cacheLine) std::atomic<std::size_t> m_tail { 0 };
    alignas(cacheLine) std::size_t m_cachedTail = 0; // consumer's
};

}
