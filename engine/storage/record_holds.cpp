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

// A kill may have left a release without its end. A copy whose hold is in no list at all is held on: the list was
// damaged.
Result<void> RecordKeeper::takeUpHolds()
{
    const auto holds = m_store.holds(false);
    if (!holds)
        return holds.error();
    std::map<CallKey, HoldState> states; // the last of each
    for (const Hold& hold : holds.value())
        states[hold.call] = hold.state;
    const auto is = [&](CallKey call, HoldState state) {
        const auto found = states.find(call);
        return found != states.end() && found->second == state;
    };
    for (const CallKey call : heldCallsIn(m_directory)) {
        if (is(call, HoldState::Released)) {
            if (auto removed = removeHeldCall(m_directory, call); !removed)
                fail(removed.error());
        } else if (!states.contains(call)) {
            Hold found;
            found.call = call;
            found.state = HoldState::Held;
            found.setAt = now();
            found.setBy = "unknown";
            found.reason = "found copied, without an entry that says why";
            if (auto added = m_store.add(std::move(found)); !added)
                return added.error();
            states[call] = HoldState::Held;
        }
    }
    for (const CallKey call : callsWithUnfinishedCopyIn(m_directory))
        if (!is(call, HoldState::Waiting))
            if (auto removed = removeUnfinishedCopy(m_directory, call); !removed)
                fail(removed.error());
    for (const CallKey call : callsWithHeldMediaIn(m_directory))
        if (!is(call, HoldState::Waiting) && m_store.note().empty()) // else the list was damaged: it may be set again
            ::unlink(heldMediaPath(m_directory, call).c_str());
    for (const auto& [call, state] : states) {
        m_held += state != HoldState::Released;
        if (state == HoldState::Waiting)
            noteThatItWaits(call);
    }
    return {};
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
    noteThatItWaits(call);
    if (live) {
        m_bell.ring();
    } else if (auto copied = copyNow(added.value()); !copied) {
        return Error { sentence(
            TR("Engine", "the hold is set, but the call could not be copied yet, which is tried again: %1"),
            copied.error()) };
    }
    return added;
}

Result<void> RecordKeeper::copyNow(Hold& hold)
{
    const auto query = RecordQuery::open(m_directory, &m_writer);
    if (!query)
        return query.error();
    std::error_code ignored;
    const bool isThere = std::filesystem::exists(heldDirectory(m_directory, hold.call), ignored); // then it is whole
    const auto copied = isThere
        ? whatWasCopied(m_directory, hold.call)
        : copyHeldCall(m_directory, *query.value(), hold.call, [this] { return !m_stopping.load(); });
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
        m_saver.forget(hold.call);
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
    m_saver.forget(call);
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

void RecordKeeper::readWaitingHolds()
{
    m_waiting.reset();
    auto holds = m_store.holds(true);
    if (!holds)
        return fail(holds.error());
    std::erase_if(holds.value(), [](const Hold& hold) { return hold.state != HoldState::Waiting; });
    m_waiting = std::move(holds.value());
    m_holdsWait = !m_waiting->empty();
}

bool RecordKeeper::copyOneWaiting()
{
    if (!m_waiting)
        return false;
    for (Hold& hold : *m_waiting) {
        if (m_upkeep.isLive(hold.call))
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

void RecordKeeper::noteThatItWaits(CallKey call)
{
    protect(call);
    m_saver.watch(call);
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
    const auto written = lastWrite(messages);
    return !m_waiting || !written || std::ranges::any_of(*m_waiting, [&](const Hold& hold) {
        return approximateStart(hold.call) - clocksDiffer <= *written;
    });
}
// While it is on, its points go to the database of the day in which it began.
bool RecordKeeper::isNeededByHold(UtcDay day)
{
    return !m_waiting || std::ranges::any_of(*m_waiting, [&](const Hold& hold) { return dayOfCall(hold.call) == day; });
}

}
