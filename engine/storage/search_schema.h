// What a day database has for searches beside its rows: numbers written backwards, and indexes. Every index begins with
// the quarter of an hour in which a call began, call_key / quarterNs: calls that end together fall into one or two
// quarters, so a commit writes a few pages of each index, however large the day has grown, and a search asks each of
// the day's 96 quarters, a few microseconds each. bench: records_bench.
#pragma once

#include <cstdint>
#include <string>

namespace callmon {

constexpr std::int64_t quarterNs = 900'000'000'000;

constexpr std::size_t reversedCharacters = 12; // so many of a number's last characters, last one first

// calls.caller_reversed and calls.callee_reversed, computed when they are read: they take no room but in their index.
std::string reversedColumnsSql();
// Of a day that holds no call yet. One that an earlier version began keeps its own and is searched with those.
std::string searchIndexSql();

}
