// Objects of one kind, named by index, in memory reserved once at start: nothing is allocated while packets pass.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace callmon {

constexpr std::uint32_t noIndex = 0xffffffff;

// Uninitialised memory for `capacity` objects. The system maps it page by page as it is used, so a large capacity costs
// nothing until then; touch() maps it all, for a live probe that must not wait for pages later.
template <typename T> class LazyArray {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    explicit LazyArray(std::size_t capacity)
        : m_memory(static_cast<T*>(::operator new(capacity * sizeof(T) + 1, alignment)))
        , m_capacity(capacity)
    {
    }
    T& operator[](std::size_t index)
    {
        assert(index < m_capacity);
        return m_memory.get()[index];
    }
    const T& operator[](std::size_t index) const
    {
        assert(index < m_capacity);
        return m_memory.get()[index];
    }
    std::size_t capacity() const { return m_capacity; }
    void touch() { std::memset(static_cast<void*>(m_memory.get()), 0, m_capacity * sizeof(T)); }

private:
    static constexpr std::align_val_t alignment { 64 };
    struct Release {
        void operator()(T* memory) const { ::operator delete(memory, alignment); }
    };
    std::unique_ptr<T, Release> m_memory;
    std::size_t m_capacity;
};

// acquire() gives the object freed last, which is likely still in the cache; noIndex when all are taken.
template <typename T> class ObjectPool {
public:
    explicit ObjectPool(std::uint32_t capacity)
        : m_objects(capacity)
        , m_free(capacity)
        , m_capacity(capacity)
    {
    }
    std::uint32_t acquire()
    {
        std::uint32_t index = noIndex;
        if (m_freeCount > 0)
            index = m_free[--m_freeCount];
        else if (m_everUsed < m_capacity)
            index = m_everUsed++;
        else
            return noIndex;
        ::new (static_cast<void*>(&m_objects[index])) T();
        ++m_used;
        return index;
    }
    void release(std::uint32_t index)
    {
        assert(m_used > 0);
        m_free[m_freeCount++] = index;
        --m_used;
    }
    T& operator[](std::uint32_t index) { return m_objects[index]; }
    const T& operator[](std::uint32_t index) const { return m_objects[index]; }
    std::uint32_t used() const { return m_used; }
    std::uint32_t capacity() const { return m_capacity; }
    void touch() // before the first acquire()
    {
        m_objects.touch();
        m_free.touch();
    }

private:
    LazyArray<T> m_objects;
    LazyArray<std::uint32_t> m_free;
    std::uint32_t m_capacity;
    std::uint32_t m_everUsed = 0;
    std::uint32_t m_freeCount = 0;
    std::uint32_t m_used = 0;
};

}
