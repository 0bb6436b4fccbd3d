// Alarms in day databases, and the rules that users changed.
#include "engine/storage/alarm_rule_store.h"
#include "engine/storage/alarm_shelf_store.h"
#include "tests/engine/storage/test_directory.h"

using namespace callmon;
using namespace std::chrono_literals;

namespace {

Alarm alarmAt(const char* time, AlarmSeverity severity = AlarmSeverity::Major)
{
    Alarm alarm;
    alarm.raisedAt = alarm.since = sample::at(time);
    alarm.id = { nanosecondsSinceEpoch(alarm.raisedAt) };
    alarm.rule = std::string_view("jitter-high");
    alarm.kind = AlarmKind::JitterHigh;
    alarm.severity = severity;
    alarm.call = CallKey { 77 };
    alarm.direction = Party::Callee;
    alarm.caller = std::string_view("anna");
    alarm.figure = alarm.worst = 63.5;
    alarm.threshold = 50;
    alarm.text = std::string_view("Jitter of the callee's media 64 ms");
    return alarm;
}

std::vector<Alarm> found(RecordQuery& query, const AlarmQuery& asked = {})
{
    std::vector<Alarm> alarms;
    const auto all = query.alarms(asked, [&](const Alarm& alarm) {
        alarms.push_back(alarm);
        return true;
    });
    if (!all)
        qFatal("%s", all.error().what.c_str());
    return alarms;
}

class AlarmStoreTest : public QObject {
    Q_OBJECT

private slots:
    void alarmLiesInTheDayItWasRaisedOnAlsoWhenItIsClearedLater()
    {
        sample::Directory directory;
        directory.open();
        Alarm alarm = alarmAt("2026-03-01T23:59:58Z");
        directory.writer->alarm(alarm);
        directory.writer->alarm(alarmAt("2026-03-02T08:00:00Z", AlarmSeverity::Warning));
        QVERIFY(directory.writer->commit());
        alarm.clearedAt = sample::at("2026-03-02T00:10:00Z");
        alarm.end = AlarmEnd::TooFewCalls; // the last of its kind
        alarm.worst = 91;
        directory.writer->alarm(alarm);
        QVERIFY(directory.writer->commit());
        directory.writer->acknowledge({ alarm.id, std::string_view("bert"), sample::at("2026-03-02T09:00:00Z"),
            std::string_view("seen, it is the usual backup") });
        directory.closeWriter();
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        directory.openQuery();
        const std::vector<Alarm> all = found(*directory.query);
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[0].clearedAt, alarm.clearedAt);
        QCOMPARE(all[0].end, AlarmEnd::TooFewCalls);
        QCOMPARE(all[0].worst, 91.0);
        QCOMPARE(all[0].call->value, std::int64_t(77));
        QCOMPARE(all[0].direction, std::optional(Party::Callee));
        QCOMPARE(all[0].acknowledgedBy.str(), std::string("bert"));
        QCOMPARE(all[0].comment.str(), std::string("seen, it is the usual backup"));
        QVERIFY(all[1].isOpen());
        AlarmQuery asked;
        asked.severity = AlarmSeverity::Minor; // and worse
        QCOMPARE(found(*directory.query, asked).size(), std::size_t(1));
        asked = {};
        asked.openOnly = true;
        QCOMPARE(found(*directory.query, asked)[0].severity, AlarmSeverity::Warning);
        asked = {};
        asked.from = sample::at("2026-03-02T00:00:00Z");
        QCOMPARE(found(*directory.query, asked).size(), std::size_t(1));
        asked = {};
        asked.call = CallKey { 78 };
        QCOMPARE(found(*directory.query, asked).size(), std::size_t(0));
        asked = {};
        asked.newestFirst = true;
        asked.limit = 1;
        QCOMPARE(found(*directory.query, asked)[0].severity, AlarmSeverity::Warning);
    }

    void whatAKilledEngineLeftOpenIsClearedByItsRestart()
    {
        sample::Directory directory;
        directory.open();
        const Alarm before = alarmAt("2026-03-01T10:00:00Z");
        directory.writer->alarm(before);
        directory.closeWriter(); // the row stays open, as after a kill
        directory.open();
        directory.writer->endOpenAlarms(sample::at("2026-03-02T07:00:00Z"));
        directory.writer->alarm(alarmAt("2026-03-02T07:00:01Z"));
        directory.closeWriter();
        directory.openQuery();
        const std::vector<Alarm> all = found(*directory.query);
        QCOMPARE(all[0].end, AlarmEnd::ProbeRestarted);
        QCOMPARE(*all[0].clearedAt, sample::at("2026-03-02T07:00:00Z"));
        QVERIFY(all[1].isOpen());
    }

    void dayFromBeforeAlarmsHasNone()
    {
        sample::Directory directory;
        directory.open();
        directory.writer->callEnded(sample::ended(sample::call(sample::at("2026-03-01T10:00:00Z"), "a")));
        directory.closeWriter();
        {
            auto day = Database::open(directory.path / "2026-03-01.sqlite", Database::Mode::ReadWrite);
            QVERIFY(day && day.value().execute("DROP TABLE alarms"));
        }
        directory.openQuery();
        QCOMPARE(found(*directory.query).size(), std::size_t(0));
        QVERIFY(directory.query->takeNotes().empty());
        directory.query.reset();
        directory.open();
        directory.writer->alarm(alarmAt("2026-03-01T12:00:00Z")); // the writer makes it
        directory.closeWriter();
        directory.openQuery();
        QCOMPARE(found(*directory.query).size(), std::size_t(1));
    }

    void everyChangeOfARuleIsKeptAndTheLastOneIsInForce()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        AlarmRule rule = builtInRules().front();
        {
            auto store = AlarmRuleStore::open(path);
            QVERIFY(store);
            rule.threshold = 3.0;
            rule.changedBy = std::string_view("anna");
            rule.changedAt = sample::at("2026-03-01T10:00:00Z");
            QVERIFY(store.value().put({ rule }));
            rule.enabled = false;
            rule.windowMinutes = 60;
            rule.leastCalls = 7;
            rule.changedBy = std::string_view("bert");
            QVERIFY(store.value().put({ rule }));
        }
        auto store = AlarmRuleStore::open(path);
        const auto rules = store.value().rules();
        QCOMPARE(rules.value().size(), std::size_t(1));
        QVERIFY(!rules.value()[0].enabled);
        QCOMPARE(rules.value()[0].changedBy.str(), std::string("bert"));
        QCOMPARE(rules.value()[0].raiseAfter, rule.raiseAfter);
        QCOMPARE(rules.value()[0].windowMinutes, 60U);
        QCOMPARE(rules.value()[0].leastCalls, 7U);
        const auto changes = store.value().changes();
        QCOMPARE(changes.value().size(), std::size_t(2));
        QCOMPARE(changes.value()[0].rule.changedBy.str(), std::string("anna"));
        QCOMPARE(changes.value()[0].rule.threshold, 3.0);
    }

    void shelfIsInForceUntilItsTimeIsOverAndADamagedOneIsMovedAside()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        const Timestamp at = sample::at("2026-03-01T10:00:00Z");
        AlarmShelf shelf { std::string_view("asr-low"), {}, std::string_view("trunk north"),
            { { 5 }, std::string_view("anna"), at + std::chrono::hours(2), std::string_view("works") }, at };
        {
            auto store = AlarmShelfStore::open(path);
            QVERIFY(store && store.value().put(shelf));
            shelf.shelving.by = std::string_view("bert"); // longer
            shelf.shelving.until = at + std::chrono::hours(3);
            shelf.at = at + std::chrono::hours(1);
            QVERIFY(store.value().put(shelf));
        }
        {
            auto store = AlarmShelfStore::open(path);
            const auto found = store.value().inForce(at + std::chrono::hours(3) - std::chrono::seconds(1));
            QCOMPARE(found.value().size(), std::size_t(1));
            QCOMPARE(found.value()[0].rule.str(), std::string("asr-low"));
            QCOMPARE(found.value()[0].group.str(), std::string("trunk north"));
            QVERIFY(!found.value()[0].call);
            QCOMPARE(found.value()[0].shelving.by.str(), std::string("bert"));
            QCOMPARE(found.value()[0].at, at + std::chrono::hours(1));
            QVERIFY(store.value().inForce(at + std::chrono::hours(3)).value().empty());
        }
        std::filesystem::resize_file(path / "shelf.sqlite", 100);
        auto store = AlarmShelfStore::open(path);
        QVERIFY(store && !store.value().note().empty());
        QVERIFY(store.value().inForce(at).value().empty());
    }

    void ruleThatWasRemovedIsInForceNoMoreAndItsHistoryStays()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        {
            auto made = AlarmRuleStore::open(path);
            QVERIFY(made);
            QVERIFY(made.value().put({ builtInRules()[0] }));
            QVERIFY(made.value().put({ builtInRules()[1] }));
        }
        { // as an engine made it that could not remove rules
            auto file = Database::open(path / "rules.sqlite", Database::Mode::ReadWrite);
            QVERIFY(file && file.value().execute("ALTER TABLE rule_changes DROP COLUMN removed"));
        }
        auto store = AlarmRuleStore::open(path);
        QVERIFY(store);
        QVERIFY(store.value().put({ builtInRules()[0], true }));
        const auto rules = store.value().rules();
        QCOMPARE(rules.value().size(), std::size_t(1));
        QCOMPARE(rules.value()[0].name, builtInRules()[1].name);
        QCOMPARE(store.value().changes().value().size(), std::size_t(3));
        QVERIFY(store.value().changes().value()[2].removed);
        QVERIFY(store.value().put({ builtInRules()[0] })); // made again
        QCOMPARE(store.value().rules().value().size(), std::size_t(2));
    }

    void rulesFromBeforeWindowsAreReadWithTheirDefault()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        {
            auto database = Database::open(path / "rules.sqlite", Database::Mode::ReadWrite);
            QVERIFY(database);
            QVERIFY(database.value().execute(R"sql(
CREATE TABLE rule_changes(change INTEGER PRIMARY KEY, changed_at_ns INTEGER NOT NULL, changed_by TEXT NOT NULL,
  name TEXT NOT NULL, kind INTEGER NOT NULL, severity INTEGER NOT NULL, enabled INTEGER NOT NULL,
  threshold REAL NOT NULL, clear_threshold REAL NOT NULL, raise_after_s INTEGER NOT NULL,
  clear_after_s INTEGER NOT NULL, together INTEGER NOT NULL, metric TEXT NOT NULL, call_group TEXT NOT NULL);
INSERT INTO rule_changes VALUES(1,1,'anna','asr-low',14,1,1,40,50,60,60,20,'asr','');
)sql"));
        }
        for (int opened = 0; opened < 2; ++opened) { // the second time the columns are there
            auto store = AlarmRuleStore::open(path);
            QVERIFY2(store, store ? "" : store.error().what.c_str());
            const auto rules = store.value().rules();
            QCOMPARE(rules.value().size(), std::size_t(1));
            QCOMPARE(rules.value()[0].windowMinutes, 5U);
            QCOMPARE(rules.value()[0].leastCalls, 20U);
        }
    }
};

}

QTEST_GUILESS_MAIN(AlarmStoreTest)
#include "tst_alarm_store.moc"
