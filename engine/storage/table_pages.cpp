#include "engine/storage/table_pages.h"

namespace callmon {

namespace {

constexpr std::size_t fileHeaderBytes = 100;
constexpr std::uint8_t innerTablePage = 5;
constexpr std::uint8_t leafTablePage = 13;
constexpr std::size_t longestRowBeyondPage = 35; // of a page's usable bytes, a row in one piece leaves so many

// In a read transaction that began with nothing in the log nobody writes into the file before it ends: whoever
// wants to move pages out of the log waits for it (sqlite.org/walformat.html, read locks).
bool isLogEmpty(sqlite3* handle)
{
    const char* const name = sqlite3_db_filename(handle, "main");
    if (name == nullptr || *name == '\0')
        return false;
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(sqlite3_filename_wal(name), failed);
    return failed ? failed == std::errc::no_such_file_or_directory : bytes == 0;
}

std::size_t cellAt(Bytes page, std::size_t pointers, std::size_t which)
{
    ByteReader pointer(page.subspan(pointers + which * 2, 2));
    return pointer.u16();
}

}

std::int64_t readVarint(ByteReader& bytes)
{
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
        const std::uint8_t byte = bytes.u8();
        value = value << 7 | (byte & 0x7f);
        if (byte < 0x80)
            return static_cast<std::int64_t>(value);
    }
    return static_cast<std::int64_t>(value << 8 | bytes.u8());
}

std::optional<PageSource> parseFileHeader(Bytes start)
{
    constexpr std::uint32_t largestPage = 65536, smallestUsable = 480, utf8 = 1;
    ByteReader header(start);
    header.skip(16);
    PageSource pages;
    pages.size = header.u16();
    if (pages.size == 1)
        pages.size = largestPage;
    header.skip(2);
    const std::uint32_t reserved = header.u8();
    header.skip(7);
    pages.count = header.u32();
    header.skip(8);
    pages.schema = header.u32();
    header.skip(12);
    if (header.u32() != utf8 || !header.ok() || pages.size < smallestUsable + reserved)
        return std::nullopt;
    pages.usable = pages.size - reserved;
    return pages;
}

std::optional<PageSource> pagesOf(Database& database, const LogSnapshot* snapshot)
{
    decltype(PageSource::read) read;
    if (snapshot != nullptr) {
        read = [snapshot](std::uint32_t number, std::span<std::byte> page) { return snapshot->read(number, page); };
    } else {
        sqlite3_file* const file = fileOf(database, SQLITE_FCNTL_FILE_POINTER);
        if (file == nullptr || !isLogEmpty(database.handle()))
            return std::nullopt;
        read = [file](std::uint32_t number, std::span<std::byte> page) {
            return readFile(file, std::uint64_t { number - 1 } * page.size(), page);
        };
    }
    std::array<std::byte, fileHeaderBytes> start;
    if (!read(1, start))
        return std::nullopt;
    auto pages = parseFileHeader(start);
    if (!pages)
        return pages;
    pages->read = std::move(read);
    if (snapshot != nullptr && snapshot->pageSize() != 0) { // the index of a log in which nothing was yet says neither
        if (snapshot->pageSize() != pages->size)
            return std::nullopt;
        pages->count = snapshot->pageCount();
    }
    return pages;
}

TablePages::Ended TablePages::scan(
    std::int64_t first, std::int64_t end, bool descending, const std::function<bool(const Row&)>& visit)
{
    m_pagesLeft = m_source.count;
    m_lastId.reset();
    return walk(m_root, 0, { first, end, descending, visit });
}

TablePages::Ended TablePages::walk(std::uint32_t number, std::size_t depth, const Span& span)
{
    if (depth >= deepest || number == 0 || number > m_source.count || m_pagesLeft == 0)
        return Ended::NotUnderstood;
    --m_pagesLeft;
    m_pages[depth].resize(m_source.size);
    if (!m_source.read(number, m_pages[depth]))
        return Ended::NotUnderstood;
    const Bytes page = Bytes(m_pages[depth]).first(m_source.usable);
    const std::size_t header = number == 1 ? fileHeaderBytes : 0;
    switch (std::to_integer<std::uint8_t>(page[header])) {
    case innerTablePage:
        return walkInner(page, header, depth, span);
    case leafTablePage:
        return walkLeaf(page, header, span);
    default:
        return Ended::NotUnderstood;
    }
}

// A cell: the page of a subtree, and the greatest id in it; what is above all of them lies in one more.
TablePages::Ended TablePages::walkInner(Bytes page, std::size_t header, std::size_t depth, const Span& span)
{
    const std::size_t cells = cellAt(page, header + 3, 0);
    const std::size_t pointers = header + 12;
    if (pointers + cells * 2 > page.size())
        return Ended::NotUnderstood;
    for (std::size_t step = 0; step <= cells; ++step) {
        const std::size_t which = span.descending ? cells - step : step;
        const auto greatestIn = [&](std::size_t cell, std::int64_t& id) {
            const std::size_t at = cellAt(page, pointers, cell);
            if (at >= page.size())
                return false;
            ByteReader bytes(page.subspan(at));
            bytes.skip(4);
            id = readVarint(bytes);
            return bytes.ok();
        };
        std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
        std::int64_t below = std::numeric_limits<std::int64_t>::min(); // all ids here are greater
        if ((which < cells && !greatestIn(which, greatest)) || (which > 0 && !greatestIn(which - 1, below)))
            return Ended::NotUnderstood;
        if (greatest < span.first || (which > 0 && below >= span.end - 1))
            continue;
        ByteReader child(which < cells ? page.subspan(cellAt(page, pointers, which)) : page.subspan(header + 8));
        if (const Ended ended = walk(child.u32(), depth + 1, span); ended != Ended::AtEnd)
            return ended;
    }
    return Ended::AtEnd;
}

TablePages::Ended TablePages::walkLeaf(Bytes page, std::size_t header, const Span& span)
{
    const std::size_t cells = cellAt(page, header + 3, 0);
    const std::size_t pointers = header + 8;
    if (pointers + cells * 2 > page.size())
        return Ended::NotUnderstood;
    for (std::size_t step = 0; step < cells; ++step) {
        const std::size_t at = cellAt(page, pointers, span.descending ? cells - 1 - step : step);
        if (at >= page.size())
            return Ended::NotUnderstood;
        ByteReader bytes(page.subspan(at));
        const auto recordBytes = static_cast<std::uint64_t>(readVarint(bytes));
        const std::int64_t id = readVarint(bytes);
        if (!bytes.ok() || !isInOrder(id, span.descending))
            return Ended::NotUnderstood;
        if (id < span.first || id >= span.end)
            continue;
        if (recordBytes > page.size() - longestRowBeyondPage) // goes on in pages of its own
            return Ended::NotUnderstood;
        const Bytes record = bytes.take(static_cast<std::size_t>(recordBytes));
        if (!bytes.ok())
            return Ended::NotUnderstood;
        if (!span.visit({ id, record }))
            return Ended::Stopped;
    }
    return Ended::AtEnd;
}

bool TablePages::isInOrder(std::int64_t id, bool descending)
{
    const bool inOrder = !m_lastId || (descending ? id < *m_lastId : *m_lastId < id);
    m_lastId = id;
    return inOrder;
}

}
