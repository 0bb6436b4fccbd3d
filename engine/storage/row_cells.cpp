#include "engine/storage/row_cells.h"

#include "engine/storage/table_pages.h"

namespace callmon {

namespace {

constexpr std::array<std::uint8_t, 12> bytesOfType { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0 };
constexpr std::uint32_t firstBlobType = 12;

std::uint64_t bytesOf(std::uint32_t type)
{
    return type < firstBlobType ? bytesOfType[type] : (type - firstBlobType) / 2;
}

}

bool RowCells::read(std::int64_t rowId, Bytes record, std::size_t keyColumn, std::size_t columns)
{
    m_keyColumn = keyColumn;
    m_rowId = rowId;
    m_record = record;
    ByteReader start(record);
    const auto headerBytes = static_cast<std::uint64_t>(readVarint(start));
    const std::size_t used = record.size() - start.left();
    if (!start.ok() || headerBytes < used || headerBytes > record.size() || columns > mostColumns)
        return false;
    const std::byte* at = record.data() + used;
    const std::byte* const end = record.data() + headerBytes;
    std::uint64_t offset = headerBytes;
    for (std::size_t column = 0; column < columns; ++column) {
        if (at == end)
            return false;
        std::uint64_t type = std::to_integer<std::uint64_t>(*at);
        if (type < 0x80) {
            ++at;
        } else {
            ByteReader bytes(Bytes(at, end));
            type = static_cast<std::uint64_t>(readVarint(bytes));
            if (!bytes.ok() || type > 0xffff'ffff)
                return false;
            at = end - bytes.left();
        }
        m_types[column] = static_cast<std::uint32_t>(type);
        m_offsets[column] = static_cast<std::uint32_t>(offset);
        offset += bytesOf(m_types[column]);
        if (offset > record.size())
            return false;
    }
    m_offsets[columns] = static_cast<std::uint32_t>(offset);
    return true;
}

}
