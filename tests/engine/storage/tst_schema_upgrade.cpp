// Day databases of older schemas are read as they are, and written to once their new columns are added. schema_1.sql
// to schema_5.sql are the texts that made them; rows and blobs are written here by SQLite itself.
#include "engine/storage/quality_block.h"
#include "engine/storage/schema.h"
#include "engine/storage/search_schema.h"
#include "engine/storage/sqlite.h"
#include "tests/engine/storage/test_directory.h"
#include "tests/test_folders.h"

#include <QFile>
#include <functional>

using namespace callmon;
using namespace std::chrono_literals;
using sample::described;
using sample::Directory;

namespace {

// 2026-03-01 12:00:00 UTC: a key whose low bits are zero is as good as any.
constexpr std::int64_t oldKey = 1'772'366'400'000'000'000;

class TestSchemaUpgrade : public QObject {
    Q_OBJECT

private:
    static inline const Timestamp oneMoreAt = sample::at("2026-03-01T14:00:00Z");

    static std::filesystem::path fileIn(const Directory& directory) { return directory.path / "2026-03-01.sqlite"; }

    // A call with one stream and two seconds of it, as the program before wrote them.
    static void makeOldDay(const Directory& directory, int version)
    {
        QFile schema(projectSource() + QString("/tests/engine/storage/schema_%1.sql").arg(version));
        QVERIFY(schema.open(QIODevice::ReadOnly));
        std::filesystem::create_directories(directory.path);
        auto database = Database::open(fileIn(directory), Database::Mode::ReadWrite);
        QVERIFY(database);
        QVERIFY(database.value().execute("PRAGMA journal_mode=WAL"));
        QVERIFY(database.value().execute(schema.readAll().constData()));
        const std::string key = std::to_string(oldKey);
        QVERIFY(database.value().execute(("INSERT INTO meta VALUES('schema_version'," + std::to_string(version)
            + ");"
              "INSERT INTO calls VALUES("
            + key + ",4,0,1,0,0,200,200,'old@host','+34910','200','10.0.0.1',5060,'10.0.0.2',5060," + key + ",NULL,"
            + key + "," + key + "," + key + ",NULL,NULL,NULL,4.25,4.0,1,8,0,17" + (version > 1 ? ",5,0,2" : "")
            + (version > 2 ? ",0,'','','','','','','','',0,0,0,0,0,0,0,0,0,0" : "") + (version > 3 ? ",4,250.5" : "")
            + (version > 2 ? ",NULL,NULL" : "")
            + ");"
              "INSERT INTO streams VALUES("
            + key + ",0,0,'10.0.0.1',4000,'10.0.0.2',5000,4096,8,'PCMA',8000," + key + "," + key
            + ",100,20000,0,0,103,3,2.9,1.5,2.5,19.0,20.0,21.0,0.5,200,200,200,0,80000,NULL,90.5,4.25,4.0,77,100,0,"
            + (version > 1 ? "6,0.5," : "") + (version > 2 ? "0,0,0,0,0,0,NULL,NULL,NULL,NULL," : "")
            + (version > 3 ? "3,1.5,NULL,NULL,NULL,NULL,20.0,0,0,80.0,1,0.0,0.5,0.0,0.25," : "")
            + (version > 4 ? "0.125,0,NULL,0,0,0,0,NULL,0,NULL,0,0,''," : "")
            + "NULL,NULL);"
              // Little-endian: start, packets 50, lost 3, duplicates 1, reordered 2, jitter 1.5, delta 21.25, MOS 4.25.
              "INSERT INTO quality VALUES("
            + key + ",0," + key
            + ",x'0080D6B3D9B59818" // oldKey
              "32000000030000000100000002000000"
              "0000C03F0000AA4100008840'"
            + (version > 1 ? ",x'070000000000803E'" : "") // 7 lost with the probe, error 0.25
            + (version > 4 ? ",NULL);" : ");"))
                                             .c_str()));
    }

    static std::int64_t number(const std::filesystem::path& file, const char* sql)
    {
        auto database = Database::open(file, Database::Mode::ReadOnly);
        auto row = database.value().prepare(sql);
        return row && row.value().stepToRow() ? row.value().integer(0) : -1;
    }

    static void theOldCallIsWhole(Directory& directory, int version)
    {
        const bool first = version == 1; // which knew nothing of what the probe lost
        const auto calls = directory.calls();
        QVERIFY(!calls.empty());
        const CallRecord& call = calls.front();
        QCOMPARE(call.callId.str(), std::string("old@host"));
        QCOMPARE(call.mosMean, std::optional(4.25));
        QCOMPARE(call.mediaPacketsNotStored, 17u);
        QCOMPARE(call.probeFramesLost, first ? 0u : 5u);
        QCOMPARE(call.trust, first ? CaptureTrust::Whole : CaptureTrust::Lossy);
        QVERIFY(call.recorded == Recording::Unknown && call.recordingRule.empty());
        QVERIFY(call.callerTrunk.empty() && call.calleeTrunk.empty() && !call.countedAt);
        QVERIFY(call.endReason.empty() && call.legId.empty() && call.holds == 0 && !call.beganBeforeProbe);
        const auto streams = directory.query->streams(call.key);
        QVERIFY(streams);
        QCOMPARE(streams.value().size(), 1u);
        QCOMPARE(streams.value()[0].lost, 3u);
        QCOMPARE(streams.value()[0].lostWithProbe, first ? 0u : 6u);
        QCOMPARE(streams.value()[0].jitterError.has_value(), !first);
        QVERIFY(streams.value()[0].bindingRule == BindingRule::None && !streams.value()[0].rtcpRtt);
        QCOMPARE(streams.value()[0].lossRuns, version > 3 ? 3u : 0u);
        QVERIFY(streams.value()[0].jitterBuffer == JitterBufferKind::None && streams.value()[0].dtmf.empty());
        const auto points = directory.query->quality(call.key);
        QVERIFY(points);
        QCOMPARE(points.value().size(), 1u);
        const QualityPoint& point = points.value()[0];
        QCOMPARE(nanosecondsSinceEpoch(point.at), oldKey);
        QVERIFY(point.packets == 50 && point.lost == 3 && point.duplicates == 1 && point.reordered == 2);
        QVERIFY(point.jitterMs == 1.5f && point.deltaMaxMs == 21.25f && point.mos == 4.25f);
        QCOMPARE(point.lostWithProbe, first ? 0u : 7u);
        QCOMPARE(point.jitterErrorMs, first ? 0.f : 0.25f);
        QVERIFY(point.bytes == 0 && point.discarded == 0 && point.dscp == 0 && !point.earlyMedia && !point.pausing);
        QCOMPARE(point.farEnd, FarEndReport {});
    }

    static void versions()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("schema 1") << 1;
        QTest::newRow("schema 2") << 2;
        QTest::newRow("schema 3") << 3;
        QTest::newRow("schema 4") << 4;
        QTest::newRow("schema 5") << 5;
    }

    static CallKey store(Directory& directory, Timestamp at, const char* id)
    {
        const CallRecord call = sample::fullCall(at, id);
        const StreamRecord stream = sample::fullStream(call.key, 0, at);
        directory.writer->liveCall(call);
        directory.writer->stream(stream);
        directory.writer->quality(sample::point(stream.key, at));
        directory.writer->callEnded(call);
        return call.key;
    }

    static void computeReversed(Database& database) // which schema 11 stores
    {
        QVERIFY(database.execute("DROP INDEX calls_in_quarter_by_caller_reversed;"
                                 "DROP INDEX calls_in_quarter_by_callee_reversed;"
                                 "ALTER TABLE calls DROP COLUMN caller_reversed;"
                                 "ALTER TABLE calls DROP COLUMN callee_reversed"));
        QVERIFY(database.execute(reversedColumnsSql().c_str()));
        for (const std::string name : { "caller_reversed", "callee_reversed" })
            QVERIFY(database.execute(("CREATE INDEX calls_in_quarter_by_" + name + " ON calls(call_key/"
                + std::to_string(quarterNs) + ", " + name + ')')
                                         .c_str()));
    }

    static void dropReceiverLimits(Database& database) // which schema 11 brought
    {
        for (const char* column : { "external_r_factor", "gap_threshold", "jitter_buffer_limits_ms" })
            QVERIFY(database.execute((std::string("ALTER TABLE streams DROP COLUMN xr_") + column).c_str()));
    }

    static void undoSchemaEleven(Database& database)
    {
        computeReversed(database);
        dropReceiverLimits(database);
    }

    static void dropTrunksAndAlarmValues(Database& database) // which schema 10 brought
    {
        undoSchemaEleven(database);
        QVERIFY(database.execute("ALTER TABLE calls DROP COLUMN caller_trunk;"
                                 "ALTER TABLE calls DROP COLUMN callee_trunk;"
                                 "ALTER TABLE calls DROP COLUMN counted_at_ns"));
        for (const char* column : { "raise_after_s", "window_min", "part", "part_calls", "call_threshold" })
            QVERIFY(database.execute((std::string("ALTER TABLE alarms DROP COLUMN ") + column).c_str()));
    }

    static void dropPayloads(Database& database) // which schema 9 brought
    {
        dropTrunksAndAlarmValues(database);
        QVERIFY(database.execute("ALTER TABLE streams DROP COLUMN payloads;"
                                 "ALTER TABLE streams DROP COLUMN described_at_ns"));
    }

    static void dropReceiverMetrics(Database& database) // which schema 8 brought
    {
        dropPayloads(database);
        for (const char* column : { "lost_percent", "discarded_percent", "burst_density_percent", "gap_density_percent",
                 "burst_duration_ms", "gap_duration_ms", "round_trip_ms", "end_system_ms", "jitter_buffer_ms",
                 "signal_dbm0", "noise_dbm0", "echo_return_loss_db", "r_factor" })
            QVERIFY(database.execute((std::string("ALTER TABLE streams DROP COLUMN xr_") + column).c_str()));
    }
    // A call in a day of that schema, which lacks what later ones brought.
    static CallKey storeIn(Directory& directory, int schema, const std::function<void(Database&)>& takeAway)
    {
        directory.open();
        const CallKey call = store(directory, oneMoreAt - std::chrono::hours(1), "old");
        directory.closeWriter();
        auto database = Database::open(fileIn(directory), Database::Mode::ReadWrite);
        takeAway(database.value());
        if (!database.value().execute(("UPDATE meta SET value=" + std::to_string(schema)).c_str()))
            qFatal("cannot write");
        directory.openQuery();
        return call;
    }
    static CallKey storeOneMore(Directory& directory)
    {
        directory.open();
        const CallKey call = store(directory, oneMoreAt, "new");
        directory.closeWriter();
        directory.openQuery();
        return call;
    }

private slots:
    void anOldDayIsReadWithoutBeingTouched_data() { versions(); }
    void anOldDayIsReadWithoutBeingTouched()
    {
        QFETCH(int, version);
        Directory directory;
        makeOldDay(directory, version);
        directory.openQuery();
        theOldCallIsWhole(directory, version);
        CallQuery query;
        query.trust = version == 1 ? CaptureTrust::Whole : CaptureTrust::Lossy;
        query.limit = 1;
        std::uint64_t matches = 0;
        QCOMPARE(directory.calls(query, &matches).size(), 1u);
        QCOMPARE(matches, 1u);
        query.trust = CaptureTrust::Delayed;
        QVERIFY(directory.calls(query).empty());
        QVERIFY(directory.query->takeNotes().empty());
        QCOMPARE(number(fileIn(directory), "SELECT value FROM meta"), version);
    }

    void aCallAddedToAnOldDayFindsItsColumnsThere_data() { versions(); }
    void aCallAddedToAnOldDayFindsItsColumnsThere()
    {
        QFETCH(int, version);
        Directory directory;
        makeOldDay(directory, version);
        directory.open();
        const auto start = sample::at("2026-03-01T13:00:00Z");
        const CallRecord call = sample::fullCall(start, "new@host");
        const StreamRecord stream = sample::fullStream(call.key, 0, start);
        directory.writer->liveCall(call);
        directory.writer->stream(stream);
        directory.writer->quality(sample::point(stream.key, start));
        directory.writer->callEnded(call);
        directory.closeWriter();
        QCOMPARE(number(fileIn(directory), "SELECT value FROM meta"), schemaVersion);
        directory.openQuery();
        theOldCallIsWhole(directory, version);
        const auto calls = directory.calls();
        QCOMPARE(calls.size(), 2u);
        QCOMPARE(described(calls[1]), described(call));
        QCOMPARE(described(directory.query->streams(call.key).value().at(0)), described(stream));
        const auto points = directory.query->quality(call.key);
        const QualityPoint& added = points.value().at(0);
        QVERIFY(added.lostWithProbe == 4 && added.jitterErrorMs == 0.125f && added.bytes == 10'000);
        QVERIFY(added.discarded == 5 && added.dscp == 46 && added.earlyMedia && added.pausing);
        QVERIFY(added.probeLost);
        QCOMPARE(added.farEnd, (FarEndReport { 125, 45, 521, 2 }));
    }

    void anUpgradedDayHasTheColumnsOfANewOne_data() { versions(); }
    void anUpgradedDayHasTheColumnsOfANewOne()
    {
        QFETCH(int, version);
        Directory upgraded;
        makeOldDay(upgraded, version);
        Directory fresh;
        for (Directory* directory : { &upgraded, &fresh }) {
            directory->open();
            directory->writer->callEnded(sample::ended(sample::call(sample::at("2026-03-01T13:00:00Z"), "a")));
            directory->closeWriter();
        }
        for (const char* table : { "calls", "streams", "quality" }) {
            // Numbers written backwards stay computed there.
            const std::string sql = std::string("SELECT group_concat(name) FROM (SELECT name || type || \"notnull\" AS "
                                                "name FROM pragma_table_info('")
                + table + "') WHERE name NOT LIKE '%_reversed' ORDER BY name)";
            QString columns[2];
            for (int i = 0; i < 2; ++i) {
                auto database = Database::open(fileIn(i ? fresh : upgraded), Database::Mode::ReadOnly);
                auto row = database.value().prepare(sql);
                QVERIFY(row && row.value().stepToRow());
                columns[i] = QString::fromStdString(row.value().column(0).text);
            }
            QCOMPARE(columns[0], columns[1]);
        }
    }

    void aReaderThatWasThereBeforeTheUpgradeGoesOn_data() { versions(); }
    void aReaderThatWasThereBeforeTheUpgradeGoesOn()
    {
        QFETCH(int, version);
        Directory directory;
        makeOldDay(directory, version);
        directory.openQuery();
        theOldCallIsWhole(directory, version);
        directory.open();
        directory.writer->callEnded(sample::fullCall(sample::at("2026-03-01T13:00:00Z"), "new@host"));
        directory.closeWriter();
        const auto calls = directory.calls();
        QCOMPARE(calls.size(), 2u);
        QCOMPARE(calls[1].trust, CaptureTrust::Lossy);
    }

    // Schema 6 is 7 without what receivers reported.
    void aDayOfSchemaSixIsReadAndWrittenTo()
    {
        Directory directory;
        const CallKey old = storeIn(directory, 6, [](Database& day) {
            dropReceiverMetrics(day);
            QVERIFY(day.execute("ALTER TABLE quality DROP COLUMN reports"));
        });
        const auto before = directory.query->quality(old);
        QVERIFY(before && before.value().size() == 1);
        QCOMPARE(before.value()[0].farEnd, FarEndReport {});
        QCOMPARE(before.value()[0].discarded, 5);
        const CallKey added = storeOneMore(directory);
        QCOMPARE(directory.query->quality(added).value().at(0).farEnd, (FarEndReport { 125, 45, 521, 2 }));
        QCOMPARE(directory.query->quality(old).value().at(0).farEnd, FarEndReport {});
    }

    // Schema 7 is 8 without what the receivers' VoIP metrics say.
    void aDayOfSchemaSevenIsReadAndWrittenTo()
    {
        Directory directory;
        const CallKey old = storeIn(directory, 7, dropReceiverMetrics);
        const StreamRecord before = directory.query->streams(old).value().at(0);
        QVERIFY(!before.xr.lostPercent && !before.xr.rFactor && !before.xr.roundTrip);
        QCOMPARE(before.xrMos, std::optional(4.1));
        const CallKey added = storeOneMore(directory);
        const StreamRecord after = directory.query->streams(added).value().at(0);
        QCOMPARE(described(after), described(sample::fullStream(added, 0, oneMoreAt)));
        QVERIFY(!directory.query->streams(old).value().at(0).xr.lostPercent);
    }

    // Schema 8 is 9 without what payload types meant, and when the callee was first described.
    void aDayOfSchemaEightIsReadAndWrittenTo()
    {
        Directory directory;
        const CallKey old = storeIn(directory, 8, dropPayloads);
        const StreamRecord before = directory.query->streams(old).value().at(0);
        QVERIFY(before.payloads.uses().empty() && !before.describedAt);
        QVERIFY(before.xr.lostPercent.has_value());
        const CallKey added = storeOneMore(directory);
        const StreamRecord after = directory.query->streams(added).value().at(0);
        QCOMPARE(after.payloads.uses().size(), std::size_t { 2 });
        QVERIFY(after.describedAt.has_value());
        QVERIFY(directory.query->streams(old).value().at(0).payloads.uses().empty());
    }

    // Schema 10 is 11 without a receiver's limits and what lies behind it.
    void aDayOfSchemaTenIsReadAndWrittenTo()
    {
        Directory directory;
        const CallKey old = storeIn(directory, 10, undoSchemaEleven);
        const StreamRecord before = directory.query->streams(old).value().at(0);
        QVERIFY(!before.xr.externalRFactor && !before.xr.gapThreshold && !before.xr.jitterBufferLimits);
        QVERIFY(before.xr.rFactor.has_value());
        const CallKey added = storeOneMore(directory);
        const StreamRecord after = directory.query->streams(added).value().at(0);
        QCOMPARE(described(after), described(sample::fullStream(added, 0, oneMoreAt)));
        QVERIFY(!directory.query->streams(old).value().at(0).xr.jitterBufferLimits);
    }

    // Schema 9 is 10 without the trunks of a call, and when it counted as an attempt.
    void aDayOfSchemaNineIsReadAndWrittenTo()
    {
        Directory directory;
        const CallKey old = storeIn(directory, 9, dropTrunksAndAlarmValues);
        const auto of = [&](CallKey key) {
            CallQuery query;
            query.key = key;
            return directory.calls(query).at(0);
        };
        QVERIFY(of(old).callerTrunk.empty() && of(old).calleeTrunk.empty() && !of(old).countedAt);
        CallQuery unknown;
        unknown.conditions = { { "trunk", Comparison::Equal, "" } };
        QCOMPARE(directory.calls(unknown).size(), 1u);
        const CallKey added = storeOneMore(directory);
        QCOMPARE(described(of(added)), described(sample::fullCall(oneMoreAt, "new")));
        QCOMPARE(of(added).callerTrunk.str(), std::string("north"));
        QCOMPARE(directory.calls(unknown).size(), 1u);
        QCOMPARE(directory.calls(unknown).at(0).key, old);
    }

    // Schema 10 is 11 with numbers written backwards by SQLite at each reading.
    void aDayOfSchemaTenGoesOnComputingWhatIsNowStored()
    {
        Directory directory;
        const CallKey old = storeIn(directory, 10, undoSchemaEleven);
        const CallKey added = storeOneMore(directory);
        CallQuery byEnd;
        const std::string callee = sample::fullCall(oneMoreAt, "new").callee.str();
        byEnd.conditions = { { "callee", Comparison::Equal, '*' + callee.substr(callee.size() - 4) } };
        const auto found = directory.calls(byEnd);
        QCOMPARE(found.size(), 2u);
        QVERIFY(found[0].key == old && found[1].key == added);
    }

    void numbersAreWrittenBackwardsAsSqliteDoes()
    {
        Directory directory;
        directory.open();
        int second = 0;
        for (const char* number :
            { "", "7", "+34910123456", "+349101234567890", "sip:anna@example.org", "n\u00fa\u00f1ez",
                "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 9", "\U0001f4de100" }) {
            CallRecord call = sample::ended(sample::call(sample::at("2026-03-01") + ++second * 1s, number));
            call.caller = number;
            call.callee = std::string("1") + number;
            directory.writer->callEnded(call);
        }
        directory.closeWriter();
        auto opened = Database::open(fileIn(directory), Database::Mode::ReadWrite);
        QVERIFY(opened);
        Database& database = opened.value();
        QVERIFY(database.execute("ALTER TABLE calls RENAME COLUMN caller_reversed TO caller_stored;"
                                 "ALTER TABLE calls RENAME COLUMN callee_reversed TO callee_stored"));
        QVERIFY(database.execute(reversedColumnsSql().c_str()));
        auto row = database.prepare(
            "SELECT caller, caller_stored, caller_reversed, callee_stored, callee_reversed FROM calls");
        int rows = 0;
        while (row.value().stepToRow()) {
            ++rows;
            QCOMPARE(row.value().column(1).text, row.value().column(2).text);
            QCOMPARE(row.value().column(3).text, row.value().column(4).text);
        }
        QCOMPARE(rows, second);
    }

    // Schema 9 is 10 without the values that alarms say besides their figures.
    void alarmsOfADayOfSchemaNineAreReadAndAddedTo()
    {
        const auto alarmAt = [](Timestamp at) {
            Alarm alarm;
            alarm.id = { nanosecondsSinceEpoch(at) };
            alarm.raisedAt = alarm.since = at;
            alarm.kind = AlarmKind::DiskNearlyFull;
            alarm.text = "Disk nearly full 97 %, above 95 % for 10 s (/media/one)";
            alarm.raiseAfter = 10s;
            alarm.windowMinutes = 15;
            alarm.part = "/media/one";
            alarm.partCalls = 3;
            alarm.callThreshold = 2.5;
            return alarm;
        };
        Directory directory;
        directory.open();
        directory.writer->alarm(alarmAt(oneMoreAt - 1h));
        directory.closeWriter();
        storeIn(directory, 9, dropTrunksAndAlarmValues);
        std::vector<Alarm> found;
        const auto search = [&] {
            found.clear();
            QVERIFY(directory.query->alarms({}, [&](const Alarm& alarm) {
                found.push_back(alarm);
                return true;
            }));
        };
        search();
        QCOMPARE(found.size(), std::size_t { 1 });
        QVERIFY(!found[0].raiseAfter && found[0].part.empty());
        QCOMPARE(found[0].text, alarmAt({}).text);
        directory.open();
        directory.writer->alarm(alarmAt(oneMoreAt));
        directory.closeWriter();
        directory.openQuery();
        search();
        QCOMPARE(found.size(), std::size_t { 2 });
        QVERIFY(!found[0].raiseAfter && found[0].part.empty());
        QCOMPARE(found[1].raiseAfter, std::optional(10s));
        QCOMPARE(found[1].windowMinutes, 15u);
        QCOMPARE(found[1].part, alarmAt({}).part);
        QCOMPARE(found[1].partCalls, 3u);
        QCOMPARE(found[1].callThreshold, 2.5);
    }

    void aDayOfALaterSchemaIsLeftAlone()
    {
        Directory directory;
        makeOldDay(directory, 2);
        {
            auto database = Database::open(fileIn(directory), Database::Mode::ReadWrite);
            QVERIFY(database.value().execute("UPDATE meta SET value=99"));
        }
        directory.openQuery();
        QVERIFY(directory.calls().empty());
        const auto notes = directory.query->takeNotes();
        QVERIFY(!notes.empty());
        QVERIFY(toText(notes.front()).find("schema version 99") != std::string::npos);
    }

    void aBlockOfAnotherLengthIsSaidSo()
    {
        std::vector<QualityPoint> points;
        const std::vector<std::byte> torn(qualityPointSize + 1);
        QVERIFY(!readQualityBlock({}, torn, {}, {}, {}, points));
        QVERIFY(!readQualityBlock({}, Bytes(torn).first(qualityPointSize), Bytes(torn).first(3), {}, {}, points));
        QVERIFY(readQualityBlock({}, Bytes(torn).first(qualityPointSize), {}, {}, {}, points));
    }
};

}

QTEST_GUILESS_MAIN(TestSchemaUpgrade)
#include "tst_schema_upgrade.moc"
