// Where the newest version of each page lies for one read transaction of a database in WAL mode: in its file, or in a
// frame of its write-ahead log (sqlite.org/walformat.html, sections 1 and 2.1). All is reached through the files that
// SQLite has open: closing one of our own would take away the locks of this whole process
// (sqlite.org/howtocorrupt.html, section 2.2).
#pragma once

#include "engine/storage/sqlite.h"

#include <unordered_map>

namespace callmon {

// The wal-index's header: which frames make the newest state, and how many of them are in the file already.
struct LogState {
    std::array<std::byte, 48> header {};
    std::uint32_t backfilled = 0;

    std::uint32_t frames() const;
    std::uint32_t pages() const; // of the database
    std::uint32_t pageSize() const;
    bool operator==(const LogState&) const = default;
};

class LogSnapshot {
public:
    // Begins a read transaction of `database`, in any case. nullopt: its state could not be told, because others wrote
    // at every attempt, or there is no such index.
    static std::optional<LogSnapshot> beginRead(Database& database);

    // Of the transaction that began with it. While that lasts no frame of it is overwritten, nor a page of the file of
    // which there is none here: a checkpoint moves what lies here, and waits with what is newer.
    std::uint32_t pageCount() const { return m_pages; } // 0, as the next, where only the file says it
    std::uint32_t pageSize() const { return m_pageSize; }
    // Reads which pages the log has. false: it could not be read.
    bool mapPages();
    // After mapPages(). Numbers from 1; a whole page, of the first as many bytes as are wanted.
    bool read(std::uint32_t number, std::span<std::byte> page) const;

private:
    LogSnapshot(sqlite3_file* file, sqlite3_file* log, const LogState& state);

    sqlite3_file* m_file;
    sqlite3_file* m_log;
    std::uint32_t m_frames; // that are to be looked at; 0: the file has all
    std::uint32_t m_pages;
    std::uint32_t m_pageSize;
    std::unordered_map<std::uint32_t, std::uint32_t> m_frameOf; // of pages
};

// A file as SQLite has it open: SQLITE_FCNTL_FILE_POINTER or _JOURNAL_POINTER. nullptr: it has not.
sqlite3_file* fileOf(Database& database, int which);
bool readFile(sqlite3_file* file, std::uint64_t offset, std::span<std::byte> bytes);

}
