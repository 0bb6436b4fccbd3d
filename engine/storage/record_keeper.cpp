#include "engine/storage/record_keeper.h"

#include "engine/storage/record_keeper_parts.h"
#include "engine/storage/record_writer.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace callmon {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds pauseBetweenSteps = 20ms; // so that the disk is the writer's
constexpr Nanoseconds pauseWhileHoldsWait = 1s; // for calls to be over
constexpr Nanoseconds pauseWhenIdle = 30s;

Timestamp systemClock()
{
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

Nanoseconds steadyClock()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

}

RecordKeeper::RecordKeeper(std::filesystem::path directory, RecordWriter& writer, StorageUpkeep& upkeep,
    Options options, RetentionStore store, CallNoteStore notes, ClockGuard guard)
    : m_directory(std::move(directory))
    , m_writer(writer)
    , m_upkeep(upkeep)
    , m_options(std::move(options))
    , m_store(std::move(store))
    , m_notes(std::move(notes))
    , m_guard(guard)
    , m_files(m_options.filesPatience)
    , m_saver(m_directory, upkeep,
          { m_options.periods.media, m_options.clocks.wall,
              [this] { return atNextCommit<bool>([](StorageUpkeep&) { return true; }).has_value(); }, m_options.warn,
              m_options.filesPatience })
{
}

Result<std::unique_ptr<RecordKeeper>> RecordKeeper::open(
    const std::filesystem::path& directory, RecordWriter& writer, Options options)
{
    StorageUpkeep* const upkeep = writer.upkeep();
    if (upkeep == nullptr)
        return Error { sentence(TR("Engine", "this storage keeps everything")) };
    if (!options.clocks.wall)
        options.clocks = { systemClock, steadyClock };
    auto store = RetentionStore::open(directory);
    if (!store)
        return store.error();
    const auto last = store.value().lastClock();
    if (!last)
        return last.error();
    const auto confirmations = store.value().clockConfirmations();
    if (!confirmations)
        return confirmations.error();
    if (const std::string& note = store.value().note(); !note.empty() && options.warn)
        options.warn(note);
    auto notes = CallNoteStore::open(directory);
    if (!notes)
        return notes.error();
    if (const std::string& note = notes.value().note(); !note.empty() && options.warn)
        options.warn(note);
    const ClockGuard guard(options.clocks.wall(), options.clocks.steady(), last.value());
    std::unique_ptr<RecordKeeper> keeper(new RecordKeeper(
        directory, writer, *upkeep, std::move(options), std::move(store.value()), std::move(notes.value()), guard));
    keeper->m_clockConfirmations = confirmations.value();
    if (auto found = keeper->takeUpHolds(); !found)
        return found.error();
    return keeper;
}

RecordKeeper::~RecordKeeper()
{
    stop();
}

void RecordKeeper::start()
{
    m_saver.start();
    m_thread = std::thread([this] { run(); });
}

void RecordKeeper::stop()
{
    m_stopping = true;
    m_bell.ring();
    m_saver.stop(); // the other thread may wait for it
    if (m_thread.joinable())
        m_thread.join();
}

void RecordKeeper::run()
{
    // Of this thread alone: last among those that want the disk or a CPU.
    constexpr int whoProcess = 1, classIdle = 3 << 13;
    (void)::syscall(SYS_ioprio_set, whoProcess, 0, classIdle);
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 19);
    while (!m_stopping) {
        const bool any = keepOne();
        m_bell.wait(any ? pauseBetweenSteps : m_holdsWait ? pauseWhileHoldsWait : pauseWhenIdle);
    }
}

void RecordKeeper::warn(const std::string& sentence) const
{
    if (m_options.warn)
        m_options.warn(sentence);
}

void RecordKeeper::fail(const Error& error)
{
    ++m_errors;
    if (std::exchange(m_lastError, error.what) != error.what)
        warn(error.what);
}

Result<RetentionClock> RecordKeeper::clock()
{
    const std::lock_guard lock(m_mutex);
    const Timestamp wall = now();
    m_guard.look(wall, m_options.clocks.steady());
    const auto last = m_store.lastClock();
    if (!last)
        return last.error();
    return RetentionClock { wall, last.value(), !m_guard.isTrusted() };
}

Result<RetentionClock> RecordKeeper::confirmClock()
{
    const std::lock_guard lock(m_mutex);
    const Timestamp wall = now();
    if (auto confirmed = m_store.confirmClock(wall); !confirmed)
        return confirmed.error();
    const auto confirmations = m_store.clockConfirmations();
    if (!confirmations)
        return confirmations.error();
    m_clockConfirmations = confirmations.value();
    m_guard.confirm(wall, m_options.clocks.steady());
    if (auto noted = m_store.noteClock(wall); !noted) // else an engine that starts afterwards doubts it again
        return noted.error();
    m_clockNoted = wall;
    return RetentionClock { wall, wall, false };
}

std::vector<NamedCounter> RecordKeeper::counters() const
{
    return { { "media_segments_expired", m_mediaExpired }, { "message_segments_expired", m_messagesExpired },
        { "days_expired", m_daysExpired }, { "quality_days_expired", m_qualityExpired }, { "calls_held", m_held },
        { "calls_deleted", m_deleted }, { "notes_expired", m_notesExpired },
        { "retention_errors", m_errors + m_saver.errors() }, { "retention_folders_silent", m_foldersSilent } };
}

}
