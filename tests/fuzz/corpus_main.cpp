// Runs a fuzz target without libFuzzer: every seed of the given folder, each seed cut at every length, and mutations
// of it that are the same on every run; and so those that the target makes itself (code_seeds.h). A crash, a hang or a
// sanitizer's report is the failure.
//   fuzz_x_corpus FOLDER [CUTS]      CUTS: lengths at most of a seed, evenly spread, never the same of two seeds
#include "tests/fuzz/code_seeds.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

// A block of exactly the input's size: the address sanitizer then sees a read of one byte too many.
void runOnce(const std::uint8_t* data, std::size_t size)
{
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]);
    std::copy_n(data, size, exact.get());
    LLVMFuzzerTestOneInput(exact.get(), size);
}

class Mutator {
public:
    explicit Mutator(std::uint64_t seed)
        : m_state(seed * 0x9e3779b97f4a7c15ULL + 1)
    {
    }

    Input mutate(Input input, const Input& other)
    {
        for (std::size_t changes = 1 + below(8); changes > 0; --changes)
            change(input, other);
        return input;
    }

private:
    void change(Input& input, const Input& other)
    {
        static constexpr std::uint8_t interesting[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, '\r', '\n', ':', '=', ' ' };
        const std::size_t at = below(input.size() + 1);
        const auto position = input.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t left = input.size() - at;
        switch (below(6)) {
        case 0:
            if (left > 0)
                input[at] = static_cast<std::uint8_t>(input[at] ^ 1u << below(8));
            break;
        case 1:
            if (left > 0)
                input[at] = interesting[below(std::size(interesting))];
            break;
        case 2:
            input.insert(position, interesting[below(std::size(interesting))]);
            break;
        case 3:
            input.erase(position, position + static_cast<std::ptrdiff_t>(std::min(left, 1 + below(16))));
            break;
        case 4: { // a piece again, as headers stack
            const Input piece(position, position + static_cast<std::ptrdiff_t>(std::min(left, 1 + below(64))));
            input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
            break;
        }
        default: { // the head of this one, the tail of another
            input.resize(at);
            const auto from = std::min(other.size(), below(other.size() + 1));
            input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
        }
        }
        input.resize(std::min<std::size_t>(input.size(), 65536));
    }

    std::size_t below(std::size_t bound)
    {
        m_state ^= m_state << 13; // xorshift64
        m_state ^= m_state >> 7;
        m_state ^= m_state << 17;
        return static_cast<std::size_t>(m_state >> 11) % bound;
    }

    std::uint64_t m_state;
};

std::vector<Input> readSeeds(const char* folder) // null: those of the target alone
{
    std::vector<std::filesystem::path> files;
    if (folder != nullptr)
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<Input> seeds;
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    if (codeSeeds != nullptr)
        for (Input& seed : codeSeeds())
            seeds.push_back(std::move(seed));
    return seeds;
}

int writeSeeds(const std::filesystem::path& folder, const std::vector<Input>& seeds)
{
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        std::ofstream file(folder / ("code_" + std::to_string(i)), std::ios::binary);
        file.write(reinterpret_cast<const char*>(seeds[i].data()), static_cast<std::streamsize>(seeds[i].size()));
    }
    return 0;
}

}

int main(int argc, char** argv)
{
    if (argc == 3 && std::string_view(argv[1]) == "--write")
        return writeSeeds(argv[2], readSeeds(nullptr));
    if (argc < 2)
        return 1;
    const std::vector<Input> seeds = readSeeds(argv[1]);
    const std::size_t cutsAtMost = argc > 2 ? std::stoul(argv[2]) : SIZE_MAX;
    const std::size_t mutationsPerSeed = std::min<std::size_t>(400, cutsAtMost);
    std::size_t runs = 0;
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        const Input& seed = seeds[i];
        const std::size_t stride = seed.size() / cutsAtMost + 1;
        for (std::size_t size = i % stride; size < seed.size(); size += stride, ++runs)
            runOnce(seed.data(), size);
        runOnce(seed.data(), seed.size());
        ++runs;
        Mutator mutator(i + 1);
        for (std::size_t n = 0; n < mutationsPerSeed; ++n, ++runs) {
            const Input mutated = mutator.mutate(seed, seeds[(i + n) % seeds.size()]);
            runOnce(mutated.data(), mutated.size());
        }
    }
    std::printf("%zu seeds, %zu runs\n", seeds.size(), runs);
    return seeds.empty() ? 1 : 0;
}
