// READ FIRST: the whole pipeline. Capture core -> rings -> processing cores -> queues -> storage and media threads; the
// remote interface lives on the Qt event loop of the main thread.
#pragma once

#include "engine/alarm_control.h"
#include "engine/batch_reader.h"
#include "engine/capture/capture_loop.h"
#include "engine/capture/core_layout.h"
#include "engine/metrics/service_monitor.h"
#include "engine/probe_options.h"
#include "engine/recording_control.h"
#include "engine/records/call_monitor.h"
#include "engine/remote/live_table.h"
#include "engine/remote/remote_service.h"
#include "engine/storage/disk_fill.h"
#include "engine/storage/record_keeper.h"
#include "engine/storage/record_writer.h"
#include "engine/storage_loop.h"
#include "shared/calls/probe_status.h"

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace callmon {

class Probe : private StorageLoop::Listener {
public:
    using Warn = std::function<void(const std::string&)>; // takes sentences for the user's log; from any thread

    // Opens source, storage and remote interface; nothing runs yet.
    static Result<std::unique_ptr<Probe>> open(const ProbeOptions& options, Warn warn);
    ~Probe() override;

    // Starts the threads. `onFinished` is called once, on the storage thread, when everything that was read is stored.
    void start(std::function<void()> onFinished);
    // Asks for an orderly end: what was captured is still tracked and stored. Any thread.
    void stop();
    // After onFinished, on the main thread: joins. What source or storage could not do, if anything.
    Result<void> finish();

    // Any thread, while a stop goes on: another number whenever the disk has taken something, and, for who gives up,
    // a sentence on what is not stored.
    std::uint64_t storageProgress() const;
    std::string notStored(std::chrono::seconds silence) const;

    ProbeStatus status() const; // any thread
    std::vector<UnboundFlow> unboundFlows() const; // any thread: RTP that no call claims, most packets first
    std::string source() const { return m_source->describe(); }
    const std::optional<Error>& sourceError() const { return m_capture->error(); } // once onFinished was called
    std::string listeningOn() const; // URL or two, for the user; empty without remote interface

private:
    Result<void> openControls(const ProbeOptions& options); // what users change while it runs
    Result<void> openKeeper(const ProbeOptions& options);
    Result<void> listen(const ProbeOptions& options); // where consoles are to come, if anywhere
    Probe(const ProbeOptions& options, Warn warn);

    void process();
    void processLane(unsigned lane);
    void publishOnceASecond(Timestamp now);
    void publish(Timestamp now);
    // Of storage, on its thread.
    void expect(std::span<const StreamKey> streams) override;
    void liveCall(const CallRecord& call) override;
    void stream(const StreamRecord& stream) override;
    void quality(const QualityPoint& point) override;
    void callEnded(const CallRecord& call) override;
    void second(Timestamp now) override;
    void closing() override;
    void committed(const Result<void>& result) override;
    void committing(std::chrono::milliseconds since) override;
    void stored() override { m_onFinished(); }
    void judgeProbe();
    void storeAlarms();
    void moveService();
    void storeService();
    Result<void> allStored() const;
    std::uint64_t refusedChunks() const;

    Warn m_warn;
    CoreLayout m_layout;
    std::function<void()> m_onFinished;

    std::deque<StorageQueue> m_queues; // one of each processing core; grows in the constructor only

    // The processing cores' own; everything but processLane() is the first's. Its tables are touched before the port is
    // opened: frames that came meanwhile would wait for the first poll and have no better time than that.
    CallMonitor m_monitor;
    LaneDeal m_deal;
    BatchReader m_reader;
    Timestamp m_publishedAt;

    struct Published { // what the processing core tells the others, once a second
        Timestamp now;
        std::uint64_t frames = 0;
        std::uint64_t bytes = 0;
        std::uint64_t framesPerSecond = 0;
        std::uint64_t bitsPerSecond = 0;
        std::vector<NamedCounter> counters;
        std::vector<UnboundFlow> unboundFlows;
    };
    mutable std::mutex m_publishedMutex;
    Published m_published;

    std::unique_ptr<FrameSource> m_source;
    std::unique_ptr<CaptureLoop> m_capture;

    std::unique_ptr<RecordWriter> m_writer;
    std::optional<std::chrono::steady_clock::time_point> m_storageFailedAt; // last; empty while storage works

    ServiceMonitor m_service; // the storage thread's, but for what any may ask of it
    AlarmDesk m_alarms; // the storage thread's, but for what any may ask of it
    std::unique_ptr<AlarmControl> m_alarmControl; // any thread's
    std::unique_ptr<RecordingControl> m_recordingControl; // likewise
    const std::filesystem::path m_directory;
    const double m_maxCalls;
    DiskFill m_disks; // the data directory's, and those for media; the storage thread's
    double m_chunksInPool = 0; // 0: no media is kept
    std::optional<Timestamp> m_firstSecond; // the storage thread's
    bool m_earlierAlarmsEnded = false; // likewise
    std::vector<ServiceRow> m_minutes; // likewise: to be stored
    std::uint64_t m_openSeconds = 0; // likewise: of the minute that is being filled, when it was last handed on
    bool m_silenceSaid = false; // likewise: of the data directory

    LiveTable m_live;
    std::unique_ptr<RecordKeeper> m_keeper; // any thread's
    std::unique_ptr<CallNoteKeeper> m_callNotes; // likewise
    std::unique_ptr<RemoteService> m_remote; // empty when nothing listens

    // Last, so that they end before what they use.
    std::unique_ptr<StorageLoop> m_storage;
    std::vector<std::jthread> m_processingThreads;
    std::jthread m_captureThread;
};

}
