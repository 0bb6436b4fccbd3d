// RecordKeeper: legal holds, from when they are set to the copy of the call, and what they keep until then.
#include "engine/storage/day_files.h"
#include "engine/storage/held_call.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/record_keeper_parts.h"
#include "engine/storage/record_query.h"
#include "engine/storage/segment_files.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <unistd.h>

namespace callmon {

namespace {

constexpr std::chrono::minutes clocksDiffer { 1 }; // that of the packets, and that of a file system

Result<void> checkReason(const std::string& reason)
{
    if (reason.empty())
        return Error { sentence(TR("Engine", "a hold is set and released for a reason: give --reason TEXT")) };
    if (reason.size() > longestReason)
        return Error { sentence(TR("Engine", "the reason is too long: %1 bytes are kept"), longestReason) };
    return {};
}

}

Result<Hold> RecordKeeper::hold(CallKey call, const std::string& reason, const std::string& who)
{
    if (auto checked = checkReason(reason); !checked)
        return checked.error();
    const std::lock_guard lock(m_mutex);
    const auto there = m_store.openHold(call);
    if (!there)
        return there.error();
    if (there.value())
        return Error { sentence(TR("Engine", "call %1 is held already, by %2 since %3"), std::to_string(call.value),
            there.value()->setBy, there.value()->setAt) };
    const bool live = m_upkeep.isLive(call);
    if (!live) {
        const auto query = RecordQuery::open(m_directory, &m_writer);
        if (!query)
            return query.error();
        CallQuery one;
        one.key = call;
        const auto found = query.value()->calls(one, [](const CallRecord&) { return true; });
        if (!found)
            return found.error();
        if (found.value() == 0)
            return Error { sentence(TR("Engine", "there is no call %1"), std::to_string(call.value)) };
    }
    Hold hold;
    hold.call = call;
    hold.setAt = now();
    hold.setBy = who;
    hold.reason = reason;
    auto added = m_store.add(std::move(hold)); // first: nothing may delete the call from here on
    if (!added)
        return added;
    ++m_held;
    protect(call);
    if (live) {
        m_lookSoon = true;
        m_stopWanted.notify_all();
    } else if (auto copied = copyNow(added.value()); !copied) {
        return Error { sentence(
            TR("Engine", "the hold is set, but the call could not be copied yet, which is tried again: %1"),
            copied.error()) };
    }
    return added;
}

Result<void> RecordKeeper::copyNow(Hold& hold)
{
    std::error_code ignored;
    if (std::filesystem::exists(heldDirectory(m_directory, hold.call), ignored)) // whole, or it would not be there
        return markCopied(hold);
    const auto query = RecordQuery::open(m_directory, &m_writer);
    if (!query)
        return query.error();
    const auto copied = copyHeldCall(m_directory, *query.value(), hold.call, [this] { return !m_stopping.load(); });
    if (!copied)
        return copied.error();
    hold.mediaPackets = copied.value().mediaPackets;
    hold.messages = copied.value().messages;
    hold.missing = copied.value().missing;
    return markCopied(hold);
}

Result<void> RecordKeeper::markCopied(Hold& hold)
{
    hold.state = HoldState::Held;
    const auto kept = m_store.update(hold);
    if (kept) {
        m_upkeep.unprotectMedia(hold.call);
        m_saving.erase(hold.call);
        ::unlink(heldMediaPath(m_directory, hold.call).c_str());
    }
    return kept;
}

Result<Hold> RecordKeeper::release(CallKey call, const std::string& reason, const std::string& who)
{
    if (auto checked = checkReason(reason); !checked)
        return checked.error();
    const std::lock_guard lock(m_mutex);
    auto there = m_store.openHold(call);
    if (!there)
        return there.error();
    if (!there.value())
        return Error { sentence(
            TR("Engine", "call %1 is not held; callmonctl hold list shows what is"), std::to_string(call.value)) };
    Hold hold = *there.value();
    hold.state = HoldState::Released;
    hold.releasedAt = now();
    hold.releasedBy = who;
    hold.releaseReason = reason;
    if (auto kept = m_store.update(hold); !kept)
        return kept.error();
    --m_held;
    m_upkeep.unprotectMedia(call);
    m_saving.erase(call);
    m_notesMayBeOld = true;
    if (auto removed = removeHeldCall(m_directory, call); !removed)
        return removed.error();
    return hold;
}

Result<std::vector<Hold>> RecordKeeper::holds()
{
    const std::lock_guard lock(m_mutex);
    return m_store.holds(false);
}

bool RecordKeeper::copyOneWaiting()
{
    auto holds = m_store.holds(true);
    if (!holds) {
        fail(holds.error());
        return false;
    }
    for (Hold& hold : holds.value()) {
        if (hold.state != HoldState::Waiting || m_upkeep.isLive(hold.call))
            continue;
        if (auto copied = copyNow(hold); !copied) {
            fail({ "the held call " + std::to_string(hold.call.value)
                + " could not be copied yet: " + copied.error().what });
            continue;
        }
        warn("the held call " + std::to_string(hold.call.value) + " is copied"
            + (hold.missing.empty() ? "" : ", but: " + toText(joined(hold.missing))));
        return true;
    }
    return false;
}

// While a call is on only the segments that are still written to stay for it: what the others have of it is copied out
// of them when they are to go, and on the disk before they may.
bool RecordKeeper::saveOneWaiting()
{
    const auto holds = m_store.holds(true);
    if (!holds) {
        fail(holds.error());
        return false;
    }
    bool any = false;
    for (const Hold& hold : holds.value()) {
        if (hold.state != HoldState::Waiting || !m_upkeep.isLive(hold.call))
            continue;
        any = true;
        const auto closed = m_upkeep.closedMediaOf(hold.call);
        if (!areToGo(closed))
            continue;
        const auto saved = saveMedia(hold.call);
        if (!saved) {
            m_saving.erase(hold.call); // what of it was written is found when it is tried again
            fail({ "the media of the held call " + std::to_string(hold.call.value)
                + ", which is on, could not be copied yet, and keep their segments: " + saved.error().what });
        }
        if (!saved || !saved.value())
            continue;
        m_upkeep.unprotectMedia(hold.call, closed.numbers);
        m_holdsOfCallsThatAreOn = true;
        return true;
    }
    m_holdsOfCallsThatAreOn = any;
    return false;
}

bool RecordKeeper::areToGo(const MediaLogWriter::ClosedSegments& segments)
{
    if (segments.numbers.empty() || segments.roomIsShort || !m_options.periods.media)
        return !segments.numbers.empty() && segments.roomIsShort;
    return std::ranges::any_of(m_upkeep.mediaSegments(), [&](const std::filesystem::path& path) {
        if (!std::ranges::count(segments.numbers, segmentNumber(path)))
            return false;
        const auto written = askFor<std::optional<Timestamp>>(path.parent_path(), [path] {
            return lastWrite(path);
        }).value_or(std::nullopt);
        return written && now() - *written >= *m_options.periods.media;
    });
}

// The writer knows the place of each chunk in a closed segment when it has committed once since: of two commits the
// second begins behind the first.
Result<bool> RecordKeeper::saveMedia(CallKey call)
{
    const Error stopped { sentence(TR("Engine", "the copy was stopped")) };
    for (int commits = 0; commits < 2; ++commits)
        if (!atNextCommit<bool>([](StorageUpkeep&) { return true; }))
            return stopped;
    const auto ends = m_upkeep.liveMediaEnds(call);
    if (!ends)
        return false;
    if (!m_saving.contains(call)) {
        auto opened = HeldMediaWriter::open(m_directory, call);
        if (!opened)
            return opened.error();
        m_saving.emplace(call, std::move(opened.value()));
    }
    HeldMediaWriter& copy = m_saving.at(call);
    MediaLogReader log(m_directory);
    std::optional<Error> failed;
    for (const auto& [stream, last] : *ends) {
        const bool all = log.chunks({ { call, stream }, last, copy.lastOf(stream) }, [&](const StoredChunk& chunk) {
            const auto added = copy.add(chunk);
            failed = m_stopping ? std::optional(stopped) : added ? std::nullopt : std::optional(added.error());
            return !failed;
        });
        if (!all)
            return failed ? *failed : Error { silenceOf(log.silent()) };
    }
    const auto synced = copy.sync();
    return synced ? Result<bool>(true) : synced.error();
}

// Segments are in the order in which they were written, so media of a call lie in none whose last write was before the
// call began, nor in one behind its last. Of a folder that does not say when that was, all are taken.
void RecordKeeper::protect(CallKey call)
{
    m_upkeep.protectMedia(call, {}); // what comes from here on
    const std::uint32_t last = m_upkeep.isLive(call) ? UINT32_MAX : lastMediaSegmentOf(call);
    std::map<std::filesystem::path, std::vector<std::filesystem::path>> folders;
    for (auto& segment : m_upkeep.mediaSegments())
        if (segmentNumber(segment) <= last)
            folders[segment.parent_path()].push_back(std::move(segment));
    std::vector<std::uint32_t> needed;
    for (const auto& [folder, segments] : folders) {
        const auto before =
            askFor<std::size_t>(folder, [segments = segments, from = approximateStart(call) - clocksDiffer] {
                return static_cast<std::size_t>(std::ranges::find_if(segments, [&](const auto& segment) {
                    const auto written = lastWrite(segment);
                    return !written || *written >= from;
                }) - segments.begin());
            });
        for (std::size_t i = before.value_or(0); i < segments.size(); ++i)
            needed.push_back(segmentNumber(segments[i]));
    }
    m_upkeep.protectMedia(call, needed);
}

std::uint32_t RecordKeeper::lastMediaSegmentOf(CallKey call)
{
    auto day = Database::open(dayDatabasePath(m_directory, dayOfCall(call)), Database::Mode::ReadOnly);
    if (!day)
        return UINT32_MAX;
    auto row = day.value().prepare("SELECT max(media_segment), count(*) FROM streams WHERE call_key=?");
    if (!row)
        return UINT32_MAX;
    row.value().bind(1, toStored(call.value));
    if (!row.value().stepToRow() || row.value().integer(1) == 0)
        return UINT32_MAX;
    return static_cast<std::uint32_t>(row.value().integer(0)); // no media: 0, no segment
}

// The same order holds for messages: those behind are not older.
bool RecordKeeper::isNeededByHold(const std::filesystem::path& messages)
{
    const auto holds = m_store.holds(true);
    const auto written = lastWrite(messages);
    return !holds || !written || std::ranges::any_of(holds.value(), [&](const Hold& hold) {
        return hold.state == HoldState::Waiting && approximateStart(hold.call) - clocksDiffer <= *written;
    });
}

}
