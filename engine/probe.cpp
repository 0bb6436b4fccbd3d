#include "engine/probe.h"

#include "engine/capture/machine.h"
#include "engine/probe_parts.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace callmon {

namespace {

constexpr std::chrono::seconds openingSaidEvery { 10 };

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
          { .bytesKept = options.messageBytes, .masksKeys = options.dtmf == ProbeOptions::Dtmf::Masked },
          CallGroups(options.trunks, {}))
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
    const int before = niceness();
    if (m_source->isLive() && !setNiceness(std::min(before, fastPathNiceness)))
        m_warn(
            "this process may not put capture and processing before other programs of the machine: frames can be lost "
            "while these are busy. Give it CAP_SYS_NICE, as the service's unit does, or raise its limit (ulimit -e "
            "40)");
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
    (void)setNiceness(before);
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
