// Bytes in blocks of one size, reserved at start: where pieces wait for the rest.
#pragma once

#include "engine/reassembly/order_list.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace callmon {

class BlockPool {
public:
    BlockPool(std::uint32_t blockSize, std::uint32_t blocks)
        : m_memory(std::make_unique_for_overwrite<std::byte[]>(std::size_t { blockSize } * blocks)) // mapped when used
        , m_free(std::make_unique_for_overwrite<std::uint32_t[]>(blocks))
        , m_blockSize(blockSize)
        , m_blocks(blocks)
    {
    }
    std::uint32_t acquire() // noEntry when all are taken
    {
        std::uint32_t index = noEntry;
        if (m_freeCount > 0)
            index = m_free[--m_freeCount];
        else if (m_everUsed < m_blocks)
            index = m_everUsed++;
        else
            return noEntry;
        ++m_used;
        return index;
    }
    void release(std::uint32_t index)
    {
        assert(m_used > 0 && index < m_everUsed);
        m_free[m_freeCount++] = index;
        --m_used;
    }
    std::span<std::byte> operator[](std::uint32_t index)
    {
        assert(index < m_everUsed);
        return { m_memory.get() + std::size_t { index } * m_blockSize, m_blockSize };
    }
    // Maps all of it now. Before the first acquire().
    void touch()
    {
        assert(m_everUsed == 0);
        std::memset(m_memory.get(), 0, std::size_t { m_blockSize } * m_blocks);
        std::memset(m_free.get(), 0, std::size_t { m_blocks } * sizeof m_free[0]);
    }
    std::uint32_t blockSize() const { return m_blockSize; }
    std::uint32_t blocks() const { return m_blocks; }
    std::uint32_t used() const { return m_used; }

private:
    std::unique_ptr<std::byte[]> m_memory;
    std::unique_ptr<std::uint32_t[]> m_free;
    std::uint32_t m_blockSize;
    std::uint32_t m_blocks;
    std::uint32_t m_everUsed = 0;
    std::uint32_t m_freeCount = 0;
    std::uint32_t m_used = 0;
};

}
