#include "engine/storage/held_media.h"

#include "engine/storage/held_call.h"
#include "engine/storage/storage_error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace callmon {

namespace {

bool isHeader(int file)
{
    HeldMediaHeader header;
    return ::pread(file, &header, sizeof header, 0) == static_cast<ssize_t>(sizeof header)
        && header.magic == HeldMediaHeader::expectedMagic && header.version == HeldMediaHeader::currentVersion;
}

Error cannotWrite(const std::filesystem::path& path)
{
    return systemError(TR("Engine", "cannot write"), path);
}

}

HeldMedia::HeldMedia(const std::filesystem::path& directory, CallKey call)
    : m_file(::open(heldMediaPath(directory, call).c_str(), O_RDONLY | O_CLOEXEC))
{
    find(call);
}

// By the headers alone: whether a chunk is whole is seen when it is read.
void HeldMedia::find(CallKey call)
{
    struct stat status { };
    if (!m_file || !isHeader(m_file.get()) || ::fstat(m_file.get(), &status) != 0)
        return;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    m_end = sizeof(HeldMediaHeader);
    ChunkHeader header;
    while (::pread(m_file.get(), &header, sizeof header, static_cast<off_t>(m_end))
        == static_cast<ssize_t>(sizeof header)) {
        const std::uint64_t next = m_end + sizeof header + header.bytes;
        if (header.magic != ChunkHeader::expectedMagic || header.version != ChunkHeader::currentVersion
            || header.callKey != call.value || header.bytes > MediaChunk::capacity || next > size)
            break;
        m_places.push_back(
            { header.streamIndex, header.here, header.previous, header.firstArrival, m_end, header.bytes });
        m_end = next;
    }
}

std::vector<HeldMedia::Place> HeldMedia::placesOf(std::uint32_t stream, MediaLocation after) const
{
    std::vector<Place> places;
    for (const Place& place : m_places)
        if (place.stream == stream && place.at > after)
            places.push_back(place);
    StoredChunk chunk;
    while (!places.empty() && read(places.back(), chunk) != ChunkState::Whole)
        places.pop_back(); // torn, whatever its header says: that segment is still there
    return places;
}

ChunkState HeldMedia::read(const Place& place, StoredChunk& chunk) const
{
    chunk.bytes.resize(place.bytes);
    const iovec parts[] { { &chunk.header, sizeof chunk.header }, { chunk.bytes.data(), chunk.bytes.size() } };
    const auto wanted = static_cast<ssize_t>(sizeof chunk.header + place.bytes);
    if (::preadv(m_file.get(), parts, 2, static_cast<off_t>(place.offset)) != wanted)
        return ChunkState::Missing;
    return crcOf(chunk.header, chunk.bytes) == chunk.header.crc ? ChunkState::Whole : ChunkState::Damaged;
}

Result<HeldMediaWriter> HeldMediaWriter::open(const std::filesystem::path& directory, CallKey call)
{
    HeldMediaWriter writer;
    writer.m_path = heldMediaPath(directory, call);
    const auto folder = writer.m_path.parent_path();
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return Error { sentence(TR("Engine", "cannot create %1: %2"), folder.string(), failed.message()) };
    HeldMedia there(directory, call);
    StoredChunk chunk;
    for (const HeldMedia::Place& place : there.m_places) {
        if (there.read(place, chunk) != ChunkState::Whole)
            break;
        writer.m_end = place.offset + sizeof chunk.header + place.bytes;
        writer.m_last[place.stream] = place.at;
    }
    writer.m_file = FileHandle(::open(writer.m_path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
    if (!writer.m_file || ::ftruncate(writer.m_file.get(), static_cast<off_t>(writer.m_end)) != 0)
        return cannotWrite(writer.m_path);
    if (writer.m_end == 0) {
        const HeldMediaHeader header;
        if (::pwrite(writer.m_file.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header))
            return cannotWrite(writer.m_path);
        writer.m_end = sizeof header;
        for (const auto& named : { folder, directory }) // the name is on the disk, too
            if (auto synced = syncOne(named, O_RDONLY | O_DIRECTORY); !synced)
                return synced.error();
    }
    return writer;
}

MediaLocation HeldMediaWriter::lastOf(std::uint32_t stream) const
{
    const auto found = m_last.find(stream);
    return found == m_last.end() ? MediaLocation {} : found->second;
}

Result<void> HeldMediaWriter::add(const StoredChunk& chunk)
{
    const iovec parts[] { { const_cast<ChunkHeader*>(&chunk.header), sizeof chunk.header },
        { const_cast<std::byte*>(chunk.bytes.data()), chunk.bytes.size() } };
    const auto wanted = static_cast<ssize_t>(sizeof chunk.header + chunk.bytes.size());
    const ssize_t wrote = ::pwritev(m_file.get(), parts, 2, static_cast<off_t>(m_end));
    if (wrote != wanted) {
        errno = wrote < 0 ? errno : ENOSPC;
        return cannotWrite(m_path);
    }
    m_end += static_cast<std::uint64_t>(wanted);
    m_last[chunk.header.streamIndex] = chunk.header.here;
    return {};
}

Result<void> HeldMediaWriter::sync()
{
    return ::fdatasync(m_file.get()) == 0 ? Result<void>() : cannotWrite(m_path);
}

}
