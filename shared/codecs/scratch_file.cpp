#include "shared/codecs/scratch_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace callmon {

namespace {

Error failed(const char* what, const std::filesystem::path& folder)
{
    return Error { sentence(
        TR("Engine", "%1 a temporary file in %2: %3"), markedText(what), folder.string(), std::strerror(errno)) };
}

}

Result<ScratchFile> ScratchFile::in(const std::filesystem::path& folder)
{
    const int unnamed = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0)
        return ScratchFile(unnamed, folder);
    std::string name = (folder / ".callmon-XXXXXX").string(); // a file system that has none without a name
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named < 0)
        return failed(TR("Engine", "cannot make"), folder);
    unlink(name.c_str());
    return ScratchFile(named, folder);
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : m_file(std::exchange(other.m_file, -1))
    , m_folder(std::move(other.m_folder))
    , m_size(other.m_size)
    , m_mapped(std::exchange(other.m_mapped, nullptr))
{
}

ScratchFile::~ScratchFile()
{
    if (m_mapped != nullptr)
        munmap(m_mapped, m_size);
    if (m_file >= 0)
        close(m_file);
}

Result<void> ScratchFile::write(std::uint64_t at, Bytes bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = pwrite(m_file, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return failed(TR("Engine", "cannot write"), m_folder);
        at += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        m_size = std::max(m_size, at);
    }
    return {};
}

Result<void> ScratchFile::read(std::uint64_t at, std::span<std::byte> into) const
{
    while (!into.empty()) {
        const ssize_t got = pread(m_file, into.data(), into.size(), static_cast<off_t>(at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(TR("Engine", "cannot read"), m_folder);
        if (got == 0) {
            std::memset(into.data(), 0, into.size());
            break;
        }
        at += static_cast<std::uint64_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

Result<void> ScratchFile::extend(std::uint64_t size)
{
    if (size <= m_size)
        return {};
    if (ftruncate(m_file, static_cast<off_t>(size)) != 0)
        return failed(TR("Engine", "cannot write"), m_folder);
    m_size = size;
    return {};
}

Result<Bytes> ScratchFile::map()
{
    if (m_size == 0)
        return Bytes();
    if (m_mapped == nullptr) {
        void* const mapped = mmap(nullptr, m_size, PROT_READ, MAP_SHARED, m_file, 0);
        if (mapped == MAP_FAILED)
            return failed(TR("Engine", "cannot map"), m_folder);
        m_mapped = mapped;
    }
    return Bytes(static_cast<const std::byte*>(m_mapped), m_size);
}

void ScratchFile::forget() const
{
    if (m_mapped != nullptr)
        madvise(m_mapped, m_size, MADV_DONTNEED); // of a shared mapping: the file has it
}

}
