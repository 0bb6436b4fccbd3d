// The recording log at the load of 52,000 calls, beside what the same disk takes when nothing but zeros are written to
// it; and what records of that load cost the storage thread.
//
//   media_log_bench [media|records|all] [--dir DIR] [--seconds S] [--streams N] [--max-gb G] [--log-gb G]
//
// --log-gb: into a log of that size, prepared before, whose oldest segments make room for the newest.
#include "engine/storage/crc32c.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/media_preparation.h"
#include "engine/storage/record_writer.h"
#include "engine/storage_intake.h"
#include "tests/bench/bench_machine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <liburing.h>
#include <memory>
#include <random>
#include <string>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <vector>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
constexpr double giga = 1e9;

struct Options {
    std::string mode = "all";
    std::filesystem::path directory;
    double seconds = 10;
    std::uint32_t streams = 104'000;
    double maxGigabytes = 20;
    double logGigabytes = 0; // 0: it grows
};

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

double cpuOfThread()
{
    timespec time {};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

[[noreturn]] void fail(const std::string& what)
{
    std::printf("%s\n", what.c_str());
    std::exit(1);
}

double median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

std::string spread(const std::vector<double>& values)
{
    char text[80];
    std::snprintf(text, sizeof text, "%.2f (%.2f to %.2f)", median(values),
        *std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end()));
    return text;
}

// ---- the disk by itself

// Writes `bytes` of 1 MiB blocks, 32 on their way; GB/s of each of five parts.
std::vector<double> directWrites(const std::filesystem::path& file, std::uint64_t bytes, bool hugePages)
{
    constexpr std::size_t block = 1u << 20;
    constexpr unsigned depth = 32;
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_DIRECT, 0600);
    if (descriptor < 0)
        fail("cannot write directly to " + file.string() + ": " + std::strerror(errno));
    if (::fallocate(descriptor, 0, 0, static_cast<off_t>(bytes)) != 0)
        fail("no room for " + file.string());
    void* memory = ::mmap(nullptr, block * depth, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | (hugePages ? MAP_HUGETLB : 0), -1, 0);
    if (memory == MAP_FAILED)
        return {};
    io_uring ring {};
    if (io_uring_queue_init(depth, &ring, 0) != 0)
        fail("no io_uring here");
    std::vector<double> rates;
    for (int part = 0; part < 5; ++part) {
        const std::uint64_t from = bytes / 5 / block * block * static_cast<std::uint64_t>(part);
        const std::uint64_t blocks = bytes / 5 / block;
        const auto begin = Clock::now();
        std::uint64_t submitted = 0;
        std::uint64_t done = 0;
        while (done < blocks) {
            for (; submitted < blocks && submitted - done < depth; ++submitted) {
                io_uring_sqe* entry = io_uring_get_sqe(&ring);
                io_uring_prep_write(entry, descriptor, static_cast<std::byte*>(memory) + submitted % depth * block,
                    block, from + submitted * block);
                io_uring_submit(&ring);
            }
            io_uring_cqe* entry = nullptr;
            if (io_uring_wait_cqe(&ring, &entry) != 0 || entry->res != static_cast<int>(block))
                fail("a write failed");
            io_uring_cqe_seen(&ring, entry);
            ++done;
        }
        rates.push_back(static_cast<double>(blocks * block) / giga / secondsSince(begin));
    }
    io_uring_queue_exit(&ring);
    ::munmap(memory, block * depth);
    ::close(descriptor);
    return rates;
}

void benchDisk(const Options& options, std::uint64_t bytes)
{
    const auto file = options.directory / "direct.bin";
    std::printf(
        "this disk, %.1f GB in 1 MiB direct writes, 32 at once, GB/s, median of five parts (lowest to highest):\n",
        static_cast<double>(bytes) / giga);
    for (const char* name : { "new file", "the same file again" }) {
        const auto ordinary = directWrites(file, bytes, false);
        std::printf("  %-22s %s\n", name, spread(ordinary).c_str());
    }
    if (const auto huge = directWrites(file, bytes, true); !huge.empty())
        std::printf("  %-22s %s\n", "again, huge pages", spread(huge).c_str());
    std::filesystem::remove(file);
}

// ---- the load: 50 packets of G.711 a second in each stream, in random order of the streams

CallKey callOf(std::uint32_t stream)
{
    return { 1'700'000'000'000'000'000 + std::int64_t { stream / 2 } * 1024 };
}

class Filler {
public:
    Filler(StorageQueue& queue, std::uint32_t streams)
        : m_queue(queue)
        , m_open(streams, nullptr)
        , m_order(streams)
    {
        for (std::uint32_t i = 0; i < streams; ++i)
            m_order[i] = i;
        std::shuffle(m_order.begin(), m_order.end(), std::mt19937(1));
        m_payload.fill(std::byte { 0x55 });
    }
    // 20 ms of every stream.
    void round(Timestamp now)
    {
        RecordedPacket packet;
        packet.wireSize = static_cast<std::uint16_t>(m_payload.size());
        packet.datagram = m_payload;
        packet.uncertainty = 1us;
        for (const std::uint32_t stream : m_order) {
            packet.arrival = now;
            now += 192ns;
            MediaChunk*& chunk = m_open[stream];
            if (chunk != nullptr && chunk->append(packet)) {
                ++packets;
                continue;
            }
            if (chunk != nullptr)
                m_queue.media(chunk);
            chunk = m_queue.takeChunk();
            if (chunk == nullptr) {
                ++refused;
                continue;
            }
            chunk->clear({ callOf(stream), stream % 2 });
            chunk->append(packet);
            ++packets;
        }
    }
    std::uint64_t packets = 0;
    std::uint64_t refused = 0;
    static constexpr std::size_t datagramSize = 172; // RTP header and 20 ms

private:
    StorageQueue& m_queue;
    std::vector<MediaChunk*> m_open;
    std::vector<std::uint32_t> m_order;
    std::array<std::byte, datagramSize> m_payload;
};

std::uint64_t counterOf(const RecordWriter& writer, const std::string& name)
{
    for (const NamedCounter& counter : writer.counters())
        if (counter.name == name)
            return counter.value;
    fail("no counter " + name);
}

void benchMedia(const Options& options)
{
    const auto data = options.directory / "log";
    const auto logBytes = static_cast<std::uint64_t>(options.logGigabytes * giga);
    if (logBytes > 0)
        if (const auto prepared = prepareMedia(data, logBytes, [](std::uint64_t, std::uint64_t) { return true; });
            !prepared)
            fail(prepared.error().what);
    auto opened = RecordWriter::open(data, logBytes);
    if (!opened)
        fail(opened.error().what);
    RecordWriter& writer = *opened.value();
    StorageQueue::Sizes sizes;
    sizes.openChunks = options.streams;
    sizes.chunksInFlight = (512u << 20) / sizeof(MediaChunk);
    sizes.hugePages = true;
    StorageQueue queue(sizes);
    StorageIntake intake({ &queue });
    double mediaCpu = 0;
    double commitCpu = 0;
    std::vector<double> commits;
    std::atomic<bool> filledAll { false };
    std::jthread media([&] {
        std::vector<OwnedChunk> taken;
        while (!intake.mediaDrained()) {
            taken.clear();
            intake.takeMedia(128, taken);
            writer.media(taken, false);
            intake.mediaHandedOn(taken);
            if (taken.empty())
                std::this_thread::sleep_for(1ms);
        }
        mediaCpu = cpuOfThread();
    });
    std::jthread storage([&] {
        while (!filledAll) {
            std::this_thread::sleep_for(500ms);
            const auto begin = Clock::now();
            if (const auto committed = writer.commitSettled(); !committed)
                fail(committed.error().what);
            commits.push_back(1000 * secondsSince(begin));
        }
        commitCpu = cpuOfThread();
    });
    for (std::uint32_t i = 0; i < options.streams; i += 2) {
        CallRecord call;
        call.key = callOf(i);
        call.callId = std::to_string(i) + "@bench";
        writer.liveCall(call);
    }
    Filler filler(queue, options.streams);
    const double fillerCpuBefore = cpuOfThread();
    const auto begin = Clock::now();
    Timestamp now = timestampFromNanoseconds(callOf(0).value);
    const double rate = 50.0 * options.streams * Filler::datagramSize;
    // As fast as the disk takes it: a replay's queue waits for chunks.
    while (secondsSince(begin) < options.seconds
        && (logBytes > 0 || static_cast<double>(filler.packets) * 190 < options.maxGigabytes * giga)) {
        filler.round(now);
        now += 20ms;
    }
    const double filled = secondsSince(begin);
    const double fillerCpu = cpuOfThread() - fillerCpuBefore;
    queue.closeProducer();
    media.join();
    filledAll = true;
    storage.join();
    if (const auto committed = writer.commit(); !committed) // what came after the last one
        fail(committed.error().what);
    const double wall = secondsSince(begin);
    const double payload = static_cast<double>(counterOf(writer, "media_packets_stored")) * Filler::datagramSize;
    std::printf("recording log, %u streams of G.711 in random order, %zu KiB a chunk, %.1f s:\n", options.streams,
        sizeof(MediaChunk) / 1024, filled);
    if (logBytes > 0)
        std::printf("  of a size              %.0f GB, prepared, filled %.1f times\n", options.logGigabytes,
            payload / static_cast<double>(logBytes));
    std::printf("  RTP datagrams          %.2f GB/s, %.2f Mpps (52,000 calls: %.2f GB/s, 5.2 Mpps)\n",
        payload / giga / wall, payload / Filler::datagramSize / 1e6 / wall, rate / giga);
    std::printf("  CPU, of wall time      filler %.0f %%, media thread %.0f %%, storage thread %.0f %%\n",
        100 * fillerCpu / filled, 100 * mediaCpu / wall, 100 * commitCpu / wall);
    std::printf("  commits                %.0f ms median, %.0f longest; longest write %llu ms; packets refused %llu\n",
        median(commits), *std::max_element(commits.begin(), commits.end()),
        static_cast<unsigned long long>(counterOf(writer, "media_write_longest_ms")),
        static_cast<unsigned long long>(filler.refused));

    // What was kept of one call, cold.
    (void)std::system("sync; echo 1 > /proc/sys/vm/drop_caches 2>/dev/null");
    std::vector<double> reads;
    std::uint64_t chunks = 0;
    for (std::uint32_t call = 0; call < 20; ++call) {
        const auto reading = Clock::now();
        MediaLogReader reader(data);
        chunks = 0;
        for (std::uint32_t index = 0; index < 2; ++index) {
            const StreamKey stream { callOf(call * 1000 % options.streams), index };
            const auto last = writer.liveMediaEnd(stream);
            const auto whole = last
                ? reader.read(stream, { last->segment, last->offset }, [&](Bytes) { return ++chunks > 0; })
                : Result<void>(Error {});
            if (!last || (!whole && logBytes == 0)) // of a log of a size the beginning may be gone
                fail("a call cannot be read back");
        }
        reads.push_back(1000 * secondsSince(reading));
    }
    const double seconds = static_cast<double>(chunks) / 2 * 0.9;
    std::printf("  one call read back     %s ms for %.0f s of both directions: %.1f ms for 117 s\n",
        spread(reads).c_str(), seconds, median(reads) * 117 / seconds);
    if (const auto closed = writer.close(); !closed) // and space taken in advance goes back
        fail(closed.error().what);
    std::uint64_t disk = 0;
    for (const auto& entry : std::filesystem::directory_iterator(data / "media"))
        disk += std::filesystem::file_size(entry.path());
    if (logBytes == 0)
        std::printf("  on disk                %.2f GB/s, %.1f %% more than the datagrams\n",
            static_cast<double>(disk) / giga / wall, 100 * (static_cast<double>(disk) / payload - 1));
    std::filesystem::remove_all(data);
}

// What the simplest recorder does: a file per call, each packet appended to it.
void benchNaive(const Options& options)
{
    const auto folder = options.directory / "naive";
    std::filesystem::create_directories(folder);
    const std::uint32_t files = std::min<std::uint32_t>(options.streams / 2, 900); // what ulimit -n lets be open
    std::vector<int> descriptors;
    for (std::uint32_t i = 0; i < files; ++i)
        descriptors.push_back(::open((folder / std::to_string(i)).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
    std::array<std::byte, 16 + Filler::datagramSize> record {};
    const auto begin = Clock::now();
    std::uint64_t packets = 0;
    while (secondsSince(begin) < std::min(5.0, options.seconds))
        for (const int descriptor : descriptors)
            packets += ::write(descriptor, record.data(), record.size()) > 0;
    const double writing = secondsSince(begin);
    for (const int descriptor : descriptors)
        ::close(descriptor);
    ::sync();
    const double wall = secondsSince(begin);
    std::printf("a file per call, %u calls, a write per packet: %.2f Mpps, %.2f GB/s; with sync %.2f GB/s\n", files,
        static_cast<double>(packets) / 1e6 / writing, static_cast<double>(packets * record.size()) / giga / writing,
        static_cast<double>(packets * record.size()) / giga / wall);
    std::filesystem::remove_all(folder);
}

// ---- records

StreamRecord streamOf(std::uint32_t stream, Timestamp now, std::uint64_t packets)
{
    StreamRecord record;
    record.key = { callOf(stream), stream % 2 };
    record.flow = { { *IpAddress::parse("10.1.2.3"), 4000 }, { *IpAddress::parse("10.3.2.1"), 5000 } };
    record.codec = "PCMA";
    record.clockRate = { 8000 };
    record.firstPacketAt = timestampFromNanoseconds(callOf(0).value);
    record.lastPacketAt = now + 980ms;
    record.packets = record.expected = packets;
    record.bytes = packets * 200;
    record.jitterMean = record.jitterMax = Milliseconds(0.3);
    record.deltaMin = record.deltaMean = record.deltaMax = record.deltaStddev = Milliseconds(20);
    record.sizeMeanBytes = 200;
    record.rFactor = 93;
    record.mosMean = record.mosMin = 4.4;
    return record;
}

// A second of the load by the clock, as the processing core hands it over: a snapshot and a point of each stream, and
// the calls that begin and end (442 a second of 52,000).
void benchRecords(const Options& options)
{
    const auto data = options.directory / "records";
    auto opened = RecordWriter::open(data);
    if (!opened)
        fail(opened.error().what);
    RecordWriter& writer = *opened.value();
    StorageQueue queue { StorageQueue::Sizes {} };
    StorageIntake intake({ &queue });
    std::atomic<bool> end { false };
    double cpu = 0;
    std::vector<double> commits;
    std::jthread storage([&] {
        auto committed = Clock::now();
        for (;;) {
            const bool closing = end && intake.recordsDrained();
            const std::size_t taken = intake.takeRecords(4096, writer);
            if (secondsSince(committed) >= 0.5 || closing) {
                const auto begin = Clock::now();
                if (const auto result = writer.commit(); !result)
                    fail(result.error().what);
                commits.push_back(1000 * secondsSince(begin));
                committed = Clock::now();
            }
            if (closing)
                break;
            if (taken == 0)
                std::this_thread::sleep_for(2ms);
        }
        cpu = cpuOfThread();
    });
    const std::uint32_t calls = options.streams / 2;
    std::vector<std::uint32_t> generation(calls, 0); // how often the call in this place was followed by another
    const auto keyOf = [&](std::uint32_t stream) {
        return StreamKey { { callOf(stream).value + std::int64_t { generation[stream / 2] } * 100'000'000'000 },
            stream % 2 };
    };
    const auto callRecord = [&](std::uint32_t call) {
        CallRecord record;
        record.key = keyOf(2 * call).call;
        record.callId = std::to_string(record.key.value) + "@bench.example.org";
        record.caller = "+34910000001";
        record.callee = "+34910000002";
        record.state = CallState::Answered;
        return record;
    };
    for (std::uint32_t call = 0; call < calls; ++call)
        queue.liveCall(callRecord(call));
    Timestamp now = timestampFromNanoseconds(callOf(0).value);
    const auto begin = Clock::now();
    const auto seconds = static_cast<std::uint32_t>(options.seconds);
    std::uint32_t ending = 0;
    const std::uint32_t endings = std::max(1u, calls * 442 / 52'000);
    std::vector<std::uint64_t> packets(options.streams, 0);
    for (std::uint32_t second = 0; second < seconds; ++second, now += 1s) {
        constexpr std::uint32_t parts = 50; // streams have their seconds all over the second
        for (std::uint32_t part = 0; part < parts; ++part) {
            for (std::uint32_t i = part; i < options.streams; i += parts) {
                StreamRecord record = streamOf(i, now, packets[i] += 50);
                record.key = keyOf(i);
                queue.stream(record);
                QualityPoint point;
                point.stream = record.key;
                point.at = now;
                point.packets = 50;
                point.mos = 4.4F;
                queue.quality(point);
            }
            for (std::uint32_t i = endings * part / parts; i < endings * (part + 1) / parts; ++i) {
                const std::uint32_t call = ending++ % calls;
                CallRecord record = callRecord(call);
                record.state = CallState::Ended;
                record.endedAt = record.lastPacketAt = now;
                for (const std::uint32_t stream : { 2 * call, 2 * call + 1 }) {
                    StreamRecord last = streamOf(stream, now, packets[stream]);
                    last.key = keyOf(stream);
                    queue.stream(last);
                    packets[stream] = 0;
                }
                queue.callEnded(record);
                ++generation[call];
                queue.liveCall(callRecord(call));
            }
            const double due = second + (part + 1.0) / parts;
            if (const double ahead = due - secondsSince(begin); ahead > 0)
                std::this_thread::sleep_for(std::chrono::duration<double>(ahead));
        }
    }
    const double wall = secondsSince(begin);
    queue.closeProducer();
    end = true;
    storage.join();
    std::printf("records of %u streams and %u call ends a second, %u s of packet time in %.1f s:\n", options.streams,
        endings, seconds, wall);
    std::printf("  storage thread         %.1f %% of a core; commits %.0f ms median, %.0f longest; the queue was full "
                "%llu times\n",
        100 * cpu / seconds, median(commits), *std::max_element(commits.begin(), commits.end()),
        static_cast<unsigned long long>(queue.waits()));
    std::uint64_t journal = 0;
    for (const char* name : { "live.journal", "live.journal.old" })
        if (std::error_code none; std::filesystem::exists(data / name, none))
            journal += std::filesystem::file_size(data / name);
    std::printf("  journal                %.0f MB\n", static_cast<double>(journal) / 1e6);
    opened.value().reset();
    std::filesystem::remove_all(data);
}

void benchCrc()
{
    const std::vector<std::byte> chunk(8164, std::byte { 0x5a });
    std::vector<double> rates;
    std::uint32_t sum = 0;
    for (int round = 0; round < 9; ++round) {
        const auto begin = Clock::now();
        for (int i = 0; i < 20'000; ++i)
            sum += crc32c(chunk, sum);
        rates.push_back(20'000.0 * static_cast<double>(chunk.size()) / giga / secondsSince(begin));
    }
    std::printf("CRC-32C of a chunk in cache: %s GB/s%s\n", spread(rates).c_str(), sum == 0 ? "." : "");
}

}

int main(int argc, char** argv)
{
    Options options;
    char temporary[] = "/tmp/media_log_bench.XXXXXX";
    bool ownDirectory = false;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const char* const value = i + 1 < argc ? argv[i + 1] : "";
        if (argument == "--dir")
            options.directory = value, ++i;
        else if (argument == "--seconds")
            options.seconds = std::atof(value), ++i;
        else if (argument == "--streams")
            options.streams = static_cast<std::uint32_t>(std::atoi(value)), ++i;
        else if (argument == "--max-gb")
            options.maxGigabytes = std::atof(value), ++i;
        else if (argument == "--log-gb")
            options.logGigabytes = std::atof(value), ++i;
        else if (argument == "media" || argument == "records" || argument == "all")
            options.mode = argument;
        else
            fail("\"" + argument
                + "\" is no option; the options are media, records or all, --dir, --seconds, "
                  "--streams, --max-gb and --log-gb");
    }
    if (options.directory.empty()) {
        if (::mkdtemp(temporary) == nullptr)
            fail("cannot make a temporary folder");
        options.directory = temporary;
        ownDirectory = true;
    }
    std::filesystem::create_directories(options.directory);
    printMachine();
    std::printf("disk: %s\n", options.directory.c_str());
    benchCrc();
    if (options.mode != "records") {
        const auto bytes = static_cast<std::uint64_t>(std::min(options.maxGigabytes, options.seconds) * giga);
        benchDisk(options, std::min<std::uint64_t>(bytes, 8'000'000'000));
        benchMedia(options);
        benchNaive(options);
    }
    if (options.mode != "media")
        benchRecords(options);
    if (ownDirectory)
        std::filesystem::remove_all(options.directory);
}
