// Rows of a table straight from the pages of its database file, as SQLite lays them out (sqlite.org/fileformat2.html,
// sections 1.3, 1.6 and 2.1): for searches that look at every row, of which SQLite's own machine does a few steps for
// each column. What is not understood is left to SQLite. bench: records_bench.
#pragma once

#include "engine/storage/log_snapshot.h"

#include <array>
#include <functional>
#include <vector>

namespace callmon {

// Where pages come from: a database file, or memory in tests.
struct PageSource {
    std::function<bool(std::uint32_t number, std::span<std::byte> page)> read; // numbers from 1
    std::uint32_t count = 0;
    std::uint32_t size = 0; // bytes
    std::uint32_t usable = 0; // of them, without what extensions reserve at the end
    std::uint32_t schema = 0; // another one after each change of the tables, or of where they begin
};

// Of a database in whose read transaction the caller is, for as long as that lasts, and its `snapshot`, if there is one
// (mapped). nullopt where there is none and newer pages lie in the write-ahead log, or where the file is not laid out
// as ours are.
std::optional<PageSource> pagesOf(Database& database, const LogSnapshot* snapshot = nullptr);

// Of the first 100 bytes of a file, but read(). nullopt: not as ours are.
std::optional<PageSource> parseFileHeader(Bytes start);

class TablePages {
public:
    TablePages(PageSource source, std::uint32_t root)
        : m_source(std::move(source))
        , m_root(root)
    {
    }

    struct Row {
        std::int64_t id = 0;
        Bytes record; // valid during the visit
    };
    enum class Ended : std::uint8_t { AtEnd, Stopped, NotUnderstood };

    // The rows of [first, end) by their id, up or down, until `visit` returns false. NotUnderstood: rows behind the
    // last that was visited could not be read.
    Ended scan(std::int64_t first, std::int64_t end, bool descending, const std::function<bool(const Row&)>& visit);

private:
    static constexpr std::size_t deepest = 20; // SQLite's own bound on its trees

    struct Span {
        std::int64_t first;
        std::int64_t end;
        bool descending;
        const std::function<bool(const Row&)>& visit;
    };
    Ended walk(std::uint32_t number, std::size_t depth, const Span& span);
    Ended walkInner(Bytes page, std::size_t header, std::size_t depth, const Span& span);
    Ended walkLeaf(Bytes page, std::size_t header, const Span& span);
    bool isInOrder(std::int64_t id, bool descending);

    PageSource m_source;
    std::uint32_t m_root;
    std::array<std::vector<std::byte>, deepest> m_pages; // one of each depth
    std::uint32_t m_pagesLeft = 0; // of a scan: a tree holds no page twice
    std::optional<std::int64_t> m_lastId;
};

// SQLite's variable-length integer: 7 bits a byte, high ones first, all 8 of a ninth.
std::int64_t readVarint(ByteReader& bytes);

}
