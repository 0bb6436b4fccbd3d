// DIR/retention.sqlite: legal holds with their history, what went by age or on request and when, days of which what was
// deleted may still be read in a file, and the clock.
#pragma once

#include "engine/storage/sqlite.h"
#include "shared/base/utc_time.h"
#include "shared/calls/hold.h"

#include <map>
#include <vector>

namespace callmon {

enum class ExpiredPart : std::uint8_t { MediaSegment, MessageSegment, Day, DayQuality, Call, DayQualityBegun };

struct UnfinishedDay { // rows were deleted, and a file may hold their bytes
    UtcDay day;
    bool writtenAnew = false; // its database; SQLite's log is left
};

// One thread at a time. What it was given survives a power cut when it returns.
class RetentionStore {
public:
    // Of one that the caller may write to. A damaged file is moved aside: note() says so.
    static Result<RetentionStore> open(const std::filesystem::path& directory);
    const std::string& note() const { return m_note; }

    // Held or waiting, else all with their history; in the order in which they were set.
    Result<std::vector<Hold>> holds(bool openOnly);
    Result<std::optional<Hold>> openHold(CallKey call);
    Result<Hold> add(Hold hold); // with its number
    Result<void> update(const Hold& hold);

    // DayQualityBegun: it goes for its size, whatever that is by then; DayQuality: none of it is left.
    // `number`: of a segment, a day (UtcDay), or a call's key.
    Result<void> noteExpired(ExpiredPart part, std::int64_t number, Timestamp at);
    Result<bool> isExpired(ExpiredPart part, std::int64_t number); // of a day or a call
    // Segments that went one after the other in an hour before that of `now` are told from then on by the last of them,
    // so that years of them stay small; some thousands at a time. False: there are none.
    Result<bool> foldExpired(Timestamp now);

    // Before the first row of it goes; a second time is none.
    Result<void> noteUnfinished(const UnfinishedDay& day);
    Result<void> noteFinished(UtcDay day);
    Result<std::vector<UnfinishedDay>> unfinishedDays(); // in order

    Result<void> noteClock(Timestamp now);
    Result<std::optional<Timestamp>> lastClock();
    Result<std::int64_t> clockConfirmations(); // how many there were
    Result<void> confirmClock(Timestamp now);

private:
    explicit RetentionStore(Database database)
        : m_database(std::move(database))
    {
    }
    Result<void> keepMissing(const Hold& hold);
    Result<Statement> prepared(const std::string& sql, std::vector<StoredValue> values);
    Result<void> change(const std::string& sql, std::vector<StoredValue> values);
    Result<std::optional<std::int64_t>> number(const std::string& sql, std::vector<StoredValue> values);

    Database m_database;
    std::string m_note;
};

// For readers, which may not write here: the calls under hold, each with its text (hold.h), those too whose hold was in
// a list that was damaged since; the holds with their history, and since when a part is gone (nothing: it is not known
// to be), and when an engine last believed the clock.
Result<std::map<CallKey, Sentence>> readLegalHolds(const std::filesystem::path& directory);
Result<std::vector<Hold>> readHolds(const std::filesystem::path& directory);
Result<std::optional<Timestamp>> readLastClock(const std::filesystem::path& directory);
std::optional<Timestamp> expiredAt(const std::filesystem::path& directory, ExpiredPart part, std::int64_t number);

}
