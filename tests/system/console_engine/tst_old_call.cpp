// A call of last year at a real engine that has deleted its seconds, for their time was over: the window says so, and
// shows what is kept.
#include "console/source/link_source.h"
#include "console/views/call_page.h"
#include "console/views/elided_label.h"
#include "console/views/main_window.h"
#include "console/views/messages_panel.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/search_form.h"
#include "console/views/stream_table.h"
#include "running_probe.h"
#include "tests/console/own_settings.h"

#include <QDirIterator>
#include <QFontDatabase>
#include <QTemporaryDir>
#include <QtTest>
#include <optional>

using namespace callmon;

namespace {

constexpr int soon = 20'000; // ms

void run(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60'000) || process.exitCode() != 0)
        qFatal("%s: %s", qPrintable(program), process.readAllStandardError().constData());
}

}

class TestOldCall : public QObject {
    Q_OBJECT

private slots:
    void whatIsKeptNoMoreIsSaidAndWhatIsKeptIsShown()
    {
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
        useSettingsIn(m_folder.path());
        const QString capture = m_folder.filePath("last-year.pcap");
        const QString data = m_folder.filePath("data");
        const QDateTime lastYear = QDateTime::currentDateTimeUtc().addYears(-1);
        run(CALLMON_TRAFFIC,
            { "--out", capture, "--calls", "6", "--seed", "5", "--start", lastYear.toString(Qt::ISODate) });
        run(CALLMON_ENGINE, { "--replay", capture, "--data", data, "--listen", "none" });
        for (QDirIterator file(data, { "*" }, QDir::Files, QDirIterator::Subdirectories); file.hasNext();) {
            QFile old(file.next()); // last written then, too
            if (old.fileName().contains("/media/") || old.fileName().contains("/messages/"))
                QVERIFY(old.open(QIODevice::ReadWrite) && old.setFileTime(lastYear, QFileDevice::FileModificationTime));
        }
        const QUrl url("local:" + m_folder.filePath("engine.sock"));
        Probe engine(data,
            { "--listen", url.toString(), "--expire-in-replay", "true", "--keep-records", "3y", "--keep-media", "30d",
                "--keep-messages", "60d", "--keep-quality", "90d" },
            { "--hold-mean", "20" });
        QVERIFY(engine.isRunning());

        LinkSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(1280, 720);
        window.show();
        source.open(url);
        QTRY_VERIFY_WITH_TIMEOUT(source.state() == CallSource::State::Connected, soon);
        window.showPast();
        const CallRecord* found = nullptr;
        window.past().searchAll({});
        QTRY_VERIFY_WITH_TIMEOUT(!window.past().isSearching(), soon);
        const PastCallModel& calls = window.past().model();
        for (int row = 0; row < calls.rowCount() && !found; ++row)
            if (const CallRecord* call = calls.callAt(row); call->streamCount == 2 && call->mosMean
                && call->startedAt < timestampFromNanoseconds(lastYear.addDays(2).toMSecsSinceEpoch() * 1'000'000))
                found = call;
        QVERIFY(found);
        CallPage* page = window.openCall(found->key);
        // It is deleted one after the other.
        (void)QTest::qWaitFor(
            [&] {
                page->reload();
                (void)QTest::qWaitFor([&] { return !page->details().asks(); }, soon);
                return page->details().keptNoMore().size() == 1 && !page->hasSeries();
            },
            soon);
        QVERIFY2(page->said().contains("The quality series of"), qPrintable(page->said()));
        // The newest file of messages, and of media, is written to and never deleted: they are kept.
        QTRY_VERIFY(page->messages().ladder().count() > 4);
        QVERIFY2(page->said().startsWith("Kept no more: "), qPrintable(page->said()));
        QVERIFY2(!page->said().contains("F5"), qPrintable(page->said()));
        page->player().play();
        QTRY_VERIFY2_WITH_TIMEOUT(page->player().hasAudio(), qPrintable(page->player().message() + page->said()), soon);
        QVERIFY(page->hasFigures() && !page->hasSeries());
        QCOMPARE(page->findChild<StreamTable*>()->rowCount(), 2);
        const auto* story = page->findChild<ElidedLabel*>("story");
        QVERIFY2(story && story->text().startsWith("Answered after"), qPrintable(story ? story->text() : QString()));
    }

private:
    QTemporaryDir m_folder { QDir::tempPath() + "/callmon-XXXXXX" };
};

QTEST_MAIN(TestOldCall)
#include "tst_old_call.moc"
