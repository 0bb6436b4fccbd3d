// How soon a recorded call is heard, from a recording log whose pages no cache holds: the first sound of a call of four
// hours, all of a call of 117 s (the paper's mean), and all of the long one as a WAV file. The log is a day of calls
// that were on side by side, so that each second of a call lies a megabyte from the one before it, or further.
#include "bench_machine.h"
#include "engine/storage/record_query.h"
#include "engine/storage/record_writer.h"
#include "shared/codecs/call_sound.h"
#include "tests/traffic/codecs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <utility>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string folder = "audio_bench.data";
    double gigabytes = 4;
    double hours = 4;
};

constexpr int packetsPerChunk = 45; // of G.711: 0.9 s
constexpr int chunksPerCall = 130; // 117 s
constexpr Nanoseconds chunkTime = 20ms * packetsPerChunk;
const Timestamp start = timestampFromNanoseconds(1'772'323'200'000'000'000); // 2026-03-01

[[noreturn]] void fail(const std::string& what)
{
    std::fprintf(stderr, "audio_bench: %s\n", what.c_str());
    std::exit(1);
}

template <typename T> T must(Result<T> result)
{
    if (!result)
        fail(result.error().what);
    return std::move(result.value());
}
void must(const Result<void>& result)
{
    if (!result)
        fail(result.error().what);
}

double msSince(Clock::time_point begin)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double kilobytesOf(const char* name) // "VmHWM:", "VmRSS:"
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind(name, 0) == 0)
            return std::atof(line.c_str() + std::strlen(name));
    return 0;
}

void print(const char* what, std::vector<double> ms, const char* beside = "")
{
    std::ranges::sort(ms);
    std::printf("%-58s %9.1f [%.1f, %.1f] ms%s\n", what, ms[ms.size() / 2], ms.front(), ms.back(), beside);
    std::fflush(stdout);
}

void forgetPages()
{
    if (std::system("sync; echo 1 > /proc/sys/vm/drop_caches") != 0)
        fail("cannot empty the page cache: run this as root, else nothing of the log comes from the disk");
}

StreamRecord streamOf(CallKey call, Party side)
{
    StreamRecord stream;
    stream.key = { call, side == Party::Caller ? 0u : 1u };
    stream.direction = side;
    stream.codec = "PCMU";
    stream.clockRate = { 8000 };
    stream.ssrc = { stream.key.index + 1 };
    return stream;
}

CallRecord recordOf(CallKey key, Timestamp begin)
{
    CallRecord call;
    call.key = key;
    call.callId = std::to_string(key.value) + "@bench";
    call.startedAt = begin;
    call.streamCount = 2;
    return call;
}

// One call that is on: its two streams, chunk by chunk.
class Recording {
public:
    Recording(RecordWriter& writer, const std::array<EncodedSpeech, 2>& speech, Timestamp begin, std::uint32_t number)
        : m_writer(writer)
        , m_speech(speech)
        , m_begin(begin)
        , m_key(makeCallKey(begin, std::to_string(number) + "@bench", {}))
    {
        writer.liveCall(recordOf(m_key, begin));
        writer.stream(streamOf(m_key, Party::Caller));
        writer.stream(streamOf(m_key, Party::Callee));
    }
    CallKey key() const { return m_key; }
    int chunks() const { return m_chunks; }
    void chunk()
    {
        for (std::uint32_t side = 0; side < 2; ++side) {
            m_chunk->clear({ m_key, side });
            for (int i = 0; i < packetsPerChunk; ++i)
                packet(side, static_cast<std::uint32_t>(m_chunks * packetsPerChunk + i));
            m_writer.media(*m_chunk);
        }
        ++m_chunks;
    }
    void end()
    {
        CallRecord call = recordOf(m_key, m_begin);
        call.state = CallState::Ended;
        call.endedAt = call.lastPacketAt = m_begin + m_chunks * chunkTime;
        m_writer.callEnded(call);
    }

private:
    void packet(std::uint32_t side, std::uint32_t number)
    {
        std::array<std::byte, 12 + 160> datagram {};
        const auto put = [&datagram](std::size_t at, std::uint32_t value, int count) {
            while (count-- > 0)
                datagram[at++] = static_cast<std::byte>(value >> 8 * count);
        };
        put(0, 0x8000U, 2); // RFC 3550 5.1; payload type 0
        put(2, number, 2);
        put(4, number * 160, 4);
        put(8, side + 1, 4);
        std::ranges::copy(m_speech[side].block(number), datagram.begin() + 12);
        RecordedPacket packet;
        packet.arrival = m_begin + 20ms * number;
        packet.wireSize = datagram.size();
        packet.datagram = datagram;
        if (!m_chunk->append(packet))
            fail("a chunk holds fewer packets than this bench puts into one");
    }

    RecordWriter& m_writer;
    const std::array<EncodedSpeech, 2>& m_speech;
    Timestamp m_begin;
    CallKey m_key;
    int m_chunks = 0;
    std::unique_ptr<MediaChunk> m_chunk = std::make_unique<MediaChunk>();
};

struct Day {
    CallKey longCall;
    std::vector<CallKey> others; // of 117 s, that are over
};

Day fill(const Options& options, const std::array<EncodedSpeech, 2>& speech)
{
    Day day;
    const auto steps = static_cast<int>(options.hours * 3600 / 0.9);
    const auto others =
        static_cast<std::uint32_t>(std::max(1.0, options.gigabytes * 1e9 / (2.0 * MediaChunk::size * steps) - 1));
    const auto writer = must(RecordWriter::open(options.folder));
    const auto begin = Clock::now();
    std::uint32_t number = 0;
    Recording longCall(*writer, speech, start, number++);
    day.longCall = longCall.key();
    std::vector<std::unique_ptr<Recording>> on(others);
    double bytes = 0;
    for (int step = 0; step < steps; ++step) {
        longCall.chunk();
        for (std::uint32_t i = 0; i < others; ++i) {
            const bool over = on[i] && on[i]->chunks() == chunksPerCall;
            if (over) {
                on[i]->end();
                day.others.push_back(on[i]->key());
            }
            if (over || (!on[i] && static_cast<int>(i % chunksPerCall) <= step)) // not all at the same time
                on[i] = std::make_unique<Recording>(*writer, speech, start + step * chunkTime, number++);
            if (on[i])
                on[i]->chunk();
        }
        if (step % 32 == 0)
            must(writer->commit());
    }
    longCall.end();
    for (const auto& call : on)
        if (call)
            call->end();
    must(writer->close());
    for (const auto& file : std::filesystem::directory_iterator(options.folder + "/media"))
        bytes += static_cast<double>(file.file_size());
    std::printf(
        "recording log: %.1f GB, %u calls of G.711, about %u at once, one of them for %.1f h; written in %.0f s\n",
        bytes / 1e9, number, others + 1, options.hours, msSince(begin) / 1000);
    return day;
}

std::vector<StreamMedia> streamsOf(RecordQuery& query, CallKey call)
{
    std::vector<StreamMedia> media;
    for (const StreamRecord& stream : must(query.streams(call)))
        media.push_back({ stream, {} });
    return media;
}

// As the engine answers a console: from the request to sound that can be played.
double firstSound(const Options& options, CallKey call)
{
    forgetPages();
    const auto begin = Clock::now();
    const auto query = must(RecordQuery::open(options.folder));
    std::vector<StreamMedia> media = streamsOf(*query, call);
    std::vector<std::size_t> chunks(media.size());
    must(query->callMedia(call, [&](StreamKey stream, Bytes bytes) {
        auto& into = media[stream.index].bytes;
        into.insert(into.end(), bytes.begin(), bytes.end());
        ++chunks[stream.index];
        return std::ranges::min(chunks) < 5; // 4.5 s of both sides
    }));
    const CallAudio audio = assembleCallAudio(media);
    const double ms = msSince(begin);
    if (audio.caller.size() < 4 * 8000 || std::ranges::count(audio.caller, 0) == std::ssize(audio.caller))
        fail("the first seconds of the long call are silent");
    return ms;
}

double oneCall(RecordQuery& query, CallKey call)
{
    const auto begin = Clock::now();
    int chunks = 0;
    must(query.callMedia(call, [&](StreamKey, Bytes bytes) { return !bytes.empty() && ++chunks > 0; }));
    const double ms = msSince(begin);
    if (chunks != 2 * chunksPerCall)
        fail("a call has " + std::to_string(chunks) + " chunks");
    return ms;
}

void benchReading(const Options& options, const Day& day)
{
    std::vector<double> first;
    for (int i = 0; i < 9; ++i)
        first.push_back(firstSound(options, day.longCall));
    print("first 4.5 s of the long call as sound, cold", first, " [100]");

    forgetPages();
    std::vector<double> whole, records;
    std::mt19937_64 random(3);
    const auto query = must(RecordQuery::open(options.folder));
    for (int i = 0; i < 51; ++i) {
        const CallKey call = day.others[random() % day.others.size()];
        const auto begin = Clock::now();
        (void)streamsOf(*query, call);
        records.push_back(msSince(begin));
        whole.push_back(oneCall(*query, call));
    }
    print("a call of 117 s read back, cold", whole, " [50]");
    print("  its records before that", records);

    forgetPages();
    const auto begin = Clock::now();
    std::vector<StreamMedia> media = streamsOf(*query, day.longCall);
    must(query->callMedia(day.longCall, [&](StreamKey stream, Bytes bytes) {
        media[stream.index].bytes.insert(media[stream.index].bytes.end(), bytes.begin(), bytes.end());
        return true;
    }));
    const double read = msSince(begin);
    CallAudio audio = assembleCallAudio(media);
    const double decoded = msSince(begin);
    must(writeWav(std::move(audio), options.folder + "/call.wav"));
    std::printf("%-58s %9.0f ms: read %.0f, decoded %.0f, written %.0f; at most %.0f MB of memory\n",
        "all of the long call in memory, cold", msSince(begin), read, decoded - read, msSince(begin) - decoded,
        kilobytesOf("VmHWM:") / 1024);
}

void benchMemory(const Options& options)
{
    constexpr std::uint32_t calls = 20'000;
    const auto writer = must(RecordWriter::open(options.folder + "/memory"));
    const double before = kilobytesOf("VmRSS:");
    for (std::uint32_t i = 0; i < calls; ++i) {
        const CallKey key = makeCallKey(start + i * 1ms, std::to_string(i) + "@bench", {});
        writer->liveCall(recordOf(key, start + i * 1ms));
        writer->stream(streamOf(key, Party::Caller));
        writer->stream(streamOf(key, Party::Callee));
    }
    const double each = (kilobytesOf("VmRSS:") - before) / calls;
    must(writer->close());
    std::printf("%-58s %9.1f KiB of records, and 2 x %zu KiB of media\n", "memory of an open recording, two streams",
        each, sizeof(MediaChunk) / 1024);
}

}

int main(int argc, char** argv)
{
    Options options;
    CLI::App app("Measures how soon a recorded call is heard. Empties the page cache, so it is for root.");
    app.add_option("--gb", options.gigabytes, "Size of the recording log")->check(CLI::PositiveNumber);
    app.add_option("--hours", options.hours, "Length of the long call")->check(CLI::PositiveNumber);
    app.add_option("--folder", options.folder, "Where the log is made; it must not exist, and is removed");
    CLI11_PARSE(app, argc, argv);
    if (std::filesystem::exists(options.folder))
        fail(options.folder + " exists: give another --folder");
    std::filesystem::create_directories(options.folder);
    printMachine();
    benchMemory(options);
    const std::vector<double> all(codecCount, 1);
    const auto speech = must(loadSpeech(CALLMON_SAMPLE_FOLDER, all));
    const Day day = fill(options, speech[static_cast<std::size_t>(Codec::Pcmu)]);
    benchReading(options, day);
    constexpr double blocks = (sizeof(ChunkHeader) + packetsPerChunk * (8 + 172) + 511) / 512;
    std::printf("%-58s %9.0f bytes, of %d as sent (RTP)\n", "on disk, a second of G.711 in one direction",
        static_cast<double>(static_cast<int>(blocks)) * 512 / 0.9, 50 * 172);
    std::filesystem::remove_all(options.folder);
    return 0;
}
