#include "engine/storage/retention_store.h"

#include "engine/storage/held_call.h"
#include "engine/storage/stored_sentence.h"
#include "engine/storage/user_database.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace callmon {

namespace {

constexpr const char* fileName = "retention.sqlite";

constexpr const char* retentionSql = R"sql(
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA secure_delete=ON;
CREATE TABLE IF NOT EXISTS holds(
  hold INTEGER PRIMARY KEY,
  call_key INTEGER NOT NULL,
  state INTEGER NOT NULL,                   -- 0 waiting, 1 held, 2 released
  set_at_ns INTEGER NOT NULL,
  set_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  media_packets INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  missing TEXT NOT NULL,
  released_at_ns INTEGER,
  released_by TEXT NOT NULL,
  release_reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS missing_sentences( -- of a hold, what its 'missing' says in English (stored_sentence.h)
  hold INTEGER PRIMARY KEY,
  sentences TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS expired(
  part INTEGER NOT NULL,                    -- 0 media segment, 1 message segment, 2 day, 3 quality of a day, 4 call (on request)
  number INTEGER NOT NULL,                  -- of the segment; days since 1970; call_key
  at_ns INTEGER NOT NULL,
  PRIMARY KEY(part, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS expired_segments( -- instead of their rows in 'expired': those of one hour, of past ones
  part INTEGER NOT NULL,                    -- 0 media segments, 1 message segments
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  at_ns INTEGER NOT NULL,                   -- when the last one went
  PRIMARY KEY(part, first, last)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unfinished(
  day INTEGER PRIMARY KEY,                  -- since 1970: rows of it were deleted on request, their bytes may be there
  written_anew INTEGER NOT NULL             -- 1: its database is, only SQLite's log is still to be emptied
);
CREATE TABLE IF NOT EXISTS clock(
  what TEXT PRIMARY KEY,                    -- 'last_known': when an engine last ran here; 'confirmed': and how often
  at_ns INTEGER NOT NULL,
  times INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

constexpr std::int64_t nanosecondsPerHour = 3'600'000'000'000;
constexpr int foldedAtOnce = 5000;

constexpr const char* holdColumns =
    "hold, call_key, state, set_at_ns, set_by, reason, media_packets, messages, missing, released_at_ns, released_by, "
    "release_reason";

constexpr const char* missingSql = "SELECT hold, sentences FROM missing_sentences";

// One that an older engine set, or whose sentences make no sense, keeps its English text.
void takeMissing(Statement& row, std::vector<Hold>& holds)
{
    const auto hold = std::ranges::find(holds, row.integer(0), &Hold::number);
    auto sentences = storedSentences(row.column(1).text);
    if (hold != holds.end() && sentences && toText(joined(*sentences)) == toText(joined(hold->missing)))
        hold->missing = std::move(*sentences);
}

constexpr const char* lastClockSql = "SELECT at_ns FROM clock WHERE what='last_known'";

Hold holdOf(Statement& row)
{
    Hold hold;
    const auto text = [&](int column) { return row.column(column).text; };
    hold.number = row.integer(0);
    hold.call = { row.integer(1) };
    hold.state = static_cast<HoldState>(row.integer(2));
    hold.setAt = timestampFromNanoseconds(row.integer(3));
    hold.setBy = text(4);
    hold.reason = text(5);
    hold.mediaPackets = static_cast<std::uint64_t>(row.integer(6));
    hold.messages = static_cast<std::uint64_t>(row.integer(7));
    if (!text(8).empty())
        hold.missing = { plainText(text(8)) };
    if (row.column(9).kind == StoredValue::Kind::Integer)
        hold.releasedAt = timestampFromNanoseconds(row.integer(9));
    hold.releasedBy = text(10);
    hold.releaseReason = text(11);
    return hold;
}

std::vector<StoredValue> valuesOf(const Hold& hold)
{
    return { toStored(hold.number), toStored(hold.call.value), toStored(static_cast<std::int64_t>(hold.state)),
        toStored(hold.setAt), toStored(std::string_view(hold.setBy)), toStored(std::string_view(hold.reason)),
        toStored(static_cast<std::int64_t>(hold.mediaPackets)), toStored(static_cast<std::int64_t>(hold.messages)),
        toStored(std::string_view(toText(joined(hold.missing)))),
        hold.releasedAt ? toStored(*hold.releasedAt) : StoredValue {}, toStored(std::string_view(hold.releasedBy)),
        toStored(std::string_view(hold.releaseReason)) };
}

StoredValue stored(ExpiredPart part)
{
    return toStored(static_cast<std::int64_t>(part));
}

}

Result<RetentionStore> RetentionStore::open(const std::filesystem::path& directory)
{
    auto opened = openUserDatabase(
        directory / fileName, [](Database& database) { return database.execute(retentionSql); },
        "the list of legal holds was damaged; it is kept as ",
        ". Calls that were copied are held on; holds that were waiting for a call's end are to be set again");
    if (!opened)
        return opened.error();
    RetentionStore store(std::move(opened.value().database));
    store.m_note = opened.value().note;
    return store;
}

Result<Statement> RetentionStore::prepared(const std::string& sql, std::vector<StoredValue> values)
{
    auto statement = m_database.prepare(sql);
    if (statement)
        for (std::size_t i = 0; i < values.size(); ++i)
            statement.value().bind(static_cast<int>(i) + 1, values[i]);
    return statement;
}

Result<void> RetentionStore::change(const std::string& sql, std::vector<StoredValue> values)
{
    auto statement = prepared(sql, std::move(values));
    if (!statement)
        return statement.error();
    return statement.value().run() ? Result<void>() : m_database.error(TR("Engine", "cannot write"));
}

Result<std::optional<std::int64_t>> RetentionStore::number(const std::string& sql, std::vector<StoredValue> values)
{
    auto row = prepared(sql, std::move(values));
    if (!row)
        return row.error();
    std::optional<std::int64_t> found;
    if (row.value().stepToRow())
        found = row.value().integer(0);
    else if (row.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    return found;
}

Result<std::vector<Hold>> RetentionStore::holds(bool openOnly)
{
    auto rows = prepared(
        std::string("SELECT ") + holdColumns + " FROM holds" + (openOnly ? " WHERE state<2" : "") + " ORDER BY hold",
        {});
    if (!rows)
        return rows.error();
    std::vector<Hold> holds;
    while (rows.value().stepToRow())
        holds.push_back(holdOf(rows.value()));
    if (rows.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    auto missing = prepared(missingSql, {});
    while (missing && missing.value().stepToRow())
        takeMissing(missing.value(), holds);
    return holds;
}

Result<std::optional<Hold>> RetentionStore::openHold(CallKey call)
{
    auto open = holds(true);
    if (!open)
        return open.error();
    for (Hold& hold : open.value())
        if (hold.call == call)
            return std::optional(std::move(hold));
    return std::optional<Hold>();
}

Result<Hold> RetentionStore::add(Hold hold)
{
    const auto last = number("SELECT max(hold) FROM holds", {});
    if (!last)
        return last.error();
    hold.number = last.value().value_or(0) + 1;
    if (auto kept = keepMissing(hold); !kept)
        return kept.error();
    const auto added = change("INSERT INTO holds VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", valuesOf(hold));
    return added ? Result<Hold>(std::move(hold)) : added.error();
}

Result<void> RetentionStore::keepMissing(const Hold& hold)
{
    if (hold.missing.empty())
        return {};
    return change("INSERT OR REPLACE INTO missing_sentences VALUES(?,?)",
        { toStored(hold.number), toStored(std::string_view(storedForm(hold.missing))) });
}

Result<void> RetentionStore::update(const Hold& hold)
{
    if (auto kept = keepMissing(hold); !kept)
        return kept;
    return change("INSERT OR REPLACE INTO holds VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", valuesOf(hold));
}

Result<void> RetentionStore::noteExpired(ExpiredPart part, std::int64_t number, Timestamp at)
{
    return change("INSERT OR REPLACE INTO expired VALUES(?,?,?)", { stored(part), toStored(number), toStored(at) });
}

// Runs of numbers within the hour ("gaps and islands"): in such a run number and row number grow alike.
Result<bool> RetentionStore::foldExpired(Timestamp now)
{
    constexpr std::int64_t hour = nanosecondsPerHour;
    const std::int64_t before = nanosecondsSinceEpoch(now) / hour * hour;
    const std::string some = "(SELECT part, number, at_ns, at_ns/" + std::to_string(hour)
        + " AS hour FROM expired WHERE part<=1 AND at_ns<?1 ORDER BY part, number LIMIT " + std::to_string(foldedAtOnce)
        + ')';
    const auto one = this->number("SELECT 1 FROM expired WHERE part<=1 AND at_ns<?1 LIMIT 1", { toStored(before) });
    if (!one || !one.value())
        return one ? Result<bool>(false) : one.error();
    if (!m_database.execute("BEGIN IMMEDIATE"))
        return m_database.error(TR("Engine", "cannot write"));
    auto done = change("INSERT OR REPLACE INTO expired_segments SELECT part, min(number), max(number), max(at_ns) FROM "
                       "(SELECT part, number, at_ns, hour, number - row_number() OVER (PARTITION BY part, hour ORDER "
                       "BY number) AS run FROM "
            + some + ") GROUP BY part, hour, run",
        { toStored(before) });
    if (done)
        done = change("DELETE FROM expired WHERE (part, number) IN (SELECT part, number FROM " + some + ')',
            { toStored(before) });
    const bool any = done && sqlite3_changes(m_database.handle()) > 0;
    if (done && !m_database.execute("COMMIT"))
        done = m_database.error(TR("Engine", "cannot write"));
    if (!done)
        (void)m_database.execute("ROLLBACK");
    return done ? Result<bool>(any) : done.error();
}

Result<bool> RetentionStore::isExpired(ExpiredPart part, std::int64_t which)
{
    const auto found = number("SELECT 1 FROM expired WHERE part=? AND number=?", { stored(part), toStored(which) });
    return found ? Result<bool>(found.value().has_value()) : found.error();
}

Result<void> RetentionStore::noteUnfinished(const UnfinishedDay& day)
{
    return change("INSERT OR REPLACE INTO unfinished VALUES(?,?)",
        { toStored(day.day.number), toStored(std::int64_t { day.writtenAnew }) });
}

Result<void> RetentionStore::noteFinished(UtcDay day)
{
    return change("DELETE FROM unfinished WHERE day=?", { toStored(day.number) });
}

Result<std::vector<UnfinishedDay>> RetentionStore::unfinishedDays()
{
    auto rows = prepared("SELECT day, written_anew FROM unfinished ORDER BY day", {});
    if (!rows)
        return rows.error();
    std::vector<UnfinishedDay> days;
    while (rows.value().stepToRow())
        days.push_back(
            { { static_cast<decltype(UtcDay::number)>(rows.value().integer(0)) }, rows.value().integer(1) != 0 });
    if (rows.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    return days;
}

Result<void> RetentionStore::noteClock(Timestamp now)
{
    return change("INSERT OR REPLACE INTO clock VALUES('last_known',?,0)", { toStored(now) });
}

Result<std::optional<Timestamp>> RetentionStore::lastClock()
{
    const auto found = number(lastClockSql, {});
    if (!found)
        return found.error();
    return found.value() ? std::optional(timestampFromNanoseconds(*found.value())) : std::optional<Timestamp>();
}

Result<std::int64_t> RetentionStore::clockConfirmations()
{
    const auto found = number("SELECT times FROM clock WHERE what='confirmed'", {});
    return found ? Result<std::int64_t>(found.value().value_or(0)) : found.error();
}

Result<void> RetentionStore::confirmClock(Timestamp now)
{
    return change("INSERT INTO clock VALUES('confirmed',?1,1) ON CONFLICT(what) DO UPDATE SET at_ns=?1, times=times+1",
        { toStored(now) });
}

namespace {

// Of a store that somebody else may be writing; `row` is called for each, of none when there is no store.
Result<void> readRows(
    const std::filesystem::path& directory, const std::string& sql, const std::function<void(Statement&)>& row)
{
    std::error_code ignored;
    if (!std::filesystem::exists(directory / fileName, ignored))
        return {};
    auto database = Database::openToRead(directory / fileName);
    if (!database)
        return database.error();
    auto rows = database.value().prepare(sql);
    if (!rows)
        return rows.error();
    while (rows.value().stepToRow())
        row(rows.value());
    return rows.value().failed() ? database.value().error(TR("Engine", "cannot read")) : Result<void>();
}

}

Result<std::vector<Hold>> readHolds(const std::filesystem::path& directory)
{
    std::vector<Hold> holds;
    const auto read = readRows(directory, std::string("SELECT ") + holdColumns + " FROM holds ORDER BY hold",
        [&](Statement& row) { holds.push_back(holdOf(row)); });
    (void)readRows(directory, missingSql, [&](Statement& row) {
        takeMissing(row, holds);
    }).has_value(); // an older file
    return read ? Result(std::move(holds)) : read.error();
}

Result<std::optional<Timestamp>> readLastClock(const std::filesystem::path& directory)
{
    std::optional<Timestamp> last;
    const auto read =
        readRows(directory, lastClockSql, [&](Statement& row) { last = timestampFromNanoseconds(row.integer(0)); });
    return read ? Result(last) : read.error();
}

Result<std::map<CallKey, Sentence>> readLegalHolds(const std::filesystem::path& directory)
{
    std::map<CallKey, Sentence> texts;
    Hold unknown;
    unknown.state = HoldState::Held;
    for (const CallKey call : heldCallsIn(directory))
        texts[call] = textOf(unknown);
    const auto holds = readHolds(directory);
    if (!holds)
        return holds.error();
    for (const Hold& hold : holds.value())
        if (hold.state != HoldState::Released)
            texts[hold.call] = textOf(hold);
    return texts;
}

// An older file has no folded rows.
std::optional<Timestamp> expiredAt(const std::filesystem::path& directory, ExpiredPart part, std::int64_t number)
{
    std::error_code ignored;
    if (!std::filesystem::exists(directory / fileName, ignored))
        return std::nullopt;
    auto database = Database::openToRead(directory / fileName);
    if (!database)
        return std::nullopt;
    for (const char* sql : { "SELECT at_ns FROM expired WHERE part=? AND number=?",
             "SELECT at_ns FROM expired_segments WHERE part=?1 AND first<=?2 AND last>=?2 ORDER BY at_ns DESC LIMIT "
             "1" }) {
        auto row = database.value().prepare(sql);
        if (!row)
            break;
        row.value().bind(1, stored(part));
        row.value().bind(2, number);
        if (row.value().stepToRow())
            return timestampFromNanoseconds(row.value().integer(0));
    }
    return std::nullopt;
}

}
