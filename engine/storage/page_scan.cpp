#include "engine/storage/page_scan.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::uint64_t rowsBetweenLooks = 256;

}

PageScan::PageScan(const SearchPlan& plan)
    : m_wanted(std::ranges::all_of(plan.rowConditions, &std::optional<RowCondition>::has_value))
    , m_sortBy(plan.sortRow)
{
    if (m_wanted)
        for (const auto& condition : plan.rowConditions)
            m_conditions.push_back(*condition);
}

bool PageScan::begin(Database& database, LogSnapshot* snapshot)
{
    m_pages.reset();
    if (!m_wanted || sqlite3_txn_state(database.handle(), "main") == SQLITE_TXN_NONE)
        return false;
    if (snapshot != nullptr && !snapshot->mapPages())
        return false;
    auto pages = pagesOf(database, snapshot);
    if (!pages || (m_schema != pages->schema && !numberColumns(database)))
        return false;
    m_schema = pages->schema;
    m_pages.emplace(std::move(*pages), m_root);
    return true;
}

bool PageScan::numberColumns(Database& database)
{
    m_schema.reset();
    m_columns.clear();
    m_columnsRead = 0;
    auto root = database.prepare("SELECT rootpage FROM sqlite_master WHERE type='table' AND name='calls'");
    auto column = database.prepare("SELECT name, type, pk FROM main.pragma_table_xinfo('calls') WHERE hidden=0 "
                                   "ORDER BY cid"); // hidden ones are computed, not stored
    if (!root || !root.value().stepToRow() || !column)
        return false;
    m_root = static_cast<std::uint32_t>(root.value().integer(0));
    while (column.value().stepToRow()) {
        const std::size_t at = m_columns.size();
        m_columns[column.value().column(0).text] = { at, column.value().column(1).text == "REAL" };
        if (column.value().integer(2) != 0)
            m_keyColumn = at;
    }
    if (column.value().failed())
        return false;
    for (RowCondition& condition : m_conditions)
        for (RowTest& test : condition)
            if (!number(test.of))
                return false;
    if (m_sortBy && !number(*m_sortBy))
        return false;
    m_sortsByReal = m_sortBy && m_columns.at(m_sortBy->column).isReal;
    return m_columnsRead <= RowCells::mostColumns;
}

// false: the table has no such column, as one that an earlier version began.
bool PageScan::number(RowExpression& expression)
{
    const auto at = [&](const std::string& name, std::size_t& to) {
        const auto found = m_columns.find(name);
        if (found == m_columns.end())
            return false;
        to = found->second.at;
        m_columnsRead = std::max(m_columnsRead, to + 1);
        return true;
    };
    return at(expression.column, expression.at.of)
        && (expression.kind != RowExpression::Kind::Duration
            || (at("ended_at_ns", expression.at.ended) && at("last_packet_at_ns", expression.at.lastPacket)));
}

std::optional<std::int64_t> PageScan::scan(std::int64_t first, std::int64_t end, bool descending,
    std::span<const std::size_t> order, const std::function<bool(const Match&)>& visit,
    const std::function<bool()>& goOn)
{
    std::int64_t from = descending ? end : first; // what was looked at lies behind it
    std::uint64_t looked = 0;
    bool stopped = false;
    const auto look = [&](const TablePages::Row& row) -> bool {
        if (looked % rowsBetweenLooks == 0 && !goOn()) {
            stopped = true;
            return false;
        }
        if (!m_row.read(row.id, row.record, m_keyColumn, m_columnsRead))
            return false;
        bool meets = true;
        for (std::size_t i = 0; i < order.size() && meets; ++i) {
            const auto held = holds(m_conditions[order[i]], m_row);
            if (!held)
                return false;
            meets = *held;
        }
        ++looked;
        from = descending ? row.id : row.id + 1;
        stopped = meets && !visit({ CallKey { row.id }, sortValue() });
        return !stopped;
    };
    const bool atEnd = m_pages->scan(first, end, descending, look) == TablePages::Ended::AtEnd;
    return atEnd || stopped ? std::nullopt : std::optional(from);
}

SearchValue PageScan::sortValue() const
{
    if (!m_sortBy)
        return {};
    const RowCell cell = cellOf(*m_sortBy, m_row);
    switch (cell.kind) {
    case RowCell::Kind::Integer:
        if (m_sortsByReal)
            return static_cast<double>(cell.integer);
        return cell.integer;
    case RowCell::Kind::Real:
        return cell.real;
    case RowCell::Kind::Text:
        return std::string(cell.text);
    case RowCell::Kind::Null:
    case RowCell::Kind::Blob:
        break;
    }
    return {};
}

}
