#include "engine/probe.h"

#include "engine/capture/dpdk_port.h"
#include "engine/capture/machine.h"
#include "engine/capture/pcap_file.h"
#include "shared/base/ascii.h"
#include "shared/base/translatable.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

namespace callmon {

namespace {

constexpr std::size_t messageQueueBytes = 32u << 20; // a second of 30,000 INVITEs, while a commit takes so long
constexpr std::size_t mostMinutes = 100'000; // rows of service metrics, while nothing can be stored
constexpr std::chrono::seconds openingSaidEvery { 10 };
constexpr std::chrono::seconds storageProven { 3 }; // without an error: it works again

// Threads have cores of their own when the port is polled without pause, or when the user says which.
Result<CoreLayout> coreLayout(const ProbeOptions& options)
{
    if (options.port.empty() || (options.poll != ProbeOptions::Poll::Busy && options.cores.empty()))
        return CoreLayout {};
    return layOutCores(allowedCpus(),
        { .portNode = nodeOfPort(options.port), .lanes = options.processingCores, .chosen = options.cores });
}

// On a single CPU whoever waits without pause keeps the others from what he waits for.
bool mayPollBusy(const ProbeOptions& options, const CoreLayout& layout)
{
    return options.poll == ProbeOptions::Poll::Busy && layout.capture;
}

Result<std::unique_ptr<FrameSource>> openSource(
    const ProbeOptions& options, const CoreLayout& layout, const Probe::Warn& warn)
{
    if (options.port.empty()) {
        const Pace pace = options.pace == ProbeOptions::Pace::Recorded ? Pace::Recorded : Pace::AsFastAsPossible;
        auto file = PcapFile::open(options.replay, pace);
        if (!file)
            return file.error();
        return std::unique_ptr<FrameSource>(std::move(file.value()));
    }
    auto port = DpdkPort::open({ .name = options.port,
        .mbufs = options.mbufs,
        .linkMbps = options.linkMbps,
        .pollBusy = mayPollBusy(options, layout) });
    if (!port)
        return port.error();
    for (const std::string& note : port.value()->notes())
        warn(note);
    return std::unique_ptr<FrameSource>(std::move(port.value()));
}

CaptureLoopOptions captureOptions(const ProbeOptions& options, const CoreLayout& layout, const LaneDeal& deal)
{
    // A file waits for the processing core instead of riding out its stalls: few batches stay in the cache.
    constexpr std::uint32_t fileBatches = 256;
    const bool isFile = options.port.empty();
    CaptureLoopOptions capture;
    capture.batches = isFile ? std::min(options.ringBatches, fileBatches) : options.ringBatches;
    capture.sipPorts = options.sipPorts;
    capture.skinnyPorts = options.skinnyPorts;
    capture.deal = deal;
    capture.dropMirrorCopies = options.mirrorCopies == ProbeOptions::MirrorCopies::Drop;
    if (mayPollBusy(options, layout) && layout.processingMaySpin)
        capture.processingWaits = Waiter::Manner::Spin;
    return capture;
}

TrackerOptions trackerOptions(const ProbeOptions& options)
{
    TrackerOptions tracker;
    tracker.maxCalls = options.maxCalls;
    tracker.maxStreams = options.maxStreams;
    tracker.touchMemory = !options.port.empty();
    tracker.sipPorts = options.sipPorts;
    for (const std::string& name : options.legHeaders) { // compared in lower case (RFC 3261 7.3.1)
        std::string& lower = tracker.legHeaders.emplace_back(name);
        std::transform(lower.begin(), lower.end(), lower.begin(), toLower);
    }
    tracker.sipLimits = { options.maxSipHeaders, options.maxSipHeaderBytes };
    tracker.maxSdpLines = options.maxSdpLines;
    tracker.maxStreamsPerCall = options.maxStreamsPerCall;
    const bool isFixed = options.jitterBuffer == JitterBufferKind::Fixed;
    const Milliseconds usual = isFixed ? fixedJitterBuffer : adaptiveJitterBuffer;
    const Milliseconds delay = options.jitterBufferMs > 0 ? Milliseconds(options.jitterBufferMs) : usual;
    tracker.rtp.buffer = isFixed ? JitterBufferRule::fixed(delay) : JitterBufferRule::adaptive(delay);
    tracker.rtp.digits = options.dtmf == ProbeOptions::Dtmf::Store ? DigitsKept::Store
        : options.dtmf == ProbeOptions::Dtmf::Masked               ? DigitsKept::Masked
                                                                   : DigitsKept::Count;
    tracker.callsPerSecondOfSource = options.callsPerSource;
    tracker.lingerAfterEnd = options.lingerAfterEnd;
    tracker.unansweredTimeout = options.silenceUnanswered;
    tracker.mediaTimeout = options.silenceWithMedia;
    tracker.quietTimeout = options.silenceWithoutMedia;
    return tracker;
}

ReassemblerOptions reassemblerOptions(const ProbeOptions& options)
{
    ReassemblerOptions reassembler;
    reassembler.streams.sipPorts = options.sipPorts;
    reassembler.streams.skinnyPorts = options.skinnyPorts;
    reassembler.fragments.maxDatagrams = options.maxFragmentedDatagrams;
    reassembler.fragments.maxFragments = options.maxFragments;
    reassembler.tcp.maxConnections = options.maxTcpConnections;
    reassembler.touchMemory = !options.port.empty();
    return reassembler;
}

ServiceOptions serviceOptions(const ProbeOptions& options)
{
    ServiceOptions service;
    service.groups = CallGroups(options.trunks, options.prefixes);
    service.repeatWithin = options.repeatWithin;
    service.shortCall = options.shortCall;
    service.maxCalls = options.maxCalls;
    service.seed = std::random_device()();
    return service;
}

StorageQueue::Sizes queueSizes(const ProbeOptions& options, bool signalling)
{
    StorageQueue::Sizes sizes;
    if (signalling)
        sizes.messageBytes = messageQueueBytes;
    if (options.recordMedia) {
        sizes.openChunks = options.maxStreams;
        sizes.chunksInFlight = std::max<std::size_t>(
            1, std::size_t(options.mediaPoolMib) * 1024 * 1024 / sizeof(MediaChunk) / options.processingCores);
    }
    sizes.hugePages = sizes.touchMemory = !options.port.empty();
    return sizes;
}

std::vector<std::filesystem::path> disksOf(const ProbeOptions& options)
{
    std::vector<std::filesystem::path> disks { options.data };
    disks.insert(disks.end(), options.mediaDirectories.begin(), options.mediaDirectories.end());
    return disks;
}

std::deque<StorageQueue> makeQueues(const ProbeOptions& options)
{
    std::deque<StorageQueue> queues;
    for (std::uint32_t i = 0; i < options.processingCores; ++i)
        queues.emplace_back(queueSizes(options, i == 0));
    return queues;
}

// Says that the data directory takes its time, for as long as this is there: what hangs in the kernel says nothing.
class SlowOpening {
public:
    SlowOpening(std::filesystem::path directory, const Probe::Warn& warn)
        : m_watch([directory = std::move(directory), &warn](const std::stop_token& stop) {
            std::mutex mutex;
            std::condition_variable_any changed;
            std::unique_lock lock(mutex);
            const auto began = std::chrono::steady_clock::now();
            while (!changed.wait_for(lock, stop, openingSaidEvery, [&] { return stop.stop_requested(); })
                && !stop.stop_requested())
                warn("opening the data directory " + directory.string() + " has taken "
                    + std::to_string(
                        std::chrono::round<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count())
                    + " s by now, and nothing is captured before that is done; see whether its disk answers (mount, "
                      "dmesg)");
        })
    {
    }

private:
    std::jthread m_watch;
};

template <typename Base> std::vector<Base*> pointersTo(std::deque<StorageQueue>& queues)
{
    std::vector<Base*> pointers;
    for (StorageQueue& queue : queues)
        pointers.push_back(&queue);
    return pointers;
}

}

Result<std::unique_ptr<Probe>> Probe::open(const ProbeOptions& options, Warn warn)
{
    auto layout = coreLayout(options);
    if (!layout)
        return layout.error();
    runOn(layout.value().processing); // memory lies on the node of the CPU that touches it first
    std::unique_ptr<Probe> probe(new Probe(options, std::move(warn)));
    probe->m_layout = std::move(layout.value());
    if (!probe->m_layout.described.empty())
        probe->m_warn(probe->m_layout.described);
    auto source = openSource(options, probe->m_layout, probe->m_warn);
    if (!source)
        return source.error();
    probe->m_source = std::move(source.value());
    for (StorageQueue& queue : probe->m_queues)
        queue.setMayDropMedia(probe->m_source->isLive());
    const SlowOpening watch(options.data, probe->m_warn);
    auto writer = RecordWriter::open(options.data, std::uint64_t(options.mediaLimitGib) << 30,
        std::vector<std::filesystem::path>(options.mediaDirectories.begin(), options.mediaDirectories.end()));
    if (!writer)
        return writer.error();
    probe->m_writer = std::move(writer.value());
    StorageLoop::Listener& listener = *probe;
    probe->m_storage =
        std::make_unique<StorageLoop>(pointersTo<StorageQueue>(probe->m_queues), *probe->m_writer, listener);
    probe->m_storage->setMayLoseRecords(probe->m_source->isLive());
    CaptureLoopOptions capture = captureOptions(options, probe->m_layout, probe->m_deal);
    if (options.recordMedia && mayPollBusy(options, probe->m_layout))
        capture.spareTime = probe->m_storage.get();
    probe->m_capture = std::make_unique<CaptureLoop>(*probe->m_source, capture);
    for (const std::string& note : probe->m_writer->recoveryNotes())
        probe->m_warn(note);
    if (const std::string limits = probe->m_writer->limits(); options.recordMedia && !limits.empty())
        probe->m_warn(limits);

    if (auto keeping = probe->openKeeper(options); !keeping)
        return keeping.error();
    if (auto controls = probe->openControls(options); !controls)
        return controls.error();

    for (const AlarmRule& rule : probe->m_alarms.rules())
        if (!probe->m_service.mayMeasure(rule.group))
            probe->m_warn("alarm rule '" + rule.name.str() + "' is of '" + rule.group.str()
                + "', which no [[trunk]] or prefix of the configuration measures");

    if (auto listening = probe->listen(options); !listening)
        return listening.error();
    return probe;
}

// Packets of a replay are of any time, and what is deleted is gone: its age is that of the clock, and only where asked.
Result<void> Probe::openKeeper(const ProbeOptions& options)
{
    RecordKeeper::Options keeping;
    keeping.warn = m_warn;
    keeping.periods = options.keep;
    keeping.periods.mostMessageBytes = std::uint64_t(options.messageLimitGib) << 30;
    keeping.periods.mostRecordBytes = std::uint64_t(options.recordLimitGib) << 30;
    keeping.periods.mostQualityBytes = std::uint64_t(options.qualityLimitGib) << 30;
    if (keeping.periods.any() && !m_source->isLive() && !options.expireInReplay) {
        keeping.periods = {};
        m_warn("a replay deletes nothing by age; --expire-in-replay true lets it");
    }
    auto opened = RecordKeeper::open(options.data, *m_writer, std::move(keeping));
    if (!opened)
        return opened.error();
    m_keeper = std::move(opened.value());
    return {};
}

Probe::Probe(const ProbeOptions& options, Warn warn)
    : m_warn(std::move(warn))
    , m_queues(makeQueues(options))
    , m_monitor(trackerOptions(options), pointersTo<RecordSink>(m_queues),
          { .bytesKept = options.messageBytes, .masksKeys = options.dtmf == ProbeOptions::Dtmf::Masked })
    , m_deal { options.processingCores, std::random_device()() }
    , m_reader(m_monitor, reassemblerOptions(options), m_deal)
    , m_service(serviceOptions(options))
    , m_alarms(options.maxCalls, options.alarmRules)
    , m_directory(options.data)
    , m_maxCalls(options.maxCalls)
    , m_disks(disksOf(options))
    , m_chunksInPool(options.recordMedia ? double(options.mediaPoolMib) * 1024 * 1024 / sizeof(MediaChunk) : 0)
{
}

Probe::~Probe() = default;

Result<void> Probe::openControls(const ProbeOptions& options)
{
    auto alarms = AlarmControl::open(options.data, m_alarms, options.alarmRules,
        [this](std::string_view group) { return m_service.mayMeasure(group); });
    if (!alarms)
        return alarms.error();
    m_alarmControl = std::move(alarms.value());
    for (const std::string& note : m_alarmControl->notes())
        m_warn(note);
    auto recording = RecordingControl::open(options.data,
        { options.recordingRules, CallGroups(options.trunks, {}), options.recordMedia },
        [this](RecordingPolicy rules) { m_monitor.replaceRecordingRules(std::move(rules)); });
    if (!recording)
        return recording.error();
    m_recordingControl = std::move(recording.value());
    for (const std::string& note : m_recordingControl->notes())
        m_warn(note);
    auto notes = CallNoteKeeper::open(options.data);
    if (!notes)
        return notes.error();
    m_callNotes = std::move(notes.value());
    return {};
}

void Probe::start(std::function<void()> onFinished)
{
    m_onFinished = std::move(onFinished);
    runOn(m_layout.others); // this thread, storage, and those of the remote interface later on
    m_storage->start();
    m_keeper->start();
    for (unsigned lane = 0; lane < m_queues.size(); ++lane) {
        m_processingThreads.emplace_back([this, lane] {
            nameThread("processing");
            if (lane < m_layout.processing.size())
                runOn(std::span(m_layout.processing).subspan(lane, 1));
            lane == 0 ? process() : processLane(lane);
        });
    }
    m_captureThread = std::jthread([this](const std::stop_token& stop) {
        nameThread("capture");
        if (m_layout.capture)
            runOn(std::span(&*m_layout.capture, 1));
        m_capture->run(stop);
    });
}

void Probe::stop()
{
    m_captureThread.request_stop(); // the rest follows: the last batch ends processing, an empty queue storage
}

// First processing core.
void Probe::process()
{
    while (FrameBatch* batch = m_capture->next()) {
        m_reader.read(*batch);
        publishOnceASecond(batch->now);
        m_capture->giveBack(batch);
    }
    m_monitor.finish();
    publish(m_published.now);
    for (StorageQueue& queue : m_queues) // finish() was the last that pushed, for all of them
        queue.closeProducer();
}

// Any other processing core.
void Probe::processLane(unsigned lane)
{
    while (FrameBatch* batch = m_capture->next(lane)) {
        m_reader.readLane(lane, *batch);
        m_capture->giveBack(batch, lane);
    }
}

void Probe::publishOnceASecond(Timestamp now)
{
    if (now - m_publishedAt < std::chrono::seconds(1) && now >= m_publishedAt)
        return;
    publish(now);
    m_publishedAt = now;
}

void Probe::publish(Timestamp now)
{
    Published next;
    next.now = now;
    next.frames = m_capture->framesReceived();
    next.bytes = m_capture->bytesReceived();
    for (const NamedCounter& counter : m_monitor.counters())
        next.counters.push_back(counter);
    next.unboundFlows.assign(m_monitor.unboundFlows().begin(), m_monitor.unboundFlows().end());
    for (const NamedCounter& counter : m_reader.counters())
        next.counters.push_back(counter);

    const std::scoped_lock lock(m_publishedMutex);
    const Milliseconds passed = now - m_published.now;
    if (m_published.now != Timestamp {} && passed.count() > 0) {
        const double perSecond = 1000.0 / passed.count();
        next.framesPerSecond = static_cast<std::uint64_t>(double(next.frames - m_published.frames) * perSecond);
        next.bitsPerSecond = static_cast<std::uint64_t>(double(next.bytes - m_published.bytes) * 8 * perSecond);
    }
    m_published = std::move(next);
}

void Probe::expect(std::span<const StreamKey> streams)
{
    m_alarms.calls().expect(streams);
}

// The live list, where somebody reads it.
void Probe::liveCall(const CallRecord& call)
{
    m_alarms.calls().liveCall(call);
    m_service.liveCall(call);
    if (m_remote)
        m_live.update(call);
}

void Probe::stream(const StreamRecord& stream)
{
    m_alarms.calls().stream(stream);
    m_service.stream(stream);
    if (m_remote)
        m_live.update(stream);
}

void Probe::quality(const QualityPoint& point)
{
    m_alarms.calls().quality(point);
    if (m_remote)
        m_live.update(point);
}

void Probe::callEnded(const CallRecord& call)
{
    m_alarms.calls().callEnded(call);
    m_service.callEnded(call);
    if (m_remote)
        m_live.remove(call.key);
}

void Probe::second(Timestamp now)
{
    if (!m_firstSecond)
        m_firstSecond = now;
    m_service.second(now);
    moveService();
    m_alarms.second(now);
}

// A rule is held against the windows before it is taken as changed: what moved, moved under the old one.
void Probe::moveService()
{
    if (const auto moved = m_service.takeMove())
        m_alarms.metrics().judge(m_service, *moved);
    for (const ServiceRow& minute : m_service.takeMinutes())
        if (m_minutes.size() < mostMinutes)
            m_minutes.push_back(minute);
}

void Probe::storeService()
{
    for (const ServiceRow& minute : m_minutes)
        m_writer->serviceMinute(minute);
    m_minutes.clear();
}

void Probe::closing()
{
    m_service.stop();
    moveService();
    storeService();
    m_alarms.stop();
    storeAlarms();
}

void Probe::storeAlarms()
{
    if (m_firstSecond && !std::exchange(m_earlierAlarmsEnded, true))
        m_writer->endOpenAlarms(*m_firstSecond);
    for (const Alarm& alarm : m_alarms.book().takeChanged())
        m_writer->alarm(alarm);
    for (const AlarmAcknowledgement& acknowledgement : m_alarms.book().takeAcknowledgements())
        m_writer->acknowledge(acknowledgement);
}

void Probe::judgeProbe()
{
    const ProbeStatus now = status();
    ProbeReadings readings;
    readings.now = now.now;
    readings.counters = now.counters;
    readings.live = m_source->isLive();
    if (const auto fullest = m_disks.fullest()) {
        readings.diskUsedPercent = fullest->percent;
        readings.fullestDisk = m_disks.disks() > 1 ? fullest->disk.string() : std::string();
    }
    std::vector<BufferFill> buffers;
    if (m_source->isLive()) { // a file waits for whoever is behind: its rings are full, and nothing is lost
        buffers.push_back(
            { TR("ProbeBuffer", "frames that wait for a processing core"), m_capture->fullestRingPercent() });
        buffers.push_back({ TR("ProbeBuffer", "packet buffers of the port"), m_source->bufferPercent() });
        for (const StorageQueue& queue : m_queues)
            buffers.push_back({ TR("ProbeBuffer", "records that wait to be stored"), queue.recordsPercent() });
        buffers.push_back(
            { TR("ProbeBuffer", "records that wait for the data directory"), m_storage->backlogPercent() });
    }
    buffers.push_back({ TR("ProbeBuffer", "table of the calls that are on"),
        std::min(100.0, 100.0 * static_cast<double>(now.liveCalls) / m_maxCalls) });
    for (const NamedCounter& counter : now.counters)
        if (counter.name == "media_chunks_on_their_way" && m_chunksInPool > 0)
            buffers.push_back({ TR("ProbeBuffer", "media on its way to the disk"),
                std::min(100.0, 100.0 * double(counter.value) / m_chunksInPool) });
    readings.buffers = buffers;
    if (now.now != Timestamp {}) // before the first frame there is no time to judge by
        m_alarms.probe(readings);
}

// A disk that fails is told once, and again when it has recovered: not twice a second. On a full disk small commits
// still succeed between the large ones that fail, so recovered means for some time.
void Probe::committed(const Result<void>& result)
{
    judgeProbe();
    storeAlarms(); // with the next commit
    storeService();
    if (std::exchange(m_silenceSaid, false))
        m_warn("the data directory answers again");
    const auto now = std::chrono::steady_clock::now();
    if (!result) {
        if (!m_storageFailedAt)
            m_warn(result.error().what + "; capture goes on, and what cannot be stored is counted");
        m_storageFailedAt = now;
    } else if (m_storageFailedAt && now - *m_storageFailedAt >= storageProven) {
        m_warn("storage works again");
        m_storageFailedAt.reset();
    }
}

void Probe::committing(std::chrono::milliseconds since)
{
    judgeProbe();
    if (!std::exchange(m_silenceSaid, true))
        m_warn("the disk of the data directory " + m_directory.string() + " has not answered for "
            + std::to_string(std::chrono::ceil<std::chrono::seconds>(since).count()) + " s: "
            + (m_source->isLive() ? "calls are tracked and shown, their records wait in memory, and what finds no room "
                                    "there is lost and counted"
                                  : "the replay waits")
            + "; see whether it is there (mount, dmesg)");
}

Result<void> Probe::finish()
{
    m_keeper->stop(); // first: a client's request may be waiting for it
    if (m_remote)
        m_remote->close();
    m_captureThread.join();
    for (std::jthread& thread : m_processingThreads)
        thread.join();
    const Result<void> closed = m_storage->join();
    const Result<void> stored = closed ? allStored() : closed;
    if (!m_capture->error())
        return stored;
    return stored ? *m_capture->error() : Error { m_capture->error()->what + "; " + stored.error().what };
}

// What the disk refused for a while is lost, though storage may work by now. A live source drops rather than waits,
// and its run goes on for months: there the counters tell, and only the end of storage counts.
Result<void> Probe::allStored() const
{
    if (m_source->isLive())
        return {};
    std::string lost;
    const auto add = [&](const NamedCounter& counter) {
        if (counter.value > 0)
            lost += (lost.empty() ? "" : ", ") + counter.name + ' ' + std::to_string(counter.value);
    };
    add({ "media_chunks_refused", refusedChunks() });
    for (const NamedCounter& counter : m_writer->counters())
        if (counter.name == "media_packets_not_written" || counter.name == "messages_not_written"
            || counter.name == "records_dropped" || counter.name == "records_refused"
            || counter.name == "records_without_call")
            add(counter);
    if (lost.empty())
        return {};
    return Error { "not everything could be stored (" + lost + "); free some space and replay again into the same "
        + "directory" };
}

std::uint64_t Probe::refusedChunks() const
{
    std::uint64_t refused = 0;
    for (const StorageQueue& queue : m_queues)
        refused += queue.refusedChunks();
    return refused;
}

ProbeStatus Probe::status() const
{
    ProbeStatus status;
    status.source = m_source->describe();
    status.version = CALLMON_VERSION;
    status.liveCalls = m_live.size();
    for (const CaptureCounter& counter : m_source->counters())
        status.counters.push_back({ counter.name, counter.value });
    for (const CaptureCounter& counter : m_capture->counters())
        status.counters.push_back({ counter.name, counter.value });
    {
        const std::scoped_lock lock(m_publishedMutex);
        status.now = m_published.now;
        status.framesPerSecond = m_published.framesPerSecond;
        status.bitsPerSecond = m_published.bitsPerSecond;
        status.unboundFlows = m_published.unboundFlows;
        status.counters.insert(status.counters.end(), m_published.counters.begin(), m_published.counters.end());
    }
    status.counters.push_back({ "media_chunks_refused", refusedChunks() });
    std::uint64_t waits = 0;
    double filled = 0;
    for (const StorageQueue& queue : m_queues) {
        waits += queue.waits();
        filled = std::max(filled, queue.recordsPercent());
    }
    filled = std::max(filled, m_storage->backlogPercent());
    status.counters.push_back({ "record_queue_waits", waits });
    status.counters.push_back({ "record_queue_percent", static_cast<std::uint64_t>(std::ceil(filled)) });
    for (const NamedCounter& counter : m_storage->counters())
        status.counters.push_back(counter);
    for (const NamedCounter& counter : m_writer->counters())
        status.counters.push_back(counter);
    for (const NamedCounter& counter : m_keeper->counters())
        status.counters.push_back(counter);
    for (const NamedCounter& counter : m_alarms.counters())
        status.counters.push_back(counter);
    for (const NamedCounter& counter : m_service.counters())
        status.counters.push_back(counter);
    if (m_remote)
        for (const NamedCounter& counter : m_remote->counters())
            status.counters.push_back(counter);
    return status;
}

std::vector<UnboundFlow> Probe::unboundFlows() const
{
    const std::scoped_lock lock(m_publishedMutex);
    return m_published.unboundFlows;
}

}
