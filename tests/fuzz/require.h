// What a fuzz target holds against its parser beside not to crash.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void require(bool claim, int line = __builtin_LINE()) // clang 14 has no std::source_location
{
    if (claim)
        return;
    std::fprintf(stderr, "line %d does not hold\n", line);
    std::abort();
}
