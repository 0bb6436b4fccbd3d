#include "console/models/list_export.h"
#include "console/models/past_call_model.h"
#include "shared/calls/call_fields.h"

#include <QAbstractItemModelTester>
#include <QtTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

std::vector<CallRecord> sampleCalls()
{
    std::vector<CallRecord> calls(3);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        calls[i].key = { static_cast<std::int64_t>(i) + 1 };
        calls[i].callId = "id" + std::to_string(i);
        calls[i].startedAt = timestampFromNanoseconds(1'700'000'000'000'000'000) + std::chrono::seconds(i);
    }
    calls[0].mosMean = 3.5;
    calls[2].mosMean = 4.1;
    calls[2].outcome = CallOutcome::Answered;
    calls[2].answeredAt = calls[2].startedAt;
    calls[2].endedAt = calls[2].startedAt + 75s;
    return calls;
}

}

class TestPastCallModel : public QObject {
    Q_OBJECT

private slots:
    void columnsAreThoseOfTheContract()
    {
        PastCallModel model;
        QCOMPARE(static_cast<std::size_t>(PastCallModel::FieldCount), callFieldNames().size());
        QCOMPARE(QString(callFieldNames()[PastCallModel::MosMean]), QString("mos_mean"));
        QCOMPARE(QString(callFieldNames()[PastCallModel::StartedAt]), QString("started_at"));
        QCOMPARE(QString(callFieldNames()[PastCallModel::MediaNotStored]), QString("media_packets_not_stored"));
        QCOMPARE(QString(callFieldNames()[PastCallModel::Trust]), QString("trust"));
        QCOMPARE(QString(callFieldNames()[PastCallModel::LegId]), QString("leg_id"));
        QCOMPARE(QString(callFieldNames()[PastCallModel::HoldTime]), QString("hold_time_s"));
        QCOMPARE(QString(callFieldNames()[PastCallModel::Encapsulation_]), QString("encapsulation"));
        QCOMPARE(QString(callFieldNames()[PastCallModel::RecordingRule_]), QString("recording_rule"));
    }

    void batchesKeepTheSortOrderAndThePromisesToViews()
    {
        PastCallModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.sort(PastCallModel::MosMean, Qt::DescendingOrder);
        model.append(sampleCalls(), 10);
        model.append(sampleCalls(), 10);
        QCOMPARE(model.index(0, PastCallModel::MosMean).data().toString(), QString("4.10"));
        QCOMPARE(model.index(5, PastCallModel::MosMean).data().toString(), QString("–"));
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

    void moreMatchesThanRowsAreNotHidden()
    {
        PastCallModel model;
        model.append(sampleCalls(), 1'234);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.matchesInAll(), 1'234ULL);
    }

    void cellsReadAsPeopleReadThem()
    {
        PastCallModel model;
        model.append(sampleCalls(), 3);
        QCOMPARE(model.index(2, PastCallModel::Duration).data().toString(), QString("0:01:15"));
        QCOMPARE(model.index(2, PastCallModel::StartedAt).data().toString(), QString("2023-11-14 22:13:22"));
        QCOMPARE(model.index(0, PastCallModel::Outcome).data().toString(), QString("incomplete"));
    }

    void trustIsAWordASignAndAnExplanation()
    {
        PastCallModel model;
        std::vector<CallRecord> calls = sampleCalls();
        calls[1].trust = CaptureTrust::Lossy;
        calls[1].probeFramesLost = 1'234;
        model.append(calls, 3);
        const QModelIndex lossy = model.index(1, PastCallModel::Trust);
        QCOMPARE(lossy.data().toString(), QString("lossy"));
        QVERIFY(lossy.data(GlyphRole).toString() != model.index(0, PastCallModel::Trust).data(GlyphRole).toString());
        QVERIFY(lossy.data(Qt::ToolTipRole).toString().contains("1,234 frames"));
        QCOMPARE(model.index(1, PastCallModel::ProbeFramesLost).data().toString(), QString("1,234"));
        model.sort(PastCallModel::Trust, Qt::DescendingOrder);
        QCOMPARE(model.callAt(0)->trust, CaptureTrust::Lossy);
    }

    void rowsAreExportedWholeInTheOrderAndTheColumnsThatAreShown()
    {
        PastCallModel model;
        model.append(sampleCalls(), 3, ProbeId { 2 });
        model.setProbes({ { ProbeId { 2 }, { "madrid", true } } });
        TagsOfCall tags;
        tags.call = { 1 };
        tags.tags = "billing";
        model.setBesideRecord({ tags }, ProbeId { 2 });
        model.sort(PastCallModel::CallId, Qt::DescendingOrder);
        const std::string csv =
            csvOf(model, { PastCallModel::Probe, PastCallModel::Tags, PastCallModel::MosMean, PastCallModel::CallId });
        QCOMPARE(csv,
            std::string("probe,tags,mos_mean,call_id\r\n"
                        "madrid,,4.100,id2\r\nmadrid,,,id1\r\nmadrid,billing,3.500,id0\r\n"));
        for (int column = 0; column < PastCallModel::ColumnCount; ++column) // a cell by itself is the same
            QVERIFY(csvOf(model, { column })
                        .ends_with(model.index(2, column).data(ExportRole).toString().toStdString() + "\r\n"));
    }

    void csvUsesTheContractsWordsAndPrecision()
    {
        PastCallModel model;
        model.append(sampleCalls(), 3);
        const std::string csv =
            csvOf(model, { PastCallModel::Outcome, PastCallModel::CallId, PastCallModel::StartedAt });
        QVERIFY(QString::fromStdString(csv).startsWith(
            "outcome,call_id,started_at\r\nincomplete,id0,2023-11-14T22:13:20.000000000Z\r\n"));
    }
};

QTEST_GUILESS_MAIN(TestPastCallModel)
#include "tst_past_call_model.moc"
