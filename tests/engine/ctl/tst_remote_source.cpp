// callmonctl's view of a running engine, with the real storage behind it.
#include "engine/audit/audit_log.h"
#include "engine/ctl/commands.h"
#include "engine/ctl/data_directory_source.h"
#include "engine/ctl/remote_source.h"
#include "engine/remote/remote_service.h"
#include "engine/storage/record_writer.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <QTest>
#include <sstream>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

struct Engine { // of a directory of its own
    QTemporaryDir directory;
    std::string data = directory.filePath("data").toStdString();
    std::unique_ptr<RecordWriter> writer = std::move(RecordWriter::open(data).value());
    LiveTable table;
    std::unique_ptr<RemoteService> service;
    std::string url;

    void start()
    {
        RemoteServiceOptions options;
        options.second = 50ms;
        options.step = 50ms;
        options.auditDirectory = data;
        service = std::make_unique<RemoteService>(
            data, writer.get(), table, [] { return ProbeStatus(); }, options);
        const QUrl place("local:" + directory.filePath("engine.sock"));
        QVERIFY(service->listen(place));
        url = place.toString().toStdString();
    }
};

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

    // Streams are asked for between the pages of calls: as many as one page, one more, and some of many.
    void streamsAndCodecsOfManyCallsAreThoseOfTheDataDirectory()
    {
        Engine engine;
        RecordWriter& writer = *engine.writer;
        const Timestamp start = sample::at("2026-03-01T23:50:00Z"); // over midnight: two days
        for (int i = 0; i < 2001; ++i) {
            const CallRecord call = sample::ended(sample::call(start + i * 1s, "call-" + std::to_string(i)));
            writer.liveCall(call);
            StreamRecord stream = sample::stream(call.key, 0, call.startedAt);
            stream.codec = i % 3 == 0 ? "PCMU" : "G729";
            if (i % 10 != 0)
                writer.stream(stream);
            writer.callEnded(call);
        }
        QVERIFY(writer.commit());
        engine.start();
        const auto run = [](std::vector<std::string> words, const char* option, const std::string& where) {
            words.insert(words.end(), { option, where, "--format", "csv" });
            std::ostringstream out, err;
            const int status = runCtl(words, openRemoteSource, { out, err });
            return std::to_string(status) + err.str() + out.str();
        };
        const std::vector<std::vector<std::string>> asked { { "report", "--by", "codec" }, { "streams" },
            { "streams", "--limit", "1000" }, { "streams", "--limit", "1001" }, { "streams", "--limit", "3" },
            { "report", "--by", "codec", "--from", "2026-03-02" } };
        for (const std::vector<std::string>& words : asked) {
            const std::string local = run(words, "--data", engine.data);
            QVERIFY2(local.starts_with("0") && local.size() > 300, local.c_str());
            QVERIFY(run(words, "--engine", engine.url) == local);
        }
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

    void whatAnAnswerLacksIsToldAsOfADirectory()
    {
        const QString damaged = m_directory.filePath("data/2026-02-01.sqlite");
        QFile file(damaged);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(8192, 'x'));
        file.close();
        const auto ask = [](CallSource& source) {
            std::uint64_t calls = 0;
            const auto found = source.calls({}, [&](const CallRecord&) { return ++calls; });
            return found && calls == 3 ? source.takeNotes() : std::vector<std::string>();
        };
        auto directory = DataDirectorySource::open(m_directory.filePath("data").toStdString());
        auto engine = openRemoteSource(m_url.toString().toStdString());
        QVERIFY(directory && engine);
        const auto told = ask(*directory.value());
        QVERIFY(!told.empty());
        QVERIFY2(told.front().find("2026-02-01") != std::string::npos, told.front().c_str());
        QVERIFY(ask(*engine.value()) == told);
        QVERIFY(file.remove());
        QVERIFY(ask(*engine.value()).empty()); // and none that was told before
    }

    void theWholeAuditLogComesHoweverLong()
    {
        constexpr std::uint64_t entries = mostAuditEntries + 500;
        Engine engine;
        {
            auto log = AuditLog::open(engine.data);
            QVERIFY(log);
            for (std::uint64_t i = 0; i < entries; ++i)
                QVERIFY(log.value().add({ sample::at("2026-03-01T10:00:00Z") + i * 1ms, "ada", "admin", "local",
                    "search", std::to_string(i) }));
        }
        engine.start();
        auto source = openRemoteSource(engine.url);
        QVERIFY(source);
        const auto all = [&](const AuditQuery& query, CallSource& of) {
            std::vector<std::string> details;
            const auto told = of.audit(query, [&](const AuditEntry& entry) {
                details.push_back(entry.detail);
                return true;
            });
            return std::pair(told, details);
        };
        const auto [told, details] = all({ {}, {}, 0 }, *source.value());
        QVERIFY(told);
        QCOMPARE(told.value().matches, entries + 1); // and that it was asked for
        QCOMPARE(details.size(), std::size_t(entries + 1));
        for (std::size_t i = 0; i < entries; ++i)
            QCOMPARE(details[i], std::to_string(i));
        const auto directory = DataDirectorySource::open(engine.data);
        const auto [local, localDetails] = all({ {}, {}, 0 }, *directory.value());
        QVERIFY(local && localDetails == details);
        QCOMPARE(told.value().newestHash, local.value().newestHash);
        QCOMPARE(told.value().brokenLine, 0u);
        const Timestamp from = sample::at("2026-03-01T10:00:20Z");
        const auto [some, of] = all({ from, from + 10ms, 0 }, *source.value());
        QVERIFY(some && of.size() == 10 && of.front() == "20000");
        QCOMPARE(some.value().matches, 10u);
        std::uint64_t taken = 0;
        QVERIFY(source.value()->audit({ {}, {}, 0 }, [&](const AuditEntry&) { return ++taken < 7; }));
        QCOMPARE(taken, 7u);
        QVERIFY(source.value()->status().has_value()); // the connection is still good
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
        options.step = 50ms;
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
