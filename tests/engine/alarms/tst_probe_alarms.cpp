// Alarms of the probe by its counters.
#include "engine/alarms/alarm_desk.h"

#include <QTest>
#include <set>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

const Timestamp start = timestampFromNanoseconds(1'795'413'600LL * 1'000'000'000);

std::vector<Alarm> openIn(const AlarmBook& book)
{
    return book.delta(0).changed;
}

class ProbeAlarmsTest : public QObject {
    Q_OBJECT

private slots:
    void framesThatAreLostForTwoSecondsAreAnAlarmThatNamesTheCounter()
    {
        AlarmDesk desk(16, builtInRules());
        std::uint64_t missed = 7; // from before
        for (int t = 0; t < 10; ++t) {
            missed += t == 3 || t >= 6 ? 100 : 0; // one second alone, and then on and on
            const NamedCounter counters[] { { "frames_received", std::uint64_t(t) * 1000 }, { "nic_missed", missed } };
            desk.probe({ .now = start + t * 1s, .counters = counters, .live = true });
            QCOMPARE(openIn(desk.book()).size(), std::size_t(t >= 7)); // 2 s without a break: those that end at 6 and 7
        }
        const Alarm alarm = openIn(desk.book())[0];
        QCOMPARE(alarm.kind, AlarmKind::FramesLost);
        QCOMPARE(alarm.figure, 100.0);
        QCOMPARE(alarm.part, std::string_view("Missed by the port"));
        QCOMPARE(alarm.raiseAfter, std::optional(2s));
        QVERIFY2(alarm.text.view().find("Missed by the port") != std::string_view::npos, alarm.text.str().c_str());
        desk.stop();
        QVERIFY(openIn(desk.book()).empty());
    }

    void idlePortIsNoTrafficAndAFileIsNot()
    {
        for (const bool live : { true, false }) {
            AlarmDesk desk(16, builtInRules());
            const NamedCounter counters[] { { "frames_received", 5 } };
            for (int t = 0; t <= 61; ++t)
                desk.probe({ .now = start + t * 1s, .counters = counters, .live = live });
            QCOMPARE(openIn(desk.book()).size(), std::size_t(live));
            if (live)
                QCOMPARE(openIn(desk.book())[0].text.str(), std::string("No frame for 0:01:01, above 0:01:00"));
        }
    }

    void fullestBufferIsTheOneThatIsSaid()
    {
        AlarmDesk desk(16, builtInRules());
        for (int t = 0; t <= 9; ++t) {
            const BufferFill buffers[] { { "frames that wait for a processing core", t < 5 ? 10. : 92. },
                { "records that wait to be stored", 81 } };
            desk.probe({ .now = start + t * 1s,
                .counters = {},
                .live = true,
                .buffers = t < 5 ? std::span(buffers).first(1) : std::span(buffers) });
            QCOMPARE(openIn(desk.book()).size(), std::size_t(t >= 7)); // 3 s: those that end at 5, 6 and 7
        }
        QCOMPARE(openIn(desk.book())[0].text.str(),
            std::string("Buffer nearly full 92 %, above 80 % for 3 s (frames that wait for a processing core)"));
        for (int t = 10; t < 50; ++t) {
            const BufferFill calm[] { { "frames that wait for a processing core", t < 20 ? 60. : 5. } };
            desk.probe({ .now = start + t * 1s, .counters = {}, .live = true, .buffers = calm });
            QCOMPARE(openIn(desk.book()).size(), std::size_t(t < 49)); // 30 s at 50 % or less, from 20 on
        }
    }

    // By its own length: the counters know classes only, and one of them ends at 65 ms.
    void longPollGapIsAWarning()
    {
        AlarmDesk desk(16, builtInRules());
        const Nanoseconds gaps[] { 5ms, 50ms, 51ms };
        for (int t = 0; t < 3; ++t) {
            desk.probe({ .now = start + t * 1s, .counters = {}, .live = true, .longestPollGap = gaps[t] });
            QCOMPARE(openIn(desk.book()).size(), std::size_t(t >= 2));
        }
        QCOMPARE(openIn(desk.book())[0].severity, AlarmSeverity::Warning);
        QCOMPARE(openIn(desk.book())[0].figure, 51.0);
        QCOMPARE(openIn(desk.book())[0].text.str(), std::string("Poll gap 51 ms, above 50 ms"));
    }

    // Readings come more often than rules are judged, and each tells of a gap once.
    void pollGapThatWasReadBetweenTwoSecondsIsNotForgotten()
    {
        AlarmDesk desk(16, builtInRules());
        for (int half = 0; half < 8; ++half) {
            desk.probe({ .now = start + half * 500ms,
                .counters = {},
                .live = true,
                .longestPollGap = half == 3 ? Nanoseconds(57ms) : Nanoseconds(1ms) });
            QCOMPARE(openIn(desk.book()).size(), std::size_t(half >= 4));
        }
        QCOMPARE(openIn(desk.book())[0].worst, 57.0);
    }

    // A gap at second 2 alone: cleared 60 s later.
    void pollGapThatIsOverIsClearedAfterAMinute()
    {
        AlarmDesk desk(16, builtInRules());
        for (int t = 0; t <= 62; ++t) {
            const NamedCounter counters[] { { "frames_received", std::uint64_t(t) } };
            desk.probe({ .now = start + t * 1s,
                .counters = counters,
                .live = true,
                .longestPollGap = t == 2 ? Nanoseconds(66ms) : Nanoseconds(0) });
            QCOMPARE(openIn(desk.book()).size(), std::size_t(t >= 2 && t < 62));
        }
    }

    void lossIsOfASecondHoweverSeldomItIsRead()
    {
        AlarmDesk desk(16, builtInRules());
        for (int t = 0; t < 12; t += 4) {
            const NamedCounter counters[] { { "nic_missed", std::uint64_t(t) * 50 } };
            desk.probe({ .now = start + t * 1s, .counters = counters, .live = true });
        }
        QCOMPARE(openIn(desk.book())[0].figure, 50.0);
    }

    void ruleSwitchedOffEndsItsAlarm()
    {
        AlarmDesk desk(16, builtInRules());
        const auto second = [&](int t) {
            desk.probe({ .now = start + t * 1s, .counters = {}, .diskUsedPercent = 97 });
        };
        for (int t = 0; t <= 11; ++t)
            second(t);
        QCOMPARE(openIn(desk.book()).size(), std::size_t(1));
        std::vector<AlarmRule> rules = builtInRules();
        for (AlarmRule& rule : rules)
            rule.enabled = rule.kind != AlarmKind::DiskNearlyFull;
        desk.setRules(rules);
        for (int t = 12; t <= 40; ++t)
            second(t);
        QVERIFY(openIn(desk.book()).empty());
        QCOMPARE(desk.book().takeChanged().back().end, AlarmEnd::RuleChanged);
    }

    // Above 95 % for 10 s; cleared at 93 % or less for 60 s.
    void diskIsNearlyFullBetweenItsTwoThresholds()
    {
        AlarmDesk desk(16, builtInRules());
        const auto usedFrom = [&](int from, int to, double percent) {
            for (int t = from; t < to; ++t)
                desk.probe({ .now = start + t * 1s, .counters = {}, .diskUsedPercent = percent });
            return openIn(desk.book()).size();
        };
        QCOMPARE(usedFrom(0, 100, 95), std::size_t(0));
        QCOMPARE(usedFrom(100, 109, 95.1), std::size_t(0));
        QCOMPARE(usedFrom(109, 110, 95.1), std::size_t(1));
        QCOMPARE(usedFrom(110, 300, 93.1), std::size_t(1));
        QCOMPARE(usedFrom(300, 359, 93), std::size_t(1));
        QCOMPARE(usedFrom(359, 360, 93), std::size_t(0));
    }

    void emptyMediaPoolIsADiskThatIsLate()
    {
        AlarmDesk desk(16, builtInRules());
        for (int t = 0; t < 5; ++t) {
            const NamedCounter counters[] { { "media_chunks_refused", std::uint64_t(t * 40) } };
            desk.probe({ .now = start + t * 1s, .counters = counters, .live = true });
        }
        QCOMPARE(openIn(desk.book()).size(), std::size_t(1));
        QCOMPARE(openIn(desk.book())[0].kind, AlarmKind::DiskLate);
    }

    void diskThatIsLateAndTablesThatAreFullAreToldApart()
    {
        AlarmDesk desk(16, builtInRules());
        for (int t = 0; t < 5; ++t) {
            const NamedCounter counters[] { { "media_packets_not_written", std::uint64_t(t * 40) },
                { "rtp_refused", std::uint64_t(t * 7) } };
            desk.probe({ .now = start + t * 1s, .counters = counters, .live = true });
        }
        std::set<AlarmKind> kinds;
        for (const Alarm& alarm : openIn(desk.book()))
            kinds.insert(alarm.kind);
        QCOMPARE(kinds, (std::set { AlarmKind::RecordsLost, AlarmKind::DiskLate }));
    }

    void fullDiskIsCritical()
    {
        AlarmDesk desk(16, builtInRules());
        for (int t = 0; t <= 11; ++t)
            desk.probe({ .now = start + t * 1s, .counters = {}, .diskUsedPercent = 96.4 });
        QCOMPARE(openIn(desk.book())[0].severity, AlarmSeverity::Critical);
        QCOMPARE(openIn(desk.book())[0].text.str(), std::string("Disk nearly full 96.4 %, above 95 % for 10 s"));
    }

    void acknowledgedByWhomAndWhen()
    {
        AlarmBook book;
        Alarm alarm;
        alarm.raisedAt = start;
        const AlarmId id = *book.raise(alarm);
        const std::uint64_t raised = book.delta(0).toVersion;
        book.acknowledge(
            { id, std::string_view("anna"), start + 5s, std::string_view("trunk is down, told the carrier") });
        const AlarmDelta delta = book.delta(raised);
        QVERIFY(!delta.snapshot);
        QCOMPARE(delta.changed.size(), std::size_t(1));
        QCOMPARE(delta.changed[0].acknowledgedBy.str(), std::string("anna"));
        QVERIFY(book.takeAcknowledgements().empty());
        book.clear(id, start + 9s, AlarmEnd::Recovered, 1);
        const AlarmDelta closing = book.delta(delta.toVersion);
        QCOMPARE(closing.fromVersion, delta.toVersion);
        QCOMPARE(closing.removed, std::vector { id });
        QCOMPARE(book.takeChanged().back().comment.str(), std::string("trunk is down, told the carrier"));
        book.acknowledge({ id, std::string_view("anna"), start + 10s, {} }); // storage has it
        QCOMPARE(book.takeAcknowledgements().size(), std::size_t(1));
    }

    void idsAreUniqueAndFullBookRefuses()
    {
        AlarmBook book(2);
        Alarm alarm;
        alarm.raisedAt = start;
        const auto first = book.raise(alarm);
        const auto second = book.raise(alarm);
        QVERIFY(first && second && *first < *second);
        QVERIFY(!book.raise(alarm));
        QCOMPARE(book.counters().back().value, std::uint64_t(1));
    }

    void rulesThatContradictThemselvesAreRefused()
    {
        for (const AlarmRule& rule : builtInRules())
            QVERIFY2(checkRule(rule), rule.name.str().c_str());
        AlarmRule rule = builtInRules().front();
        rule.clearThreshold = 2; // MOS is good above
        QVERIFY(!checkRule(rule));
        rule = builtInRules().front();
        rule.name = "MOS; drop";
        QVERIFY(!checkRule(rule));
        rule.name = "mine";
        QVERIFY(checkRule(rule));
        rule.metric = "asr";
        QVERIFY(!checkRule(rule));
    }
};

}

QTEST_APPLESS_MAIN(ProbeAlarmsTest)
#include "tst_probe_alarms.moc"
