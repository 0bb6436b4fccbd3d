#include "engine/storage/search_schema.h"

#include <array>

namespace callmon {

namespace {

struct SearchIndex {
    const char* name;
    const char* columns;
    const char* where;
    const char* rows; // as ANALYZE would find them in a large day, so that other programs' plain conditions use the
                      // index too: rows in all, in a quarter, and with the same value in it
};

constexpr std::array searchIndexes {
    SearchIndex { "calls_in_quarter_by_caller", "caller", "", "10000000 104167 3" },
    SearchIndex { "calls_in_quarter_by_callee", "callee", "", "10000000 104167 3" },
    SearchIndex { "calls_in_quarter_by_caller_reversed", "caller_reversed", "", "10000000 104167 3" },
    SearchIndex { "calls_in_quarter_by_callee_reversed", "callee_reversed", "", "10000000 104167 3" },
    SearchIndex { "calls_in_quarter_by_call_id", "call_id", "", "10000000 104167 1" },
    SearchIndex { "calls_in_quarter_by_caller_ip", "caller_ip", "", "10000000 104167 100" },
    SearchIndex { "calls_in_quarter_by_callee_ip", "callee_ip", "", "10000000 104167 100" },
    SearchIndex { "calls_in_quarter_by_outcome", "outcome, mos_mean", "", "10000000 104167 15000 5" },
    SearchIndex { "calls_in_quarter_by_leg", "leg_id", " WHERE leg_id<>''", "1000000 10417 2" },
};

std::string reversed(const std::string& column)
{
    std::string sql;
    for (std::size_t i = 1; i <= reversedCharacters; ++i)
        sql += (i == 1 ? "" : "||") + ("substr(" + column) + ",-" + std::to_string(i) + ",1)";
    return sql;
}

}

std::string reversedEnd(std::string_view number)
{
    const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }; // UTF-8
    std::string backwards;
    std::size_t end = number.size();
    for (std::size_t characters = 0; end > 0 && characters < reversedCharacters; ++characters) {
        std::size_t begin = end - 1;
        while (begin > 0 && continues(number[begin]))
            --begin;
        backwards += number.substr(begin, end - begin);
        end = begin;
    }
    return backwards;
}

std::string reversedColumnsSql()
{
    std::string sql;
    for (const std::string column : { "caller", "callee" })
        sql += "ALTER TABLE calls ADD COLUMN " + column + "_reversed TEXT AS (" + reversed(column) + ") VIRTUAL;\n";
    return sql;
}

std::string searchIndexSql()
{
    std::string sql;
    std::string statistics = "ANALYZE;\nDELETE FROM sqlite_stat1;\n";
    for (const SearchIndex& index : searchIndexes) {
        sql += std::string("CREATE INDEX ") + index.name + " ON calls(call_key/" + std::to_string(quarterNs) + ", "
            + index.columns + ')' + index.where + ";\n";
        statistics +=
            std::string("INSERT INTO sqlite_stat1 VALUES('calls','") + index.name + "','" + index.rows + "');\n";
    }
    return sql + statistics;
}

}
