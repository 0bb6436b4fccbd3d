// Memory straight from the system: zero until written, and mapped page by page as it is used, so that a large table
// costs nothing until then.
#pragma once

#include <cstddef>

namespace callmon {

class MappedMemory {
public:
    explicit MappedMemory(std::size_t bytes); // throws std::bad_alloc: at start only, like any other allocation
    MappedMemory(MappedMemory&& other) noexcept;
    MappedMemory& operator=(MappedMemory&&) = delete;
    ~MappedMemory();

    void* data() const { return m_data; }
    // Maps all of it, for a live probe that must not wait for pages later. What was written is kept.
    void touch();

private:
    void* m_mapping = nullptr;
    std::size_t m_mappedBytes = 0;
    void* m_data = nullptr;
    std::size_t m_bytes = 0;
};

}
