// What consoles cost an engine that is at work: the generator's calls through capture, tracking and the live table, and
// no console, one, twenty, and twenty again, one after the other in the same run. Of the twenty some are slow, some are
// stopped for a time, some are killed again and again, and one is no console at all but sends garbage. Consoles are
// processes of their own. The goals: 5 % of a core for one and 30 % for twenty, 1.2 s from an event on the wire to the
// console, memory that stays, and no frame lost.
#include "bench_machine.h"
#include "core_distance.h"
#include "engine/capture/capture_loop.h"
#include "engine/capture/dpdk_port.h"
#include "engine/capture/machine.h"
#include "engine/probe_options.h"
#include "engine/records/call_monitor.h"
#include "engine/remote/remote_service.h"
#include "engine/storage_loop.h"
#include "port_behind.h"
#include "shared/remote/remote_probe.h"
#include "tests/traffic/ring/ring_traffic.h"
#include "thread_times.h"

#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QLocalSocket>
#include <QLoggingCategory>
#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <cinttypes>
#include <csignal>
#include <random>
#include <sys/resource.h>
#include <unordered_set>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int serviceNiceness = -8; // as the service's unit starts the engine
constexpr const char* remoteThread = "remote"; // the event loop that serves the consoles

double secondsOfEndedConsoles() // of all processes that were started and waited for
{
    rusage used {};
    ::getrusage(RUSAGE_CHILDREN, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double residentMebibytes()
{
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * 4096 / (1 << 20);
}

// ---- the console's side: a process with several of them

// From the first message of a call, by the arrival time of the packet, to the console that shows its row.
class Console : public QObject {
public:
    Console(const QUrl& url, std::chrono::milliseconds sleep, std::vector<double>& latencies)
    {
        connect(&m_probe, &RemoteProbe::liveChanged, this, [this, sleep, &latencies](const LiveDelta& delta) {
            const auto now = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
            if (delta.snapshot)
                m_seen.clear();
            for (const LiveCall& call : delta.changed)
                if (m_seen.insert(call.key.value).second && !delta.snapshot)
                    latencies.push_back(Milliseconds(now - call.startedAt).count());
            for (const CallKey key : delta.removed)
                m_seen.erase(key.value);
            std::this_thread::sleep_for(sleep);
        });
        m_probe.open(url);
    }

private:
    RemoteProbe m_probe;
    std::unordered_set<std::int64_t> m_seen;
};

int beConsoles(const QUrl& url, int count, std::chrono::milliseconds sleep, std::chrono::milliseconds time)
{
    std::vector<double> latencies;
    std::vector<std::unique_ptr<Console>> consoles;
    for (int i = 0; i < count; ++i)
        consoles.push_back(std::make_unique<Console>(url, sleep, latencies));
    QTimer::singleShot(time, qApp, &QCoreApplication::quit);
    QCoreApplication::exec();
    std::ranges::sort(latencies);
    const auto at = [&](double share) {
        return latencies.empty()
            ? -1
            : latencies[static_cast<std::size_t>(share * static_cast<double>(latencies.size() - 1))];
    };
    std::printf("%.0f %.0f %.0f %zu\n", at(0.5), at(0.99), at(1), latencies.size());
    return 0;
}

// Length claims without end, garbage, and half a frame; each time on a new connection.
int beHostile(const QString& socket, std::chrono::milliseconds time)
{
    std::mt19937 random(1);
    for (const auto end = Clock::now() + time; Clock::now() < end; std::this_thread::sleep_for(20ms)) {
        QLocalSocket peer;
        peer.connectToServer(socket);
        if (!peer.waitForConnected(1000))
            continue;
        QByteArray bytes = random() % 3 == 0 ? QByteArray("\xff\xff\xff\xff", 4) : QByteArray();
        for (unsigned i = 0; i < random() % 2000; ++i)
            bytes += static_cast<char>(random());
        peer.write(bytes);
        peer.waitForBytesWritten(100);
        if (random() % 2 == 0)
            peer.waitForReadyRead(200);
    }
    return 0;
}

// ---- the engine's side

struct Options {
    RingTrafficOptions traffic { .calls = 4000, .linkMbps = 10'000 };
    double startsPerSecond = 442;
    double seconds = 12;
    double settle = 2;
    bool busy = false;
    bool pinned = false;
    bool precedence = true;
    std::size_t ringBatches = ProbeOptions().ringBatches;
    std::vector<int> cpus; // of the machine; consoles are not the engine's, and run where they like
    QString console, hostile; // this process is one
    int count = 1;
    int sleepMs = 0;
    bool ownComputer = false;
};

class FedPort : public PortBehind {
public:
    FedPort(FrameSource& port, RingTraffic& traffic)
        : PortBehind(port)
        , m_traffic(traffic)
    {
    }
    Result<void> receive(FrameBatch& batch) override
    {
        const std::uint64_t now = RingTraffic::now();
        if (!std::exchange(m_started, true))
            m_traffic.start(now);
        const bool nothingMore = draining && m_traffic.drain();
        m_traffic.pump(now);
        const std::size_t before = batch.count;
        auto received = m_port.receive(batch);
        if (forgetLateness.exchange(false, std::memory_order_relaxed))
            m_traffic.forgetLateness();
        latestMilliseconds.store(m_traffic.latestMilliseconds(), std::memory_order_relaxed);
        steady = m_traffic.steady();
        refused = m_traffic.truth().refused;
        drained = nothingMore && batch.count == before;
        return received;
    }

    std::atomic<bool> steady { false }, draining { false }, drained { false };
    std::atomic<std::uint64_t> refused { 0 };
    std::atomic<double> latestMilliseconds { 0 }; // that the generator was behind its schedule
    std::atomic<bool> forgetLateness { false };

private:
    RingTraffic& m_traffic;
    bool m_started = false;
};

class TableFeeder final : public StorageLoop::Listener { // as the engine feeds its own
public:
    explicit TableFeeder(LiveTable& table)
        : m_table(table)
    {
    }
    void expect(std::span<const StreamKey> streams) override { m_table.expect(streams); }
    void liveCall(const CallRecord& call) override { m_table.update(call); }
    void stream(const StreamRecord& stream) override { m_table.update(stream); }
    void quality(const QualityPoint& point) override { m_table.update(point); }
    void callEnded(const CallRecord& call) override
    {
        ++ended;
        m_table.remove(call.key);
    }
    std::atomic<std::uint64_t> ended { 0 };

private:
    LiveTable& m_table;
};

class Engine {
public:
    Result<void> open(const Options& options, const SpeechTable& speech, const QUrl& url);
    void start(const CoreLayout& cores, bool takesPrecedence);
    void stop();
    bool steady() const { return m_source->steady; }
    std::uint64_t lost() const;
    std::uint64_t frames() const;
    double generatorBehindMilliseconds() const { return m_source->latestMilliseconds; }
    void forgetLateness() { m_source->forgetLateness = true; }
    std::uint64_t callsEnded() const { return m_feeder.ended; }
    std::size_t callsOn() const { return m_table.size(); }
    const RemoteService& service() const { return *m_service; }

private:
    LiveTable m_table;
    TableFeeder m_feeder { m_table };
    std::unique_ptr<StorageQueue> m_queue;
    std::unique_ptr<CallMonitor> m_monitor;
    std::unique_ptr<DpdkPort> m_port;
    std::unique_ptr<RingTraffic> m_traffic;
    std::unique_ptr<FedPort> m_source;
    std::unique_ptr<CaptureLoop> m_capture;
    std::unique_ptr<RemoteService> m_service;
    std::atomic<bool> m_recordsWanted { true };
    std::jthread m_captureThread, m_processing, m_storage;
};

Result<void> Engine::open(const Options& options, const SpeechTable& speech, const QUrl& url)
{
    TrackerOptions tracker;
    tracker.maxCalls = options.traffic.calls + options.traffic.calls / 4 + 8192 + 64 * 442; // and those that linger
    tracker.maxStreams = 2 * tracker.maxCalls;
    tracker.maxMediaAddresses = 2 * tracker.maxCalls;
    tracker.touchMemory = true;
    m_queue = std::make_unique<StorageQueue>(StorageQueue::Sizes {});
    m_monitor = std::make_unique<CallMonitor>(tracker, *m_queue);
    auto port = DpdkPort::open(
        { .name = "net_ring0", .mbufs = 8192, .linkMbps = options.traffic.linkMbps, .pollBusy = options.busy });
    if (!port)
        return port.error();
    m_port = std::move(port.value());
    CaptureLoopOptions capture;
    capture.dropMirrorCopies = true; // as the engine does
    capture.batches = options.ringBatches;
    RingTrafficOptions traffic = options.traffic;
    traffic.buffers = static_cast<std::uint32_t>(capture.batches * FrameBatch::capacity + 8192);
    auto made = RingTraffic::create(traffic, speech, "net_ring0");
    if (!made)
        return made.error();
    m_traffic = std::move(made.value());
    m_source = std::make_unique<FedPort>(*m_port, *m_traffic);
    m_capture = std::make_unique<CaptureLoop>(*m_source, capture);
    RemoteServiceOptions remote;
    m_service = std::make_unique<RemoteService>(
        std::filesystem::path(), nullptr, m_table, [] { return ProbeStatus(); }, remote);
    return m_service->listen(url);
}

void Engine::start(const CoreLayout& cores, bool takesPrecedence) // as Probe::start() does
{
    runOn(cores.others);
    if (takesPrecedence)
        (void)setNiceness(serviceNiceness);
    m_storage = std::jthread([this] {
        nameThread("storage");
        StorageIntake intake({ m_queue.get() });
        while (m_recordsWanted)
            if (intake.takeRecords(10'000, m_feeder) == 0)
                std::this_thread::sleep_for(5ms);
    });
    if (takesPrecedence && !setNiceness(fastPathNiceness))
        std::printf("capture and processing may not take precedence on this machine\n");
    m_processing = std::jthread([this, cpus = cores.processing] {
        nameThread("processing");
        runOn(cpus);
        std::array<Datagram, FrameBatch::capacity> datagrams;
        while (FrameBatch* batch = m_capture->next()) {
            std::size_t count = 0;
            batch->lookAhead();
            for (const Frame& frame : batch->view())
                if (frame.kind != FrameKind::Piece) {
                    readDatagram(frame, batch->firstSequence + count, datagrams[count]);
                    ++count;
                }
            m_monitor->account(batch->loss, batch->now);
            m_monitor->process(std::span(datagrams).first(count));
            m_monitor->advance(batch->now);
            m_capture->giveBack(batch);
        }
        m_monitor->finish();
        m_queue->closeProducer();
    });
    m_captureThread = std::jthread([this, cpu = cores.capture](const std::stop_token& stop) {
        nameThread("capture");
        if (cpu)
            runOn(std::span(&*cpu, 1));
        m_capture->run(stop);
    });
    (void)setNiceness(takesPrecedence ? serviceNiceness : 0);
}

void Engine::stop()
{
    m_source->draining = true;
    while (!m_source->drained)
        std::this_thread::sleep_for(10ms);
    m_captureThread.request_stop();
    m_captureThread.join();
    m_processing.join();
    m_recordsWanted = false;
    m_storage.join();
    m_service.reset();
}

std::uint64_t Engine::frames() const
{
    for (const CaptureCounter& counter : m_capture->counters())
        if (counter.name == std::string_view("frames_received"))
            return counter.value;
    return 0;
}

std::uint64_t Engine::lost() const
{
    std::uint64_t lost = m_source->refused;
    for (const auto& counters : { m_source->counters(), m_capture->counters() })
        for (const CaptureCounter& counter : counters)
            if (const std::string_view name = counter.name; name.starts_with("nic_") || name == "ring_full_dropped")
                lost += counter.value;
    return lost;
}

void wait(std::chrono::duration<double> time) // with the event loop at work
{
    QTimer::singleShot(std::chrono::duration_cast<std::chrono::milliseconds>(time), qApp, &QCoreApplication::quit);
    QCoreApplication::exec();
}

class ConsoleProcess {
public:
    // Consoles run on computers of their own; those of which that is said here wait for no other console, at least.
    enum class Where { Among, OwnComputer };
    ConsoleProcess(const Options& options, const QUrl& url, int count, int sleepMs, Where where = Where::Among)
    {
        QStringList arguments { "--console", url.toString(), "--count", QString::number(count), "--sleep-ms",
            QString::number(sleepMs), "--seconds", QString::number(options.seconds) };
        if (where == Where::OwnComputer)
            arguments << "--own-computer";
        start(options, arguments);
    }
    ConsoleProcess(const Options& options, const QString& socket)
    {
        start(options, { "--hostile", socket, "--seconds", QString::number(options.seconds) });
    }
    ~ConsoleProcess()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    QByteArray said()
    {
        QElapsedTimer patience;
        for (patience.start(); m_process.state() != QProcess::NotRunning && patience.elapsed() < 10'000;)
            wait(50ms); // the engine must go on while its consoles end
        return m_process.readAllStandardOutput();
    }

private:
    // The process goes where it belongs by itself: to be told before it begins Qt has to fork, which stops all of this
    // one while its page tables are copied, and makes each page a fault after that. No engine does so.
    void start(const Options& options, QStringList arguments)
    {
        for (const int cpu : options.cpus)
            arguments << "--cpu" << QString::number(cpu);
        m_process.start(QCoreApplication::applicationFilePath(), arguments);
    }

    QProcess m_process;
};

struct Outcome {
    double cpu = 0; // of a core, of the event loop
    double latency99 = -1;
    std::uint64_t lost = 0;
    double memoryAfter = 0; // MiB
};

Outcome measure(const Options& options, Engine& engine, const QUrl& url, const QString& socket, int consoles)
{
    const double memoryBefore = residentMebibytes();
    const std::uint64_t lostBefore = engine.lost();
    const std::uint64_t framesBefore = engine.frames();
    const std::uint64_t endedBefore = engine.callsEnded();
    const auto threadsBefore = threadSeconds();
    const double consolesBefore = secondsOfEndedConsoles();
    const double stolenBefore = stolenSeconds();
    engine.forgetLateness();
    const auto begun = Clock::now();
    // Of twenty: twelve as they should be, three slow, two stopped for a third of the time, two killed, one hostile.
    std::vector<std::unique_ptr<ConsoleProcess>> processes; // of the first, and of the second of many, latency is told
    const auto add = [&](int count, int sleepMs) {
        processes.push_back(std::make_unique<ConsoleProcess>(options, url, count, sleepMs));
    };
    if (consoles > 0)
        processes.push_back(std::make_unique<ConsoleProcess>(options, url, 1, 0, ConsoleProcess::Where::OwnComputer));
    if (consoles > 1) {
        add(1, 0);
        add(consoles - 10, 0);
        for (int i = 0; i < 3; ++i)
            add(1, 1500);
        for (int i = 0; i < 4; ++i)
            add(1, 0);
        processes.push_back(std::make_unique<ConsoleProcess>(options, socket));
    }
    double mostMemory = memoryBefore;
    std::size_t sessions = 0;
    const std::size_t stoppedAt = 6; // of `processes`; the two behind are killed
    for (int third = 0; third < 3; ++third) {
        if (consoles > 1)
            for (std::size_t i = 0; i < 2; ++i) {
                processes[stoppedAt + i]->signal(third == 1 ? SIGSTOP : SIGCONT);
                if (third > 0)
                    processes[stoppedAt + 2 + i] = std::make_unique<ConsoleProcess>(options, url, 1, 0);
            }
        for (int i = 0; i < 10; ++i) {
            wait(std::chrono::duration<double>(options.seconds / 30));
            mostMemory = std::max(mostMemory, residentMebibytes());
            sessions = std::max(sessions, engine.service().sessions());
        }
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    const double stolen = stolenSeconds() - stolenBefore;
    auto threads = threadSeconds();
    for (const auto& [name, used] : threadsBefore)
        threads[name] -= used;
    Outcome outcome;
    outcome.cpu = 100 * threads[remoteThread] / seconds;
    outcome.lost = engine.lost() - lostBefore;
    const auto perSecond = [&](std::uint64_t from, std::uint64_t to) {
        return static_cast<double>(to - from) / seconds;
    };
    std::printf(
        "%2d consoles (%zu sessions): event loop %5.1f %% of a core, storage and table %4.1f %%, processing %4.1f %%\n",
        consoles, sessions, outcome.cpu, 100 * threads["storage"] / seconds, 100 * threads["processing"] / seconds);
    std::printf("    %zu calls on, %.0f ended a second, %.0f frames a second, %" PRIu64
                " lost; the generator was held up by at most %.0f ms, the host took %.1f %% of a core\n",
        engine.callsOn(), perSecond(endedBefore, engine.callsEnded()), perSecond(framesBefore, engine.frames()),
        outcome.lost, engine.generatorBehindMilliseconds(), 100 * stolen / seconds);
    for (std::size_t i = 0; i < std::min<std::size_t>(processes.size(), 2); ++i) {
        double p50 = -1, p99 = -1, most = -1;
        std::size_t events = 0;
        const QByteArray said = processes[i]->said();
        if (std::sscanf(said.constData(), "%lf %lf %lf %zu", &p50, &p99, &most, &events) != 4)
            continue;
        std::printf("    from the wire to %s: median %.0f ms, p99 %.0f, longest %.0f, of %zu\n",
            i == 0 ? "the console" : "one that waits for the CPU behind all others", p50, p99, most, events);
        if (i == 0)
            outcome.latency99 = p99;
    }
    processes.clear();
    if (consoles > 0)
        std::printf("    the consoles, with all that starting them takes, together %.1f %% of a core\n",
            100 * (secondsOfEndedConsoles() - consolesBefore) / seconds);
    wait(std::chrono::duration<double>(options.settle));
    std::printf("    memory of the engine: %.1f MiB before, %.1f at most, %.1f after\n", memoryBefore, mostMemory,
        outcome.memoryAfter = residentMebibytes());
    for (const NamedCounter& counter : engine.service().counters())
        if (counter.value > 0)
            std::printf("    %s %" PRIu64 "\n", counter.name.c_str(), counter.value);
    std::fflush(stdout);
    return outcome;
}

int fail(const std::string& what)
{
    std::fprintf(stderr, "consoles_bench: %s\n", what.c_str());
    return 2;
}

}

int main(int argc, char** argv)
{
    keepAllocatedMemory(); // as callmon-engine does
    Options options;
    std::string console, hostile;
    CLI::App app("What consoles cost an engine at work: none, one, twenty.", "consoles_bench");
    app.add_option("--calls", options.traffic.calls, "At once")->capture_default_str();
    app.add_option("--starts", options.startsPerSecond, "Calls that begin, and end, in a second")
        ->capture_default_str();
    app.add_option("--seconds", options.seconds, "Of each of the three")->capture_default_str();
    app.add_flag("--busy", options.busy, "The port is polled without pause: needs a core for itself");
    app.add_flag("--pinned", options.pinned, "Capture and processing have a CPU each, as with the engine's `cores`");
    app.add_flag("--precedence,!--no-precedence", options.precedence,
        "The engine goes before other programs, capture and processing first, as the service does");
    app.add_option("--ring-batches", options.ringBatches, "Of up to 64 frames, between capture and processing")
        ->capture_default_str();
    app.add_option("--console", console, "Be consoles of this engine (used by the bench itself; likewise:)");
    app.add_option("--hostile", hostile);
    app.add_option("--count", options.count);
    app.add_option("--sleep-ms", options.sleepMs);
    app.add_option("--cpu", options.cpus);
    app.add_flag("--own-computer", options.ownComputer);
    CLI11_PARSE(app, argc, argv);
    QCoreApplication application(argc, argv);
    const auto time = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * options.seconds));
    if (!hostile.empty() || !console.empty()) {
        runOn(options.cpus);
        (void)setNiceness(options.ownComputer ? serviceNiceness : 0);
    }
    if (!hostile.empty())
        return beHostile(QString::fromStdString(hostile), time);
    if (!console.empty())
        return beConsoles(QUrl(QString::fromStdString(console)), options.count,
            std::chrono::milliseconds(options.sleepMs), time - 500ms);

    QLoggingCategory::setFilterRules(QStringLiteral("callmon.remote.warning=false")); // each garbage that was refused
    const std::vector<Cpu> cpus = allowedCpus();
    printMachine();
    printCoreDistance(cpus);
    options.traffic.holdMean = options.traffic.calls / options.startsPerSecond;
    options.traffic.holdShape = options.traffic.holdMean * 19 / 117; // as skewed as the paper's
    std::array<double, codecCount> wanted {};
    wanted[static_cast<std::size_t>(Codec::Pcma)] = 1;
    const auto speech = loadSpeech(CALLMON_SAMPLE_FOLDER, wanted);
    if (!speech)
        return fail(speech.error().what);
    QTemporaryDir directory;
    const QString socket = directory.filePath(QStringLiteral("run/engine.sock"));
    const QUrl url(QStringLiteral("local:") + socket);
    Engine engine;
    if (const auto opened = engine.open(options, speech.value(), url); !opened)
        return fail(opened.error().what);
    nameThread(remoteThread);
    std::printf(
        "%u calls at once, %.0f begin and end a second, all on this machine: generator, engine and consoles\n\n",
        options.traffic.calls, options.startsPerSecond);
    for (const Cpu& cpu : cpus)
        options.cpus.push_back(cpu.id);
    auto cores = layOutCores(cpus, { .captureSleeps = !options.busy, .chosen = {} });
    if (!cores)
        return fail(cores.error().what);
    const bool pinned = options.busy || options.pinned;
    std::printf("%s; %s; the engine %s\n", pinned ? cores.value().described.c_str() : "nothing is pinned",
        options.busy ? "the port is polled without pause" : "the port is polled adaptively",
        options.precedence ? "goes before other programs" : "takes no precedence");
    engine.start(pinned ? cores.value() : CoreLayout(), options.precedence);
    while (!engine.steady())
        wait(50ms);
    wait(3s); // the first quality points have been made, too
    const Outcome none = measure(options, engine, url, socket, 0);
    const Outcome one = measure(options, engine, url, socket, 1);
    const Outcome twenty = measure(options, engine, url, socket, 20);
    const Outcome again = measure(options, engine, url, socket, 20); // what was made once is there now
    engine.stop();
    printCoreDistance(cpus); // it may have changed
    const auto goal = [](const char* what, double is, double wantedAtMost, const char* unit) {
        std::printf("  %-44s %7.1f %s, goal %.0f: %s\n", what, is, unit, wantedAtMost,
            is >= 0 && is <= wantedAtMost ? "met" : "NOT MET");
        return is >= 0 && is <= wantedAtMost;
    };
    std::printf("\n");
    bool good = goal("event loop, one console more than none", std::max(0.0, one.cpu - none.cpu), 5, "%");
    good &= goal("event loop, twenty more than none", std::max(0.0, twenty.cpu - none.cpu), 30, "%");
    good &= goal("from the wire to one console, p99", one.latency99, 1200, "ms");
    good &= goal("from the wire to one of twenty, p99", std::max(twenty.latency99, again.latency99), 1200, "ms");
    good &= goal("frames lost with twenty", static_cast<double>(twenty.lost + again.lost), 0, "");
    std::printf("  memory after the second twenty, against that after the first: %+.1f MiB\n",
        again.memoryAfter - twenty.memoryAfter); // calls come and go, too: what grows each time is a leak
    return good ? 0 : 1;
}
