// What a day database has for searches beside its rows: numbers written backwards, and indexes. Every index begins with
// the quarter of an hour in which a call began, call_key / quarterNs: calls that end together fall into one or two
// quarters, so a commit writes a few pages of each index, however large the day has grown, and a search asks each of
// the day's 96 quarters, a few microseconds each. bench: records_bench.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callmon {

constexpr std::int64_t quarterNs = 900'000'000'000;

constexpr std::size_t reversedCharacters = 12;

// The last characters (not bytes) of a number, last one first: what calls.caller_reversed and calls.callee_reversed
// hold. SQL could compute the same, as it does in days that an earlier schema began, but for three tenths of all the
// time that a record takes. bench: records_bench.
std::string reversedEnd(std::string_view number);

// For a day that an earlier version began without them: computed when they are read.
std::string reversedColumnsSql();
// Of a day that holds no call yet. One that an earlier version began keeps its own and is searched with those.
std::string searchIndexSql();

}
