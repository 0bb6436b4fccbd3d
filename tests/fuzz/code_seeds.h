// Seeds that a fuzz target makes itself, beside the files of its corpus: where a format changes with our own code.
#pragma once

#include <cstdint>
#include <vector>

// A target need not have it. `fuzz_NAME_corpus --write DIR` makes files of them for libFuzzer.
std::vector<std::vector<std::uint8_t>> codeSeeds() __attribute__((weak));
