// A file without a name, gone with the process: what a program works on without holding it in memory.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>

namespace callmon {

class ScratchFile {
public:
    static Result<ScratchFile> in(const std::filesystem::path& folder);
    ScratchFile(ScratchFile&& other) noexcept;
    ScratchFile& operator=(ScratchFile&&) = delete;
    ~ScratchFile();

    Result<void> write(std::uint64_t at, Bytes bytes);
    Result<void> read(std::uint64_t at, std::span<std::byte> into) const; // zeros where nothing was written
    Result<void> extend(std::uint64_t size); // with zeros; nothing where it is as large
    std::uint64_t size() const { return m_size; }

    // All of it; to be written no more. The kernel reads what is looked at, and keeps it in this process's memory until
    // forget().
    Result<Bytes> map();
    void forget() const;

private:
    ScratchFile(int file, std::filesystem::path folder)
        : m_file(file)
        , m_folder(std::move(folder))
    {
    }

    int m_file;
    std::filesystem::path m_folder;
    std::uint64_t m_size = 0;
    void* m_mapped = nullptr;
};

}
