// Speech as the sample calls send it: one dialogue, encoded once, cut in blocks of 20 ms.
#pragma once

#include "shared/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callmon {

enum class Codec : std::uint8_t { Pcma, Pcmu, G729 };
inline constexpr std::size_t codecCount = 3;
inline constexpr std::uint32_t samplesPerBlock = 160; // 20 ms at 8 kHz

std::uint8_t payloadTypeOf(Codec codec); // RFC 3551 6, static
std::string_view nameOf(Codec codec); // encoding name, RFC 3551: "PCMA", "PCMU", "G729"

std::uint8_t encodeALaw(std::int16_t sample); // ITU-T G.711 table 1
std::uint8_t encodeMuLaw(std::int16_t sample); // ITU-T G.711 table 2

struct EncodedSpeech {
    std::size_t blockSize = 0; // bytes in 20 ms: 160 for G.711, 20 (two frames) for G.729
    std::vector<std::byte> bytes;

    std::size_t blocks() const { return blockSize ? bytes.size() / blockSize : 0; }
    std::span<const std::byte> block(std::size_t index) const
    {
        return std::span(bytes).subspan(index % blocks() * blockSize, blockSize);
    }
};

EncodedSpeech encodeSpeech(Codec codec, std::span<const std::int16_t> samples);

// 16-bit mono PCM at 8 kHz; anything else is an error.
Result<std::vector<std::int16_t>> readSpeechWav(const std::string& path);

// Both sides of the dialogue in every codec: [codec][0 caller, 1 callee].
using SpeechTable = std::array<std::array<EncodedSpeech, 2>, codecCount>;
Result<SpeechTable> loadSpeech(const std::string& folder, std::span<const double> codecWeights);

}
