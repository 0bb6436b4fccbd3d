#include "engine/storage/message_log_writer.h"

#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <utility>

namespace callmon {

namespace {

constexpr std::size_t writeSize = 1u << 20;
constexpr std::size_t mostCalls = 1u << 20; // chains remembered: more than the tracker's largest table
constexpr std::uint64_t keptForRecords = 128ull << 20; // of the file system, where media leave twice as much

bool writeAll(int file, Bytes bytes, std::uint64_t offset)
{
    while (!bytes.empty()) {
        const ssize_t wrote = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote == 0)
            errno = ENOSPC;
        if (wrote <= 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
        offset += static_cast<std::uint64_t>(wrote);
    }
    return true;
}

}

MessageLogWriter::MessageLogWriter(std::filesystem::path directory, std::uint64_t segmentSize)
    : m_directory(std::move(directory))
    , m_segmentSize(segmentSize)
    , m_counters(std::make_unique<Counters>())
{
    m_buffer.reserve(writeSize + sizeof(StoredMessageHeader) + StoredMessageHeader::mostBytes + messageAlignment);
}

Result<MessageLogWriter> MessageLogWriter::open(
    const std::filesystem::path& directory, bool afterCrash, std::uint64_t segmentSize)
{
    std::error_code failed;
    std::filesystem::create_directories(directory / "messages", failed);
    if (failed)
        return Error { "cannot create " + (directory / "messages").string() + ": " + failed.message() };
    MessageLogWriter log(directory, segmentSize);
    const std::uint32_t last = lastMessageSegment(directory);
    if (last != 0 && !afterCrash && log.openSegment(last, false) && log.m_end < segmentSize)
        return log;
    if (auto begun = log.openSegment(last + 1, true); !begun)
        return begun.error();
    return log;
}

Result<void> MessageLogWriter::openSegment(std::uint32_t number, bool create)
{
    const auto path = messageSegmentPath(m_directory, number);
    FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0), 0640));
    if (!file)
        return systemError(create ? TR("Engine", "cannot create") : TR("Engine", "cannot open"), path);
    MessageSegmentHeader header;
    std::uint64_t end = sizeof header;
    if (create) {
        if (!writeAll(file.get(), std::as_bytes(std::span(&header, 1)), 0)) {
            const Error error = systemError(TR("Engine", "cannot write"), path);
            ::unlink(path.c_str());
            return error;
        }
    } else {
        MessageSegmentHeader found;
        if (::pread(file.get(), &found, sizeof found, 0) != static_cast<ssize_t>(sizeof found)
            || std::memcmp(&found, &header, sizeof found) != 0)
            return Error { path.string() + " is not of this version" };
        const off_t size = ::lseek(file.get(), 0, SEEK_END);
        end = (static_cast<std::uint64_t>(std::max<off_t>(size, 0)) + messageAlignment - 1) / messageAlignment
            * messageAlignment;
    }
    m_file = std::move(file);
    m_number = number;
    m_end = end;
    return {};
}

void MessageLogWriter::list(CallKey call, Chain& chain)
{
    if (!chain.listed)
        m_changed.push_back(call);
    chain.listed = true;
}

void MessageLogWriter::refuse(CallKey call, Chain& chain)
{
    ++chain.notWritten;
    m_counters->notWritten.fetch_add(1, std::memory_order_relaxed);
    list(call, chain);
}

void MessageLogWriter::remember(Error error)
{
    m_counters->errors.fetch_add(1, std::memory_order_relaxed);
    if (!m_error)
        m_error = std::move(error);
}

void MessageLogWriter::append(const MessageHead& head, Bytes text)
{
    auto known = m_chains.find(head.call);
    if (known == m_chains.end()) {
        if (m_chains.size() >= mostCalls) {
            m_counters->notWritten.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        known = m_chains.emplace(head.call, Chain {}).first;
    }
    Chain& chain = known->second;
    if (m_buffer.empty() && (!m_file || m_end >= m_segmentSize)) {
        // One that cannot be begun now is tried again with the next message; the old one grows meanwhile.
        if (auto begun = openSegment(m_number + 1, true); !begun) {
            remember(begun.error());
            if (!m_file || m_end >= 2 * m_segmentSize)
                return refuse(head.call, chain);
        }
    }
    text = text.first(std::min<std::size_t>(text.size(), StoredMessageHeader::mostBytes));
    StoredMessageHeader header = storedHeader(head, text.size());
    header.previous = chain.last;
    header.here = { m_number, static_cast<std::uint32_t>(m_end + m_buffer.size()) };
    header.crc = crcOf(header, text);
    chain.last = header.here;
    list(head.call, chain);
    ++m_buffered;
    const Bytes raw = std::as_bytes(std::span(&header, 1));
    m_buffer.insert(m_buffer.end(), raw.begin(), raw.end());
    m_buffer.insert(m_buffer.end(), text.begin(), text.end());
    m_buffer.resize((m_buffer.size() + messageAlignment - 1) / messageAlignment * messageAlignment);
    if (m_buffer.size() >= writeSize)
        writeBuffer();
}

bool MessageLogWriter::hasRoom() const
{
    struct statvfs status { };
    if (::fstatvfs(m_file.get(), &status) != 0)
        return true; // the write will tell
    const std::uint64_t kept = std::min<std::uint64_t>(keptForRecords, status.f_blocks * status.f_frsize / 4);
    return status.f_bavail * status.f_frsize >= kept + m_buffer.size();
}

void MessageLogWriter::writeBuffer()
{
    if (m_buffer.empty())
        return;
    errno = ENOSPC;
    if (!hasRoom() || !writeAll(m_file.get(), m_buffer, m_end)) {
        remember(systemError(TR("Engine", "cannot write messages to"), messageSegmentPath(m_directory, m_number)));
        refuseBuffer();
        return;
    }
    // The disk may begin at once: a power cut then takes seconds and not half a minute.
    (void)::sync_file_range(
        m_file.get(), static_cast<off_t>(m_end), static_cast<off_t>(m_buffer.size()), SYNC_FILE_RANGE_WRITE);
    m_end += m_buffer.size();
    m_counters->stored.fetch_add(std::exchange(m_buffered, 0), std::memory_order_relaxed);
    m_counters->bytes.fetch_add(m_buffer.size(), std::memory_order_relaxed);
    m_buffer.clear();
}

// Of each call the newest first, so that its chain ends where it ended before all of them.
void MessageLogWriter::refuseBuffer()
{
    std::vector<StoredMessageHeader> headers;
    for (std::size_t at = 0; at < m_buffer.size();) {
        StoredMessageHeader& header = headers.emplace_back();
        std::memcpy(&header, m_buffer.data() + at, sizeof header);
        at += (sizeof header + header.bytes + messageAlignment - 1) / messageAlignment * messageAlignment;
    }
    for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
        const auto chain = m_chains.find({ header->callKey });
        if (chain == m_chains.end()) {
            m_counters->notWritten.fetch_add(1, std::memory_order_relaxed);
            continue;
        }
        chain->second.last = header->previous;
        refuse(chain->first, chain->second);
    }
    m_buffer.clear();
    m_buffered = 0;
    (void)::ftruncate(m_file.get(), static_cast<off_t>(m_end)); // what was written of it names nothing either way
}

Result<void> MessageLogWriter::flush()
{
    writeBuffer();
    if (auto error = std::exchange(m_error, std::nullopt))
        return std::move(*error);
    return {};
}

void MessageLogWriter::takeChanged(std::vector<Changed>& changed)
{
    changed.clear();
    for (const CallKey call : m_changed) {
        const auto chain = m_chains.find(call);
        if (chain == m_chains.end())
            continue;
        chain->second.listed = false;
        changed.push_back({ call, chain->second.last, chain->second.notWritten });
    }
    m_changed.clear();
}

void MessageLogWriter::tellAgain(CallKey call)
{
    if (const auto chain = m_chains.find(call); chain != m_chains.end())
        list(call, chain->second);
}

void MessageLogWriter::forget(CallKey call)
{
    m_chains.erase(call);
}

std::vector<NamedCounter> MessageLogWriter::counters() const
{
    return { { "messages_stored", m_counters->stored }, { "message_bytes_stored", m_counters->bytes },
        { "messages_not_written", m_counters->notWritten }, { "message_write_errors", m_counters->errors } };
}

}
