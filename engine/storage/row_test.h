// Conditions of a search on the stored cells of one row, with SQL's meaning: what is absent fits no comparison. Made
// beside the SQL of the same condition (search_plan.h), and tested against it.
#pragma once

#include "engine/storage/row_cells.h"
#include "shared/calls/call_search.h"

namespace callmon {

// What of a row is looked at. Columns are named in a plan and numbered for one database.
struct RowExpression {
    enum class Kind : std::uint8_t {
        Cell,
        CellOrNone, // 0 says that there is none
        Duration, // from the answer to the end, or to the last packet
    };
    struct Columns {
        std::size_t of = 0;
        std::size_t ended = 0;
        std::size_t lastPacket = 0;
    };
    Kind kind = Kind::Cell;
    std::string column;
    Columns at;
};

struct RowTest {
    enum class Kind : std::uint8_t { Absent, Present, Compared, Fits, FitsNot, OneOf, NoneOf };
    RowExpression of;
    Kind kind = Kind::Compared;
    Comparison comparison = Comparison::Equal;
    SearchValue value; // Compared: with this; Fits: the pattern
    std::vector<std::int64_t> words; // OneOf, NoneOf
};

// Holds when any of them does.
using RowCondition = std::vector<RowTest>;

// nullopt: of a type that our fields never have.
std::optional<bool> holds(const RowCondition& condition, const RowCells& row);

RowCell cellOf(const RowExpression& expression, const RowCells& row);

// As SQLite compares numbers: exactly, also where a double cannot tell whole numbers apart.
int orderOf(std::int64_t whole, double real);

}
