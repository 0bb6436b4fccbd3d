// A call whose packets the probe itself lost, through tracking, records and alarms: nothing of it is the network's.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/alarms/alarm_desk.h"
#include "engine/records/call_monitor.h"
#include "tests/engine/tracking/sip_script.h"

#include <algorithm>
#include <set>
#include <utility>

using namespace callmon;

namespace {

// What the storage thread does with records.
class AlarmSink : public RecordSink {
public:
    explicit AlarmSink(AlarmDesk& desk)
        : m_desk(desk)
    {
    }
    void liveCall(const CallRecord& call) override { m_desk.calls().liveCall(call); }
    void stream(const StreamRecord& stream) override { m_desk.calls().stream(stream); }
    void quality(const QualityPoint& point) override
    {
        m_desk.calls().quality(point);
        lost += point.lost;
        lostWithProbe += point.lostWithProbe;
    }
    void callEnded(const CallRecord& call) override { m_desk.calls().callEnded(call); }
    MediaChunk* takeChunk() override { return nullptr; }
    void media(MediaChunk*) override { }
    void second(Timestamp now) override { m_desk.second(now); }

    std::uint64_t lost = 0;
    std::uint64_t lostWithProbe = 0;

private:
    AlarmDesk& m_desk;
};

// Alarms over a monitor in which one call was answered.
struct AnsweredCall {
    explicit AnsweredCall(std::uint32_t maxStreams)
        : monitor(options(maxStreams), sink)
    {
        TestTraffic signalling;
        signalling.script("0 A>B INVITE 1 sdp=sendrecv\n10 B>A 200 1 sdp=sendrecv\n20 A>B ACK 1\n");
        monitor.process(signalling.datagrams());
    }
    static TrackerOptions options(std::uint32_t maxStreams)
    {
        TrackerOptions options;
        options.maxCalls = 64;
        options.maxStreams = maxStreams;
        options.maxMediaAddresses = 256;
        return options;
    }
    AlarmDesk desk { 16, builtInRules() };
    AlarmSink sink { desk };
    CallMonitor monitor;
};

struct Seen {
    std::set<AlarmKind> alarms;
    std::uint64_t lost = 0;
    std::uint64_t lostWithProbe = 0;
};

// A minute of talk of which every third packet is missing from second 10 to 50; `byRing`: the ring was full, and the
// batch after each hole says so.
Seen talkWithHoles(bool byRing)
{
    AnsweredCall call(256);
    CallMonitor& monitor = call.monitor;
    std::uint64_t dropped = 0;
    for (int i = 0; i < 3000; ++i) {
        if (i >= 500 && i < 2500 && i % 3 == 0) {
            dropped += 2; // of both directions
            continue;
        }
        TestTraffic media;
        for (const bool caller : { true, false }) {
            const Endpoint from = caller ? scriptHost('A', 10000) : scriptHost('B', 20000);
            const Endpoint to = caller ? scriptHost('B', 20000) : scriptHost('A', 10000);
            media.rtp(100 + 20 * i, from, to,
                { 8, static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(160 * i), caller ? 1u : 2u, false });
        }
        const Timestamp arrival = scriptTime(100 + 20 * i);
        monitor.account({ byRing ? std::exchange(dropped, 0) : 0, {} }, arrival);
        monitor.process(media.datagrams());
        monitor.advance(arrival);
    }
    monitor.finish();
    Seen seen { {}, call.sink.lost, call.sink.lostWithProbe };
    for (const Alarm& alarm : call.desk.book().takeChanged())
        seen.alarms.insert(alarm.kind);
    return seen;
}

class AlarmsOfProbeLossesTest : public QObject {
    Q_OBJECT

private slots:
    void whatTheRingDroppedIsBlamedOnNobody()
    {
        const Seen seen = talkWithHoles(true);
        QVERIFY(seen.alarms.empty());
        QCOMPARE(seen.lost, 0u);
        QVERIFY(seen.lostWithProbe > 1300); // 667 packets of each direction, but for those beyond the last second
    }

    void theSameHolesOfTheNetworkAreAlarms()
    {
        const Seen seen = talkWithHoles(false);
        QVERIFY(seen.alarms.contains(AlarmKind::LossHigh));
        QVERIFY(seen.alarms.contains(AlarmKind::MosLow));
        QCOMPARE(seen.lostWithProbe, 0u);
        QVERIFY(seen.lost > 1300);
    }

    void aMediaDirectoryThatIsLeftOutIsAnAlarmAsLongAsItIs_data()
    {
        QTest::addColumn<QByteArray>("counter");
        QTest::newRow("for recording") << QByteArray("media_directories_down");
        QTest::newRow("for retention") << QByteArray("retention_folders_silent");
    }
    void aMediaDirectoryThatIsLeftOutIsAnAlarmAsLongAsItIs()
    {
        QFETCH(QByteArray, counter);
        AlarmDesk desk(16, builtInRules());
        const auto openAfter = [&](int from, int to, std::uint64_t down) {
            for (int second = from; second < to; ++second) {
                const std::vector<NamedCounter> counters { { counter.toStdString(), down } };
                desk.probe({ .now = scriptTime(1000 * second), .counters = counters });
            }
            std::vector<AlarmKind> kinds;
            for (const Alarm& alarm : desk.book().takeChanged())
                if (alarm.isOpen())
                    kinds.push_back(alarm.kind);
            return kinds;
        };
        QCOMPARE(openAfter(1, 10, 1), std::vector { AlarmKind::DiskLate }); // from the start on
        QVERIFY(openAfter(10, 100, 0).empty());
    }

    void streamTableThatIsNearlyFullIsSaidBeforeItRefuses()
    {
        AnsweredCall call(20);
        CallMonitor& monitor = call.monitor;
        for (std::uint32_t second = 0; second < 20; ++second) {
            TestTraffic media;
            for (std::uint32_t stream = 0; stream < (second < 10 ? 15 : 18); ++stream)
                media.rtp(100 + 1000 * static_cast<int>(second), scriptHost('A', 10000), scriptHost('B', 20000),
                    { 8, static_cast<std::uint16_t>(second), 8000 * second, stream, false });
            monitor.process(media.datagrams());
            const Timestamp now = scriptTime(200 + 1000 * static_cast<int>(second));
            monitor.advance(now);
            const std::vector<NamedCounter> counters = monitor.counters();
            QCOMPARE(std::ranges::find(counters, "rtp_refused", &NamedCounter::name)->value, std::uint64_t(0));
            call.desk.probe({ .now = now, .counters = counters });
            std::string text;
            for (const Alarm& alarm : call.desk.book().delta(0).changed)
                if (alarm.kind == AlarmKind::BufferNearlyFull)
                    text = alarm.text.str();
            QCOMPARE(text,
                std::string(second < 12 ? ""
                                        : "Buffer nearly full 90 %, above 80 % for 3 s (table of the RTP streams that "
                                          "are on)"));
        }
        monitor.finish();
    }
};

}

QTEST_APPLESS_MAIN(AlarmsOfProbeLossesTest)
#include "tst_alarms_of_probe_losses.moc"
