#include "engine/tracking/mapped_memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>
#include <utility>

namespace callmon {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t hugePage = 2 * 1024 * 1024;

std::size_t roundUp(std::size_t bytes, std::size_t to)
{
    return (bytes + to - 1) / to * to;
}

}

MappedMemory::MappedMemory(std::size_t bytes)
    : m_bytes(roundUp(bytes + 1, page))
{
    const std::size_t alignment = m_bytes >= 2 * hugePage ? hugePage : page;
    m_mappedBytes = m_bytes + (alignment > page ? alignment : 0);
    m_mapping =
        mmap(nullptr, m_mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m_mapping == MAP_FAILED)
        throw std::bad_alloc();
    const auto start = roundUp(reinterpret_cast<std::uintptr_t>(m_mapping), alignment);
    m_data = reinterpret_cast<void*>(start);
    // Streams are visited in no order: with pages of 4 KiB nearly every packet waits for its translation as well as for
    // its bytes. Only a wish: without transparent huge pages everything works, slower.
    if (alignment == hugePage)
        static_cast<void>(madvise(m_data, m_bytes, MADV_HUGEPAGE));
}

MappedMemory::MappedMemory(MappedMemory&& other) noexcept
    : m_mapping(std::exchange(other.m_mapping, nullptr))
    , m_mappedBytes(std::exchange(other.m_mappedBytes, 0))
    , m_data(std::exchange(other.m_data, nullptr))
    , m_bytes(std::exchange(other.m_bytes, 0))
{
}

MappedMemory::~MappedMemory()
{
    if (m_mapping != nullptr)
        munmap(m_mapping, m_mappedBytes);
}

void MappedMemory::touch()
{
    auto* bytes = static_cast<volatile char*>(m_data);
    for (std::size_t at = 0; at < m_bytes; at += page)
        bytes[at] = bytes[at];
}

}
