// A database file as anybody may have left it, read without SQLite: rows come in order, from inside their page, and
// end.
#include "engine/storage/row_cells.h"
#include "engine/storage/table_pages.h"
#include "tests/fuzz/require.h"

#include <cstring>

using namespace callmon;

namespace {

void look(RowCells& cells, const TablePages::Row& row, std::size_t columns)
{
    if (!cells.read(row.id, row.record, 0, columns))
        return;
    for (std::size_t i = 0; i < columns; ++i) {
        const RowCell cell = cells.at(i);
        require(i != 0 || (cell.kind == RowCell::Kind::Integer && cell.integer == row.id));
        if (cell.kind != RowCell::Kind::Text || cell.text.empty())
            continue;
        const auto* const text = reinterpret_cast<const std::byte*>(cell.text.data());
        require(row.record.data() <= text && text + cell.text.size() <= row.record.data() + row.record.size());
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Bytes file = std::as_bytes(std::span(data, size));
    auto pages = parseFileHeader(file.first(std::min<std::size_t>(size, 100)));
    if (!pages)
        return 0;
    pages->read = [&](std::uint32_t number, std::span<std::byte> page) {
        const std::size_t at = std::size_t { number - 1 } * pages->size;
        if (at + page.size() > size)
            return false;
        std::memcpy(page.data(), file.data() + at, page.size());
        return true;
    };
    for (const std::uint32_t root : { 1u, 2u })
        for (const bool descending : { false, true }) {
            TablePages table(*pages, root);
            RowCells cells;
            std::optional<std::int64_t> last;
            std::size_t rows = 0;
            const std::int64_t first = -1000, end = 100'000;
            const auto ended = table.scan(first, end, descending, [&](const TablePages::Row& row) {
                require(first <= row.id && row.id < end);
                require(!last || (descending ? row.id < *last : *last < row.id));
                last = row.id;
                look(cells, row, 4);
                look(cells, row, RowCells::mostColumns);
                return ++rows <= size;
            });
            require(ended != TablePages::Ended::Stopped);
        }
    return 0;
}
