// Alarms of service metrics: thresholds with hysteresis, for each group by itself.
#include "engine/alarms/alarm_desk.h"

#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

const Timestamp start = timestampFromNanoseconds(1'795'413'600LL * 1'000'000'000); // on a whole hour

std::vector<Alarm> openIn(const AlarmBook& book)
{
    return book.delta(0).changed;
}

AlarmRule asrRule(std::string_view group)
{
    AlarmRule rule;
    rule.name = std::string_view("asr-low");
    rule.kind = AlarmKind::MetricLow;
    rule.severity = AlarmSeverity::Major;
    rule.metric = std::string_view("asr");
    rule.group = group;
    rule.windowMinutes = 1;
    rule.leastCalls = 50;
    rule.threshold = 40;
    rule.clearThreshold = 60;
    rule.raiseAfter = 20s;
    rule.clearAfter = 30s;
    return rule;
}

struct Bench {
    const CallGroups groups = options().groups;
    ServiceMonitor monitor;
    AlarmDesk desk;
    Timestamp now = start;
    std::int64_t number = 0;

    explicit Bench(const AlarmRule& rule)
        : monitor(options())
        , desk(1000, { rule })
    {
        monitor.second(now);
    }
    static ServiceOptions options()
    {
        ServiceOptions options;
        options.maxCalls = 1000;
        options.groups = CallGroups(
            { { "north", { *IpNetwork::parse("10.1.0.0/16") } }, { "south", { *IpNetwork::parse("10.2.0.0/16") } } },
            {});
        return options;
    }
    void call(std::uint32_t address, bool answered)
    {
        CallRecord call;
        call.key.value = ++number << 10;
        call.state = CallState::Ended;
        call.callerAddress.ip = IpAddress::v4(address);
        groups.nameTrunks(call);
        call.startedAt = now;
        call.endedAt = now;
        call.finalCode = answered ? 200 : 503;
        if (answered)
            call.answeredAt = now;
        monitor.callEnded(call);
    }
    // So many calls of a trunk each second, of ten so many answered.
    void pass(std::chrono::seconds time, int north, int south, int ofTen)
    {
        for (const Timestamp to = now + time; now < to;) {
            for (int i = 0; i < north; ++i)
                call(0x0a010000U + static_cast<std::uint32_t>(i), i % 10 < ofTen);
            for (int i = 0; i < south; ++i)
                call(0x0a020000U + static_cast<std::uint32_t>(i), i % 10 < ofTen);
            now += 1s;
            monitor.second(now);
            if (const auto moved = monitor.takeMove())
                desk.metrics().judge(monitor, *moved);
            desk.second(now);
        }
    }
};

}

class TestMetricAlarms : public QObject {
    Q_OBJECT

private slots:
    // 10 calls a second of which 3 are answered: known from the first ten seconds on, raised when it has lasted 20 s.
    void ratioBelowItsThresholdRaisesAndClearsWithHysteresis()
    {
        Bench bench(asrRule("trunk north"));
        bench.desk.second(start);
        bench.pass(29s, 10, 10, 3);
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(0));
        bench.pass(1s, 10, 10, 3);
        const std::vector<Alarm> open = openIn(bench.desk.book());
        QCOMPARE(open.size(), std::size_t(1)); // of the group that the rule names alone
        QCOMPARE(open[0].group.str(), std::string("trunk north"));
        QCOMPARE(open[0].metric.str(), std::string("asr"));
        QCOMPARE(open[0].figure, 30.0);
        QCOMPARE(open[0].windowMinutes, 1u);
        QCOMPARE(open[0].raiseAfter, std::optional(20s));
        QCOMPARE(open[0].raisedAt, start + 30s);
        QCOMPARE(
            open[0].text.str(), std::string("Answered (ASR) of trunk north over 1 min: 30 %, below 40 % for 20 s"));
        bench.pass(60s, 10, 10, 5); // between the two thresholds: it stays
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1));
        bench.pass(
            60s, 10, 10, 9); // 60 % once 15 s of it are within the minute, seen at 20 s and held for [10 s, 40 s)
        QVERIFY(openIn(bench.desk.book()).empty());
        QCOMPARE(bench.desk.book().takeChanged().back().clearedAt, std::optional(start + 30s + 60s + 40s));
    }

    void eachGroupIsJudgedByItself()
    {
        Bench bench(asrRule({}));
        bench.desk.second(start);
        bench.pass(40s, 10, 0, 3);
        std::vector<std::string> groups;
        for (const Alarm& alarm : openIn(bench.desk.book()))
            groups.push_back(alarm.group.str());
        std::ranges::sort(groups);
        QCOMPARE(groups, (std::vector<std::string> { "total", "trunk north" })); // not "codec none"
    }

    void tooFewCallsSayNothing()
    {
        Bench bench(asrRule({}));
        bench.desk.second(start);
        bench.pass(49s, 1, 0, 0); // 40 in the last window
        QVERIFY(openIn(bench.desk.book()).empty());
        bench.pass(40s, 1, 0, 0); // 50 from 60 s on, for 20 s
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(2));
    }

    // Raised at 30 s of 300 calls. From 40 s on there are 6 a minute: the window holds fewer than 50 at 100 s, and the
    // last figure, of 90 s, is a minute old at 150 s.
    void alarmThatCannotBeJudgedForItsWindowEndsAsTooFewCalls()
    {
        Bench bench(asrRule("trunk north"));
        bench.desk.second(start);
        bench.pass(40s, 10, 0, 3);
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1));
        for (int i = 0; i < 10; ++i) {
            bench.pass(1s, 1, 0, 10);
            bench.pass(9s, 0, 0, 0);
        }
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1)); // at 140 s
        bench.desk.book().takeChanged();
        bench.pass(10s, 0, 0, 0);
        QVERIFY(openIn(bench.desk.book()).empty());
        std::vector<Alarm> changed = bench.desk.book().takeChanged();
        QCOMPARE(changed.size(), std::size_t(1));
        QCOMPARE(changed[0].end, AlarmEnd::TooFewCalls);
        QCOMPARE(toText(changed[0].end), std::string_view("too_few_calls"));
        QCOMPARE(changed[0].clearedAt, std::optional(start + 150s));
        bench.pass(600s, 0, 0, 0);
        QVERIFY(bench.desk.book().takeChanged().empty()); // once

        bench.pass(60s, 10, 0, 3); // calls again, as bad: another alarm, held for as long as the rule says
        changed = bench.desk.book().takeChanged();
        QCOMPARE(changed.size(), std::size_t(1));
        QCOMPARE(changed[0].raisedAt, start + 750s + 30s);
    }

    // A window that had too few calls for a while, and has enough again before it has been renewed: nothing happens.
    void alarmOutlastsAShortTimeOfTooFewCalls()
    {
        Bench bench(asrRule("trunk north"));
        bench.desk.second(start);
        bench.pass(40s, 10, 0, 3);
        bench.pass(90s, 0, 0, 0); // not judged from 100 s on
        bench.pass(60s, 10, 0, 3);
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1));
        QCOMPARE(bench.desk.book().takeChanged().size(), std::size_t(1));
    }

    // Nobody waits for a day to be renewed.
    void alarmOfADayIsUnjudgedForAnHourAtMost()
    {
        AlarmRule rule = asrRule("trunk north");
        rule.windowMinutes = 1440;
        Bench bench(rule);
        bench.desk.second(start);
        bench.pass(40s, 10, 0, 3);
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1));
        bench.pass(24h, 0, 0, 0);
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1)); // 400 calls until now
        bench.pass(59min, 0, 0, 0);
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1));
        bench.pass(2min, 0, 0, 0);
        QVERIFY(openIn(bench.desk.book()).empty());
        QCOMPARE(bench.desk.book().takeChanged().back().end, AlarmEnd::TooFewCalls);
    }

    // A plain count is of any number of calls: none on is a figure, too.
    void countsAreJudgedWithoutCalls()
    {
        AlarmRule rule = asrRule("trunk north");
        rule.metric = std::string_view("new_calls_per_s");
        rule.threshold = 5;
        rule.clearThreshold = 5;
        QVERIFY(checkRule(rule));
        Bench bench(rule);
        bench.desk.second(start);
        bench.pass(60s, 0, 0, 0);
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1));
        bench.pass(600s, 0, 0, 0);
        QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1));
    }

    // Calls of no codec are those that failed: below any threshold in a good network, too.
    void callsOfNoCodecAreJudgedWhenTheRuleNamesThem()
    {
        Bench every(asrRule({}));
        every.desk.second(start);
        every.pass(60s, 10, 0, 0);
        for (const Alarm& alarm : openIn(every.desk.book()))
            QVERIFY(alarm.group.view() != "codec none");
        Bench named(asrRule("codec none"));
        named.desk.second(start);
        named.pass(60s, 10, 0, 0);
        QCOMPARE(openIn(named.desk.book()).size(), std::size_t(1));
    }

    // 120 s of 30 % and 90 s of 90 % are 56 % over five minutes, and 90 % over the last one.
    void ratioIsOfTheWindowThatTheRuleNames()
    {
        AlarmRule fiveMinutes = asrRule("trunk north");
        fiveMinutes.windowMinutes = 5;
        for (const AlarmRule& rule : { asrRule("trunk north"), fiveMinutes }) {
            Bench bench(rule);
            bench.desk.second(start);
            bench.pass(120s, 10, 0, 3);
            QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(1));
            bench.pass(90s, 10, 0, 9);
            QCOMPARE(openIn(bench.desk.book()).size(), std::size_t(rule.windowMinutes == 5));
        }
    }

    void changedRuleEndsWhatItIsNoLongerAbout()
    {
        AlarmRule other = asrRule("trunk south");
        AlarmRule ner = asrRule("trunk north");
        ner.metric = std::string_view("ner");
        AlarmRule off = asrRule("trunk north");
        off.enabled = false;
        AlarmRule stricter = asrRule("trunk north");
        stricter.threshold = 50;
        for (const AlarmRule& changed : { other, ner, off, stricter }) {
            Bench bench(asrRule("trunk north"));
            bench.desk.second(start);
            bench.pass(40s, 10, 0, 3);
            const std::vector<Alarm> open = openIn(bench.desk.book());
            QCOMPARE(open.size(), std::size_t(1));
            bench.desk.book().takeChanged();
            bench.desk.setRules({ changed });
            bench.pass(1s, 10, 0, 3);
            const std::vector<Alarm> ended = bench.desk.book().takeChanged();
            if (changed.threshold == 50) { // the same by another threshold: it goes on
                QVERIFY(ended.empty());
                continue;
            }
            QCOMPARE(ended.size(), std::size_t(1));
            QCOMPARE(ended[0].id, open[0].id);
            QCOMPARE(ended[0].end, AlarmEnd::RuleChanged);
        }
    }

    void metricThatDoesNotExistIsRefused()
    {
        AlarmRule rule = asrRule({});
        QVERIFY(checkRule(rule));
        rule.metric = std::string_view("asr_percent");
        QVERIFY(!checkRule(rule));
        rule = asrRule({});
        rule.windowMinutes = 10;
        QVERIFY(!checkRule(rule));
    }
};

QTEST_GUILESS_MAIN(TestMetricAlarms)
#include "tst_metric_alarms.moc"
