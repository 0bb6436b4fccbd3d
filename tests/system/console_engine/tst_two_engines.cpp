// The real window over two real engines: one list of both, and one that dies and holds nobody up.
#include "console/source/link_source.h"
#include "console/source/probe_group.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/figure_tile.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/message_bar.h"
#include "console/views/operations_bar.h"
#include "console/views/past_page.h"
#include "running_probe.h"
#include "tests/console/own_settings.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>
#include <memory>

using namespace callmon;

namespace {

constexpr int noticed = 6'000; // ms: five seconds of silence, and one to look

}

class TestTwoEngines : public QObject {
    Q_OBJECT

private slots:
    void callsOfBothAreInOneListAndTheDeathOfOneHoldsNobodyUp()
    {
        QTemporaryDir folder(QDir::tempPath() + "/callmon-XXXXXX"); // a socket path is short
        QVERIFY(folder.isValid());
        useSettingsIn(folder.path());
        std::vector<std::unique_ptr<Probe>> engines;
        std::vector<ProbeAddress> addresses;
        for (const QString& name : { QStringLiteral("madrid"), QStringLiteral("rome") }) {
            const QString address = "local:" + folder.filePath(name + ".sock");
            engines.push_back(std::make_unique<Probe>(folder.filePath(name), QUrl(address)));
            addresses.push_back({ name, address, true, false });
        }
        ProbeGroup source([](const QString& address) {
            auto link = std::make_unique<LinkSource>();
            link->open(QUrl(address));
            return link;
        });
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.setAddresses(addresses);
        for (const auto& engine : engines)
            QVERIFY(engine->isRunning());
        const ProbeId madrid = source.probes()[0].id;
        const ProbeId rome = source.probes()[1].id;
        LiveCallModel& live = window.live().model();
        const auto liveOf = [&](ProbeId probe) {
            int count = 0;
            live.forEach([&](const LiveCall&, ProbeId of) {
                count += of == probe;
                return true;
            });
            return count;
        };
        QTRY_VERIFY_WITH_TIMEOUT(liveOf(madrid) > 3 && liveOf(rome) > 3, 30'000);
        QVERIFY(!window.live().table().isColumnHidden(LiveCallModel::Probe));
        QTRY_VERIFY_WITH_TIMEOUT(
            window.live().operations().tile(OperationsFigure::NewCalls).value() != unknownFigure(), 30'000);

        // A call's page is of the engine that has the call.
        std::optional<CallName> talking;
        const auto find = [&] {
            live.forEach([&](const LiveCall& call, ProbeId of) {
                if (of == rome && call.state == CallState::Answered && call.sent[0].mosNow > 0)
                    talking = CallName { of, call.key };
                return !talking;
            });
            return talking.has_value();
        };
        QTRY_VERIFY_WITH_TIMEOUT(find(), 20'000);
        CallPage* page = window.openCall(talking->key, talking->probe);
        QTRY_VERIFY_WITH_TIMEOUT(page->hasFigures() && page->hasSeries(), 10'000);

        const PastCallModel& past = window.past().model();
        const auto pastOf = [&](ProbeId probe) {
            int count = 0;
            for (int row = 0; row < past.rowCount(); ++row)
                count += past.probeAt(row) == probe;
            return count;
        };
        const auto search = [&] {
            window.past().search();
            return QTest::qWaitFor([&] { return !window.past().isSearching(); }, 10'000);
        };
        window.showPast();
        QTRY_VERIFY_WITH_TIMEOUT(search() && pastOf(madrid) > 0 && pastOf(rome) > 0, 30'000);
        QCOMPARE(past.matchesInAll(), quint64(past.rowCount()));
        QVERIFY(window.past().lastError().isEmpty());

        engines[1]->kill();
        QTRY_VERIFY_WITH_TIMEOUT(source.probes()[1].state != CallSource::State::Connected, noticed);
        QVERIFY(source.state() == CallSource::State::Connected);
        const auto* bar = window.centralWidget()->findChild<MessageBar*>({}, Qt::FindDirectChildrenOnly);
        QVERIFY2(bar->message().startsWith("rome does not answer"), qPrintable(bar->message()));
        QVERIFY(liveOf(rome) > 0); // the last that was known
        QElapsedTimer took;
        took.start();
        QVERIFY(search());
        QVERIFY(took.elapsed() < 4'000); // less than it waits for those that are silent
        QVERIFY(pastOf(madrid) > 0);
        QCOMPARE(pastOf(rome), 0);
        QVERIFY2(window.past().lastError().startsWith("rome does not answer"), qPrintable(window.past().lastError()));
        const Timestamp then = live.now(madrid);
        QTRY_VERIFY_WITH_TIMEOUT(live.now(madrid) > then, 5'000);
    }
};

QTEST_MAIN(TestTwoEngines)
#include "tst_two_engines.moc"
