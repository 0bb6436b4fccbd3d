// How much room the one-second points of a day take in its database.
#pragma once

#include "engine/storage/sqlite.h"

namespace callmon {

// From the number of blocks and the size of some of them: reading all would take minutes. Rows that were erased from
// among the others count. Days of any schema.
Result<std::uint64_t> estimatedQualityBytes(Database& day);

}
