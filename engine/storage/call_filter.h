// CallQuery as an SQL condition on table calls.
#pragma once

#include "engine/storage/record_fields.h"
#include "shared/calls/call_query.h"

#include <string>
#include <vector>

namespace callmon {

struct CallFilter {
    std::string where; // "" or " WHERE ..."
    std::vector<StoredValue> values; // of its ?1, ?2...
};

CallFilter filterOf(const CallQuery& query);

// "+34*" as a GLOB pattern: only * is special in ours, so ? and [ are put in brackets.
std::string globOf(std::string_view pattern);

// call_key lies this near started_at_ns: the hash in its low bits, and up to a millisecond to make it unique.
constexpr std::int64_t keyDistanceNs = 2'000'000;

}
