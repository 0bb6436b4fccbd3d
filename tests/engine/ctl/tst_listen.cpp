// callmonctl listen on a call that is on, with the real storage and the real connection behind it: what is heard is
// what callmonctl wav gives when the call is over.
#include "engine/ctl/commands.h"
#include "engine/ctl/remote_source.h"
#include "engine/remote/remote_service.h"
#include "engine/storage/record_writer.h"
#include "tests/shared/calls/sample_records.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <random>
#include <sstream>
#include <thread>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr int chunks = 30; // of each side: three seconds, in which callmonctl has to begin
constexpr int packetsPerChunk = 40; // more of these do not fit into one
constexpr int seconds = chunks * packetsPerChunk / 50; // that the call lasts
constexpr std::size_t headerBytes = 44; // of a WAV

// A call that goes on by itself, ten times as fast as the clock: both sides in chunks of a second, committed by the
// thread that writes them.
class CallThatIsOn {
public:
    // Blind: of the second stream some packets are missing from a second in which the probe lost frames.
    CallThatIsOn(RecordWriter& writer, const std::string& callId, Timestamp start, bool blind = false)
        : m_writer(writer)
        , m_call(sample::call(start, callId))
        , m_blind(blind)
    {
        m_call.recorded = Recording::Yes;
        m_writer.liveCall(m_call);
        for (std::uint32_t index = 0; index < 2; ++index)
            m_writer.stream(sample::stream(m_call.key, index, start));
        m_thread = std::jthread([this](const std::stop_token&) { run(); });
    }
    CallKey key() const { return m_call.key; }
    void end() { m_thread.join(); }

private:
    void run()
    {
        std::mt19937 random(static_cast<unsigned>(m_call.key.value));
        for (int number = 0; number < chunks; ++number) {
            for (std::uint32_t index = 0; index < 2; ++index)
                m_writer.media(chunkOf(index, number, random));
            if (m_blind) // every second that is over
                for (; (m_second + 1) * 50 <= (number + 1) * packetsPerChunk; ++m_second)
                    m_writer.quality(secondOf(1, m_second));
            QTest::qSleep(100);
            QVERIFY(m_writer.commitSettled());
        }
        m_writer.callEnded(sample::ended(m_call, seconds * 1s));
        QVERIFY(m_writer.commit());
    }

    MediaChunk chunkOf(std::uint32_t index, int place, std::mt19937& random)
    {
        MediaChunk chunk;
        chunk.clear({ m_call.key, index });
        for (int i = 0; i < packetsPerChunk; ++i) {
            const int number = place * packetsPerChunk + i;
            if (m_blind && index == 1 && number >= 260 && number < 265)
                continue;
            std::array<std::byte, 172> rtp {};
            rtp[0] = std::byte { 0x80 };
            rtp[1] = std::byte { 8 };
            rtp[2] = static_cast<std::byte>(number >> 8);
            rtp[3] = static_cast<std::byte>(number);
            for (int byte = 0; byte < 4; ++byte)
                rtp[4 + static_cast<std::size_t>(byte)] = static_cast<std::byte>(number * 160 >> 8 * (3 - byte));
            rtp[10] = std::byte { 0x10 };
            rtp[11] = static_cast<std::byte>(index);
            std::generate(rtp.begin() + 12, rtp.end(), [&] { return static_cast<std::byte>(random()); });
            const auto late = index == 0 ? std::chrono::milliseconds(random() % 15) : 0ms;
            if (!chunk.append({ m_call.startedAt + number * 20ms + late, {}, 172, rtp }))
                qFatal("too many packets for a chunk");
        }
        return chunk;
    }

    QualityPoint secondOf(std::uint32_t index, int second) const
    {
        QualityPoint point;
        point.stream = { m_call.key, index };
        point.at = m_call.startedAt + second * 1s;
        point.packets = 50;
        point.probeLost = second == 5;
        return point;
    }

    RecordWriter& m_writer;
    CallRecord m_call;
    bool m_blind;
    int m_second = 0;
    std::jthread m_thread;
};

struct Ctl {
    int status = 0;
    std::string out, err;
};

class ListenTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        auto writer = RecordWriter::open(path("data"));
        QVERIFY(writer);
        m_writer = std::move(writer.value());
        RemoteServiceOptions options;
        options.second = 50ms;
        options.step = 50ms;
        options.auditDirectory = path("data");
        m_service = std::make_unique<RemoteService>(
            path("data"), m_writer.get(), m_table, [] { return ProbeStatus(); }, options);
        m_url = "local:" + path("engine.sock");
        QVERIFY(m_service->listen(QUrl(QString::fromStdString(m_url))));
    }

    void fromTheStartIsTheWholeRecording()
    {
        CallThatIsOn call(*m_writer, "whole", sample::at("2026-03-01T10:00:00Z"));
        const Ctl listened =
            ctl({ "listen", "--from-start", std::to_string(call.key().value), "-o", path("live.wav") });
        QCOMPARE(listened.err, std::string());
        QCOMPARE(listened.status, 0);
        call.end();
        const QByteArray live = contents("live.wav");
        const QByteArray whole = wavOf(call.key());
        QVERIFY(whole.size() >= static_cast<qsizetype>(headerBytes + seconds * 8000 * 4));
        QVERIFY(live == whole); // the header, too
    }

    void asHeardIsTheRecordingAsHeard()
    {
        CallThatIsOn call(*m_writer, "heard", sample::at("2026-03-01T10:30:00Z"));
        const Ctl listened =
            ctl({ "listen", "--heard", "--from-start", std::to_string(call.key().value), "-o", path("live.wav") });
        QCOMPARE(listened.status, 0);
        call.end();
        const QByteArray live = contents("live.wav");
        QCOMPARE(ctl({ "wav", "--heard", std::to_string(call.key().value), "-o", path("heard.wav") }).status, 0);
        QVERIFY(live == contents("heard.wav"));
        QVERIFY(live != wavOf(call.key()));
    }

    void whatTheProbeLostIsSilentAsInTheRecording()
    {
        CallThatIsOn call(*m_writer, "blind", sample::at("2026-03-01T10:45:00Z"), true);
        const Ctl listened =
            ctl({ "listen", "--heard", "--from-start", std::to_string(call.key().value), "-o", path("live.wav") });
        QCOMPARE(listened.status, 0);
        QVERIFY2(
            listened.err.find("callee, PCMA: 5 packets are missing from seconds in which the probe itself lost frames: "
                              "silence")
                != std::string::npos,
            listened.err.c_str());
        call.end();
        QCOMPARE(ctl({ "wav", "--heard", std::to_string(call.key().value), "-o", path("heard.wav") }).status, 0);
        QVERIFY(contents("live.wav") == contents("heard.wav"));
    }

    void fromNowOnIsTheRestOfTheRecording()
    {
        CallThatIsOn call(*m_writer, "rest", sample::at("2026-03-01T11:00:00Z"));
        QTest::qWait(400);
        const Ctl listened = ctl({ "listen", std::to_string(call.key().value) });
        QCOMPARE(listened.err, std::string());
        QCOMPARE(listened.status, 0);
        call.end();
        const QByteArray heard = QByteArray::fromStdString(listened.out).mid(headerBytes);
        const QByteArray whole = wavOf(call.key()).mid(headerBytes);
        QVERIFY(heard.size() > 4 * 8000 * 4);
        QVERIFY(heard.size() < whole.size());
        // One side's newest chunk may be one older than the other's. Where it began is that of the first packet's
        // arrival, so by some milliseconds beside its place in the call: each side for itself.
        for (int side = 0; side < 2; ++side) {
            const QByteArray part = sideOf(heard, side);
            const QByteArray all = sideOf(whole, side);
            const QByteArray middle = part.mid(16'000, part.size() - 24'000);
            QVERIFY2(all.contains(middle), side == 0 ? "caller" : "callee");
        }
    }

    void anEndMayBeGiven()
    {
        CallThatIsOn call(*m_writer, "some", sample::at("2026-03-01T12:00:00Z"));
        const Ctl listened =
            ctl({ "listen", std::to_string(call.key().value), "--for", "2", "--channels", "caller", "-o", "-" });
        QCOMPARE(listened.status, 0);
        QCOMPARE(listened.out.size(), headerBytes + 2 * 8000 * 2);
        call.end();
    }

    void aCallThatIsNotRecordedSaysSo()
    {
        CallRecord call = sample::call(sample::at("2026-03-01T13:00:00Z"), "unrecorded");
        call.recorded = Recording::No;
        call.recordingRule = "privacy";
        m_writer->liveCall(call);
        const Ctl listened = ctl({ "listen", std::to_string(call.key.value) });
        QCOMPARE(listened.status, 1);
        QVERIFY2(listened.err.find("not being recorded (rule privacy)") != std::string::npos, listened.err.c_str());
        QVERIFY(listened.out.empty());
    }

    void aCallThatIsOverSaysSo()
    {
        CallRecord call = sample::call(sample::at("2026-03-01T14:00:00Z"), "over");
        m_writer->callEnded(sample::ended(call));
        QVERIFY(m_writer->commit());
        const Ctl listened = ctl({ "listen", std::to_string(call.key.value) });
        QCOMPARE(listened.status, 1);
        QVERIFY2(listened.err.find("is not on") != std::string::npos, listened.err.c_str());
    }

    void aTerminalGetsNoSound()
    {
        std::ostringstream out, err;
        QCOMPARE(runCtl({ "listen", "x", "--engine", m_url }, openRemoteSource, { out, err, true }), 1);
        QVERIFY(err.str().find("--output FILE") != std::string::npos);
    }

    void aDataDirectoryHasNoCallThatIsOn()
    {
        std::ostringstream out, err;
        CallRecord call = sample::call(sample::at("2026-03-01T15:00:00Z"), "stored");
        m_writer->callEnded(sample::ended(call));
        QVERIFY(m_writer->commit());
        QCOMPARE(runCtl({ "listen", "stored", "--data", path("data") }, openRemoteSource, { out, err, false }), 1);
        QVERIFY2(err.str().find("--engine URL") != std::string::npos, err.str().c_str());
    }

private:
    std::string path(const char* name) const { return m_directory.filePath(name).toStdString(); }
    Ctl ctl(std::vector<std::string> words) const
    {
        words.insert(words.end(), { "--engine", m_url });
        std::ostringstream out, err;
        const int status = runCtl(words, openRemoteSource, { out, err, false });
        return { status, out.str(), err.str() };
    }
    QByteArray contents(const char* name) const
    {
        QFile file(m_directory.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QByteArray wavOf(CallKey call) const
    {
        return ctl({ "wav", std::to_string(call.value), "-o", path("whole.wav") }).status == 0 ? contents("whole.wav")
                                                                                               : QByteArray();
    }
    static QByteArray sideOf(const QByteArray& stereo, int side)
    {
        QByteArray one;
        for (qsizetype at = 2 * side; at + 1 < stereo.size(); at += 4)
            one.append(stereo.constData() + at, 2);
        return one;
    }

    QTemporaryDir m_directory;
    std::string m_url;
    std::unique_ptr<RecordWriter> m_writer;
    LiveTable m_table;
    std::unique_ptr<RemoteService> m_service;
};

}

QTEST_GUILESS_MAIN(ListenTest)
#include "tst_listen.moc"
