// From recorded RTP to a WAV file: calls a second for each codec of the paper, and how soon the first sound of a long
// call is there. One thread; the media lie in memory, the file goes to the folder given (default: the current one).
#include "bench_machine.h"
#include "shared/calls/media_chunk.h"
#include "shared/codecs/call_sound.h"
#include "tests/traffic/codecs.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

using namespace callmon;

namespace {

constexpr Timestamp start = timestampFromNanoseconds(1'700'000'000'000'000'000);

struct Measured {
    Codec codec;
    double paperCallsPerSecond; // García-Dorado et al., 2014: 120 s calls to WAV
};
constexpr Measured codecs[] = { { Codec::Pcmu, 6.85 }, { Codec::Pcma, 10.21 }, { Codec::G729, 4.38 } };

StreamMedia record(Codec codec, const EncodedSpeech& speech, Party direction, std::size_t seconds)
{
    StreamMedia media;
    media.stream.direction = direction;
    media.stream.key.index = direction == Party::Caller ? 0 : 1;
    media.stream.payloadType = payloadTypeOf(codec);
    media.stream.codec = nameOf(codec);
    media.stream.clockRate = { 8000 };
    media.stream.ssrc = { media.stream.key.index + 1 };
    const auto chunk = std::make_unique<MediaChunk>();
    chunk->clear({});
    std::vector<std::byte> datagram(12);
    for (std::size_t i = 0; i < seconds * 50; ++i) {
        const auto put = [&datagram](std::size_t at, std::uint32_t value, int count) {
            while (count-- > 0)
                datagram[at++] = static_cast<std::byte>(value >> 8 * count);
        };
        datagram.resize(12);
        put(0, 0x8000U | payloadTypeOf(codec), 2);
        put(2, static_cast<std::uint32_t>(i), 2);
        put(4, static_cast<std::uint32_t>(i) * samplesPerBlock, 4);
        put(8, media.stream.ssrc.value, 4);
        const auto block = speech.block(i);
        datagram.insert(datagram.end(), block.begin(), block.end());
        RecordedPacket packet;
        packet.arrival = start + std::chrono::milliseconds(20 * i);
        packet.wireSize = static_cast<std::uint16_t>(datagram.size());
        packet.datagram = datagram;
        if (!chunk->append(packet)) {
            unpackPackets(*chunk, media.bytes);
            chunk->clear({});
            chunk->append(packet);
        }
    }
    unpackPackets(*chunk, media.bytes);
    return media;
}

double secondsOf(const auto& work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Spread {
    double median = 0;
    double least = 0;
    double most = 0;
};

Spread spreadOf(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return { values[values.size() / 2], values.front(), values.back() };
}

}

int main(int argc, char** argv)
{
    printMachine();
    const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
    const std::string file = (folder / "codec_bench.wav").string();
    const std::vector<double> all(codecCount, 1);
    const auto speech = loadSpeech(CALLMON_SAMPLE_FOLDER, all);
    if (!speech) {
        std::fprintf(stderr, "%s\n", speech.error().what.c_str());
        return 1;
    }
    std::printf("a call of 120 s to a stereo WAV file, calls/s, median of nine (lowest to highest):\n");
    for (const Measured& measured : codecs) {
        const auto& both = speech.value()[static_cast<std::size_t>(measured.codec)];
        const std::vector<StreamMedia> media { record(measured.codec, both[0], Party::Caller, 120),
            record(measured.codec, both[1], Party::Callee, 120) };
        std::vector<double> rates;
        for (int i = 0; i < 9; ++i)
            rates.push_back(1 / secondsOf([&] { (void)writeWav(assembleCallAudio(media), file).has_value(); }));
        const Spread rate = spreadOf(rates);
        const std::string name(nameOf(measured.codec));
        std::printf("  %-5s %8.1f (%.1f to %.1f); the paper: %.2f\n", name.c_str(), rate.median, rate.least, rate.most,
            measured.paperCallsPerSecond);
    }
    std::filesystem::remove(file);
    std::printf("a call of four hours, its media in memory, ms, median of five (lowest to highest):\n");
    for (const Measured& measured : codecs) {
        const auto& both = speech.value()[static_cast<std::size_t>(measured.codec)];
        const std::vector<StreamMedia> media { record(measured.codec, both[0], Party::Caller, 4 * 3600),
            record(measured.codec, both[1], Party::Callee, 4 * 3600) };
        std::vector<double> first;
        for (int i = 0; i < 5; ++i)
            first.push_back(1000 * secondsOf([&] { assembleCallAudio(media, start + std::chrono::seconds(10)); }));
        const Spread ms = spreadOf(first);
        const double whole = 1000 * secondsOf([&] { assembleCallAudio(media); });
        const std::string name(nameOf(measured.codec));
        std::printf("  %-5s first 10 s %.2f (%.2f to %.2f); all of it %.0f\n", name.c_str(), ms.median, ms.least,
            ms.most, whole);
    }
    return 0;
}
