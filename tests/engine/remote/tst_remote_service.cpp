#include "tests/engine/remote/remote_fixture.h"

#include <QLocalServer>
#include <QLocalSocket>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <random>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 10'000; // ms, on a busy machine

RemoteServiceOptions fast(FakeData& data)
{
    RemoteServiceOptions options;
    options.second = 20ms;
    options.step = 20ms;
    options.openQuery = [&data]() -> Result<std::unique_ptr<RecordQuery>> {
        return std::unique_ptr<RecordQuery>(new FakeQuery(data));
    };
    return options;
}

ProbeStatus someStatus()
{
    ProbeStatus status;
    status.source = "test";
    status.version = "0.1.0";
    status.counters = { { "frames_received", 7 } };
    return status;
}

class RemoteServiceTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_url = QUrl("local:" + m_directory->filePath("run/engine.sock"));
    }

    void snapshotAndDeltasLeaveTheClientWithTheTable()
    {
        FakeData data;
        LiveTable table(1'000); // few enough removals remembered that a late client may need a snapshot
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        for (int i = 0; i < 500; ++i)
            table.update(callOf(i));
        Recorder early;
        early.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(early.connected(), patience);

        std::mt19937 random(7);
        std::atomic<bool> done { false };
        std::thread storage([&] {
            for (int step = 0; step < 20'000; ++step) {
                const int number = static_cast<int>(random() % 1500);
                switch (random() % 5) {
                case 0:
                    table.remove(keyOf(number));
                    break;
                case 1: {
                    StreamRecord stream = streamOf(number, static_cast<std::uint32_t>(random() % 3));
                    stream.lossPercent = static_cast<double>(random() % 100);
                    table.update(stream);
                    break;
                }
                case 2: {
                    QualityPoint point;
                    point.stream = { keyOf(number), static_cast<std::uint32_t>(random() % 3) };
                    point.mos = static_cast<float>(random() % 45) / 10;
                    table.update(point);
                    break;
                }
                default: {
                    CallRecord call = callOf(number);
                    call.lastCode = static_cast<std::uint16_t>(random() % 700);
                    table.update(call);
                }
                }
                if (step % 500 == 0)
                    std::this_thread::sleep_for(10ms);
            }
            done = true;
        });
        Recorder late; // joins in the middle
        late.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(done, 60'000);
        storage.join();
        for (const Recorder* client : { &early, &late }) {
            QTRY_COMPARE_WITH_TIMEOUT(client->version, table.version(), patience);
            QVERIFY(!client->gap);
            QVERIFY(client->deltas > 0);
            QVERIFY(client->live.size() > 500);
            QCOMPARE(client->live.size(), table.size());
            QVERIFY(textOf(client->live) == textOf(rowsOf(table)));
        }
    }

    void clientComesBackWithAFreshSnapshotAfterTheEngineRestarted()
    {
        FakeData data;
        LiveTable first;
        first.update(callOf(1));
        auto service = std::make_unique<RemoteService>(std::filesystem::path(), nullptr, first, someStatus, fast(data));
        QVERIFY(service->listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_COMPARE_WITH_TIMEOUT(client.live.size(), 1u, patience);
        service.reset();
        QTRY_COMPARE_WITH_TIMEOUT(client.probe.state(), RemoteProbe::State::Connecting, patience);
        QCOMPARE(client.live.size(), 1u); // what was shown stays
        QTest::qWait(300);

        LiveTable second;
        second.update(callOf(2));
        second.update(callOf(3));
        service = std::make_unique<RemoteService>(std::filesystem::path(), nullptr, second, someStatus, fast(data));
        QVERIFY(service->listen(m_url));
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(client.live.size(), 2u, patience);
        QVERIFY(client.live.contains(keyOf(3)));
        QCOMPARE(client.snapshots, 2);
    }

    void statusComesByItself()
    {
        FakeData data;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.statuses.size() > 2, patience);
        QCOMPARE(client.statuses.back().counters.at(0).value, 7u);
        QCOMPARE(client.probe.engineVersion(), QString("0.1.0"));
    }

    void searchComesInPagesAndTheLastOneHasTheTrueCount()
    {
        FakeData data;
        data.calls = 20'000;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        const quint64 request = client.probe.search({});
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience);
        QCOMPARE(client.ends[request], "");
        QVERIFY(client.pages[request] > 10);
        QCOMPARE(client.matches[request], 20'000u);
        QCOMPARE(client.found[request].size(), 20'000u);
        for (int i = 0; i < 20'000; ++i)
            QCOMPARE(client.found[request][static_cast<std::size_t>(i)].key, keyOf(i));
    }

    void serviceMetricsComeInPagesAsTheyWereAskedFor()
    {
        FakeData data;
        data.minutes = 1'500;
        LiveTable table;
        RemoteServiceOptions options = fast(data);
        ServiceRow now;
        now.group = { ServiceGrouping::Codec, std::string_view("PCMA") };
        now.concurrentCalls = 7;
        options.serviceWindows = [&] { return std::vector { now, now }; };
        RemoteService service({}, nullptr, table, someStatus, options);
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        ServiceQuery query;
        query.grouping = ServiceGrouping::Trunk;
        query.stepMinutes = 5;
        const quint64 request = client.probe.serviceHistory(query);
        const quint64 windows = client.probe.serviceWindows();
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request) && client.ends.contains(windows), patience);
        QCOMPARE(client.ends[request], "");
        QVERIFY(client.pages[request] > 2);
        QCOMPARE(client.service[request].size(), 1'500u);
        for (std::size_t i = 0; i < 1'500; ++i) {
            const ServiceRow& row = client.service[request][i];
            QCOMPARE(toText(row.group), std::string("trunk north"));
            QCOMPARE(row.from, Timestamp(std::chrono::minutes(5 * i)));
            QCOMPARE(row.sums.figures.attempts, std::uint64_t { i });
        }
        QCOMPARE(client.service[windows].size(), 2u);
        QCOMPARE(client.service[windows][1].concurrentCalls, 7u);
        query.stepMinutes = 0;
        const quint64 refused = client.probe.serviceHistory(query);
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(refused), patience);
        QVERIFY(!client.ends[refused].empty());
    }

    void failedSearchSaysWhy()
    {
        FakeData data;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        const quint64 tooEarly = client.probe.search({});
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(tooEarly), patience);
        QVERIFY(!client.ends[tooEarly].empty());
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        CallQuery query;
        query.caller = "broken";
        const quint64 request = client.probe.search(query);
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience);
        QCOMPARE(client.ends[request], "the day database is damaged");
    }

    void slowSearchHoldsUpNobody()
    {
        FakeData data;
        data.calls = 10;
        data.gate.close();
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder one;
        Recorder other;
        one.probe.open(m_url);
        other.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(one.connected() && other.connected(), patience);
        CallQuery slow;
        slow.caller = "slow";
        const quint64 stuck = one.probe.search(slow);
        const quint64 sameClient = one.probe.search({});
        const quint64 otherClient = other.probe.search({});
        QTRY_VERIFY_WITH_TIMEOUT(one.ends.contains(sameClient), patience);
        QTRY_VERIFY_WITH_TIMEOUT(other.ends.contains(otherClient), patience);
        QVERIFY(!one.ends.contains(stuck));
        data.gate.open();
        QTRY_VERIFY_WITH_TIMEOUT(one.ends.contains(stuck), patience);
        QCOMPARE(one.found[stuck].size(), 10u);
    }

    void aListIsThereBeforeItsCountIsKnown()
    {
        FakeData data;
        data.calls = 10;
        data.gate.close();
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        CallQuery query;
        query.caller = "counted slowly";
        query.limit = 10;
        const quint64 request = client.probe.search(query);
        QTRY_COMPARE_WITH_TIMEOUT(client.found[request].size(), 10u, patience);
        QVERIFY(!client.ends.contains(request));
        data.gate.open();
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience);
        QCOMPARE(client.found[request].size(), 10u);
    }

    void cancelledSearchStopsAndSaysNothingMore()
    {
        FakeData data;
        data.calls = 1'000;
        data.gate.close();
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        CallQuery slow;
        slow.caller = "slow";
        const quint64 request = client.probe.search(slow);
        QTRY_COMPARE_WITH_TIMEOUT(data.searchesBegun.load(), 1, patience);
        client.probe.cancel(request);
        QTRY_COMPARE_WITH_TIMEOUT(data.cancelledSearches.load(), 1, patience);
        QTest::qWait(100);
        QVERIFY(!client.ends.contains(request));
        QCOMPARE(client.found[request].size(), 0u);
        // The numbers of cancelled requests do not fill the table of the engine.
        const quint64 next = client.probe.search({});
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(next), patience);
        QCOMPARE(client.found[next].size(), 1'000u);
    }

    void mediaArriveWholeAndInOrder()
    {
        FakeData data;
        data.chunksPerStream = 200; // 3.2 MB a stream: more messages than may be under way at once
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        const quint64 request = client.probe.media(keyOf(5));
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience);
        QCOMPARE(client.ends[request], "");
        QCOMPARE(client.media[request].size(), 2u);
        QVERIFY(client.largestMedia <= 256 * 1024);
        for (const auto& [stream, bytes] : client.media[request]) {
            QCOMPARE(bytes.size(), 200 * 16'000);
            qsizetype wrong = 0;
            for (qsizetype i = 0; i < bytes.size(); ++i)
                if (static_cast<std::byte>(bytes[i])
                    != FakeData::mediaByte(stream, static_cast<int>(i / 16'000), static_cast<std::size_t>(i % 16'000)))
                    ++wrong;
            QCOMPARE(wrong, 0);
        }
    }

    void aCallThatIsOnIsHeardAsItGoesOn()
    {
        FakeData data;
        data.listenedSeconds = 1'000'000;
        data.chunkBytes = 100;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        const quint64 request = client.probe.listen(keyOf(5), false);
        QTRY_VERIFY_WITH_TIMEOUT(client.media[request][1].size() >= 300, patience);
        QCOMPARE(client.streams[request].size(), std::size_t { 1 }); // one after the other, each before its media
        QVERIFY(!client.ends.contains(request));
        // Three threads a client, and none of them is taken by who listens.
        std::vector<quint64> others;
        for (int i = 0; i < 7; ++i)
            others.push_back(client.probe.listen(keyOf(i), true));
        const quint64 search = client.probe.search({});
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(search), patience);
        QCOMPARE(client.ends[search], "");
        for (const quint64 other : others)
            QTRY_VERIFY_WITH_TIMEOUT(!client.media[other].empty(), patience);
        const quint64 tooMany = client.probe.listen(keyOf(8), false);
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(tooMany), patience);
        QVERIFY(client.ends[tooMany].find("too many") != std::string::npos);
        for (const quint64 other : others)
            client.probe.cancel(other);
        data.listenedTo = 0;
        data.listenedSeconds = 3; // it is over
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience);
        QCOMPARE(client.ends[request], "");
        for (const auto& [stream, bytes] : client.media[request])
            for (qsizetype i = 0; i < bytes.size(); ++i)
                QVERIFY(static_cast<std::byte>(bytes[i])
                    == FakeData::mediaByte(stream, static_cast<int>(i / 100), static_cast<std::size_t>(i % 100)));
        QTRY_COMPARE_WITH_TIMEOUT(service.sessions(), std::size_t { 1 }, patience);

        data.notRecorded = true;
        const quint64 refused = client.probe.listen(keyOf(5), false);
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(refused), patience);
        QVERIFY(client.ends[refused].find("not being recorded") != std::string::npos);
    }

    void whoLeavesWhileListeningIsNotReadForAnyMore()
    {
        FakeData data;
        data.listenedSeconds = 1'000'000;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        {
            Recorder client;
            client.probe.open(m_url);
            QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
            const quint64 request = client.probe.listen(keyOf(5), false);
            QTRY_VERIFY_WITH_TIMEOUT(!client.media[request].empty(), patience);
        } // and leaves while it listens
        QTRY_COMPARE_WITH_TIMEOUT(service.sessions(), std::size_t { 0 }, patience);
        QTest::qWait(100); // what is under way in a thread ends
        const int heard = data.listenedTo;
        QTest::qWait(600);
        QCOMPARE(data.listenedTo.load(), heard);
    }

    void damagedMediaGiveWhatThereIsAndAnError()
    {
        FakeData data;
        data.chunksPerStream = 3;
        data.damagedStream = 0;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        const quint64 request = client.probe.media(keyOf(5));
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience);
        QCOMPARE(client.ends[request], "a segment is missing");
        QCOMPARE(client.media[request][0].size(), 3 * 16'000);
        QCOMPARE(client.media[request][1].size(), 3 * 16'000);
    }

    void streamsAndQualityAnswer()
    {
        FakeData data;
        data.points = 10'000;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        const quint64 streams = client.probe.streams(keyOf(5));
        const quint64 quality = client.probe.quality(keyOf(5));
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(streams) && client.ends.contains(quality), patience);
        QCOMPARE(client.streams[streams].size(), 2u);
        QCOMPARE(client.streams[streams][1].key, (StreamKey { keyOf(5), 1 }));
        QCOMPARE(client.points[quality].size(), 10'000u);
        QCOMPARE(client.points[quality].back().packets, 9'999u);
    }

    void clientsDoNotSeeEachOthersAnswers()
    {
        FakeData data;
        data.calls = 100;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        Recorder asks;
        Recorder listens;
        int strangeFrames = 0;
        asks.probe.open(m_url);
        listens.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(asks.connected() && listens.connected(), patience);
        // Same request number on both sides, so that a leaked answer would be taken for one's own.
        CallQuery slow;
        slow.caller = "slow";
        data.gate.close();
        const quint64 own = listens.probe.search(slow);
        const quint64 request = asks.probe.search({});
        QCOMPARE(own, request);
        QTRY_VERIFY_WITH_TIMEOUT(asks.ends.contains(request), patience);
        QTest::qWait(100);
        QCOMPARE(asks.found[request].size(), 100u);
        QVERIFY(!listens.ends.contains(own));
        QVERIFY(!listens.found.contains(own));
        QCOMPARE(strangeFrames, 0);
        data.gate.open();
    }

    void olderAndNewerEnginesAreNamed()
    {
        FakeData data;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        QVERIFY(service.listen(m_url));
        RemoteProbeOptions newer;
        newer.protocol = remoteProtocolVersion + 1;
        Recorder fromTheFuture(newer);
        fromTheFuture.probe.open(m_url);
        QTRY_COMPARE_WITH_TIMEOUT(fromTheFuture.probe.state(), RemoteProbe::State::Incompatible, patience);
        QCOMPARE(fromTheFuture.messages.back(),
            QString("The engine (version 0.1.0) is older than this program: update the engine."));
        RemoteProbeOptions older;
        older.protocol = remoteProtocolVersion - 1;
        Recorder fromThePast(older);
        fromThePast.probe.open(m_url);
        QTRY_COMPARE_WITH_TIMEOUT(fromThePast.probe.state(), RemoteProbe::State::Incompatible, patience);
        QCOMPARE(fromThePast.messages.back(),
            QString("The engine (version 0.1.0) is newer than this program: update this program."));
    }

    void frozenEngineIsNoticed()
    {
        QVERIFY(QDir().mkpath(m_directory->filePath("run")));
        QLocalServer silent; // takes connections and never says a word
        QVERIFY(silent.listen(m_directory->filePath("run/engine.sock")));
        RemoteProbeOptions impatient;
        impatient.silence = 300ms;
        Recorder client(impatient);
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(
            !client.messages.empty() && client.messages.back().contains("does not answer"), patience);
    }

    void whatIsNoEngineIsToldSo()
    {
        QVERIFY(QDir().mkpath(m_directory->filePath("run")));
        QLocalServer other;
        connect(&other, &QLocalServer::newConnection, this, [&] {
            QLocalSocket* const socket = other.nextPendingConnection();
            socket->write("HTTP/1.1 400 Bad Request\r\n\r\n");
            socket->disconnectFromServer();
        });
        QVERIFY(other.listen(m_directory->filePath("run/engine.sock")));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(!client.messages.empty() && client.messages.back().contains("is no engine"), patience);
    }

    void absentEngineIsNamed()
    {
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.messages.size() >= 2, patience);
        QVERIFY(client.messages.back().startsWith("No engine listens at /"));
    }

    void requestsFailWhenTheEngineGoes()
    {
        FakeData data;
        data.gate.close();
        LiveTable table;
        auto service = std::make_unique<RemoteService>(std::filesystem::path(), nullptr, table, someStatus, fast(data));
        QVERIFY(service->listen(m_url));
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        CallQuery slow;
        slow.caller = "slow";
        const quint64 request = client.probe.search(slow);
        QTRY_COMPARE_WITH_TIMEOUT(data.searchesBegun.load(), 1, patience);
        service.reset();
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience);
        QCOMPARE(client.ends[request], "The connection to the engine was lost.");
    }

    void sessionsAreCapped()
    {
        FakeData data;
        LiveTable table;
        RemoteServiceOptions options = fast(data);
        options.maxSessions = 2;
        RemoteService service({}, nullptr, table, someStatus, options);
        QVERIFY(service.listen(m_url));
        Recorder one;
        Recorder two;
        one.probe.open(m_url);
        two.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(one.connected() && two.connected(), patience);
        Recorder three;
        three.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(!three.messages.empty() && three.messages.back().contains("too many"), patience);
        QCOMPARE(service.sessions(), 2u);
        one.probe.close(); // makes room
        QTRY_VERIFY_WITH_TIMEOUT(three.connected(), patience);
    }

    // Who comes, asks and goes again and again, while the disk hangs, would leave threads behind without end.
    void requestsOfThoseWhoLeftAreFew()
    {
        FakeData data;
        data.calls = 1;
        LiveTable table;
        RemoteServiceOptions options = fast(data);
        Gate disk;
        disk.close();
        std::atomic<int> stuck { 0 };
        options.openQuery = [&]() -> Result<std::unique_ptr<RecordQuery>> {
            ++stuck;
            disk.pass(nullptr);
            return std::unique_ptr<RecordQuery>(new FakeQuery(data));
        };
        options.maxSessions = 2;
        RemoteService service({}, nullptr, table, someStatus, options);
        const auto opened = qScopeGuard([&] { disk.open(); });
        QVERIFY(service.listen(m_url));
        bool refused = false;
        for (int i = 0; i < 20 && !refused; ++i) {
            Recorder client;
            client.probe.open(m_url);
            QTRY_VERIFY_WITH_TIMEOUT(
                client.connected() || (!client.messages.empty() && client.messages.back().contains("too many")),
                patience);
            refused = !client.connected();
            if (refused)
                break;
            const int before = stuck;
            client.probe.search({});
            QTRY_VERIFY_WITH_TIMEOUT(stuck > before, patience);
            client.probe.close();
            QTRY_COMPARE_WITH_TIMEOUT(service.sessions(), 0u, patience);
        }
        QVERIFY(refused);
        QVERIFY2(stuck <= 4 * 3, qPrintable(QString::number(stuck)));
        disk.open();
        Recorder client;
        client.probe.open(m_url);
        QTRY_VERIFY_WITH_TIMEOUT(client.connected(), patience);
        const quint64 request = client.probe.search({});
        QTRY_VERIFY_WITH_TIMEOUT(client.ends.contains(request), patience);
        QCOMPARE(client.found[request].size(), 1u);
    }

    void twoEnginesDoNotShareASocket()
    {
        FakeData data;
        LiveTable table;
        RemoteService first({}, nullptr, table, someStatus, fast(data));
        RemoteService second({}, nullptr, table, someStatus, fast(data));
        QVERIFY(first.listen(m_url));
        const auto refused = second.listen(m_url);
        QVERIFY(!refused);
        QVERIFY(refused.error().what.starts_with("another engine listens at"));
        first.close();
        QVERIFY(second.listen(m_url));
    }

    void rawTcpIsRefused()
    {
        FakeData data;
        LiveTable table;
        RemoteService service({}, nullptr, table, someStatus, fast(data));
        const auto refused = service.listen(QUrl("tcp://0.0.0.0:5005"));
        QVERIFY(!refused);
        QVERIFY(QString::fromStdString(refused.error().what).contains("raw TCP"));
        Recorder client;
        QString message;
        connect(&client.probe, &RemoteProbe::failedToOpen, this,
            [&](const Sentence& what) { message = QString::fromStdString(toText(what)); });
        client.probe.open(QUrl("tcp://127.0.0.1:5005"));
        QTRY_VERIFY_WITH_TIMEOUT(message.contains("raw TCP"), patience);
        QCOMPARE(client.probe.state(), RemoteProbe::State::Disconnected);
    }

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QUrl m_url;
};

}

QTEST_GUILESS_MAIN(RemoteServiceTest)
#include "tst_remote_service.moc"
