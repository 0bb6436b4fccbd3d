// callmonctl's view of a running engine, with the real storage behind it.
#include "engine/ctl/remote_source.h"
#include "engine/remote/remote_service.h"
#include "engine/storage/record_writer.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

class RemoteSourceTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        auto writer = RecordWriter::open(m_directory.filePath("data").toStdString());
        QVERIFY(writer);
        m_writer = std::move(writer.value());
        const Timestamp start = sample::at("2026-03-01T10:00:00Z");
        for (int i = 0; i < 3; ++i) {
            CallRecord call = sample::call(start + i * 1min, "call-" + std::to_string(i));
            m_writer->liveCall(call);
            for (std::uint32_t index = 0; index < 2; ++index) {
                StreamRecord stream = sample::stream(call.key, index, call.startedAt);
                for (int second = 0; second < 40; ++second)
                    m_writer->media(chunkOf(stream.key, call.startedAt + second * 1s));
                m_writer->stream(stream);
            }
            m_writer->callEnded(sample::ended(call));
            m_keys.push_back(call.key);
        }
        for (int i = 0; i < 2; ++i) {
            ServiceRow minute;
            minute.from = start + i * 1min;
            minute.sums.figures.attempts = static_cast<std::uint64_t>(4 + i);
            m_writer->serviceMinute(minute);
        }
        QVERIFY(m_writer->commit());
        startService();
    }

    void callsAreThoseOfTheDataDirectory()
    {
        auto source = openRemoteSource(m_url.toString().toStdString());
        QVERIFY2(source.has_value(), source ? "" : source.error().what.c_str());
        std::vector<CallKey> keys;
        const auto all = source.value()->calls({}, [&](const CallRecord& call) {
            keys.push_back(call.key);
            return true;
        });
        QVERIFY(all);
        QCOMPARE(all.value(), 3u);
        QVERIFY(keys == m_keys);

        CallQuery one;
        one.callId = "call-1";
        keys.clear();
        QVERIFY(source.value()->calls(one, [&](const CallRecord& call) {
            keys.push_back(call.key);
            return true;
        }));
        QVERIFY(keys == std::vector { m_keys[1] });
    }

    void serviceMetricsAreThoseThatWereStored()
    {
        auto source = openRemoteSource(m_url.toString().toStdString());
        QVERIFY(source);
        std::vector<ServiceRow> rows;
        ServiceQuery query;
        query.stepMinutes = 5;
        QVERIFY(source.value()->serviceHistory(query, [&](const ServiceRow& row) {
            rows.push_back(row);
            return true;
        }));
        QCOMPARE(rows.size(), std::size_t { 1 });
        QCOMPARE(rows[0].sums.figures.attempts, std::uint64_t { 9 }); // two minutes, 4 and 5
        const auto windows = source.value()->serviceWindows();
        QVERIFY(!windows); // nobody measures here
        QVERIFY(!source.value()->streams(m_keys[0]).value().empty()); // the connection is still good
    }

    void sinkThatHasEnoughStopsTheSearch()
    {
        auto source = openRemoteSource(m_url.toString().toStdString());
        QVERIFY(source);
        int calls = 0;
        QVERIFY(source.value()->calls({}, [&](const CallRecord&) { return ++calls < 2; }));
        QCOMPARE(calls, 2);
        QCOMPARE(source.value()->streams(m_keys[0]).value().size(), 2u); // the connection is still good
    }

    void mediaArePacketForPacketWhatWasStored()
    {
        auto source = openRemoteSource(m_url.toString().toStdString());
        QVERIFY(source);
        std::map<StreamKey, int> packets;
        bool damaged = false;
        const auto read = source.value()->media(m_keys[2], [&](StreamKey stream, Bytes bytes) {
            MediaReader reader(bytes);
            while (const auto packet = reader.next())
                damaged = damaged || packet->datagram[0] != static_cast<std::byte>(packets[stream]++ / packetsPerChunk);
            damaged = damaged || reader.damaged();
            return true;
        });
        QVERIFY(read);
        QVERIFY(!damaged);
        QCOMPARE(packets.size(), 2u);
        for (const auto& [stream, count] : packets)
            QCOMPARE(count, 40 * packetsPerChunk);
    }

    void liveBeginsWithASnapshotAndGoesOn()
    {
        auto source = openRemoteSource(m_url.toString().toStdString());
        QVERIFY(source);
        for (int round = 0; round < 2; ++round) { // it can be asked for again
            std::vector<LiveUpdate> updates;
            QVERIFY(source.value()->live([&](const LiveUpdate& update) {
                updates.push_back(update);
                m_table.update(sample::call(sample::at("2026-03-01T11:00:00Z"), "live"));
                return updates.size() < 3;
            }));
            QVERIFY(updates[0].delta.snapshot);
            QVERIFY(!updates[1].delta.snapshot);
            QCOMPARE(updates[1].delta.fromVersion, updates[0].delta.toVersion);
            QCOMPARE(updates[2].delta.fromVersion, updates[1].delta.toVersion);
            QCOMPARE(updates[1].delta.changed.size(), 1u);
        }
    }

    void statusIsTheEngines()
    {
        auto source = openRemoteSource(m_url.toString().toStdString());
        QVERIFY(source);
        const auto status = source.value()->status();
        QVERIFY(status);
        QCOMPARE(status.value().source, std::string("sample"));
    }

    void absentEngineIsAnError()
    {
        const auto source = openRemoteSource("local:" + m_directory.filePath("nobody.sock").toStdString());
        QVERIFY(!source);
        QVERIFY(source.error().what.starts_with("No engine listens at /"));
        QVERIFY(source.error().what.ends_with("nobody.sock."));
        const auto tcp = openRemoteSource("tcp://127.0.0.1:1");
        QVERIFY(!tcp);
        QVERIFY(tcp.error().what.find("raw TCP") != std::string::npos);
    }

    void engineThatGoesEndsTheLiveList()
    {
        auto source = openRemoteSource(m_url.toString().toStdString());
        QVERIFY(source);
        const auto ended = source.value()->live([&](const LiveUpdate&) {
            QTimer::singleShot(0, this, [this] { m_service.reset(); });
            return true;
        });
        QVERIFY(!ended);
        QCOMPARE(ended.error().what, std::string("The connection to the engine was lost."));
        QVERIFY(!source.value()->status()); // and everything after it
        startService();
    }

private:
    static constexpr int packetsPerChunk = 40;

    static MediaChunk chunkOf(StreamKey stream, Timestamp first)
    {
        static std::map<StreamKey, int> number;
        MediaChunk chunk;
        chunk.clear(stream);
        std::array<std::byte, 172> datagram {};
        datagram[0] = static_cast<std::byte>(number[stream]++);
        for (int i = 0; i < packetsPerChunk; ++i)
            chunk.append({ first + i * 20ms, {}, 172, datagram });
        return chunk;
    }

    void startService()
    {
        m_url = QUrl("local:" + m_directory.filePath("engine.sock"));
        RemoteServiceOptions options;
        options.second = 50ms;
        m_service = std::make_unique<RemoteService>(
            m_directory.filePath("data").toStdString(), m_writer.get(), m_table,
            [] {
                ProbeStatus status;
                status.source = "sample";
                return status;
            },
            options);
        QVERIFY(m_service->listen(m_url));
    }

    QTemporaryDir m_directory;
    QUrl m_url;
    std::unique_ptr<RecordWriter> m_writer;
    std::vector<CallKey> m_keys;
    LiveTable m_table;
    std::unique_ptr<RemoteService> m_service;
};

}

QTEST_GUILESS_MAIN(RemoteSourceTest)
#include "tst_remote_source.moc"
