// A capture dropped on the window: an engine of its own reads it, and its calls are listed, as many as the generator
// says it wrote. What cannot be read is said, and nothing is left behind.
#include "console/source/capture_probes.h"
#include "console/source/link_source.h"
#include "console/views/call_page.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/progress_line.h"
#include "console/views/search_form.h"
#include "tests/console/own_settings.h"

#include <QDropEvent>
#include <QFontDatabase>
#include <QMessageBox>
#include <QMimeData>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace callmon;

namespace {

constexpr int calls = 12;

QStringList leftovers()
{
    return QDir(QDir::tempPath()).entryList({ "callmon-*" }, QDir::Dirs);
}

}

class TestCaptures : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
        QVERIFY(m_folder.isValid());
        qputenv("TMPDIR", m_folder.path().toLocal8Bit());
        useSettingsIn(m_folder.path());
        m_capture = m_folder.filePath("on monday.pcap");
        QProcess traffic;
        traffic.start(CALLMON_TRAFFIC, { "--out", m_capture, "--calls", QString::number(calls), "--seed", "5" });
        QVERIFY(traffic.waitForFinished(60'000));
        QCOMPARE(traffic.exitCode(), 0);
    }

    void init()
    {
        m_source = std::make_unique<ProbeGroup>([](const QString& address) {
            auto link = std::make_unique<LinkSource>();
            link->open(QUrl(address));
            return link;
        });
        openWith(CALLMON_ENGINE);
    }

    void cleanup()
    {
        m_captures.reset();
        m_window.reset();
        m_source.reset();
        QCOMPARE(leftovers(), QStringList());
    }

    void callsOfADroppedCaptureAreListed()
    {
        drop(*m_window, m_capture);
        QTRY_COMPARE_WITH_TIMEOUT(m_window->past().model().rowCount(), calls, 30'000);
        QVERIFY(m_window->past().isVisible());
        QCOMPARE(m_source->addresses().front().name, QString("on-monday.pcap"));
        QVERIFY(m_source->addresses().front().temporary);
        const CallRecord* answered = nullptr;
        for (int row = 0; row < calls && !answered; ++row)
            if (const CallRecord* call = m_window->past().model().callAt(row); call->outcome == CallOutcome::Answered)
                answered = call;
        QVERIFY(answered);
        CallPage* page = m_window->openCall(answered->key, m_window->past().model().probeAt(0));
        QTRY_VERIFY_WITH_TIMEOUT(page->hasFigures() && page->hasSeries(), 30'000);
        QTest::qWait(7'000); // past the silence after which an engine counts as gone
        QCOMPARE(m_source->state(), CallSource::State::Connected);
    }

    void ofSeveralProbesItAloneIsSearched()
    {
        drop(*m_window, m_capture);
        QTRY_COMPARE_WITH_TIMEOUT(m_window->past().model().rowCount(), calls, 30'000);
        drop(*m_window, m_capture);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->past().form().probe().has_value(), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(m_window->past().model().rowCount(), calls, 30'000);
        QCOMPARE(m_window->past().model().probeAt(0), m_source->probes().back().id);
        QCOMPARE(m_source->addresses().back().name, QString("on-monday.pcap-2"));
    }

    void aListThatIsKeptHasNoCapture()
    {
        drop(*m_window, m_capture);
        auto list = m_source->addresses();
        list.push_back({ "madrid", "tls://madrid.example", false, false });
        storeProbes(list);
        QCOMPARE(storedProbes().size(), std::size_t(1));
        QCOMPARE(storedProbes().front().name, QString("madrid"));
    }

    void closingThemRemovesWhatWasStored()
    {
        drop(*m_window, m_capture);
        QTRY_COMPARE_WITH_TIMEOUT(m_window->past().model().rowCount(), calls, 30'000);
        QCOMPARE(leftovers().size(), 1);
        emit m_window->capturesUnwanted();
        QVERIFY(m_source->addresses().empty());
        QVERIFY(!m_captures->areOpen());
        QCOMPARE(leftovers(), QStringList());
    }

    void aCaptureThatIsCutIsShownAndComplainedOf()
    {
        const QString cut = m_folder.filePath("cut.pcap");
        QFile::remove(cut);
        QVERIFY(QFile::copy(m_capture, cut));
        QVERIFY(QFile::resize(cut, QFileInfo(cut).size() - 7));
        drop(*m_window, cut);
        QTRY_VERIFY_WITH_TIMEOUT(complaint().contains("Not all of cut.pcap"), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(m_window->past().model().rowCount(), calls, 30'000);
    }

    void whatIsNoCaptureIsSaid()
    {
        const QString text = m_folder.filePath("letter.txt");
        QFile file(text);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("Dear Sir or Madam, ") > 0);
        file.close();
        drop(*m_window, text);
        QTRY_VERIFY_WITH_TIMEOUT(complaint().contains("letter.txt could not be read."), 30'000);
        QVERIFY(!m_window->captureProgress().isRunning());
    }

    // An engine that never comes to the end, as one with a file of terabytes.
    void oneThatTakesLongTellsSoAndIsCancelledWithoutTheOthers()
    {
        drop(*m_window, m_capture);
        QTRY_COMPARE_WITH_TIMEOUT(m_window->past().model().rowCount(), calls, 30'000);
        QVERIFY(!m_window->captureProgress().isRunning());
        const QString pipe = m_folder.filePath("endless.pcap");
        QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
        QFile some(m_capture);
        QVERIFY(some.open(QIODevice::ReadOnly));
        const QByteArray begin = some.read(30'000);
        const int written = ::open(QFile::encodeName(pipe).constData(), O_RDWR);
        QCOMPARE(::write(written, begin.constData(), static_cast<std::size_t>(begin.size())), begin.size());
        emit m_window->capturesWanted({ pipe });
        QTRY_VERIFY(m_window->captureProgress().isVisible());
        QVERIFY(m_window->captureProgress().doing().contains("endless.pcap"));
        QTest::keyClick(
            m_window->findChild<ProgressLine*>("captureProgress")->findChild<QToolButton*>(), Qt::Key_Space);
        QTRY_VERIFY(!m_window->captureProgress().isRunning());
        QCOMPARE(m_source->addresses().size(), std::size_t(1));
        QCOMPARE(leftovers().size(), 1);
        ::close(written);
        QFile::remove(pipe);
    }

    // Voices are not left on a disk because somebody logged out, or because the program was killed.
    void aProgramThatIsEndedBySignalLeavesNothingBehind_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("asked to end") << SIGTERM;
        QTest::newRow("Ctrl-C") << SIGINT;
    }
    void aProgramThatIsEndedBySignalLeavesNothingBehind()
    {
        QFETCH(const int, signal);
        QProcess console;
        console.start(CALLMON_CONSOLE, { m_capture });
        QTRY_COMPARE_WITH_TIMEOUT(leftovers().size(), 1, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(QDir::tempPath() + '/' + leftovers().front() + "/engine.sock"), 20'000);
        ::kill(static_cast<pid_t>(console.processId()), signal);
        QVERIFY(console.waitForFinished(20'000));
        QCOMPARE(console.exitStatus(), QProcess::NormalExit);
    }

    void whatAKilledOneLeftEndsAtOnceAndIsRemovedByTheNext()
    {
        QProcess console;
        console.start(CALLMON_CONSOLE, { m_capture });
        QTRY_COMPARE_WITH_TIMEOUT(leftovers().size(), 1, 20'000);
        const QString folder = QDir::tempPath() + '/' + leftovers().front();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + "/engine.sock"), 20'000);
        QFile lock(folder + "/engine.lock");
        QTRY_VERIFY(lock.exists() && lock.size() > 0);
        QVERIFY(lock.open(QIODevice::ReadWrite));
        const QString engine = "/proc/" + QString::fromUtf8(lock.readAll().trimmed()) + "/exe";
        QVERIFY(!QFile::symLinkTarget(engine).isEmpty());
        console.kill();
        QVERIFY(console.waitForFinished(20'000));
        QTRY_VERIFY_WITH_TIMEOUT(QFile::symLinkTarget(engine).isEmpty(), 20'000); // nobody is there to end it
        QVERIFY(lock.setFileTime(QDateTime::currentDateTime().addSecs(-120), QFileDevice::FileModificationTime));
        lock.close();
        drop(*m_window, m_capture);
        QVERIFY(!QFile::exists(folder));
        QTRY_COMPARE_WITH_TIMEOUT(m_window->past().model().rowCount(), calls, 30'000);
    }

    void aMachineWithoutEngineIsTold()
    {
        openWith("/nonexistent/callmon-engine");
        drop(*m_window, m_capture);
        QTRY_VERIFY_WITH_TIMEOUT(complaint().contains("/nonexistent/callmon-engine"), 30'000);
        QTRY_VERIFY(m_source->addresses().empty() && !m_captures->areOpen());
    }

private:
    void openWith(const QString& engine)
    {
        m_captures = std::make_unique<CaptureProbes>(*m_source, engine);
        m_window = std::make_unique<MainWindow>(*m_source, ThemeName::Light);
        connect(m_window.get(), &MainWindow::capturesWanted, m_captures.get(), &CaptureProbes::open);
        connect(m_window.get(), &MainWindow::capturesUnwanted, m_captures.get(), &CaptureProbes::closeAll);
        connect(m_window.get(), &MainWindow::capturesCancelled, m_captures.get(), &CaptureProbes::stopReading);
        connect(m_captures.get(), &CaptureProbes::reading, m_window.get(), &MainWindow::showCapturesReading);
        connect(m_captures.get(), &CaptureProbes::progressed, m_window.get(), &MainWindow::showCaptureProgress);
        connect(m_captures.get(), &CaptureProbes::read, m_window.get(), &MainWindow::showCaptureRead);
        connect(m_captures.get(), &CaptureProbes::complained, m_window.get(), &MainWindow::showCaptureComplaint);
        m_window->show();
    }

    static void drop(MainWindow& window, const QString& file)
    {
        QMimeData data;
        data.setUrls({ QUrl::fromLocalFile(file) });
        QDragEnterEvent enter({ 10, 10 }, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &enter); // the drop goes to who accepted this
        QVERIFY(enter.isAccepted());
        QDropEvent event({ 10, 10 }, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &event);
    }

    QString complaint() const // all that it says
    {
        const auto* box = m_window->findChild<QMessageBox*>("captureComplaint");
        return box ? box->text() + '\n' + box->informativeText() : QString();
    }

    QTemporaryDir m_folder { QDir::tempPath() + "/callmon-test-XXXXXX" }; // a socket path is short
    QString m_capture;
    std::unique_ptr<ProbeGroup> m_source;
    std::unique_ptr<CaptureProbes> m_captures;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestCaptures)
#include "tst_captures.moc"
