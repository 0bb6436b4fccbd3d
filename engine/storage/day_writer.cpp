#include "engine/storage/day_writer.h"

#include "engine/storage/alarm_rows.h"
#include "engine/storage/day_files.h"
#include "engine/storage/schema.h"
#include "engine/storage/search_schema.h"
#include "engine/storage/service_rows.h"

namespace callmon {

std::vector<std::string> callColumns()
{
    std::vector<std::string> names;
    const CallRecord call;
    visitCallFields(call, [&](const char* name, const auto&) { names.emplace_back(name); });
    return names;
}

std::vector<std::string> streamColumns()
{
    std::vector<std::string> names;
    const StreamRecord stream;
    visitStreamFields(stream, [&](const char* name, const auto&) { names.emplace_back(name); });
    return names;
}

std::string insertSql(const char* table, const std::vector<std::string>& columns, const char* how)
{
    std::string names;
    std::string marks;
    for (const std::string& column : columns) {
        names += (names.empty() ? "" : ",") + column;
        marks += marks.empty() ? "?" : ",?";
    }
    return std::string(how) + " INTO " + table + '(' + names + ") VALUES(" + marks + ')';
}

Result<std::unique_ptr<DayWriter>> DayWriter::open(const std::filesystem::path& file)
{
    std::filesystem::path aside;
    for (int attempt = 0;; ++attempt) {
        auto database = Database::open(file, Database::Mode::ReadWrite);
        if (!database)
            return database.error();
        std::unique_ptr<DayWriter> day(new DayWriter(std::move(database.value())));
        auto prepared = day->prepare();
        if (prepared) {
            day->m_movedAside = aside;
            return day;
        }
        if (!day->isDamaged() || attempt > 0)
            return prepared.error();
        day.reset();
        aside = moveAside(file, "corrupt");
        if (aside.empty())
            return Error { sentence(TR("Engine", "%1; move that file away"), prepared.error()) };
    }
}

Result<void> DayWriter::prepare()
{
    // NORMAL: a commit survives the death of the process at once, and the death of the machine from the next
    // checkpoint. Secure deletion zeroes what a row leaves behind, also where rows only move: else a deleted number
    // could still be read from the file. The cache holds what the indexes of one quarter take at 10,000,000 calls a
    // day, and a checkpoint waits for 128 MiB, so that a page that every commit changes is written back once for
    // several. Pages of 16 KiB instead of SQLite's 4 were filled and read a tenth faster, but a probe with a call a
    // second would write four times as much. bench: records_bench.
    constexpr std::int64_t checkpointBytes = std::int64_t { 128 } << 20;
    auto pageSize = m_database.prepare("PRAGMA page_size"); // of the file: checkpoints are counted in pages
    if (!pageSize)
        return pageSize.error();
    if (!pageSize.value().stepToRow())
        return m_database.error(TR("Engine", "cannot read"));
    const std::string pages = std::to_string(checkpointBytes / pageSize.value().integer(0));
    pageSize.value().reset();
    if (!execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-49152; "
                 "PRAGMA secure_delete=ON")
        || !execute(("PRAGMA wal_autocheckpoint=" + pages).c_str()) || !begin())
        return m_error;
    const std::string version = std::to_string(schemaVersion);
    const bool made =
        execute(schemaSql) && execute(("INSERT OR IGNORE INTO meta VALUES('schema_version'," + version + ")").c_str());
    const bool isNew = made && sqlite3_changes(m_database.handle()) > 0;
    if (!made || (isNew && !execute(searchIndexSql().c_str())) || !commit()) {
        rollback();
        return m_error;
    }
    auto found = storedVersion();
    if (!found)
        return found.error();
    if (found.value() >= 1 && found.value() < schemaVersion) {
        auto alarms = m_database.prepare("SELECT 1 FROM sqlite_master WHERE name='alarms'");
        if (!alarms)
            return alarms.error();
        const bool hasAlarms = alarms.value().stepToRow();
        alarms.value().reset();
        if (!begin() || !execute(upgradeSql(static_cast<int>(found.value()), hasAlarms).c_str()) || !commit()) {
            rollback();
            return m_error;
        }
        found = schemaVersion;
    }
    if (found.value() != schemaVersion)
        return Error { sentence(
            TR("Engine",
                "cannot write %1: it has schema version %2 and this program writes %3; choose another data directory"),
            m_database.file().string(), found.value(), version) };
    if (!execute(alarmsSql) || !execute(serviceSql))
        return m_error;

    auto hasReversed = m_database.prepare("SELECT 1 FROM pragma_table_info('calls') WHERE name='caller_reversed'");
    if (!hasReversed)
        return hasReversed.error();
    m_writesReversed = hasReversed.value().stepToRow(); // no computed column is listed
    hasReversed.value().reset();
    auto calls = callColumns();
    calls.insert(calls.end(), { "message_segment", "message_offset" });
    if (m_writesReversed)
        calls.insert(calls.end(), { "caller_reversed", "callee_reversed" });
    auto columns = streamColumns();
    columns.insert(columns.end(), { "media_segment", "media_offset" });
    const std::vector<std::string> quality { "call_key", "stream_index", "block_start_ns", "points", "errors",
        "details", "reports" };
    const std::pair<Statement*, std::string> statements[] {
        { &m_insertCall.add, insertSql("calls", calls, "INSERT") },
        { &m_insertCall.replace, insertSql("calls", calls) },
        { &m_insertStream.add, insertSql("streams", columns, "INSERT") },
        { &m_insertStream.replace, insertSql("streams", columns) },
        { &m_insertQuality.add, insertSql("quality", quality, "INSERT") },
        { &m_insertQuality.replace, insertSql("quality", quality) },
        { &m_selectCall, "SELECT call_id FROM calls WHERE call_key=?" },
        { &m_selectQuality,
            "SELECT stream_index, points, errors, details, reports FROM quality WHERE call_key=? ORDER BY "
            "stream_index, "
            "block_start_ns" },
        { &m_insertServiceMinute, insertSql("service_minutes", serviceColumns()) },
        { &m_deleteServiceParts, "DELETE FROM service_minutes WHERE minute_ns>?1 AND minute_ns<?2" },
        { &m_insertAlarm, insertSql("alarms", alarmColumns()) },
        { &m_acknowledgeAlarm,
            "UPDATE alarms SET acknowledged_at_ns=?2, acknowledged_by=?3, comment=?4 WHERE alarm_id=?1" },
        { &m_endAlarms,
            "UPDATE alarms SET cleared_at_ns=max(raised_at_ns,?1), end_reason=?2 WHERE cleared_at_ns IS NULL" },
        { &m_deleteCall, "DELETE FROM calls WHERE call_key=?" },
        { &m_deleteStreams, "DELETE FROM streams WHERE call_key=?" },
        { &m_deleteQuality, "DELETE FROM quality WHERE call_key=?" },
    };
    for (const auto& [statement, sql] : statements) {
        auto prepared = m_database.prepare(sql);
        if (!prepared) {
            fail();
            return prepared.error();
        }
        *statement = std::move(prepared.value());
    }
    return {};
}

Result<std::int64_t> DayWriter::storedVersion()
{
    auto stored = m_database.prepare("SELECT value FROM meta WHERE key='schema_version'");
    if (stored && stored.value().stepToRow())
        return stored.value().integer(0);
    fail();
    return stored ? m_error : stored.error();
}

bool DayWriter::fail()
{
    m_error = m_database.error(TR("Engine", "cannot write"));
    m_damaged = m_database.isDamaged();
    return false;
}

bool DayWriter::execute(const char* sql)
{
    return m_database.execute(sql) || fail();
}

DayWriter::Put DayWriter::run(Statement& statement)
{
    if (statement.run())
        return Put::Stored;
    fail();
    return (m_database.code() & 0xff) == SQLITE_CONSTRAINT ? Put::Refused : Put::Failed;
}

// Rows under one key are the exception, and INSERT OR REPLACE would copy every page that it touches, of the table and
// of each index, to a journal of its own first: it may fail between the two. bench: records_bench, five times as slow.
template <typename Bind> DayWriter::Put DayWriter::put(Insertion& insertion, Bind&& bind)
{
    bind(insertion.add);
    const Put put = run(insertion.add);
    const int code = m_database.code();
    if (put != Put::Refused
        || (code != SQLITE_CONSTRAINT_PRIMARYKEY && code != SQLITE_CONSTRAINT_ROWID
            && code != SQLITE_CONSTRAINT_UNIQUE))
        return put;
    bind(insertion.replace);
    return run(insertion.replace);
}

DayWriter::Put DayWriter::call(const CallRecord& call, MessageLocation lastMessage)
{
    const std::string callerReversed = m_writesReversed ? reversedEnd(call.caller.view()) : std::string();
    const std::string calleeReversed = m_writesReversed ? reversedEnd(call.callee.view()) : std::string();
    return put(m_insertCall, [&](Statement& insert) {
        int parameter = 0;
        visitCallFields(call, [&](const char*, const auto& field) { insert.bindField(++parameter, field); });
        const bool kept = static_cast<bool>(lastMessage);
        insert.bind(++parameter, kept ? toStored(lastMessage.segment) : StoredValue {});
        insert.bind(++parameter, kept ? toStored(lastMessage.offset) : StoredValue {});
        if (m_writesReversed) {
            insert.bindField(++parameter, callerReversed);
            insert.bindField(++parameter, calleeReversed);
        }
    });
}

DayWriter::Put DayWriter::stream(const StreamRecord& stream, MediaLocation lastChunk)
{
    return put(m_insertStream, [&](Statement& insert) {
        int parameter = 0;
        visitStreamFields(stream, [&](const char*, const auto& field) { insert.bindField(++parameter, field); });
        const bool kept = static_cast<bool>(lastChunk);
        insert.bind(++parameter, kept ? toStored(lastChunk.segment) : StoredValue {});
        insert.bind(++parameter, kept ? toStored(lastChunk.offset) : StoredValue {});
    });
}

DayWriter::Put DayWriter::quality(std::span<const QualityPoint> block)
{
    m_block.clear();
    for (const QualityPoint& point : block)
        m_block.append(point);
    return put(m_insertQuality, [&](Statement& insert) {
        insert.bind(1, block.front().stream.call.value);
        insert.bind(2, std::int64_t { block.front().stream.index });
        insert.bind(3, nanosecondsSinceEpoch(block.front().at));
        insert.bindBlob(4, m_block.points);
        insert.bindBlob(5, m_block.errors);
        insert.bindBlob(6, m_block.details);
        if (m_block.reported)
            insert.bindBlob(7, m_block.reports);
        else
            insert.bind(7, StoredValue {});
    });
}

DayWriter::Put DayWriter::alarm(const Alarm& alarm)
{
    int parameter = 0;
    visitAlarmFields(alarm, [&](const char*, const auto& field) { m_insertAlarm.bind(++parameter, toStored(field)); });
    return run(m_insertAlarm);
}

// What an earlier run has of a part of it goes: a longer capture was read now, and each second counts once.
DayWriter::Put DayWriter::serviceMinute(const ServiceRow& row)
{
    if (row.group.grouping == ServiceGrouping::Total && row.sums.seconds > 0) {
        m_deleteServiceParts.bind(1, toStored(row.from));
        m_deleteServiceParts.bind(2, toStored(row.from + std::chrono::seconds(row.sums.seconds)));
        if (const Put put = run(m_deleteServiceParts); put != Put::Stored)
            return put;
    }
    const ServiceCounts counts = countsOf(row.sums);
    int parameter = 0;
    visitServiceFields(
        row, counts, [&](const char*, const auto& field) { m_insertServiceMinute.bind(++parameter, toStored(field)); });
    return run(m_insertServiceMinute);
}

bool DayWriter::acknowledge(const AlarmAcknowledgement& acknowledgement)
{
    m_acknowledgeAlarm.bind(1, acknowledgement.id.value);
    m_acknowledgeAlarm.bind(2, toStored(acknowledgement.at));
    m_acknowledgeAlarm.bind(3, acknowledgement.by.view());
    m_acknowledgeAlarm.bind(4, acknowledgement.comment.view());
    return m_acknowledgeAlarm.run() || fail();
}

bool DayWriter::endOpenAlarms(Timestamp at)
{
    m_endAlarms.bind(1, toStored(at));
    m_endAlarms.bind(2, toStored(AlarmEnd::ProbeRestarted));
    return m_endAlarms.run() || fail();
}

bool DayWriter::findCall(CallKey key, std::optional<std::string>& callId)
{
    callId.reset();
    m_selectCall.bind(1, key.value);
    if (m_selectCall.stepToRow())
        callId = m_selectCall.column(0).text;
    m_selectCall.reset();
    return !m_selectCall.failed() || fail();
}

bool DayWriter::readQuality(CallKey key, std::vector<QualityPoint>& points)
{
    m_selectQuality.bind(1, key.value);
    while (m_selectQuality.stepToRow())
        readQualityBlock({ key, static_cast<std::uint32_t>(m_selectQuality.integer(0)) }, m_selectQuality.blob(1),
            m_selectQuality.blob(2), m_selectQuality.blob(3), m_selectQuality.blob(4), points);
    m_selectQuality.reset();
    return !m_selectQuality.failed() || fail();
}

bool DayWriter::removeCall(CallKey key)
{
    for (Statement* statement : { &m_deleteCall, &m_deleteStreams, &m_deleteQuality }) {
        statement->bind(1, key.value);
        if (!statement->run())
            return fail();
    }
    return true;
}

}
