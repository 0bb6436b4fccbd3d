// Asking for memory before it is used.
#pragma once

namespace callmon {

// Fetches the cache line to be written: other cores lose their copies now, not when the store waits for it. GCC and
// clang make of __builtin_prefetch(p, 1) a fetch for reading unless told that every processor meant has PREFETCHW; all
// 64-bit ones take it (those before Intel's Broadwell as no operation). Worth it only for what another core has read or
// written last.
inline void prefetchToWrite(const void* line)
{
#if defined(__x86_64__)
    asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(line)));
#else
    __builtin_prefetch(line, 1);
#endif
}

}
