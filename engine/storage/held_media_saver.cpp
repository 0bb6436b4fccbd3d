#include "engine/storage/held_media_saver.h"

#include "engine/storage/day_files.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/segment_files.h"
#include "engine/storage/sqlite.h"

#include <algorithm>
#include <pthread.h>

namespace callmon {

namespace {

using namespace std::chrono_literals;

constexpr auto pauseWhenIdle = 30s; // for what goes by age: else it is rung
constexpr auto pauseAfterError = 1s;

}

HeldMediaSaver::HeldMediaSaver(std::filesystem::path directory, StorageUpkeep& upkeep, Options options)
    : m_directory(std::move(directory))
    , m_upkeep(upkeep)
    , m_options(std::move(options))
    , m_files(m_options.filesPatience)
{
    m_upkeep.whenProtectedMediaClose([this] { m_bell.ring(); });
}

HeldMediaSaver::~HeldMediaSaver()
{
    m_upkeep.whenProtectedMediaClose({});
    stop();
}

void HeldMediaSaver::start()
{
    m_thread = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "holds"); // for ps -L
        run();
    });
}

void HeldMediaSaver::stop()
{
    m_stopping = true;
    m_bell.ring();
    if (m_thread.joinable())
        m_thread.join();
}

void HeldMediaSaver::run()
{
    while (!m_stopping) {
        const std::uint64_t errors = m_errors;
        if (!step())
            m_bell.wait(errors == m_errors ? pauseWhenIdle : pauseAfterError);
    }
}

void HeldMediaSaver::watch(CallKey call)
{
    {
        const std::lock_guard lock(m_mutex);
        m_watched.insert(call);
    }
    m_bell.ring();
}

void HeldMediaSaver::forget(CallKey call)
{
    const std::lock_guard lock(m_mutex);
    m_watched.erase(call);
    m_copies.erase(call);
}

bool HeldMediaSaver::step()
{
    if (m_due.empty() && !findDue())
        return false;
    const Due due = std::move(m_due.back());
    m_due.pop_back();
    const std::lock_guard lock(m_mutex);
    if (!m_watched.contains(due.call))
        return true;
    const auto saved = save(due.call);
    if (saved) {
        m_upkeep.unprotectMedia(due.call, due.segments);
        return true;
    }
    m_copies.erase(due.call); // what of it was written is found when it is tried again
    if (m_stopping)
        return false;
    ++m_errors;
    const std::string said = "the media of the held call " + std::to_string(due.call.value)
        + " could not be copied yet, and keep their segments: " + saved.error().what;
    if (std::exchange(m_lastError, said) != said && m_options.warn)
        m_options.warn(said);
    return !m_due.empty();
}

// All at once, so that they wait for commits together. The writer knows the place of each chunk in a closed segment
// when it has committed once since: of two commits the second begins behind the first.
bool HeldMediaSaver::findDue()
{
    std::set<CallKey> watched;
    {
        const std::lock_guard lock(m_mutex);
        watched = m_watched;
    }
    std::vector<Due> found;
    for (const CallKey call : watched)
        if (auto closed = m_upkeep.closedMediaOf(call); areToGo(closed))
            found.push_back({ call, std::move(closed.numbers) });
    if (found.empty() || !m_options.awaitCommit() || !m_options.awaitCommit())
        return false;
    m_due = std::move(found);
    return true;
}

bool HeldMediaSaver::areToGo(const MediaLogWriter::ClosedSegments& segments)
{
    if (segments.numbers.empty() || segments.roomIsShort || !m_options.period)
        return !segments.numbers.empty() && segments.roomIsShort;
    return std::ranges::any_of(m_upkeep.mediaSegments(), [&](const std::filesystem::path& path) {
        if (!std::ranges::count(segments.numbers, segmentNumber(path)))
            return false;
        const auto written =
            m_files.ask<std::optional<Timestamp>>(path.parent_path(), [path] { return lastWrite(path); })
                .value_or(std::nullopt);
        return written && m_options.clock() - *written >= *m_options.period;
    });
}

// Of one that is over as it is stored: its copy waits for what else the keeper is at.
Result<std::map<std::uint32_t, MediaLocation>> HeldMediaSaver::endsOf(CallKey call)
{
    if (auto live = m_upkeep.liveMediaEnds(call))
        return std::move(*live);
    auto day = Database::open(dayDatabasePath(m_directory, dayOfCall(call)), Database::Mode::ReadOnly);
    if (!day)
        return day.error();
    auto row = day.value().prepare("SELECT stream_index, media_segment, media_offset FROM streams WHERE call_key=?");
    if (!row)
        return row.error();
    row.value().bind(1, toStored(call.value));
    std::map<std::uint32_t, MediaLocation> ends;
    while (row.value().stepToRow())
        if (const auto segment = static_cast<std::uint32_t>(row.value().integer(1)); segment != 0)
            ends[static_cast<std::uint32_t>(row.value().integer(0))] = { segment,
                static_cast<std::uint32_t>(row.value().integer(2)) };
    return ends;
}

Result<void> HeldMediaSaver::save(CallKey call)
{
    const auto ends = endsOf(call);
    if (!ends)
        return ends.error();
    if (!m_copies.contains(call)) {
        auto opened = HeldMediaWriter::open(m_directory, call);
        if (!opened)
            return opened.error();
        m_copies.emplace(call, std::move(opened.value()));
    }
    HeldMediaWriter& copy = m_copies.at(call);
    MediaLogReader log(m_directory);
    std::optional<Error> failed;
    for (const auto& [stream, last] : ends.value()) {
        const bool all = log.chunks({ { call, stream }, last, copy.lastOf(stream) }, [&](const StoredChunk& chunk) {
            if (m_stopping)
                failed = Error { sentence(TR("Engine", "the copy was stopped")) };
            else if (const auto added = copy.add(chunk); !added)
                failed = added.error();
            return !failed;
        });
        if (!all)
            return failed ? *failed : Error { silenceOf(log.silent()) };
    }
    return copy.sync();
}

}
