// The whole path at the paper's load, on two cores: a generator puts the frames of 52,000 calls into a DPDK ring, the
// capture thread polls them from its port, the processing thread tracks and measures. The generator runs on the capture
// thread, between its polls, since two cores is what there is; its share is told apart. In the end every call and
// every stream must be in the records as it was sent: exits with 1 when not, or when anything was lost.
#include "bench_machine.h"
#include "core_distance.h"
#include "engine/capture/capture_loop.h"
#include "engine/capture/dpdk_port.h"
#include "engine/capture/machine.h"
#include "engine/probe_options.h"
#include "engine/records/call_monitor.h"
#include "engine/storage/media_preparation.h"
#include "engine/storage/record_writer.h"
#include "engine/storage_loop.h"
#include "port_behind.h"
#include "tests/traffic/ring/ring_traffic.h"
#include "thread_times.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cinttypes>
#include <pthread.h>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

struct BenchOptions {
    RingTrafficOptions traffic;
    std::string codec = "g711";
    std::string mode = "statistics";
    std::string directory;
    double seconds = 60;
    bool search = false;
    double stallMs = 0;
    std::size_t ringBatches = ProbeOptions().ringBatches; // 200 ms of the load
    std::size_t mediaMib = 512; // of chunks on their way to the disk; retention only
    std::uint64_t mediaLimitGib = 0; // then files that were written are written again
    bool newFiles = false; // of the recording log, instead of written ones
    bool mediaThreadAlone = false; // the capture thread does nothing of its work
    unsigned captureCpu = 0;
    unsigned processingCpu = 1;
};

using Counter = std::atomic<std::uint64_t>;

void add(Counter& counter, std::uint64_t value) // by one thread only
{
    counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

void pinTo(unsigned cpu)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
}

double residentMebibytes()
{
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * 4096 / (1 << 20);
}

std::uint64_t counterOf(const RecordWriter& writer, std::string_view name)
{
    for (const NamedCounter& counter : writer.counters())
        if (counter.name == name)
            return counter.value;
    return 0;
}

// Cycles per frame of each batch: the median is what the work costs, also when others take the core in between.
class BatchCost {
public:
    void add(std::uint64_t cycles, std::size_t frames)
    {
        if (frames >= FrameBatch::capacity / 2) // small ones pay for what a batch costs
            ++m_batches[std::min<std::size_t>(cycles / frames, m_batches.size() - 1)];
    }
    std::size_t at(double share) const
    {
        std::uint64_t left = 0;
        for (const std::uint32_t count : m_batches)
            left += count;
        left = static_cast<std::uint64_t>(static_cast<double>(left) * share);
        std::size_t cycles = 0;
        while (cycles + 1 < m_batches.size() && left >= m_batches[cycles])
            left -= m_batches[cycles++];
        return cycles;
    }

private:
    std::vector<std::uint32_t> m_batches = std::vector<std::uint32_t>(65536);
};

// What came out, kept small: the last state of each stream, and how each call ended.
class CountedRecords final : public StorageLoop::Listener {
public:
    explicit CountedRecords(std::size_t roomForCalls) { m_streams.reserve(2 * roomForCalls); }

    void liveCall(const CallRecord&) override { }
    void stream(const StreamRecord& stream) override { m_recent[m_next++ % m_recent.size()] = stream; }
    void quality(const QualityPoint&) override { ++points; }
    void callEnded(const CallRecord& call) override { add(call); }
    void committed(const Result<void>& result) override
    {
        if (!result)
            refused = result;
    }

    // By SSRC, which no two streams share.
    const std::vector<RingStreamTruth>& sorted()
    {
        std::ranges::sort(m_streams, {}, &RingStreamTruth::ssrc);
        return m_streams;
    }

    std::uint64_t calls = 0;
    std::uint64_t answered = 0;
    std::uint64_t hungUp = 0;
    std::uint64_t points = 0;
    std::uint64_t framesLostByProbe = 0; // of the call that suffered most
    Result<void> refused; // by the disk, at a commit

private:
    // The final records of its streams come right before their call's.
    void add(const CallRecord& call)
    {
        ++calls;
        answered += call.answeredAt.has_value();
        hungUp += call.endedBy == EndedBy::Caller || call.endedBy == EndedBy::Callee;
        framesLostByProbe = std::max(framesLostByProbe, call.probeFramesLost);
        std::optional<StreamKey> counted;
        for (std::size_t i = 0; i < m_recent.size(); ++i) {
            const StreamRecord& stream = m_recent[(m_next - 1 - i) % m_recent.size()];
            if (stream.key.call != call.key)
                break;
            if (counted == stream.key)
                continue;
            counted = stream.key;
            m_streams.push_back({ stream.ssrc.value, static_cast<std::uint32_t>(stream.packets),
                static_cast<std::uint32_t>(stream.duplicates), static_cast<std::uint32_t>(stream.reordered),
                static_cast<std::uint32_t>(stream.expected) });
        }
    }

    std::array<StreamRecord, 16> m_recent;
    std::size_t m_next = 0;
    std::vector<RingStreamTruth> m_streams;
};

// The port, fed by the generator right before each poll. In statistics mode the records are taken out here as well, by
// the core that is not being measured for it.
class FedPort : public PortBehind, public SpareTime {
public:
    FedPort(FrameSource& port, RingTraffic& traffic)
        : PortBehind(port)
        , m_traffic(traffic)
    {
    }
    void takeRecords(StorageQueue& queue, CountedRecords& records)
    {
        m_queue = &queue;
        m_records = &records;
    }
    void drain() { m_draining = true; }
    void giveSpareTimeTo(SpareTime& other) { m_spareTime = &other; }
    void use() override
    {
        const std::uint64_t begin = RingTraffic::now();
        m_spareTime->use();
        const std::uint64_t used = RingTraffic::now() - begin;
        add(storing, used > cyclesOfALook ? used : 0);
        m_spareUsed += used;
    }

    Result<void> receive(FrameBatch& batch) override
    {
        const std::uint64_t begin = RingTraffic::now();
        if (m_lastEnd == 0)
            m_traffic.start(begin);
        const std::uint64_t others = begin - m_lastEnd - std::exchange(m_spareUsed, 0);
        if (m_lastEnd != 0
            && m_lastCount > 0) // classified, handed on, and others' buffers freed, since the poll before
            add(capturing, others);
        const bool nothingMore = m_draining && m_traffic.drain();
        const std::uint32_t fed = m_traffic.pump(begin);
        const std::uint64_t generated = RingTraffic::now();
        if (m_queue)
            for (int i = 0; i < 16 && m_queue->takeRecord(*m_records); ++i) { }
        const std::uint64_t polled = RingTraffic::now();
        const std::size_t before = batch.count;
        auto received = m_port.receive(batch);
        const std::size_t count = batch.count - before;
        const std::uint64_t end = RingTraffic::now();
        add(generating, fed > 0 ? generated - begin : 0);
        add(recording, m_queue ? polled - generated : 0);
        add(capturing, count > 0 ? end - polled : 0);
        if (steady) {
            generatorCost.add(generated - begin, fed);
            captureCost.add(m_lastReceive + others, m_lastCount);
        }
        m_lastReceive = end - polled;
        m_lastCount = count;
        m_lastEnd = RingTraffic::now();
        steady = m_traffic.steady();
        drained = nothingMore && count == 0;
        return received;
    }

    Counter generating { 0 }; // cycles, of calls that found something to do
    Counter capturing { 0 };
    Counter recording { 0 };
    Counter storing { 0 }; // of spare time, when there was something to store
    BatchCost generatorCost;
    BatchCost captureCost;
    std::atomic<bool> steady { false };
    std::atomic<bool> drained { false };

private:
    static constexpr std::uint64_t cyclesOfALook = 1000;
    RingTraffic& m_traffic;
    SpareTime* m_spareTime = nullptr;
    std::uint64_t m_spareUsed = 0; // since the last poll
    StorageQueue* m_queue = nullptr;
    CountedRecords* m_records = nullptr;
    std::uint64_t m_lastEnd = 0; // of receive(); what came of the call before, and how long its poll took
    std::uint64_t m_lastReceive = 0;
    std::size_t m_lastCount = 0;
    std::atomic<bool> m_draining { false };
};

struct Processing {
    Counter frames { 0 };
    Counter busy { 0 }; // cycles on batches with frames
    Counter empty { 0 }; // cycles on those without
    BatchCost cost;
    BatchCost costBehind; // while a fifth of the batches and more wait
    std::chrono::duration<double, std::milli> stall { 0 };
    std::chrono::duration<double, std::milli> longestBehind { 0 };

    // As a core does that other programs take for a while: what comes meanwhile waits, and has left the caches by then.
    // Once a second.
    void standStill(const CaptureLoop& capture, std::uint64_t used, std::size_t frameCount)
    {
        const auto now = std::chrono::steady_clock::now();
        if (now >= m_nextStall) {
            std::this_thread::sleep_for(stall);
            m_nextStall = now + 1s;
            m_stoodStillUntil = std::chrono::steady_clock::now();
        } else if (capture.fullestRingPercent() >= 20) {
            costBehind.add(used, frameCount);
            longestBehind = std::max(longestBehind, decltype(longestBehind)(now - m_stoodStillUntil));
        }
    }

    void run(CaptureLoop& capture, CallMonitor& monitor, const std::atomic<bool>& steady)
    {
        std::array<Datagram, FrameBatch::capacity> datagrams;
        while (FrameBatch* batch = capture.next()) {
            const std::uint64_t begin = RingTraffic::now();
            const std::size_t frameCount = batch->count;
            std::size_t count = 0;
            batch->lookAhead();
            for (const Frame& frame : batch->view()) {
                if (frame.kind == FrameKind::Piece)
                    continue;
                readDatagram(frame, batch->firstSequence + count, datagrams[count]);
                ++count;
            }
            monitor.account(batch->loss, batch->now);
            monitor.process(std::span(datagrams).first(count));
            monitor.advance(batch->now);
            capture.giveBack(batch);
            const std::uint64_t used = RingTraffic::now() - begin;
            add(frameCount > 0 ? busy : empty, used);
            if (steady.load(std::memory_order_relaxed)) {
                cost.add(used, frameCount);
                if (stall.count() > 0)
                    standStill(capture, used, frameCount);
            }
            add(frames, frameCount);
        }
    }

private:
    std::chrono::steady_clock::time_point m_nextStall = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point m_stoodStillUntil {};
};

struct Sample { // of everything that grows, at one moment
    std::uint64_t at, frames, busy, empty, generating, capturing, recording, storing, written;
};

int fail(const std::string& what)
{
    std::fprintf(stderr, "full_load_bench: %s\n", what.c_str());
    return 2;
}

class Run {
public:
    explicit Run(const BenchOptions& options)
        : m_options(options)
        , m_records(std::size_t(options.traffic.calls) * 2)
    {
    }
    ~Run()
    {
        std::error_code ignored;
        if (!m_directory.empty())
            std::filesystem::remove_all(m_directory, ignored);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Result<void> open(const SpeechTable& speech);
    void load();
    double processedMpps() const;
    bool report(); // true when nothing was lost and truth and records agree
    bool lossless() const { return m_lost == 0; }

private:
    Sample sample() const;
    void reportTime() const;
    void reportLosses();
    bool reportTruth();

    const BenchOptions& m_options;
    CountedRecords m_records;
    double m_tablesMib = 0;
    std::uint32_t m_maxCalls = 0;
    std::uint32_t m_maxStreams = 0;
    std::unique_ptr<StorageQueue> m_queue;
    std::unique_ptr<CallMonitor> m_monitor;
    std::unique_ptr<DpdkPort> m_port;
    std::unique_ptr<RingTraffic> m_traffic;
    std::unique_ptr<FedPort> m_source;
    std::unique_ptr<CaptureLoop> m_capture;
    Processing m_processing;
    std::filesystem::path m_directory; // a folder of its own in the user's, gone afterwards
    std::unique_ptr<RecordWriter> m_writer;
    std::unique_ptr<StorageLoop> m_storage;
    Sample m_begin {}, m_end {};
    std::map<std::string, double> m_threads; // seconds of a processor between the two
    double m_stolen = 0; // likewise, by the host
    std::uint64_t m_lost = 0;
    double m_latest = 0;
};

Result<void> Run::open(const SpeechTable& speech)
{
    const bool retention = m_options.mode == "retention";
    TrackerOptions tracker;
    // Beside those that talk: those that ring, those that linger, and what chance adds.
    m_maxCalls = tracker.maxCalls = m_options.traffic.calls + m_options.traffic.calls / 4 + 8192;
    m_maxStreams = tracker.maxStreams = 2 * tracker.maxCalls;
    tracker.maxMediaAddresses = 2 * tracker.maxCalls;
    tracker.touchMemory = true;
    StorageQueue::Sizes sizes;
    sizes.openChunks = retention ? m_maxStreams : 0;
    sizes.chunksInFlight = retention ? m_options.mediaMib * (1 << 20) / sizeof(MediaChunk) : 0;
    sizes.hugePages = true;
    m_queue = std::make_unique<StorageQueue>(sizes);
    m_queue->setMayDropMedia(true);
    const double before = residentMebibytes();
    m_monitor = std::make_unique<CallMonitor>(tracker, *m_queue);
    m_tablesMib = residentMebibytes() - before;

    static int number = 0; // of the device: a search opens one after the other
    const std::string device = "net_ring" + std::to_string(number++);
    auto port = DpdkPort::open({ .name = device, .mbufs = 8192, .linkMbps = 10'000, .pollBusy = true });
    if (!port)
        return port.error();
    m_port = std::move(port.value());
    RingTrafficOptions traffic = m_options.traffic;
    // More than can wait in the engine's ring: what is lost is then lost there, and counted there.
    traffic.buffers = static_cast<std::uint32_t>(m_options.ringBatches * FrameBatch::capacity + 8192);
    auto made = RingTraffic::create(traffic, speech, device);
    if (!made)
        return made.error();
    m_traffic = std::move(made.value());
    m_source = std::make_unique<FedPort>(*m_port, *m_traffic);
    CaptureLoopOptions capture;
    capture.batches = m_options.ringBatches;
    capture.dropMirrorCopies = true; // as the engine does
    if (!retention) // else storage is on its core, as in the engine on two CPUs
        capture.processingWaits = Waiter::Manner::Spin;
    if (retention) {
        m_directory = std::filesystem::path(m_options.directory) / "full_load_bench";
        std::error_code ignored;
        std::filesystem::remove_all(m_directory, ignored);
        if (m_options.mediaLimitGib > 0 && !m_options.newFiles) {
            const auto prepared = prepareMedia(
                m_directory, m_options.mediaLimitGib << 30, [](std::uint64_t, std::uint64_t) { return true; });
            if (!prepared)
                return prepared.error();
        }
        auto writer = RecordWriter::open(m_directory, m_options.mediaLimitGib << 30);
        if (!writer)
            return writer.error();
        m_writer = std::move(writer.value());
        m_storage = std::make_unique<StorageLoop>(std::vector { m_queue.get() }, *m_writer, m_records);
        m_source->giveSpareTimeTo(*m_storage);
        capture.spareTime = m_options.mediaThreadAlone ? nullptr : m_source.get();
    } else {
        m_source->takeRecords(*m_queue, m_records);
    }
    m_capture = std::make_unique<CaptureLoop>(*m_source, capture);
    return {};
}

Sample Run::sample() const
{
    const auto value = [](const Counter& counter) { return counter.load(std::memory_order_relaxed); };
    return { RingTraffic::now(), value(m_processing.frames), value(m_processing.busy), value(m_processing.empty),
        value(m_source->generating), value(m_source->capturing), value(m_source->recording), value(m_source->storing),
        m_writer ? counterOf(*m_writer, "media_bytes_stored") : 0 };
}

void Run::load()
{
    pinTo(m_options.processingCpu);
    if (m_storage)
        m_storage->start();
    std::jthread processing([this] {
        nameThread("processing");
        m_processing.stall = decltype(m_processing.stall)(m_options.stallMs);
        m_processing.run(*m_capture, *m_monitor, m_source->steady);
        m_monitor->finish();
        m_queue->closeProducer();
    });
    std::jthread capture([this](const std::stop_token& stop) {
        nameThread("capture");
        pinTo(m_options.captureCpu);
        m_capture->run(stop);
    });
    while (!m_source->steady)
        std::this_thread::sleep_for(10ms);
    std::this_thread::sleep_for(1s); // the first quality points have been made, too
    m_begin = sample();
    const auto threadsBefore = threadSeconds();
    m_stolen = -stolenSeconds();
    std::this_thread::sleep_for(std::chrono::duration<double>(m_options.seconds));
    m_end = sample();
    m_threads = threadSeconds();
    m_stolen += stolenSeconds();
    for (const auto& [name, used] : threadsBefore)
        m_threads[name] -= used;
    m_source->drain();
    while (!m_source->drained)
        std::this_thread::sleep_for(10ms);
    capture.request_stop();
    capture.join();
    if (!m_storage) {
        const StorageIntake intake({ m_queue.get() });
        while (!intake.recordsDrained())
            m_queue->takeRecord(m_records);
    }
    processing.join();
    if (m_storage)
        if (const auto closed = m_storage->join(); !closed)
            m_records.refused = closed;
    m_latest = m_traffic->latestMilliseconds();
    m_traffic->finish();
}

void Run::reportTime() const
{
    const auto cycles = static_cast<double>(m_end.at - m_begin.at);
    const double seconds = cycles / RingTraffic::cyclesPerSecond();
    const auto frames = static_cast<double>(m_end.frames - m_begin.frames);
    const auto line = [&](const char* what, std::uint64_t from, std::uint64_t to) {
        const auto used = static_cast<double>(to - from);
        std::printf("  %-34s %5.1f %% %8.1f cycles a frame\n", what, 100 * used / cycles, used / frames);
    };
    std::printf("  %.1f s, %.3f Mpps processed, %zu streams\n", seconds, processedMpps(), m_traffic->streamsOn());
    const auto median = [](const char* what, const BatchCost& cost) {
        std::printf(
            "  %-34s median %zu, p90 %zu, p99 %zu cycles a frame\n", what, cost.at(0.5), cost.at(0.9), cost.at(0.99));
    };
    median("processing, by batch", m_processing.cost);
    if (m_processing.stall.count() > 0) {
        median("processing, when behind", m_processing.costBehind);
        std::printf("  a fifth of the batches and more waited for up to %.0f ms after a standstill of %.0f\n",
            m_processing.longestBehind.count(), m_processing.stall.count());
    }
    median("receive and classify, by poll", m_source->captureCost);
    median("generator, by poll", m_source->generatorCost);
    line("processing core: busy", m_begin.busy, m_end.busy);
    line("processing core: empty batches", m_begin.empty, m_end.empty);
    line("capture core: receive and classify", m_begin.capturing, m_end.capturing);
    line("capture core: generator", m_begin.generating, m_end.generating);
    line("capture core: taking records", m_begin.recording, m_end.recording);
    line("capture core: media to the disk", m_begin.storing, m_end.storing);
    for (const char* const name : { "processing", "storage", "media" })
        if (const auto found = m_threads.find(name); found != m_threads.end())
            std::printf("  thread %-27s %5.1f %% of a core\n", name, 100 * found->second / seconds);
    std::printf("  taken by the host                  %5.1f %% of a core\n", 100 * m_stolen / seconds);
    if (m_writer)
        std::printf("  %.3f GB/s of media on the disk; the slowest write took %" PRIu64 " ms\n",
            static_cast<double>(m_end.written - m_begin.written) / seconds / 1e9,
            counterOf(*m_writer, "media_write_longest_ms"));
    std::printf("  generator behind its schedule by at most %.2f ms\n", m_latest);
    std::printf("  tables %.0f MiB for %u calls, %u streams: %.0f bytes a call with its two streams\n", m_tablesMib,
        m_maxCalls, m_maxStreams, m_tablesMib * (1 << 20) / m_maxCalls);
}

void Run::reportLosses()
{
    const std::string_view notUdp = counterName(DropReason::NotUdp);
    const std::string_view otherUdp = counterName(DropReason::OtherUdp);
    const auto loss = [&](const char* name, std::uint64_t value) {
        m_lost += value;
        std::printf("  %-34s %" PRIu64 "\n", name, value);
    };
    std::printf("lost:\n");
    loss("refused by the ring", m_traffic->truth().refused);
    for (const CaptureCounter& counter : m_source->counters())
        if (const std::string_view name = counter.name; name.starts_with("nic_") || name.ends_with("_dropped"))
            loss(counter.name, counter.value);
    for (const CaptureCounter& counter : m_capture->counters()) // dropped for any reason but that it is no VoIP
        if (const std::string_view name = counter.name;
            !name.starts_with("frames_") && name != notUdp && name != otherUdp && counter.value > 0)
            loss(counter.name, counter.value);
    if (m_writer) {
        loss("media_chunks_refused", m_queue->refusedChunks());
        for (const NamedCounter& counter : m_monitor->counters())
            if (counter.name == "media_packets_not_recorded")
                loss("media_packets_not_recorded", counter.value);
        for (const NamedCounter& counter : m_writer->counters())
            if (counter.name == "media_packets_not_written" || counter.name == "records_dropped")
                loss(counter.name.c_str(), counter.value);
        if (!m_records.refused)
            loss(m_records.refused.error().what.c_str(), 1);
    }
    std::printf("  (record queue full, waited: %" PRIu64 ";", m_queue->waits());
    for (const CaptureCounter& counter : m_source->counters())
        if (counter.name == std::string_view("poll_gap_longest_us"))
            std::printf(" %s %" PRIu64, counter.name, counter.value);
    std::printf(")\n");
}

bool Run::reportTruth()
{
    const RingTruth& truth = m_traffic->truth();
    std::vector<RingStreamTruth> sent;
    for (const RingStreamTruth& stream : truth.streams)
        if (stream.packets > 0) // one that began in the last 20 ms was never heard
            sent.push_back(stream);
    std::ranges::sort(sent, {}, &RingStreamTruth::ssrc);
    const auto& found = m_records.sorted();
    std::uint64_t foundPackets = 0;
    for (const RingStreamTruth& stream : found)
        foundPackets += stream.packets;
    std::uint64_t differing = std::max(sent.size(), found.size()) - std::min(sent.size(), found.size());
    for (std::size_t i = 0; i < std::min(sent.size(), found.size()); ++i)
        differing += sent[i].ssrc != found[i].ssrc || sent[i].packets != found[i].packets
            || sent[i].duplicates != found[i].duplicates || sent[i].reordered != found[i].reordered
            || sent[i].expected != found[i].expected;
    bool same = differing == 0;
    const auto line = [&](const char* what, std::uint64_t inTruth, std::uint64_t inRecords) {
        same = same && inTruth == inRecords;
        std::printf("  %-16s %12" PRIu64 " %12" PRIu64 "%s\n", what, inTruth, inRecords,
            inTruth == inRecords ? "" : "   DIFFERENT");
    };
    std::printf("                        truth      records\n");
    line("calls", truth.callsBegun, m_records.calls);
    line("answered", truth.callsAnswered, m_records.answered);
    line("hung up", truth.callsEnded, m_records.hungUp);
    line("streams", sent.size(), found.size());
    line("RTP packets", truth.mediaPackets, foundPackets);
    line("other TCP frames", truth.otherTcp, m_capture->dropped(DropReason::NotUdp));
    line("other UDP frames", truth.otherUdp, m_capture->dropped(DropReason::OtherUdp));
    std::printf("  streams of which packets, duplicates, reordered or expected differ: %" PRIu64 "; %" PRIu64
                " quality points\n",
        differing, m_records.points);
    return same;
}

double Run::processedMpps() const
{
    const double seconds = static_cast<double>(m_end.at - m_begin.at) / RingTraffic::cyclesPerSecond();
    return static_cast<double>(m_end.frames - m_begin.frames) / seconds / 1e6;
}

bool Run::report()
{
    reportTime();
    reportLosses();
    const bool same = reportTruth();
    if (!same)
        for (const NamedCounter& counter : m_monitor->counters())
            std::printf("  %s %" PRIu64 "\n", counter.name.c_str(), counter.value);
    std::printf("%s\n\n",
        m_lost > 0 ? "FRAMES WERE LOST"
            : same ? "nothing lost, all equal"
                   : "TRUTH AND RECORDS DIFFER");
    std::fflush(stdout);
    return same && m_lost == 0;
}

constexpr unsigned packetsPerCall = 100; // a second, both ways

struct Outcome {
    bool lossless = false; // and every record true
    bool keptPace = false; // the generator gave what it was to give: its own limit is no limit of the probe
    double mpps = 0; // processed
};

Result<Outcome> runOnce(const BenchOptions& options, const SpeechTable& speech)
{
    std::printf("%u calls, %s, %s\n", options.traffic.calls, options.codec.c_str(), options.mode.c_str());
    Run run(options);
    if (const auto opened = run.open(speech); !opened)
        return opened.error();
    run.load();
    Outcome outcome;
    outcome.lossless = run.report();
    outcome.mpps = run.processedMpps();
    outcome.keptPace = outcome.mpps >= 0.98 * options.traffic.calls * packetsPerCall / 1e6;
    if (!outcome.keptPace)
        std::printf("the generator, which shares the capture core, did not keep its pace: no figure of the probe\n\n");
    return outcome;
}

// The most calls of which nothing is lost, to within a twentieth.
Result<void> search(BenchOptions options, const SpeechTable& speech)
{
    std::uint32_t good = 0;
    std::uint32_t bad = 0;
    double mpps = 0;
    bool generatorIsTheLimit = false; // of the least load that was not reached
    for (std::uint32_t calls = options.traffic.calls; bad == 0 || bad - good > good / 20;) {
        options.traffic.calls = calls;
        const auto outcome = runOnce(options, speech);
        if (!outcome)
            return outcome.error();
        if (outcome.value().lossless && outcome.value().keptPace) {
            good = calls;
            mpps = outcome.value().mpps;
        } else {
            bad = calls;
            generatorIsTheLimit = !outcome.value().keptPace;
        }
        calls = bad == 0 ? good + good / 4 : good + (bad - good) / 2;
        if (calls < 1000 || calls > 250'000)
            break;
    }
    std::printf("highest lossless load found: %u calls, %.2f Mpps%s\n", good, mpps,
        generatorIsTheLimit ? "; above that, the generator was the limit" : "");
    return {};
}

}

int main(int argc, char** argv)
{
    keepAllocatedMemory(); // as callmon-engine does
    BenchOptions options;
    CLI::App app("The whole path at full load on two cores, held against its ground truth.", "full_load_bench");
    app.add_option("--calls", options.traffic.calls, "At once; arrivals follow")->capture_default_str();
    app.add_option("--seconds", options.seconds, "Measured, after all calls are on")->capture_default_str();
    app.add_option("--mode", options.mode)->check(CLI::IsMember({ "statistics", "retention" }))->capture_default_str();
    app.add_option("--dir", options.directory, "Where retention stores");
    app.add_option("--codec", options.codec)->check(CLI::IsMember({ "g711", "g729" }))->capture_default_str();
    app.add_option("--stall", options.stallMs, "Once a second processing stands still for so many milliseconds");
    app.add_flag("--search", options.search, "Find the highest load of which nothing is lost");
    app.add_option("--ring-batches", options.ringBatches)->capture_default_str();
    app.add_option("--media-mib", options.mediaMib, "Chunks on their way to the disk, in retention")
        ->capture_default_str();
    app.add_option("--media-limit-gib", options.mediaLimitGib, "Recordings kept; 0: all")->capture_default_str();
    app.add_flag("--new-files", options.newFiles, "With --media-limit-gib: the files are not written before");
    app.add_flag("--media-thread-alone", options.mediaThreadAlone, "The capture thread hands nothing to the disk");
    app.add_option("--capture-cpu", options.captureCpu)->capture_default_str();
    app.add_option("--processing-cpu", options.processingCpu)->capture_default_str();
    app.add_option("--seed", options.traffic.seed)->capture_default_str();
    app.add_option("--lost", options.traffic.lostShare, "Share of media packets; likewise:");
    app.add_option("--late", options.traffic.lateShare, "After their successor");
    app.add_option("--jittered", options.traffic.jitteredShare, "Up to 8 ms late");
    app.add_option("--duplicates", options.traffic.duplicateShare);
    app.add_option("--ipv6", options.traffic.ipv6Share, "Share of calls");
    app.add_option("--other", options.traffic.otherShare, "Share of frames that are no VoIP")
        ->check(CLI::Range(0.0, 0.9));
    app.add_option("--set-up-rate", options.traffic.setUpPerSecond, "Calls a second, until all are on")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    if (options.mode == "retention" && options.directory.empty())
        return fail("--mode retention needs --dir");
    options.traffic.codec = options.codec == "g729" ? Codec::G729 : Codec::Pcma;
    std::array<double, codecCount> wanted {};
    wanted[static_cast<std::size_t>(options.traffic.codec)] = 1;
    const auto speech = loadSpeech(CALLMON_SAMPLE_FOLDER, wanted);
    if (!speech)
        return fail(speech.error().what);

    const std::vector<Cpu> cpus = allowedCpus(); // before this thread is put on one
    printMachine();
    printCoreDistance(cpus);
    std::printf(
        "the paper (2014): 52,000 calls, 442 of them new a second, 5.2 Mpps, two cores of a Xeon E5-2630 at 2.3 "
        "GHz; 0.83 GB/s retained\n\n");
    if (options.search) {
        if (const auto found = search(options, speech.value()); !found)
            return fail(found.error().what);
        return 0;
    }
    const auto good = runOnce(options, speech.value());
    printCoreDistance(cpus); // it may have changed
    return !good ? fail(good.error().what) : good.value().lossless && good.value().keptPace ? 0 : 1;
}
