// One row as SQLite stores it: a header that tells the type of each column, and their values one after the other
// (sqlite.org/fileformat2.html, section 2.1).
#pragma once

#include "shared/base/byte_reader.h"

#include <array>
#include <bit>
#include <string_view>

namespace callmon {

struct RowCell {
    enum class Kind : std::uint8_t { Null, Integer, Real, Text, Blob } kind = Kind::Null;
    std::int64_t integer = 0;
    double real = 0; // SQLite keeps whole numbers of a REAL column as integers
    std::string_view text;
};

class RowCells {
public:
    static constexpr std::size_t mostColumns = 96;

    // `keyColumn` is the INTEGER PRIMARY KEY: the row's id, and nothing in the record. false: of a damaged row, or of
    // one without the first `columns` of them, as rows from before a column was added.
    bool read(std::int64_t rowId, Bytes record, std::size_t keyColumn, std::size_t columns);
    RowCell at(std::size_t column) const; // below those of read()

private:
    static std::int64_t wholeNumber(Bytes bytes); // big-endian, two's complement

    std::size_t m_keyColumn = 0;
    std::int64_t m_rowId = 0;
    Bytes m_record; // valid as long as that of read()
    std::array<std::uint32_t, mostColumns> m_types; // set up to the columns that were read, as the following
    std::array<std::uint32_t, mostColumns + 1> m_offsets; // into the record; and where the last ends
};

// Here, and not called: a cell that goes through memory takes three times as long. bench: records_bench.
inline std::int64_t RowCells::wholeNumber(Bytes bytes)
{
    std::int64_t value = static_cast<std::int8_t>(bytes[0]);
    for (const std::byte byte : bytes.subspan(1))
        value = value * 256 + std::to_integer<std::uint8_t>(byte);
    return value;
}

inline RowCell RowCells::at(std::size_t column) const
{
    constexpr std::uint32_t realType = 7, zeroType = 8, oneType = 9, firstReservedType = 10, firstBlobType = 12;
    RowCell cell;
    if (column == m_keyColumn) {
        cell.kind = RowCell::Kind::Integer;
        cell.integer = m_rowId;
        return cell;
    }
    const std::uint32_t type = m_types[column];
    const Bytes bytes = m_record.subspan(m_offsets[column], m_offsets[column + 1] - m_offsets[column]);
    if (type > firstBlobType && type % 2 == 1) {
        cell.kind = RowCell::Kind::Text;
        cell.text = { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
    } else if (type >= firstReservedType) {
        cell.kind = RowCell::Kind::Blob;
    } else if (type == realType) {
        cell.kind = RowCell::Kind::Real;
        cell.real = std::bit_cast<double>(wholeNumber(bytes));
    } else if (type >= zeroType) {
        cell.kind = RowCell::Kind::Integer;
        cell.integer = type == oneType;
    } else if (type != 0) {
        cell.kind = RowCell::Kind::Integer;
        cell.integer = wholeNumber(bytes);
    }
    return cell;
}

}
