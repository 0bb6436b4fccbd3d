#include "engine/storage/day_reader.h"

#include "engine/storage/alarm_rows.h"
#include "engine/storage/day_writer.h"
#include "engine/storage/quality_block.h"
#include "engine/storage/schema.h"
#include "engine/storage/service_rows.h"

namespace callmon {

namespace {

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ",") + name;
    return text;
}

// Lets another thread stop a search inside SQLite; looked at every few thousand steps of its machine.
class Cancellation {
public:
    Cancellation(sqlite3* handle, const std::atomic<bool>* cancelled)
        : m_handle(handle)
    {
        if (cancelled)
            sqlite3_progress_handler(
                handle, 4000, [](void* flag) { return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0; },
                const_cast<std::atomic<bool>*>(cancelled));
    }
    ~Cancellation() { sqlite3_progress_handler(m_handle, 0, nullptr, nullptr); }
    Cancellation(const Cancellation&) = delete;
    Cancellation& operator=(const Cancellation&) = delete;

private:
    sqlite3* m_handle;
};

Result<Statement> prepared(Database& database, const std::string& sql, const std::vector<StoredValue>& values)
{
    auto statement = database.prepare(sql);
    if (statement)
        for (std::size_t i = 0; i < values.size(); ++i)
            statement.value().bind(static_cast<int>(i) + 1, values[i]);
    return statement;
}

}

bool readCall(const Statement& row, CallRecord& call)
{
    int column = 0;
    bool whole = true;
    visitCallFields(call, [&](const char*, auto& field) { whole = fromStored(row.column(column++), field) && whole; });
    return whole;
}

Result<std::unique_ptr<DayReader>> DayReader::open(const std::filesystem::path& file)
{
    auto database = Database::openToRead(file);
    if (!database)
        return database.error();
    std::unique_ptr<DayReader> day(new DayReader(std::move(database.value())));
    auto version = day->m_database.prepare("SELECT value FROM meta WHERE key='schema_version'");
    const bool row = version && version.value().stepToRow();
    const auto found = row ? version.value().integer(0) : 0;
    const bool older = found >= 1 && found < schemaVersion;
    if (found == schemaVersion) {
        auto index = day->m_database.prepare(
            "SELECT 1 FROM sqlite_master WHERE type='index' AND name='calls_in_quarter_by_caller'");
        day->m_hasSearchIndexes = index && index.value().stepToRow();
    }
    if (found == schemaVersion || (older && day->m_database.execute(viewsSql(static_cast<int>(found)).c_str())))
        return day;
    if (row && !older)
        return Error { sentence(TR("Engine",
                                    "cannot read %1: it has schema version %2 and this program knows %3; use the "
                                    "program that wrote it"),
            file.string(), found, schemaVersion) };
    return day->fail();
}

Error DayReader::fail()
{
    m_damaged = m_database.isDamaged();
    return m_database.error(TR("Engine", "cannot read"));
}

Result<DayReader::Found> DayReader::alarms(
    const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink, const std::atomic<bool>* cancelled)
{
    const Cancellation cancellation(m_database.handle(), cancelled);
    const auto kept = hasTable("alarms");
    if (!kept)
        return kept.error();
    Found found;
    if (!kept.value())
        return found;
    const AlarmFilter filter = filterOf(query);
    std::string sql = "SELECT " + joined(alarmColumns()) + " FROM alarms" + filter.where + " ORDER BY alarm_id"
        + (query.newestFirst ? " DESC" : "");
    auto rows = prepared(m_database, sql, filter.values);
    if (!rows)
        return fail();
    while (rows.value().stepToRow()) {
        ++found.matches;
        if (found.stopped)
            continue; // counted only
        Alarm alarm;
        int column = 0;
        bool whole = true;
        visitAlarmFields(alarm,
            [&](const char*, auto& field) { whole = fromStored(rows.value().column(column++), field) && whole; });
        if (whole)
            found.stopped = !sink(alarm);
    }
    if (rows.value().failed())
        return fail();
    return found;
}

Result<DayReader::Found> DayReader::serviceMinutes(
    const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink, const std::atomic<bool>* cancelled)
{
    const Cancellation cancellation(m_database.handle(), cancelled);
    const auto kept = hasTable("service_minutes");
    if (!kept)
        return kept.error();
    Found found;
    if (!kept.value())
        return found;
    std::vector<StoredValue> values { toStored(query.from.value_or(Timestamp::min())),
        toStored(query.to.value_or(Timestamp::max())) };
    std::string sql =
        "SELECT " + joined(serviceColumns()) + " FROM service_minutes WHERE minute_ns>=?1 AND minute_ns<?2";
    if (query.grouping) {
        values.push_back(toStored(*query.grouping));
        sql += " AND grouping=?3";
    }
    auto rows = prepared(m_database, sql + " ORDER BY minute_ns, grouping, name", values);
    if (!rows)
        return fail();
    while (!found.stopped && rows.value().stepToRow()) {
        ServiceRow row;
        ServiceCounts counts {};
        int column = 0;
        bool whole = true;
        visitServiceFields(row, counts,
            [&](const char*, auto& field) { whole = fromStored(rows.value().column(column++), field) && whole; });
        if (!whole)
            continue;
        row.to = std::chrono::floor<std::chrono::minutes>(row.from) + std::chrono::minutes(1);
        row.sums = sumsOf(counts);
        ++found.matches;
        found.stopped = !sink(row);
    }
    if (!found.stopped && rows.value().failed())
        return fail();
    return found;
}

// Tables that came later than the first version are missing in a day that no writer of a later one has opened.
Result<bool> DayReader::hasTable(const char* name)
{
    auto table =
        prepared(m_database, "SELECT 1 FROM sqlite_master WHERE name=?1", { toStored(std::string_view(name)) });
    if (!table)
        return fail();
    const bool there = table.value().stepToRow();
    if (!there && table.value().failed())
        return fail();
    return there;
}

Result<std::vector<StreamRecord>> DayReader::streams(CallKey call)
{
    auto rows = prepared(m_database,
        "SELECT " + joined(streamColumns()) + " FROM streams WHERE call_key=?1 ORDER BY stream_index",
        { toStored(call.value) });
    if (!rows)
        return fail();
    std::vector<StreamRecord> streams;
    while (rows.value().stepToRow()) {
        StreamRecord stream;
        int column = 0;
        bool whole = true;
        visitStreamFields(stream,
            [&](const char*, auto& field) { whole = fromStored(rows.value().column(column++), field) && whole; });
        if (whole)
            streams.push_back(stream);
    }
    if (rows.value().failed())
        return fail();
    return streams;
}

Result<std::vector<QualityPoint>> DayReader::quality(CallKey call)
{
    auto rows = prepared(m_database,
        "SELECT stream_index, points, errors, details, reports FROM quality WHERE call_key=?1 ORDER BY stream_index, "
        "block_start_ns",
        { toStored(call.value) });
    if (!rows)
        return fail();
    std::vector<QualityPoint> points;
    while (rows.value().stepToRow())
        readQualityBlock({ call, static_cast<std::uint32_t>(rows.value().integer(0)) }, rows.value().blob(1),
            rows.value().blob(2), rows.value().blob(3), rows.value().blob(4), points);
    if (rows.value().failed())
        return fail();
    return points;
}

Result<MediaLocation> DayReader::lastChunk(StreamKey stream)
{
    auto row =
        prepared(m_database, "SELECT media_segment, media_offset FROM streams WHERE call_key=?1 AND stream_index=?2",
            { toStored(stream.call.value), toStored(stream.index) });
    if (!row)
        return fail();
    MediaLocation place;
    if (row.value().stepToRow())
        place = { static_cast<std::uint32_t>(row.value().integer(0)),
            static_cast<std::uint32_t>(row.value().integer(1)) };
    if (row.value().failed())
        return fail();
    return place;
}

Result<MessageLocation> DayReader::lastMessage(CallKey call)
{
    auto row = prepared(
        m_database, "SELECT message_segment, message_offset FROM calls WHERE call_key=?1", { toStored(call.value) });
    if (!row)
        return fail();
    MessageLocation place;
    if (row.value().stepToRow())
        place = { static_cast<std::uint32_t>(row.value().integer(0)),
            static_cast<std::uint32_t>(row.value().integer(1)) };
    if (row.value().failed())
        return fail();
    return place;
}

}
