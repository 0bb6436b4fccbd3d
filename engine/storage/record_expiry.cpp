// RecordKeeper: what goes by age and by size, one step at a time. Whatever a kill cuts off is found and gone on with.
#include "engine/storage/day_files.h"
#include "engine/storage/day_writer.h"
#include "engine/storage/media_files.h"
#include "engine/storage/media_format.h"
#include "engine/storage/message_format.h"
#include "engine/storage/quality_size.h"
#include "engine/storage/record_keeper_parts.h"
#include "engine/storage/schema.h"
#include "engine/storage/segment_files.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>

namespace callmon {

namespace {

constexpr std::size_t zerosAtOnce = 4u << 20;
constexpr const char* qualityBlocksAtOnce = "2000"; // two hours of one stream each, some milliseconds
constexpr int daysMeasuredAtOnce = 8; // of a step
constexpr std::chrono::minutes clockNotedEvery { 1 };
constexpr std::chrono::seconds foldersJoinedEvery { 30 };
constexpr std::chrono::seconds clearingPatience { 60 }; // this thread is the last that the disk serves
constexpr std::size_t mostFilesToClear = 4; // more than that wait: the rest is deleted, for zeros come too slowly

std::vector<std::filesystem::path> filesEnding(const std::filesystem::path& folder, const char* extension)
{
    std::vector<std::filesystem::path> files;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.path().extension() == extension)
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::uint64_t sizeOf(const std::filesystem::path& file)
{
    std::error_code missing;
    const auto size = std::filesystem::file_size(file, missing);
    return missing ? 0 : size;
}

std::string counted(std::uint64_t count, const char* one, const char* many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

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
    bool any = copyOneWaiting() || clearOneExpiredFile();
    if (!any && errors == m_errors) // a held call that cannot be copied keeps everything
        any =
            expireMessages(trusted) || (trusted && (expireMedia() || expireDay() || expireQuality() || expireNotes()));
    any = any || finishOneDeletion();
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

// A file that a new segment may begin in is filled with zeros first, some at a time; any other is deleted.
bool RecordKeeper::clearOneExpiredFile()
{
    if (!m_clearing) {
        for (const auto& day : filesEnding(m_directory, ".expired")) {
            if (::unlink(day.c_str()) != 0)
                fail(systemError(TR("Engine", "cannot delete"), day));
            return true;
        }
        const auto folders = m_upkeep.mediaFolders();
        return std::ranges::any_of(folders, [this](const auto& folder) { return beginClearing(folder); });
    }
    const auto clearing = m_clearing;
    const auto written = m_files.ask<bool>(
        clearing->path.parent_path(), [clearing] { return clearing->writeSome(); }, clearingPatience);
    if (!written) { // it is begun anew when its disk answers
        m_clearing.reset();
        return false;
    }
    if (*written && clearing->done < clearing->size)
        return true;
    m_clearing.reset();
    if (!*written)
        fail({ "cannot write " + clearing->path.string() });
    if (!*written || !m_upkeep.wantsSpareMedia(clearing->path.parent_path()) || !m_upkeep.addSpareMedia(clearing->path))
        (void)askFor<bool>(clearing->path.parent_path(), [clearing] { return ::unlink(clearing->path.c_str()) == 0; });
    return true;
}

// One file of that folder. False: there is none.
bool RecordKeeper::beginClearing(const std::filesystem::path& folder)
{
    struct Found {
        std::shared_ptr<Clearing> file; // to be cleared
        std::optional<Error> error; // else it was to be deleted, and this came of it
    };
    const auto found = askFor<std::optional<Found>>(
        folder, [folder, asSpare = m_upkeep.wantsSpareMedia(folder)]() -> std::optional<Found> {
            const auto waiting = filesEnding(folder, ".expired");
            if (waiting.empty())
                return std::nullopt;
            auto next = std::make_shared<Clearing>();
            next->path = waiting.front();
            bool direct = false;
            if (waiting.size() <= mostFilesToClear && asSpare)
                next->file = FileHandle(openMediaFile(next->path, O_RDWR, direct));
            if (!next->file) {
                const bool gone = ::unlink(next->path.c_str()) == 0;
                return Found { nullptr,
                    gone ? std::nullopt : std::optional(systemError(TR("Engine", "cannot delete"), next->path)) };
            }
            next->size = sizeOf(next->path);
            next->zeros.reset(std::aligned_alloc(mediaWriteAlignment, zerosAtOnce));
            std::fill_n(static_cast<std::byte*>(next->zeros.get()), zerosAtOnce, std::byte {});
            return Found { std::move(next), {} };
        });
    if (!found || !*found)
        return false;
    if ((*found)->error)
        fail(*(*found)->error);
    m_clearing = (*found)->file;
    return true;
}

// False: it cannot be written.
bool RecordKeeper::Clearing::writeSome()
{
    const std::uint64_t rest = size - done;
    const std::uint64_t some = std::min<std::uint64_t>(
        zerosAtOnce, (rest + mediaWriteAlignment - 1) / mediaWriteAlignment * mediaWriteAlignment);
    if (rest > 0 && ::pwrite(file.get(), zeros.get(), some, static_cast<off_t>(done)) != static_cast<ssize_t>(some))
        return false;
    done += some;
    if (done >= size)
        ::fdatasync(file.get());
    return true;
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

bool RecordKeeper::expireQuality()
{
    const KeepPeriods& periods = m_options.periods;
    if (!periods.quality && periods.mostQualityBytes == 0)
        return false;
    for (const UtcDay day : storedDays(m_directory)) {
        const bool old = periods.quality && now() - startOf({ day.number + 1 }) >= *periods.quality;
        if (!old && periods.mostQualityBytes == 0)
            break;
        const auto gone = m_store.isExpired(ExpiredPart::DayQuality, day.number);
        const auto begun = m_store.isExpired(ExpiredPart::DayQualityBegun, day.number);
        if (!gone || !begun) {
            fail(!gone ? gone.error() : begun.error());
            return false;
        }
        if (!gone.value() && (old || begun.value()))
            return dropQuality(day);
    }
    return periods.mostQualityBytes != 0 && qualityIsTooLarge();
}

// What it decides is kept: a day that was begun goes as a whole, also when the rest would have room, so that nobody
// finds a part of it missing without a reason.
bool RecordKeeper::qualityIsTooLarge()
{
    const auto days = storedDays(m_directory);
    std::uint64_t bytes = 0;
    std::optional<UtcDay> oldest;
    int measured = 0;
    for (std::size_t i = 0; i < days.size(); ++i) {
        const UtcDay day = days[i];
        const auto gone = m_store.isExpired(ExpiredPart::DayQuality, day.number);
        if (!gone) {
            fail(gone.error());
            return false;
        }
        if (gone.value())
            continue;
        oldest = oldest ? oldest : day;
        if (i + 2 >= days.size()) { // it grows: calls that began yesterday are still written to its database
            bytes += measuredQuality(day);
            continue;
        }
        auto known = m_qualityBytes.find(day);
        if (known == m_qualityBytes.end()) {
            if (measured++ == daysMeasuredAtOnce)
                return true;
            known = m_qualityBytes.emplace(day, measuredQuality(day)).first;
        }
        bytes += known->second;
    }
    if (bytes <= m_options.periods.mostQualityBytes || !oldest || *oldest == days.back())
        return false;
    if (auto noted = m_store.noteExpired(ExpiredPart::DayQualityBegun, oldest->number, now()); !noted) {
        fail(noted.error());
        return false;
    }
    return true;
}

std::uint64_t RecordKeeper::measuredQuality(UtcDay day)
{
    auto database = Database::open(dayDatabasePath(m_directory, day), Database::Mode::ReadOnly);
    const auto bytes = database ? estimatedQualityBytes(database.value()) : Result<std::uint64_t>(database.error());
    if (bytes)
        return bytes.value();
    fail(bytes.error());
    return 0;
}

// Some blocks at a time. When none is left, their space is given back where the file system has room for the copy that
// SQLite makes.
bool RecordKeeper::dropQuality(UtcDay day)
{
    const auto file = dayDatabasePath(m_directory, day);
    auto database = Database::open(file, Database::Mode::ReadWrite);
    if (!database) {
        fail(database.error());
        return false;
    }
    const auto failed = [&] {
        fail(database.value().error(TR("Engine", "cannot delete quality series in")));
        return false;
    };
    if (!database.value().execute((std::string("PRAGMA secure_delete=ON; DELETE FROM quality WHERE rowid IN (SELECT "
                                               "rowid FROM quality LIMIT ")
            + qualityBlocksAtOnce + ')')
                                      .c_str()))
        return failed();
    if (sqlite3_changes(database.value().handle()) > 0)
        return true;
    if (auto noted = m_store.noteExpired(ExpiredPart::DayQuality, day.number, now()); !noted) {
        fail(noted.error());
        return false;
    }
    std::error_code ignored;
    const auto space = mediaSpaceAt(file);
    if (space && space->free > space->keptForRecords + 2 * std::filesystem::file_size(file, ignored))
        (void)database.value().execute("VACUUM");
    (void)database.value().execute("PRAGMA wal_checkpoint(TRUNCATE)");
    ++m_qualityExpired;
    return true;
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
