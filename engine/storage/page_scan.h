// Looks at every call of a span of a day database without SQLite's machine between: pages, cells and conditions.
#pragma once

#include "engine/storage/row_test.h"
#include "engine/storage/search_plan.h"
#include "engine/storage/table_pages.h"

#include <map>

namespace callmon {

class PageScan {
public:
    explicit PageScan(const SearchPlan& plan);

    // In each read transaction of `database` anew, and for as long as it and its `snapshot` last. false: SQLite has to
    // be asked, because of the plan's conditions or of the file (pagesOf()).
    bool begin(Database& database, LogSnapshot* snapshot);

    struct Match {
        CallKey key;
        SearchValue value; // that the plan sorts by
    };
    // Calls of [first, end) that meet the plan's conditions, which are looked at in `order`, by key, up or down. A
    // `visit` that is false stops, and so does `goOn`, which is asked every few hundred rows. Returns the key from
    // which on (downwards: below which) SQLite has to be asked; nothing: all was looked at, or it was stopped.
    std::optional<std::int64_t> scan(std::int64_t first, std::int64_t end, bool descending,
        std::span<const std::size_t> order, const std::function<bool(const Match&)>& visit,
        const std::function<bool()>& goOn);

private:
    bool numberColumns(Database& database);
    bool number(RowExpression& expression);
    SearchValue sortValue() const;

    struct Column {
        std::size_t at = 0; // among those that are stored
        bool isReal = false;
    };

    bool m_wanted = false;
    std::vector<RowCondition> m_conditions;
    std::optional<RowExpression> m_sortBy;
    bool m_sortsByReal = false;
    std::optional<std::uint32_t> m_schema; // of which the following are
    std::map<std::string, Column> m_columns;
    std::size_t m_keyColumn = 0;
    std::uint32_t m_root = 0; // page
    std::size_t m_columnsRead = 0; // of each row
    std::optional<TablePages> m_pages; // of this transaction
    RowCells m_row;
};

}
