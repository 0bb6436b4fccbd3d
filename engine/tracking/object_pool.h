// Objects of one kind, named by index, in memory reserved once at start: nothing is allocated while packets pass.
#pragma once

#include "engine/tracking/mapped_memory.h"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

namespace callmon {

constexpr std::uint32_t noIndex = 0xffffffff;

// Zeroed memory for `capacity` objects, which nobody constructs: see MappedMemory.
template <typename T> class LazyArray {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    explicit LazyArray(std::size_t capacity)
        : m_memory(capacity * sizeof(T))
        , m_capacity(capacity)
    {
    }
    T& operator[](std::size_t index)
    {
        assert(index < m_capacity);
        return static_cast<T*>(m_memory.data())[index];
    }
    const T& operator[](std::size_t index) const
    {
        assert(index < m_capacity);
        return static_cast<const T*>(m_memory.data())[index];
    }
    std::size_t capacity() const { return m_capacity; }
    void touch() { m_memory.touch(); }

private:
    MappedMemory m_memory;
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
    void touch()
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
