// RecordKeeper: what goes by age and by size, one step at a time. Whatever a kill cuts off is found and gone on with.
#include "engine/storage/day_files.h"
#include "engine/storage/message_format.h"
#include "engine/storage/record_keeper_parts.h"
#include "engine/storage/segment_files.h"
#include "engine/storage/storage_error.h"

#include <unistd.h>

namespace callmon {

namespace {

constexpr std::chrono::minutes clockNotedEvery { 1 };
constexpr std::chrono::seconds foldersJoinedEvery { 30 };

std::string counted(std::uint64_t count, const char* one, const char* many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

}

std::uint64_t sizeOf(const std::filesystem::path& file)
{
    std::error_code missing;
    const auto size = std::filesystem::file_size(file, missing);
    return missing ? 0 : size;
}

bool RecordKeeper::step()
{
    return m_saver.step() || keepOne();
}

bool RecordKeeper::keepOne()
{
    const std::lock_guard lock(m_mutex);
    const std::uint64_t errors = m_errors;
    const bool trusted = clockIsTrusted();
    readWaitingHolds();
    joinMediaFolders();
    bool any = copyOneWaiting();
    const bool mayExpire = errors == m_errors; // a held call that cannot be copied keeps everything
    any = any || clearOneExpiredFile();
    if (!any && mayExpire)
        any =
            expireMessages(trusted) || (trusted && (expireMedia() || expireDay() || expireQuality() || expireNotes()));
    any = any || finishOneDeletion() || foldExpired();
    if (!any)
        sayWhatWent();
    return any && errors == m_errors; // what fails is tried again later, not at once
}

bool RecordKeeper::clockIsTrusted()
{
    const Timestamp wall = now();
    const Nanoseconds steady = m_options.clocks.steady();
    m_guard.look(wall, steady);
    if (!m_guard.isTrusted())
        if (const auto confirmations = m_store.clockConfirmations();
            confirmations && confirmations.value() != std::exchange(m_clockConfirmations, confirmations.value()))
            m_guard.confirm(wall, steady);
    if (!m_guard.isTrusted()) {
        if (!std::exchange(m_clockDoubted, true))
            warn("the clock says " + toIso8601(wall) + " and said " + toIso8601(*m_guard.expected())
                + " before: nothing is deleted by age until it is confirmed; set it right, then run callmonctl "
                  "retention --confirm-clock");
        return false;
    }
    if (std::exchange(m_clockDoubted, false))
        warn("the clock was confirmed: what is too old is deleted again");
    if (wall - m_clockNoted >= clockNotedEvery || wall < m_clockNoted) {
        m_clockNoted = wall;
        if (auto noted = m_store.noteClock(wall); !noted)
            fail(noted.error());
    }
    return true;
}

// Before all else: a copy may wait for one.
void RecordKeeper::joinMediaFolders()
{
    const Nanoseconds steady = m_options.clocks.steady();
    if (m_foldersJoinedAt && steady - *m_foldersJoinedAt < foldersJoinedEvery)
        return;
    m_foldersJoinedAt = steady;
    auto said = m_upkeep.joinMediaFolders();
    if (said.empty() || said == m_joinSaid)
        return;
    for (const std::string& sentence : said)
        warn(sentence);
    m_joinSaid = std::move(said);
    if (m_waiting)
        for (const Hold& hold : *m_waiting)
            protect(hold.call); // in these folders, too
}

// That it goes is kept before it does: a reader then never finds it missing without a reason.
bool RecordKeeper::expireMedia()
{
    if (!m_options.periods.media)
        return false;
    for (const auto& oldest : m_upkeep.oldestMediaSegments()) {
        const auto written = askFor<std::optional<Timestamp>>(oldest.parent_path(), [oldest] {
            return lastWrite(oldest);
        }).value_or(std::nullopt);
        if (!written || now() - *written < *m_options.periods.media)
            continue;
        if (auto noted = m_store.noteExpired(ExpiredPart::MediaSegment, segmentNumber(oldest), now()); !noted) {
            fail(noted.error());
            return false;
        }
        if (m_upkeep.expireMediaSegment(oldest).empty())
            continue;
        ++m_mediaExpired;
        return true;
    }
    return false;
}

// Never the newest: it is being written to. Segments are in the order in which they were written, so their size needs
// no clock; the dates of days do.
bool RecordKeeper::expireMessages(bool clockIsTrusted)
{
    const KeepPeriods& periods = m_options.periods;
    if (!periods.messages && periods.mostMessageBytes == 0)
        return false;
    const auto segments = segmentsIn(m_directory / "messages");
    if (segments.size() < 2)
        return false;
    const auto oldest = messageSegmentPath(m_directory, segments.front());
    const auto written = lastWrite(oldest);
    bool due = clockIsTrusted && periods.messages && written && now() - *written >= *periods.messages;
    if (!due && periods.mostMessageBytes != 0) {
        std::uint64_t bytes = 0;
        std::error_code ignored;
        for (const std::uint32_t segment : segments)
            bytes += std::filesystem::file_size(messageSegmentPath(m_directory, segment), ignored);
        due = bytes > periods.mostMessageBytes;
    }
    if (!due || isNeededByHold(oldest))
        return false;
    auto noted = m_store.noteExpired(ExpiredPart::MessageSegment, segments.front(), now());
    if (noted && ::unlink(oldest.c_str()) != 0)
        noted = systemError(TR("Engine", "cannot delete"), oldest);
    if (!noted) {
        fail(noted.error());
        return false;
    }
    ++m_messagesExpired;
    return true;
}

// By size never the newest, which is being written to; and none before its turn: the oldest may have a call that is on.
bool RecordKeeper::expireDay()
{
    const KeepPeriods& periods = m_options.periods;
    if (!periods.records && periods.mostRecordBytes == 0)
        return false;
    const auto days = storedDays(m_directory);
    if (periods.records)
        for (const UtcDay day : days) {
            if (now() - startOf({ day.number + 1 }) < *periods.records)
                break;
            if (removeDay(day))
                return true;
        }
    if (periods.mostRecordBytes == 0 || days.size() < 2)
        return false;
    std::uint64_t bytes = 0;
    for (const UtcDay day : days) {
        const auto file = dayDatabasePath(m_directory, day);
        bytes += sizeOf(file) + sizeOf(file.string() + "-wal");
    }
    return bytes > periods.mostRecordBytes && removeDay(days.front());
}

// The database itself goes first: a -wal that a kill leaves without one is no database, and goes with the next look.
bool RecordKeeper::removeDay(UtcDay day)
{
    const std::unique_lock files(m_dayFiles, std::try_to_lock);
    if (!files)
        return false; // its turn comes
    if (auto noted = m_store.noteExpired(ExpiredPart::Day, day.number, now()); !noted) {
        fail(noted.error());
        return false;
    }
    const auto file = dayDatabasePath(m_directory, day);
    const auto gone = atNextCommit<bool>([day, file](StorageUpkeep& upkeep) {
        if (!upkeep.releaseDay(day))
            return false;
        auto expired = file;
        expired += ".expired"; // deleting it takes longer than a commit may
        if (::rename(file.c_str(), expired.c_str()) != 0)
            return false;
        for (const char* side : { "-wal", "-shm" })
            ::unlink((file.string() + side).c_str());
        return true;
    });
    if (!gone.value_or(false))
        return false;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(m_directory, ignored)) // moved aside as damaged
        if (entry.path().filename().string().starts_with(file.filename().string() + ".corrupt-"))
            ::unlink(entry.path().c_str());
    ++m_daysExpired;
    m_notesMayBeOld = true;
    return true;
}

bool RecordKeeper::foldExpired()
{
    const auto any = m_store.foldExpired(now());
    if (!any)
        fail(any.error());
    return any && any.value();
}

// Once for all that went since the last pause.
void RecordKeeper::sayWhatWent()
{
    std::string what;
    const auto add = [&](std::uint64_t& told, std::uint64_t all, const char* one, const char* many) {
        if (all > told)
            what += (what.empty() ? "" : ", ") + counted(all - told, one, many);
        told = all;
    };
    add(m_toldMedia, m_mediaExpired, "segment of media", "segments of media");
    add(m_toldMessages, m_messagesExpired, "segment of messages", "segments of messages");
    add(m_toldQuality, m_qualityExpired, "day's quality series", "days' quality series");
    add(m_toldDays, m_daysExpired, "day of records", "days of records");
    if (!what.empty())
        warn("deleted by the retention periods and limits: " + what);
}

}
