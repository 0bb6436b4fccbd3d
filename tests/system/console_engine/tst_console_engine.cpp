// The real window over the real connection, and an engine that dies under it. What the user must be told, what must
// stay on the screen, and what must be there again when the engine is.
#include "console/source/link_source.h"
#include "console/views/call_page.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/message_bar.h"
#include "console/views/past_page.h"
#include "running_probe.h"

#include <QFontDatabase>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <csignal>
#include <memory>
#include <set>

using namespace callmon;

namespace {

constexpr int noticed = 6'000; // ms: five seconds of silence, and one to look

std::set<std::int64_t> keysOf(const LiveCallModel& calls)
{
    std::set<std::int64_t> keys;
    for (int row = 0; row < calls.rowCount(); ++row)
        keys.insert(calls.callAt(row)->key.value);
    return keys;
}

}

class TestConsoleEngine : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
        QCoreApplication::setOrganizationName("VoIPCallMon");
        QCoreApplication::setApplicationName("callmon-console-test");
    }

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>(QDir::tempPath() + "/callmon-XXXXXX"); // a socket path is short
        QVERIFY(m_folder->isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_folder->path());
        m_url = QUrl("local:" + m_folder->filePath("engine.sock"));
        m_probe = newProbe();
        m_source = std::make_unique<LinkSource>();
        m_window = std::make_unique<MainWindow>(*m_source, ThemeName::Light);
        m_window->show();
        m_source->open(m_url);
        QVERIFY(m_probe->isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(answeredCall(), 20'000);
    }

    void cleanup()
    {
        m_window.reset();
        m_source.reset();
        m_probe.reset();
        m_folder.reset();
    }

    void anEngineThatIsKilledIsSaidToBeGoneAndWhatItShowedStays()
    {
        CallPage* page = m_window->openCall(*answeredCall());
        QTRY_VERIFY_WITH_TIMEOUT(page->hasFigures() && page->hasSeries(), 30'000);
        const QString title = page->title();
        const auto before = keysOf(calls());
        const QString notSaid = bar().message();
        QVERIFY2(notSaid.isEmpty(), qPrintable(notSaid));

        m_probe->kill();
        QTRY_VERIFY_WITH_TIMEOUT(!bar().message().isEmpty(), noticed);
        QVERIFY(bar().isVisible());
        QVERIFY2(bar().message().contains("last that was known"), qPrintable(bar().message()));
        QVERIFY(m_source->state() != CallSource::State::Connected);
        // Longer than the lists take to refresh and the connection to be tried again.
        QTest::qWait(3 * LiveCallModel::refreshInterval);
        // (Changes that had arrived before the end may still have been gathered: few of the rows.)
        const auto after = keysOf(calls());
        QVERIFY(!after.empty());
        std::set<std::int64_t> both;
        std::set_intersection(
            before.begin(), before.end(), after.begin(), after.end(), std::inserter(both, both.end()));
        QVERIFY2(both.size() * 2 > before.size(), "the list was emptied");
        QVERIFY(bar().isVisible());
        QCOMPARE(m_window->currentCall(), page);
        QCOMPARE(page->title(), title);
        QVERIFY(page->hasFigures() && page->hasSeries());
    }

    void anEngineStartedAgainIsFoundWithItsOwnListAndTheCallsOfTheKilledOneArePast()
    {
        const CallKey opened = *answeredCall();
        CallPage* page = m_window->openCall(opened);
        QTRY_VERIFY_WITH_TIMEOUT(page->hasFigures(), 30'000);
        QTest::qWait(1'500); // what was seen of the calls reaches the disk with the next flush
        std::set<std::int64_t> on; // answered for a while: their records exist
        for (int row = 0; row < calls().rowCount(); ++row)
            if (const LiveCall* call = calls().callAt(row); call->state == CallState::Answered)
                on.insert(call->key.value);
        const auto before = keysOf(calls());
        m_probe->kill();
        QVERIFY(m_probe->hasEnded());
        QTRY_VERIFY_WITH_TIMEOUT(m_source->state() != CallSource::State::Connected, noticed);

        m_probe = newProbe();
        QVERIFY(m_probe->isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(m_source->state() == CallSource::State::Connected, 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(!bar().isVisible(), 1'000);
        const auto ghosts = [&] {
            const auto now = keysOf(calls());
            return std::count_if(now.begin(), now.end(), [&](std::int64_t key) { return before.contains(key); });
        };
        QTRY_COMPARE_WITH_TIMEOUT(ghosts(), 0, 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(answeredCall(), 20'000);
        QCOMPARE(ghosts(), 0);

        // The page of a killed call learns of its end by itself.
        QTRY_VERIFY_WITH_TIMEOUT(page->storedEnd() == EndedBy::ProbeStopped, 30'000);
        QVERIFY(page->hasFigures());

        m_window->showPast();
        QVERIFY(!on.empty());
        QTRY_VERIFY_WITH_TIMEOUT(([&] {
            if (m_window->past().isSearching())
                return false;
            const bool all = std::all_of(
                on.begin(), on.end(), [&](std::int64_t key) { return m_window->past().find({ key }) != nullptr; });
            if (!all)
                m_window->past().search();
            return all;
        })(),
            10'000);
        int stopped = 0;
        for (const std::int64_t key : on) {
            const CallRecord* call = m_window->past().find({ key });
            QCOMPARE(call->state, CallState::Ended);
            stopped += call->endedBy == EndedBy::ProbeStopped;
        }
        // One of them may have ended between the look at the list and the kill.
        QVERIFY2(stopped > 0 && stopped + 2 >= static_cast<int>(on.size()),
            qPrintable(QString("%1 of %2").arg(stopped).arg(on.size())));
    }

    void anEngineThatHangsIsNoticedAndHealsWhenItGoesOn()
    {
        m_probe->signalEngine(SIGSTOP);
        QTRY_VERIFY_WITH_TIMEOUT(bar().isVisible(), noticed);
        QVERIFY(m_source->state() != CallSource::State::Connected);
        QVERIFY(calls().rowCount() > 0);
        m_probe->signalEngine(SIGCONT);
        QTRY_VERIFY_WITH_TIMEOUT(m_source->state() == CallSource::State::Connected, 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(!bar().isVisible(), 1'000);
        const Timestamp then = calls().now();
        QTRY_VERIFY_WITH_TIMEOUT(calls().now() > then, 30'000); // and its figures move again
        QVERIFY(!m_probe->hasEnded());
    }

private:
    QString data() const { return m_folder->filePath("data"); }
    // Calls that last: one that ends by itself just before the engine is killed was not ended by the kill.
    std::unique_ptr<Probe> newProbe() const
    {
        return std::make_unique<Probe>(
            data(), QStringList { "--listen", m_url.toString() }, QStringList { "--hold-mean", "600" });
    }
    const LiveCallModel& calls() const { return m_window->live().model(); }
    const MessageBar& bar() const // the first of its kind: the window's own
    {
        return *m_window->centralWidget()->findChild<MessageBar*>({}, Qt::FindDirectChildrenOnly);
    }
    std::optional<CallKey> answeredCall() const
    {
        for (int row = 0; row < calls().rowCount(); ++row)
            if (const LiveCall* call = calls().callAt(row);
                call->state == CallState::Answered && call->sent[0].mosNow > 0)
                return call->key;
        return std::nullopt;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QUrl m_url;
    std::unique_ptr<Probe> m_probe;
    std::unique_ptr<LinkSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestConsoleEngine)
#include "tst_console_engine.moc"
