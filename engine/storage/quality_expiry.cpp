// RecordKeeper: the one-second points of a day go by age and by size.
#include "engine/storage/day_files.h"
#include "engine/storage/media_files.h"
#include "engine/storage/quality_size.h"
#include "engine/storage/record_keeper_parts.h"
#include "engine/storage/storage_error.h"

namespace callmon {

namespace {

constexpr const char* qualityBlocksAtOnce = "2000"; // two hours of one stream each, some milliseconds
constexpr int daysMeasuredAtOnce = 8; // of a step
constexpr std::int64_t leastFreePart = 10; // less than a tenth of a file is not worth writing it anew

}

bool RecordKeeper::expireQuality()
{
    if (returnQualitySpace())
        return true;
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
        if (!gone.value() && (old || begun.value()) && !isNeededByHold(day))
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
        if (!oldest && !isNeededByHold(day))
            oldest = day;
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
    const std::unique_lock files(m_dayFiles, std::try_to_lock);
    if (!files)
        return false; // a deletion waits for this step
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
    m_qualitySpaceSeen.insert(day);
    returnSpace(database.value());
    ++m_qualityExpired;
    return true;
}

void RecordKeeper::returnSpace(Database& day)
{
    std::error_code ignored;
    const auto space = mediaSpaceAt(day.file());
    if (space && space->free > space->keptForRecords + 2 * std::filesystem::file_size(day.file(), ignored))
        (void)writeAnew(day);
    (void)day.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

// Each day is looked at once in a run: where there is no room for the copy now, the next one tries again.
bool RecordKeeper::returnQualitySpace()
{
    int measured = 0;
    for (const UtcDay day : storedDays(m_directory)) {
        if (m_qualitySpaceSeen.contains(day))
            continue;
        const std::unique_lock files(m_dayFiles, std::try_to_lock);
        if (!files)
            return false; // a deletion waits for this step
        const auto gone = m_store.isExpired(ExpiredPart::DayQuality, day.number);
        if (!gone) {
            fail(gone.error());
            return false;
        }
        m_qualitySpaceSeen.insert(day);
        if (!gone.value())
            continue; // what goes in this run has its space returned then
        auto database = Database::open(dayDatabasePath(m_directory, day), Database::Mode::ReadWrite);
        auto pages = database ? database.value().prepare("SELECT freelist_count, page_count FROM "
                                                         "pragma_freelist_count, pragma_page_count")
                              : Result<Statement>(database.error());
        if (!pages) {
            fail(pages.error());
            return false;
        }
        const bool muchIsFree =
            pages.value().stepToRow() && pages.value().integer(0) * leastFreePart > pages.value().integer(1);
        pages.value() = Statement();
        if (muchIsFree) {
            returnSpace(database.value());
            return true;
        }
        if (++measured == daysMeasuredAtOnce)
            return true;
    }
    return false;
}

}
