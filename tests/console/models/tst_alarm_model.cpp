#include "console/models/alarm_model.h"
#include "console/models/list_export.h"
#include "console/models/rule_model.h"
#include "shared/calls/alarm_fields.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <random>

using namespace callmon;

namespace {

Alarm alarmOf(int number, AlarmSeverity severity = AlarmSeverity::Minor)
{
    Alarm alarm;
    alarm.raisedAt = timestampFromNanoseconds(1'795'413'600'000'000'000 + number * 1'000'000'000LL);
    alarm.id = { nanosecondsSinceEpoch(alarm.raisedAt) };
    alarm.rule = std::string_view("jitter-high");
    alarm.kind = AlarmKind::JitterHigh;
    alarm.severity = severity;
    alarm.call = CallKey { 1000 + number };
    alarm.caller = "caller" + std::to_string(number);
    alarm.text = std::string_view("Jitter 63 ms");
    return alarm;
}

const Timestamp soon = timestampFromNanoseconds(1'795'415'500'000'000'000);

Alarm shelved(Alarm alarm)
{
    alarm.shelvedUntil = soon;
    alarm.shelvedBy = std::string_view("anna");
    alarm.shelfComment = std::string_view("works on Sunday");
    return alarm;
}

AlarmDelta snapshotOf(std::vector<Alarm> alarms)
{
    AlarmDelta delta;
    delta.snapshot = true;
    delta.changed = std::move(alarms);
    return delta;
}

class AlarmModelTest : public QObject {
    Q_OBJECT

private slots:
    void anyDeltasFiltersAndSortsLeaveWhatTheEngineHas()
    {
        AlarmModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::map<AlarmId, Alarm> truth;
        std::mt19937 random(11);
        for (int step = 0; step < 300; ++step) {
            AlarmDelta delta;
            delta.snapshot = random() % 40 == 0;
            if (delta.snapshot)
                truth.clear();
            for (auto i = random() % 6; i > 0; --i) {
                Alarm alarm = alarmOf(static_cast<int>(random() % 60), static_cast<AlarmSeverity>(random() % 4));
                alarm.worst = static_cast<double>(random() % 100);
                if (random() % 5 == 0)
                    alarm.shelvedUntil = soon;
                delta.changed.push_back(alarm);
                truth[alarm.id] = alarm;
            }
            for (auto i = random() % 4; i > 0; --i) {
                const AlarmId id = alarmOf(static_cast<int>(random() % 60)).id;
                if (std::ranges::any_of(delta.changed, [&](const Alarm& alarm) { return alarm.id == id; }))
                    continue;
                delta.removed.push_back(id);
                truth.erase(id);
            }
            model.apply(delta);
            if (step % 7 == 0)
                model.sort(static_cast<int>(random() % AlarmModel::ColumnCount),
                    random() % 2 == 0 ? Qt::AscendingOrder : Qt::DescendingOrder);
            if (step % 5 == 0)
                model.setFilter(
                    { random() % 2 == 0 ? "caller1" : "", static_cast<AlarmSeverity>(random() % 4), false });
        }
        model.setFilter({ "", AlarmSeverity::Warning, true });
        model.sort(AlarmModel::Id, Qt::AscendingOrder);
        QCOMPARE(model.rowCount(), static_cast<int>(truth.size()));
        int row = 0;
        for (const auto& [id, alarm] : truth) {
            QCOMPARE(model.alarmAt(row)->id.value, id.value);
            QCOMPARE(model.alarmAt(row++)->worst, alarm.worst);
        }
    }

    void worstComesFirstAndASelectionFollowsItsAlarm()
    {
        AlarmModel model;
        model.apply(snapshotOf({ alarmOf(1, AlarmSeverity::Warning), alarmOf(2, AlarmSeverity::Major),
            alarmOf(3, AlarmSeverity::Major) }));
        QCOMPARE(model.alarmAt(0)->id.value, alarmOf(3).id.value); // of equals the newest
        const QPersistentModelIndex major = model.index(1, AlarmModel::Caller);
        AlarmDelta delta;
        delta.changed = { alarmOf(4, AlarmSeverity::Critical) };
        delta.removed = { alarmOf(3).id };
        model.apply(delta);
        QCOMPARE(model.alarmAt(0)->severity, AlarmSeverity::Critical);
        QCOMPARE(major.row(), 1);
        QCOMPARE(major.data().toString(), QString("caller2"));
        QCOMPARE(model.index(0, AlarmModel::Severity).data().toString(), QString("critical"));
        QCOMPARE(model.index(0, AlarmModel::Severity).data(GlyphRole).toString(), QString("■"));
    }

    void unacknowledgedAreCountedWithoutThoseOnTheShelf()
    {
        AlarmModel model;
        Alarm seen = alarmOf(2, AlarmSeverity::Critical);
        seen.acknowledgedAt = soon;
        model.apply(snapshotOf({ alarmOf(1, AlarmSeverity::Major), seen, alarmOf(3) }));
        QCOMPARE(model.unacknowledged(), std::size_t(2));
        QCOMPARE(model.worstUnacknowledged(), std::optional(AlarmSeverity::Major));
        AlarmDelta delta;
        delta.changed = { shelved(alarmOf(1, AlarmSeverity::Major)) };
        model.apply(delta);
        QCOMPARE(model.unacknowledged(), std::size_t(1));
        QCOMPARE(model.worstUnacknowledged(), std::optional(AlarmSeverity::Minor));
        QCOMPARE(model.rowCount(), 2);
        model.setFilter({ "", AlarmSeverity::Warning, true });
        QCOMPARE(model.rowCount(), 3);
        model.setFilter({ "Sunday", AlarmSeverity::Warning, true });
        QCOMPARE(model.rowCount(), 1);
        model.setFilter({});
        delta.changed = { alarmOf(1, AlarmSeverity::Major) }; // its time is over
        model.apply(delta);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.unacknowledged(), std::size_t(2));
    }

    void csvHasTheColumnsOfTheCommandLine()
    {
        AlarmModel model;
        QCOMPARE(alarmFieldNames().size(), std::size_t(AlarmModel::Probe)); // which is the console's own
        model.apply(snapshotOf({ shelved(alarmOf(1)) }));
        model.setFilter({ "", AlarmSeverity::Warning, true });
        const std::string csv =
            csvOf(model, { AlarmModel::Severity, AlarmModel::Kind, AlarmModel::Caller, AlarmModel::ShelvedUntil });
        QCOMPARE(QString::fromStdString(csv),
            QString::fromStdString(std::string(
                "severity,kind,caller,shelved_until\r\nminor,jitter_high,caller1,2026-11-23T06:31:40.000000000Z\r\n")));
    }

    void everyRuleAndEveryChangeIsARow()
    {
        RuleModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRules(builtInRules());
        QCOMPARE(model.rowCount(), static_cast<int>(builtInRules().size()));
        QCOMPARE(model.index(0, RuleModel::Condition).data().toString(), QString("below 3.10"));
        QCOMPARE(model.rowOf("one-way-audio"), 4);
        AlarmRule rule = builtInRules()[0];
        rule.changedBy = std::string_view("anna");
        model.setChanges({ { rule }, { builtInRules()[1], true } });
        QCOMPARE(model.index(0, RuleModel::Change).data().toString(), QString("removed")); // the newest first
        QCOMPARE(model.index(1, RuleModel::ChangedBy).data().toString(), QString("anna"));
    }
};

}

QTEST_GUILESS_MAIN(AlarmModelTest)
#include "tst_alarm_model.moc"
