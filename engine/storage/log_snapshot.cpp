#include "engine/storage/log_snapshot.h"

#include <atomic>
#include <cstring>

namespace callmon {

namespace {

constexpr std::uint32_t knownVersion = 3'007'000;
constexpr int blockBytes = 32768; // of the wal-index: page numbers of frames, then a hash of them that is not used here
constexpr std::uint32_t framesOfBlock = 4096;
constexpr std::uint32_t indexHeaderBytes = 136; // in the first block, in place of numbers
constexpr std::uint64_t logHeaderBytes = 32;
constexpr std::uint64_t frameHeaderBytes = 24;
constexpr int attempts = 5;

// Others write there meanwhile; all of it is in words, in this machine's byte order.
std::uint32_t wordAt(std::byte* block, std::size_t byte)
{
    return std::atomic_ref(*reinterpret_cast<std::uint32_t*>(block + byte)).load(std::memory_order_acquire);
}

std::uint32_t wordOf(const LogState& state, std::size_t byte)
{
    std::uint32_t word = 0;
    std::memcpy(&word, state.header.data() + byte, sizeof word);
    return word;
}

std::byte* blockOf(sqlite3_file* file, std::uint32_t which)
{
    void volatile* block = nullptr;
    const int code = file->pMethods->xShmMap(file, static_cast<int>(which), blockBytes, 0, &block);
    return code == SQLITE_OK ? static_cast<std::byte*>(const_cast<void*>(block)) : nullptr;
}

// The header lies there twice, and whoever writes it begins with the second.
std::optional<LogState> stateOf(sqlite3_file* file)
{
    std::byte* const block = blockOf(file, 0);
    if (block == nullptr)
        return std::nullopt;
    LogState first, second;
    const auto copy = [&](LogState& to, std::size_t from) {
        for (std::size_t byte = 0; byte < to.header.size(); byte += 4) {
            const std::uint32_t word = wordAt(block, from + byte);
            std::memcpy(to.header.data() + byte, &word, sizeof word);
        }
    };
    copy(first, 0);
    file->pMethods->xShmBarrier(file);
    copy(second, first.header.size());
    first.backfilled = second.backfilled = wordAt(block, 2 * first.header.size());
    const bool isInitialized = std::to_integer<int>(first.header[12]) == 1;
    if (first != second || !isInitialized || wordOf(first, 0) != knownVersion)
        return std::nullopt;
    return first;
}

}

std::uint32_t LogState::frames() const
{
    return wordOf(*this, 16);
}

std::uint32_t LogState::pages() const
{
    return wordOf(*this, 20);
}

std::uint32_t LogState::pageSize() const
{
    std::uint16_t size = 0;
    std::memcpy(&size, header.data() + 14, sizeof size);
    return (size & 0xfe00u) + ((size & 1u) << 16); // as 65,536 does not fit
}

sqlite3_file* fileOf(Database& database, int which)
{
    sqlite3_file* file = nullptr;
    const int code = sqlite3_file_control(database.handle(), "main", which, &file);
    return code == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

bool readFile(sqlite3_file* file, std::uint64_t offset, std::span<std::byte> bytes)
{
    return file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), static_cast<sqlite3_int64>(offset))
        == SQLITE_OK;
}

LogSnapshot::LogSnapshot(sqlite3_file* file, sqlite3_file* log, const LogState& state)
    : m_file(file)
    , m_log(log)
    , m_frames(state.backfilled == state.frames() ? 0 : state.frames())
    , m_pages(state.pages())
    , m_pageSize(state.pageSize())
{
}

std::optional<LogSnapshot> LogSnapshot::beginRead(Database& database)
{
    constexpr const char* begin = "BEGIN; SELECT 1 FROM sqlite_master LIMIT 1"; // it begins with the first reading
    for (int attempt = 0; attempt < attempts; ++attempt) {
        // The log is open once anything was read, if only by the attempt before; then there is a second file in WAL
        // mode only.
        sqlite3_file* file = fileOf(database, SQLITE_FCNTL_FILE_POINTER);
        sqlite3_file* log = fileOf(database, SQLITE_FCNTL_JOURNAL_POINTER);
        const bool isIndexed = file != nullptr && log != nullptr && file->pMethods->iVersion >= 2;
        const auto before = isIndexed ? stateOf(file) : std::nullopt;
        if (!database.execute(begin))
            return std::nullopt;
        // Nobody came between, so this is what the transaction has. Had a checkpoint come between, it could have
        // begun with the log or without.
        if (before && stateOf(file) == before)
            return LogSnapshot(file, log, *before);
        if (attempt + 1 < attempts)
            database.execute("COMMIT");
    }
    return std::nullopt;
}

bool LogSnapshot::mapPages()
{
    m_frameOf.clear();
    std::byte* block = nullptr;
    for (std::uint32_t frame = 0; frame < m_frames; ++frame) {
        const std::uint32_t place = frame + indexHeaderBytes / 4; // as if the header were numbers
        if (block == nullptr || place % framesOfBlock == 0)
            block = blockOf(m_file, place / framesOfBlock);
        if (block == nullptr)
            return false;
        m_frameOf[wordAt(block, place % framesOfBlock * 4)] = frame; // the last is the newest
    }
    return true;
}

bool LogSnapshot::read(std::uint32_t number, std::span<std::byte> page) const
{
    const auto found = m_frameOf.find(number);
    if (found == m_frameOf.end())
        return readFile(m_file, std::uint64_t { number - 1 } * page.size(), page);
    return readFile(m_log, logHeaderBytes + found->second * (frameHeaderBytes + m_pageSize) + frameHeaderBytes, page);
}

}
