// That EngineLink hands on what RemoteProbe says; the engine's side is tested in tests/engine/remote.
#include "console/link/engine_link.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace callmon;

namespace {

constexpr int patience = 10'000; // ms

class EngineLinkTest : public QObject {
    Q_OBJECT

private slots:
    void refusedSchemeEndsInFailedToOpen()
    {
        EngineLink link;
        QSignalSpy failed(&link, &EngineLink::failedToOpen);
        link.open(QUrl("tcp://127.0.0.1:5000"));
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, patience);
        QVERIFY(toText(failed[0][0].value<Sentence>()).find("raw TCP") != std::string::npos);
        QCOMPARE(link.state(), EngineLink::State::Disconnected);
    }

    void absentEngineIsTriedAgain()
    {
        const QTemporaryDir directory;
        EngineLink link;
        QCOMPARE(link.state(), EngineLink::State::Disconnected);
        QSignalSpy states(&link, &EngineLink::stateChanged);
        link.open(QUrl("local:" + directory.filePath("engine.sock")));
        QTRY_VERIFY_WITH_TIMEOUT(states.count() >= 2, patience);
        QCOMPARE(link.state(), EngineLink::State::Connecting);
        QVERIFY(toText(states.back()[1].value<Sentence>()).find("No engine listens at") != std::string::npos);
    }

    // Down to its detail: what were put in as text would stay English in the console.
    void whatIsWrongWithACertificateCanBeTranslated()
    {
        const QTemporaryDir nothing;
        EngineLink link;
        QSignalSpy states(&link, &EngineLink::stateChanged);
        link.open(QUrl("tls://127.0.0.1:1?identity=" + nothing.path()));
        QTRY_VERIFY_WITH_TIMEOUT(states.count() >= 2, patience);
        const auto said = states.back()[1].value<Sentence>(); // why, and that it is tried again
        const QByteArray text = QByteArray::fromStdString(toText(said));
        QVERIFY2(text.startsWith("TLS needs a certificate: cannot read "), text);
        const Sentence& detail = said.parts.front().parts.front();
        QCOMPARE(detail.sort, Sentence::Sort::Pattern);
        QCOMPARE(detail.words, std::string("cannot read %1: %2%3"));
    }

    void requestsWithoutEngineFailWithTheirNumber()
    {
        EngineLink link;
        QSignalSpy failed(&link, &EngineLink::failed);
        const quint64 first = link.search({});
        const quint64 second = link.media(CallKey { 1 });
        QVERIFY(first != second);
        QCOMPARE(failed.count(), 0); // never from within the request
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 2, patience);
        QCOMPARE(failed[0][0].toULongLong(), first);
        QCOMPARE(failed[1][0].toULongLong(), second);
    }
};

}

QTEST_GUILESS_MAIN(EngineLinkTest)
#include "tst_engine_link.moc"
