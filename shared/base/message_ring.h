// Bounded queue of values of different types and sizes between one producing and one consuming thread: lock-free, each
// takes as many cache lines as it needs.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

namespace callmon {

class MessageRing {
public:
    explicit MessageRing(std::size_t bytes)
        : m_mask(std::bit_ceil(bytes / lineSize) - 1)
        , m_lines(new Line[m_mask + 1])
    {
    }

    void touch() { std::memset(static_cast<void*>(m_lines.get()), 0, capacity()); } // before the first message

    // Producer. False when there is no room now. `kind` is the caller's; not 0. `rest` comes directly behind the value,
    // which says how long it is.
    template <typename Value> bool tryPush(std::uint32_t kind, const Value& value, std::span<const std::byte> rest = {})
    {
        static_assert(std::is_trivially_copyable_v<Value> && alignof(Value) <= alignof(Line));
        static_assert(sizeof(Value) + sizeof(Head) <= 32 * lineSize);
        const std::size_t lines = (sizeof(Head) + sizeof(Value) + rest.size() + lineSize - 1) / lineSize;
        const std::size_t tail = m_tail.load(std::memory_order_relaxed);
        const std::size_t toEnd = m_mask + 1 - (tail & m_mask);
        const std::size_t skipped = toEnd < lines ? toEnd : 0; // a message lies in one piece
        if (tail + skipped + lines - m_cachedHead > m_mask + 1) {
            m_cachedHead = m_head.load(std::memory_order_acquire);
            if (tail + skipped + lines - m_cachedHead > m_mask + 1)
                return false;
        }
        if (skipped > 0)
            write(tail, Head { 0, static_cast<std::uint32_t>(skipped) });
        std::byte* const at = write(tail + skipped, Head { kind, static_cast<std::uint32_t>(lines) });
        std::memcpy(at, &value, sizeof value);
        if (!rest.empty())
            std::memcpy(at + sizeof value, rest.data(), rest.size());
        m_tail.store(tail + skipped + lines, std::memory_order_release);
        return true;
    }

    // Consumer. Calls `take(kind, const std::byte* value)` on the oldest message; false when there is none. The value
    // is gone when `take` returns.
    template <typename Take> bool tryTake(Take&& take)
    {
        std::size_t head = m_head.load(std::memory_order_relaxed);
        if (head == m_cachedTail) {
            m_cachedTail = m_tail.load(std::memory_order_acquire);
            if (head == m_cachedTail)
                return false;
        }
        const Line* line = &m_lines[head & m_mask];
        Head message {};
        std::memcpy(&message, line, sizeof message);
        if (message.kind == 0) { // what follows it was pushed together with it
            head += message.lines;
            line = &m_lines[head & m_mask];
            std::memcpy(&message, line, sizeof message);
        }
        take(message.kind, line->bytes + sizeof(Head));
        m_head.store(head + message.lines, std::memory_order_release);
        return true;
    }

    // Consumer. Calls `look(kind, const std::byte* value)` on the oldest messages, at most so many; none is taken.
    template <typename Look> void lookAhead(std::size_t most, Look&& look) const
    {
        const std::size_t tail = m_tail.load(std::memory_order_acquire);
        for (std::size_t head = m_head.load(std::memory_order_relaxed); most > 0 && head != tail;) {
            const Line& line = m_lines[head & m_mask];
            Head message {};
            std::memcpy(&message, &line, sizeof message);
            if (message.kind != 0) {
                look(message.kind, line.bytes + sizeof(Head));
                --most;
            }
            head += message.lines;
        }
    }

    std::size_t bytesWaiting() const // any thread: a snapshot
    {
        const std::size_t taken = takenUpTo(); // first: read after the other it could have passed it
        return std::min((pushedUpTo() - taken) * lineSize, capacity());
    }
    std::size_t capacity() const { return (m_mask + 1) * lineSize; }

    // Position behind the newest message, and that of the next to be taken: any thread; they only grow.
    std::size_t pushedUpTo() const { return m_tail.load(std::memory_order_acquire); }
    std::size_t takenUpTo() const { return m_head.load(std::memory_order_acquire); }

private:
    static constexpr std::size_t lineSize = 64;
    struct Head {
        std::uint32_t kind;
        std::uint32_t lines;
    };
    struct alignas(lineSize) Line {
        std::byte bytes[lineSize];
    };

    std::byte* write(std::size_t position, Head head)
    {
        std::byte* const at = m_lines[position & m_mask].bytes;
        std::memcpy(at, &head, sizeof head);
        return at + sizeof head;
    }

    std::size_t m_mask;
    std::unique_ptr<Line[]> m_lines;
    alignas(lineSize) std::atomic<std::size_t> m_head { 0 };
    alignas(lineSize) std::size_t m_cachedHead = 0; // producer's
    alignas(lineSize) std::atomic<std::size_t> m_tail { 0 };
    alignas(lineSize) std::size_t m_cachedTail = 0; // consumer's
};

}
