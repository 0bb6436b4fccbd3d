// A list of 52,000 calls as CSV while the window goes on: what is in the file, and what is left when it is not whole.
#include "console/models/list_export.h"
#include "console/models/live_call_model.h"
#include "console/models/past_call_model.h"
#include "tests/console/stall_watch.h"
#include "tests/console/views/demo_source.h"
#include "tests/small_disk.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace callmon;
using namespace callmon::test;

namespace {

constexpr int manyCalls = 52'000;

}

class TestListExport : public QObject {
    Q_OBJECT

private slots:
    void fiftyTwoThousandRowsAreWrittenAndNothingWaitsForThem()
    {
        fill(manyCalls);
        const QString path = m_folder.filePath("live.csv");
        ListExport writer;
        QSignalSpy ended(&writer, &ListExport::ended);
        QSignalSpy progress(&writer, &ListExport::progressed);
        const StallWatch watch;
        writer.start(*m_calls, allColumns(), path);
        QVERIFY(writer.isRunning());
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 60'000);
        QCOMPARE(ended[0], QList<QVariant>({ quint64(manyCalls), QString() }));
        QVERIFY2(progress.size() > 5, qPrintable(QString::number(progress.size())));
        QVERIFY2(watch.longest() < mostStall, qPrintable(QString("%1 ms").arg(watch.longest())));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().toStdString() == csvOf(*m_calls, allColumns()));
    }

    void rowsThatLeaveMeanwhileAreLeftOutAndTheOthersAreWrittenOnce()
    {
        fill(20'000);
        const QString path = m_folder.filePath("moving.csv");
        ListExport writer;
        QSignalSpy ended(&writer, &ListExport::ended);
        QSignalSpy progress(&writer, &ListExport::progressed);
        writer.start(*m_calls, { LiveCallModel::CallId }, path);
        QVERIFY(progress.wait());
        m_calls->setFilter(CallFilter::parse("state:answered")); // some of those that were not written yet
        m_calls->sort(LiveCallModel::CallId, Qt::DescendingOrder);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 60'000);
        QCOMPARE(ended[0][1].toString(), QString());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QList<QByteArray> lines = file.readAll().split('\n');
        lines.removeFirst(); // the head
        lines.removeLast(); // behind the last line
        QCOMPARE(quint64(lines.size()), ended[0][0].toULongLong());
        QVERIFY(lines.size() < 20'000 && lines.size() >= m_calls->rowCount());
        QCOMPARE(QSet<QByteArray>(lines.begin(), lines.end()).size(), lines.size());
    }

    void cancelledNothingIsLeftAndWhatWasThereStays()
    {
        fill(manyCalls);
        const QString path = m_folder.filePath("before.csv");
        QFile before(path);
        QVERIFY(before.open(QIODevice::WriteOnly) && before.write("before") == 6);
        before.close();
        ListExport writer;
        QSignalSpy ended(&writer, &ListExport::ended);
        QSignalSpy progress(&writer, &ListExport::progressed);
        writer.start(*m_calls, allColumns(), path);
        QVERIFY(progress.wait());
        writer.cancel();
        QVERIFY(!writer.isRunning());
        QCOMPARE(ended.size(), 1);
        QVERIFY(ended[0][1].toString().contains("nothing was written"));
        QTRY_COMPARE(QDir(m_folder.path()).entryList({ "before*" }, QDir::Files), QStringList { "before.csv" });
        QVERIFY(before.open(QIODevice::ReadOnly));
        QCOMPARE(before.readAll(), QByteArray("before"));
    }

    void aDiskThatIsFullIsSaidAndNothingIsLeft()
    {
        fill(manyCalls);
        const SmallDisk disk(100'000);
        ListExport writer;
        QSignalSpy ended(&writer, &ListExport::ended);
        writer.start(*m_calls, allColumns(), m_folder.filePath("full.csv"));
        QVERIFY(ended.wait(60'000));
        QVERIFY2(ended[0][1].toString().contains("free some space"), qPrintable(ended[0][1].toString()));
        QTRY_COMPARE(QDir(m_folder.path()).entryList({ "full*" }, QDir::Files), QStringList());
    }

    void aFolderThatIsNotThereIsSaid()
    {
        fill(10);
        ListExport writer;
        QSignalSpy ended(&writer, &ListExport::ended);
        writer.start(*m_calls, allColumns(), "/nowhere/at/all.csv");
        QVERIFY(ended.wait());
        QVERIFY2(ended[0][1].toString().contains("Choose another folder"), qPrintable(ended[0][1].toString()));
        QVERIFY(!writer.isRunning());
    }

private:
    void fill(int calls)
    {
        m_calls.emplace();
        LiveDelta delta;
        delta.snapshot = true;
        for (int i = 0; i < calls; ++i)
            delta.changed.push_back(m_source.liveCall(i));
        m_calls->apply(delta);
        [&] { QTRY_COMPARE_WITH_TIMEOUT(m_calls->rowCount(), calls, 20'000); }();
    }
    static std::vector<int> allColumns()
    {
        std::vector<int> columns;
        for (int column = 0; column < LiveCallModel::ColumnCount; ++column)
            columns.push_back(column);
        return columns;
    }

    QTemporaryDir m_folder;
    DemoSource m_source;
    std::optional<LiveCallModel> m_calls;
};

QTEST_GUILESS_MAIN(TestListExport)
#include "tst_list_export.moc"
