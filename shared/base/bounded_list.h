// A list with room for N values in itself. What is beyond its size is never written: a table for the largest message
// that is read costs a usual one nothing.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

namespace callmon {

template <typename Value, std::size_t N> class BoundedList {
    static_assert(std::is_trivially_destructible_v<Value>);

public:
    BoundedList() { } // not defaulted: with `{}` all of its room would be written with zeros (dcl.init)
    BoundedList(const BoundedList& other) { *this = other; }
    BoundedList& operator=(const BoundedList& other)
    {
        m_size = other.m_size; // itself included
        std::uninitialized_copy(other.begin(), other.end(), begin());
        return *this;
    }

    static constexpr std::size_t capacity() { return N; }
    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    bool full() const { return m_size == N; }

    // Not when full().
    Value& append(const Value& value = {})
    {
        assert(!full());
        return *new (begin() + m_size++) Value(value);
    }

    Value& operator[](std::size_t index)
    {
        assert(index < m_size);
        return begin()[index];
    }
    const Value& operator[](std::size_t index) const
    {
        assert(index < m_size);
        return begin()[index];
    }

    Value* begin() { return reinterpret_cast<Value*>(m_bytes); }
    Value* end() { return begin() + m_size; }
    const Value* begin() const { return reinterpret_cast<const Value*>(m_bytes); }
    const Value* end() const { return begin() + m_size; }

private:
    std::size_t m_size = 0;
    alignas(Value) std::byte m_bytes[N * sizeof(Value)];
};

}
