// What the SQL of searches for calls has in common.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callmon {

// "+34*" as a GLOB pattern: only * is special in ours, so ? and [ are put in brackets.
std::string globOf(std::string_view pattern);

// call_key lies this near started_at_ns: the hash in its low bits, and up to a millisecond to make it unique.
constexpr std::int64_t keyDistanceNs = 2'000'000;

}
