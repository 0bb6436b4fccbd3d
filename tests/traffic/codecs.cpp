#include "tests/traffic/codecs.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

extern "C" { // the header does not say so itself
#include <bcg729/encoder.h>
}

namespace callmon {

namespace {

constexpr std::size_t g729FrameSamples = 80; // 10 ms
constexpr std::size_t g729FrameBytes = 10;

EncodedSpeech encodeG729(std::span<const std::int16_t> samples)
{
    EncodedSpeech speech { 2 * g729FrameBytes, {} };
    const std::unique_ptr<bcg729EncoderChannelContextStruct, decltype(&closeBcg729EncoderChannel)> encoder(
        initBcg729EncoderChannel(0), &closeBcg729EncoderChannel); // no voice activity detection: silence is sent
    speech.bytes.resize(samples.size() / g729FrameSamples * g729FrameBytes);
    for (std::size_t frame = 0; frame * g729FrameBytes < speech.bytes.size(); ++frame) {
        std::uint8_t coded[g729FrameBytes] {};
        std::uint8_t length = 0;
        bcg729Encoder(encoder.get(), samples.data() + frame * g729FrameSamples, coded, &length);
        std::memcpy(speech.bytes.data() + frame * g729FrameBytes, coded, g729FrameBytes);
    }
    return speech;
}

std::uint32_t littleEndian(const std::string& bytes, std::size_t at, std::size_t count)
{
    std::uint32_t value = 0;
    for (std::size_t i = count; i-- > 0;)
        value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return value;
}

}

std::uint8_t payloadTypeOf(Codec codec)
{
    constexpr std::array<std::uint8_t, codecCount> types { 8, 0, 18 };
    return types[static_cast<std::size_t>(codec)];
}

std::string_view nameOf(Codec codec)
{
    constexpr std::array<std::string_view, codecCount> names { "PCMA", "PCMU", "G729" };
    return names[static_cast<std::size_t>(codec)];
}

std::uint8_t encodeALaw(std::int16_t sample)
{
    // 12 bits of magnitude; a negative value is taken in ones' complement, so that -1 is the first negative step.
    const auto magnitude = static_cast<unsigned>((sample < 0 ? ~sample : sample) >> 4);
    const unsigned segment = magnitude < 32 ? magnitude / 16 : static_cast<unsigned>(std::bit_width(magnitude)) - 4;
    const unsigned step = (segment < 2 ? magnitude : magnitude >> (segment - 1)) & 0x0f;
    const unsigned sign = sample < 0 ? 0x00 : 0x80;
    return static_cast<std::uint8_t>((sign | segment << 4 | step) ^ 0x55); // even bits inverted, G.711 table 1a note 2
}

std::uint8_t encodeMuLaw(std::int16_t sample)
{
    constexpr unsigned bias = 33;
    const auto magnitude =
        std::min(static_cast<unsigned>((sample < 0 ? ~sample : sample) >> 2) + bias, 0x1fffu); // 13 bits
    const unsigned segment = static_cast<unsigned>(std::bit_width(magnitude)) - 6;
    const unsigned step = magnitude >> (segment + 1) & 0x0f;
    const unsigned sign = sample < 0 ? 0x80 : 0x00;
    return static_cast<std::uint8_t>(~(sign | segment << 4 | step)); // all bits inverted, G.711 table 2a note 2
}

EncodedSpeech encodeSpeech(Codec codec, std::span<const std::int16_t> samples)
{
    samples = samples.first(samples.size() / samplesPerBlock * samplesPerBlock);
    if (codec == Codec::G729)
        return encodeG729(samples);
    EncodedSpeech speech { samplesPerBlock, {} };
    speech.bytes.reserve(samples.size());
    for (const std::int16_t sample : samples)
        speech.bytes.push_back(std::byte { codec == Codec::Pcma ? encodeALaw(sample) : encodeMuLaw(sample) });
    return speech;
}

Result<std::vector<std::int16_t>> readSpeechWav(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string bytes { std::istreambuf_iterator<char>(file), {} };
    if (!file || bytes.size() < 12 || bytes.compare(0, 4, "RIFF") != 0 || bytes.compare(8, 4, "WAVE") != 0)
        return Error { path + " cannot be read as a WAV file" };
    bool telephone = false;
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        const std::string_view name = std::string_view(bytes).substr(at, 4);
        const std::size_t size = std::min<std::size_t>(littleEndian(bytes, at + 4, 4), bytes.size() - at - 8);
        if (name == "fmt " && size >= 16)
            telephone = littleEndian(bytes, at + 8, 2) == 1 && littleEndian(bytes, at + 10, 2) == 1
                && littleEndian(bytes, at + 12, 4) == 8000 && littleEndian(bytes, at + 22, 2) == 16;
        if (name == "data" && telephone && size >= 2 * samplesPerBlock) {
            std::vector<std::int16_t> samples(size / 2);
            for (std::size_t i = 0; i < samples.size(); ++i)
                samples[i] = static_cast<std::int16_t>(littleEndian(bytes, at + 8 + 2 * i, 2));
            return samples;
        }
        at += 8 + size + size % 2;
    }
    return Error { path + " is not speech of 16 bits, mono, 8 kHz" };
}

Result<SpeechTable> loadSpeech(const std::string& folder, std::span<const double> codecWeights)
{
    SpeechTable table;
    for (const std::size_t side : { 0u, 1u }) {
        const auto samples = readSpeechWav(folder + (side == 0 ? "/caller.wav" : "/callee.wav"));
        if (!samples)
            return samples.error();
        for (std::size_t codec = 0; codec < codecCount; ++codec)
            if (codecWeights[codec] > 0)
                table[codec][side] = encodeSpeech(static_cast<Codec>(codec), samples.value());
    }
    return table;
}

}
