#include "console/models/list_export.h"
#include "console/models/live_call_model.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QtTest>
#include <random>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

LiveCall numbered(int i)
{
    LiveCall call;
    call.key = { 1'000'000 + i };
    call.startedAt = timestampFromNanoseconds(1'000'000'000LL * i);
    call.caller = "+3491" + std::to_string(i);
    call.callee = "200" + std::to_string(i % 7);
    call.callId = "id" + std::to_string(i);
    call.codec = i % 2 == 0 ? "PCMA" : "G729";
    call.state = CallState::Answered;
    call.answeredAt = call.startedAt + 2s;
    call.sent[0] = { true, 1.0F + static_cast<float>(i % 35) / 10, 1.0F, static_cast<float>(i % 10), 2.0F };
    return call;
}

LiveDelta snapshot(int count)
{
    LiveDelta delta;
    delta.snapshot = true;
    for (int i = 0; i < count; ++i)
        delta.changed.push_back(numbered(i));
    return delta;
}

QString at(const LiveCallModel& model, int row, int column)
{
    return model.index(row, column).data().toString();
}

}

class TestLiveCallModel : public QObject {
    Q_OBJECT

private slots:
    void keepsItsPromisesToViewsUnderRandomChanges()
    {
        LiveCallModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::mt19937 random(7);
        model.apply(snapshot(40));
        for (int round = 0; round < 60; ++round) {
            LiveDelta delta;
            delta.snapshot = round % 17 == 16;
            for (int i = 0; i < 15; ++i)
                delta.changed.push_back(numbered(static_cast<int>(random() % 120)));
            for (int i = 0; i < 15; ++i) {
                const LiveCall call = numbered(static_cast<int>(random() % 120));
                delta.figures.push_back({ call.key, call.sent });
            }
            for (int i = 0; i < 10; ++i)
                delta.removed.push_back({ 1'000'000 + static_cast<int>(random() % 120) });
            model.apply(delta);
            if (round % 5 == 0)
                model.setFilter(CallFilter::parse(round % 2 ? "codec:pcma" : ""));
            model.sort(static_cast<int>(random() % LiveCallModel::ColumnCount),
                random() % 2 ? Qt::AscendingOrder : Qt::DescendingOrder);
            model.setHeld(true);
            model.setHeld(false);
        }
    }

    void aDeltaAppliedTwiceDoesNoHarm()
    {
        LiveCallModel model;
        model.apply(snapshot(3));
        LiveDelta delta;
        delta.changed = { numbered(3), numbered(1) };
        delta.removed = { numbered(0).key };
        model.apply(delta);
        model.apply(delta);
        QTRY_COMPARE(model.rowOf(numbered(0).key), -1);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.totalCalls(), 3);
    }

    void aSnapshotDropsCallsThatItDoesNotHold()
    {
        LiveCallModel model;
        model.apply(snapshot(30));
        model.apply(snapshot(4));
        QTRY_COMPARE(model.rowCount(), 4);
        QCOMPARE(model.totalCalls(), 4);
    }

    void theSelectedCallStaysTheSameThroughResorting()
    {
        LiveCallModel model;
        model.apply(snapshot(50));
        const int row = model.rowOf(numbered(17).key);
        const QPersistentModelIndex selected = model.index(row, 0);
        model.sort(LiveCallModel::CallerLoss, Qt::DescendingOrder);
        QCOMPARE(selected.data(CallKeyRole).toLongLong(), numbered(17).key.value);
        QVERIFY(selected.row() != row);
        LiveDelta delta;
        for (int i = 0; i < 15; ++i)
            delta.removed.push_back(numbered(i).key);
        model.apply(delta);
        QTRY_COMPARE(model.rowCount(), 35);
        QCOMPARE(selected.data(CallKeyRole).toLongLong(), numbered(17).key.value);
    }

    void unknownFiguresComeLastInEitherOrder()
    {
        LiveCallModel model;
        LiveDelta delta = snapshot(3);
        delta.changed[1].sent[0] = {};
        model.apply(delta);
        for (const Qt::SortOrder order : { Qt::AscendingOrder, Qt::DescendingOrder }) {
            model.sort(LiveCallModel::CallerMosNow, order);
            QCOMPARE(at(model, 2, LiveCallModel::CallerMosNow), QString("–"));
            QCOMPARE(at(model, 2, LiveCallModel::CallerLoss), QString("–"));
        }
    }

    void durationsFollowThePacketTimeOfTheProbe()
    {
        LiveCallModel model;
        model.apply(snapshot(1)); // answered at 2 s
        QCOMPARE(at(model, 0, LiveCallModel::Duration), QString("–")); // no time known yet
        model.setNow(timestampFromNanoseconds(3'725'000'000'000));
        QTRY_COMPARE(at(model, 0, LiveCallModel::Duration), QString("1:02:03"));
    }

    void figuresAreShownToTheirPrecision()
    {
        LiveCallModel model;
        LiveDelta delta = snapshot(1);
        delta.changed[0].sent[0] = { true, 4.214F, 3.0F, 0.254F, 12.34F };
        model.apply(delta);
        QCOMPARE(at(model, 0, LiveCallModel::CallerMosNow), QString("4.21"));
        QCOMPARE(at(model, 0, LiveCallModel::CallerLoss), QString("0.25"));
        QCOMPARE(at(model, 0, LiveCallModel::CallerJitter), QString("12.3"));
        QCOMPARE(at(model, 0, LiveCallModel::CalleeMosNow), QString("–"));
    }

    void figuresAloneLeaveTheRestOfTheCall()
    {
        LiveCallModel model;
        model.apply(snapshot(3));
        LiveDelta delta;
        LiveCall known = numbered(1);
        known.sent[0].mosNow = 2.5F;
        LiveCall other = numbered(7); // never told
        delta.figures = { { known.key, known.sent }, { other.key, other.sent } };
        model.apply(delta);
        QCOMPARE(model.totalCalls(), 3);
        QCOMPARE(model.find(known.key)->sent[0].mosNow, 2.5F);
        QCOMPARE(model.find(known.key)->caller, numbered(1).caller);
    }

    // Held, or on the way together with a snapshot or a call's first row: nothing is lost of what came one after the
    // other.
    void figuresFollowWhatCameBeforeThem()
    {
        const auto figuresOf = [](int i, float mos) {
            LiveDelta delta;
            LiveCall call = numbered(i);
            call.sent[0].mosNow = mos;
            delta.figures = { { call.key, call.sent } };
            return delta;
        };
        LiveCallModel model;
        model.apply(snapshot(3));
        model.setHeld(true);
        model.apply(figuresOf(1, 2.1F));
        QCOMPARE(model.find(numbered(1).key)->sent[0].mosNow, numbered(1).sent[0].mosNow); // stands still
        LiveDelta fresh;
        fresh.changed = { numbered(5) };
        model.apply(fresh);
        model.apply(figuresOf(5, 2.2F));
        LiveDelta gone;
        gone.removed = { numbered(2).key };
        model.apply(figuresOf(2, 2.3F));
        model.apply(gone);
        model.setHeld(false);
        QCOMPARE(model.totalCalls(), 3);
        QCOMPARE(model.find(numbered(1).key)->sent[0].mosNow, 2.1F);
        QCOMPARE(model.find(numbered(5).key)->sent[0].mosNow, 2.2F);
        QVERIFY(model.find(numbered(2).key) == nullptr);

        model.apply(snapshot(2)); // small: shown with the next refresh
        model.apply(figuresOf(0, 2.4F));
        QTRY_COMPARE(model.totalCalls(), 2);
        QCOMPARE(model.find(numbered(0).key)->sent[0].mosNow, 2.4F);
    }

    void heldListStandsStillAndCatchesUp()
    {
        LiveCallModel model;
        model.apply(snapshot(5));
        model.setHeld(true);
        model.apply(snapshot(9));
        QTest::qWait(LiveCallModel::refreshInterval + 100);
        QCOMPARE(model.rowCount(), 5);
        model.setHeld(false);
        QCOMPARE(model.rowCount(), 9);
    }

    void countSaysShownAndAll()
    {
        LiveCallModel model;
        model.apply(snapshot(10));
        QSignalSpy counts(&model, &LiveCallModel::countChanged);
        model.setFilter(CallFilter::parse("codec:pcma"));
        QCOMPARE(counts.last().at(0).toInt(), 5);
        QCOMPARE(counts.last().at(1).toInt(), 10);
    }

    void csvHoldsTheListAsShown()
    {
        LiveCallModel model;
        LiveDelta delta = snapshot(4);
        delta.changed[2].caller = "=cmd()"; // a spreadsheet must not run it
        delta.changed[0].callee = "a,\"b\"";
        model.apply(delta);
        model.setFilter(CallFilter::parse("codec:pcma"));
        model.sort(LiveCallModel::CallerLoss, Qt::DescendingOrder);
        const std::string csv =
            csvOf(model, { LiveCallModel::CallerLoss, LiveCallModel::Caller, LiveCallModel::Callee });
        QCOMPARE(QString::fromStdString(csv),
            QString("caller_loss_percent,caller,callee\r\n2.000,'=cmd(),2002\r\n0.000,+34910,\"a,\"\"b\"\"\"\r\n"));
    }

    // So that a key press waits for some of it, not for all.
    void aLargeSnapshotIsTakenInSlicesAndIsWholeInTheEnd()
    {
        LiveCallModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.apply(snapshot(30'000));
        QVERIFY(model.rowCount() > 0); // there is something to look at
        QVERIFY(model.rowCount() < 30'000);
        QTRY_COMPARE(model.rowCount(), 30'000);

        LiveDelta again = snapshot(30'000); // as after a lost connection
        for (LiveCall& call : again.changed)
            call.lastCode = 486;
        again.changed.erase(again.changed.begin(), again.changed.begin() + 10'000);
        const QPersistentModelIndex selected = model.index(model.rowOf(numbered(20'000).key), 0);
        model.apply(again);
        QTRY_COMPARE(model.rowCount(), 20'000);
        QCOMPARE(model.totalCalls(), 20'000);
        QVERIFY(model.find(numbered(9'999).key) == nullptr);
        QCOMPARE(model.find(numbered(29'999).key)->lastCode, 486);
        QCOMPARE(selected.data(CallKeyRole).toLongLong(), numbered(20'000).key.value);
    }

    void whatChangesWhileASnapshotIsTakenComesAfterIt()
    {
        LiveCallModel model;
        model.apply(snapshot(100), ProbeId { 1 });
        model.apply(snapshot(20'000), ProbeId { 2 });
        LiveDelta delta;
        delta.changed.push_back(numbered(19'999)); // both are in the last slice
        delta.changed.back().lastCode = 200;
        delta.removed.push_back(numbered(19'998).key);
        model.apply(delta, ProbeId { 2 });
        QTRY_COMPARE(model.rowCount(), 20'099);
        QVERIFY(model.find(numbered(19'998).key, ProbeId { 2 }) == nullptr);
        QCOMPARE(model.find(numbered(19'999).key, ProbeId { 2 })->lastCode, 200);
        model.apply(snapshot(10'000), ProbeId { 2 });
        model.setHeld(true); // what was there is whole, and then stands still
        QCOMPARE(model.totalCalls(), 10'100);
        const int shown = model.rowCount();
        QTest::qWait(20);
        QCOMPARE(model.rowCount(), shown);
        model.setHeld(false);
        QCOMPARE(model.rowCount(), 10'100);
    }

    void fiftyTwoThousandCallsAreFilteredAndSorted()
    {
        LiveCallModel model;
        model.apply(snapshot(52'000));
        QTRY_COMPARE(model.rowCount(), 52'000);
        QElapsedTimer timer;
        timer.start();
        model.setFilter(CallFilter::parse("from:+3491* codec:pcma loss>=2"));
        model.sort(LiveCallModel::CallerMosNow, Qt::DescendingOrder);
        qInfo("filter and sort of 52,000 calls: %lld ms", static_cast<long long>(timer.elapsed()));
        QCOMPARE(model.rowCount(), 20'800); // even numbers whose last digit is 2, 4, 6 or 8
    }
};

QTEST_GUILESS_MAIN(TestLiveCallModel)
#include "tst_live_call_model.moc"
