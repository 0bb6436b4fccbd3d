// Service metrics while calls are on, against cases worked by hand and against the same calls summed afterwards.
#include "engine/metrics/service_monitor.h"
#include "shared/calls/service_metrics.h"
#include "tests/engine/count_allocations.h"

#include <QTest>
#include <map>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp start { 1'760'000'400s }; // on a whole minute, and on a whole ten of them

CallRecord callAt(Timestamp at, std::string_view caller = "100", std::string_view callee = "200")
{
    static std::int64_t number = 0;
    CallRecord call;
    call.key.value = nanosecondsSinceEpoch(at) + ++number;
    call.startedAt = at;
    call.caller = caller;
    call.callee = callee;
    call.callerAddress.ip = IpAddress::v4(0x0a000001);
    call.calleeAddress.ip = IpAddress::v4(0x0a000002);
    return call;
}

CallRecord failed(CallRecord call, int code, Timestamp at)
{
    call.state = CallState::Ended;
    call.finalCode = static_cast<std::uint16_t>(code);
    call.endedAt = at;
    call.endedBy = EndedBy::Callee;
    call.postDialDelay = at - call.startedAt;
    return call;
}

CallRecord answered(CallRecord call, Timestamp at)
{
    call.state = CallState::Answered;
    call.outcome = CallOutcome::Answered;
    call.finalCode = 200;
    call.answeredAt = at;
    call.answerDelay = at - call.startedAt;
    call.postDialDelay = 500ms;
    return call;
}

CallRecord hungUp(CallRecord call, Timestamp at, std::optional<double> mos = std::nullopt)
{
    call.state = CallState::Ended;
    call.endedBy = EndedBy::Caller;
    call.endedAt = at;
    call.mosMean = mos;
    return call;
}

struct Bench { // hands a monitor what happens, second by second
    CallGroups groups;
    ServiceMonitor monitor;
    Timestamp now = start;
    std::vector<ServiceRow> minutes;

    explicit Bench(const ServiceOptions& options = smallOptions())
        : groups(options.groups)
        , monitor(options)
    {
        monitor.second(now);
    }
    static ServiceOptions smallOptions()
    {
        ServiceOptions options;
        options.maxCalls = 1000;
        return options;
    }
    void goTo(Timestamp to)
    {
        while (now < to) {
            now += 1s;
            monitor.second(now);
            for (const ServiceRow& row : monitor.takeMinutes())
                minutes.push_back(row);
        }
    }
    ServiceRow window(std::uint32_t windowMinutes, std::string_view group = "total") const
    {
        const auto which = std::ranges::find(serviceWindowMinutes, windowMinutes) - serviceWindowMinutes.begin();
        for (std::size_t i = 0; i < monitor.groupCount(); ++i)
            if (toText(monitor.group(i)) == group)
                return monitor.window(i, static_cast<std::size_t>(which));
        return {};
    }
    double metric(std::string_view name, std::uint32_t windowMinutes, std::string_view group = "total") const
    {
        return findServiceMetric(name)->value(window(windowMinutes, group)).value_or(-1);
    }
    void fail(int code, std::string_view caller = "100", std::string_view callee = "200")
    {
        CallRecord call = callAt(now, caller, callee);
        groups.nameTrunks(call); // as whoever makes records does
        monitor.liveCall(call);
        monitor.liveCall(failed(call, code, now));
        monitor.callEnded(failed(call, code, now));
    }
    CallRecord answer(CallRecord call) // seen from its first message on
    {
        monitor.liveCall(call);
        call = answered(call, now);
        monitor.liveCall(call);
        return call;
    }
    void end(const CallRecord& call, std::optional<double> mos = std::nullopt)
    {
        monitor.liveCall(hungUp(call, now)); // its quality comes when it leaves the tables
        monitor.callEnded(hungUp(call, now, mos));
    }
};

StreamRecord streamOf(const CallRecord& call, std::uint32_t index, std::string_view codec)
{
    StreamRecord stream;
    stream.key = { call.key, index };
    stream.codec = codec;
    return stream;
}

}

class TestServiceMonitor : public QObject {
    Q_OBJECT

private slots:
    // In a minute 8 attempts are decided: 4 answered, 486, 480, 404 and 503. ASR 4/8, NER (4 + 486 + 480)/8, SER 4/8,
    // SEER (4 + 486 + 480)/8, ISA 1/8, number errors 1/8. Two of those answered end after 20 s and 40 s: ACD 30 s.
    // MOS 4.4 and 3.0: mean 3.7, one of two below 3.1. Begun: 8 in 60 s.
    void figuresOfAMinuteAreThoseWorkedByHand()
    {
        Bench bench;
        std::vector<CallRecord> talks;
        for (int i = 0; i < 4; ++i)
            talks.push_back(bench.answer(callAt(bench.now - 2s))); // answered after 2 s
        for (const int code : { 486, 480, 404, 503 })
            bench.fail(code);
        bench.goTo(start + 20s);
        bench.end(talks[0], 4.4);
        bench.goTo(start + 40s);
        bench.end(talks[1], 3.0);
        bench.goTo(start + 60s);
        QCOMPARE(bench.metric("attempts", 1), 8.0);
        QCOMPARE(bench.metric("asr", 1), 50.0);
        QCOMPARE(bench.metric("ner", 1), 75.0);
        QCOMPARE(bench.metric("ser", 1), 50.0);
        QCOMPARE(bench.metric("seer", 1), 75.0);
        QCOMPARE(bench.metric("isa", 1), 12.5);
        QCOMPARE(bench.metric("number_errors", 1), 12.5);
        QCOMPARE(bench.metric("acd", 1), 30.0);
        QCOMPARE(bench.metric("answer_delay", 1), 2000.0);
        QCOMPARE(bench.metric("post_dial_delay", 1), 250.0); // 4 of 500 ms, 4 of none
        QCOMPARE(bench.metric("mos", 1), 3.7);
        QCOMPARE(bench.metric("mos_poor", 1), 50.0);
        QCOMPARE(bench.metric("new_calls_per_s", 1), 8.0 / 60);
        QCOMPARE(bench.window(1).peaks.newCalls, 8U);
        // On were 4 calls for 20 s, 3 for 20 s, 2 for 20 s; the one-message calls came one at a time on top.
        QCOMPARE(bench.window(1).sums.callSeconds, std::uint64_t { 80 + 60 + 40 });
        QCOMPARE(bench.window(1).peaks.concurrentCalls, 5U);
        QCOMPARE(bench.window(1).concurrentCalls, 2U);
        QCOMPARE(bench.window(1).from, start);
        QCOMPARE(bench.window(1).to, start + 60s);
    }

    // Both definitions are one: the windows hold what service_figures makes of the same calls.
    void windowsEqualTheSameCallsSummedAfterwards()
    {
        Bench bench;
        ServiceFigures expected;
        std::vector<CallRecord> on;
        const std::array codes { 302, 403, 404, 408, 480, 486, 487, 500, 503, 600, 603, 606 };
        for (int i = 0; i < 600; ++i) {
            bench.goTo(start + i * 1s);
            if (i % 3 == 0) {
                CallRecord call = callAt(bench.now - std::chrono::milliseconds(i));
                if (i % 4 == 0)
                    call.ringingAt = bench.now;
                on.push_back(bench.answer(call));
            } else {
                const CallRecord call = callAt(bench.now - std::chrono::milliseconds(7 * i));
                bench.monitor.liveCall(call);
                const CallRecord over = failed(call, codes[static_cast<std::size_t>(i) % codes.size()], bench.now);
                bench.monitor.callEnded(over);
                expected.add(over);
            }
            if (i % 5 == 0 && !on.empty()) {
                const CallRecord over = hungUp(on.front(), bench.now, 2.0 + 0.004 * i);
                on.erase(on.begin());
                bench.monitor.callEnded(over);
                expected.add(over);
            }
        }
        for (const CallRecord& call : on) {
            const CallRecord over = hungUp(call, bench.now);
            bench.monitor.callEnded(over);
            expected.add(over);
        }
        bench.goTo(start + 610s);
        for (const std::uint32_t window : { 15U, 60U, 1440U })
            QCOMPARE(bench.window(window).sums.figures, expected);
        QCOMPARE(bench.window(60).concurrentCalls, 0U);
        ServiceSums ofMinutes; // and so do the minutes that are kept
        bench.monitor.stop();
        for (const ServiceRow& row : bench.monitor.takeMinutes())
            bench.minutes.push_back(row);
        for (const ServiceRow& row : bench.minutes)
            if (row.group.grouping == ServiceGrouping::Total)
                ofMinutes += row.sums;
        QCOMPARE(ofMinutes.figures, expected);
        QCOMPARE(ofMinutes.seconds, std::uint64_t { 611 }); // that of the first second() too
    }

    // A failure in the second that begins at start + 5 s leaves a window of n minutes when its ten seconds do: at start
    // + 10 s + n minutes. That of an hour goes by minutes, that of a day by ten of them.
    void whatIsTooOldLeavesItsWindow()
    {
        Bench bench;
        bench.goTo(start + 5s);
        bench.fail(503);
        const auto isIn = [&](std::uint32_t window) { return bench.metric("attempts", window) == 1; };
        bench.goTo(start + 60s);
        QVERIFY(isIn(1));
        bench.goTo(start + 70s);
        QVERIFY(!isIn(1) && isIn(5));
        bench.goTo(start + 300s);
        QVERIFY(isIn(5));
        bench.goTo(start + 310s);
        QVERIFY(!isIn(5) && isIn(15));
        bench.goTo(start + 900s);
        QVERIFY(isIn(15));
        bench.goTo(start + 910s);
        QVERIFY(!isIn(15) && isIn(60));
        bench.goTo(start + 3600s);
        QVERIFY(isIn(60));
        bench.goTo(start + 3610s);
        QVERIFY(!isIn(60) && isIn(1440));
        bench.goTo(start + 86400s);
        QVERIFY(isIn(1440));
        bench.goTo(start + 86410s);
        QVERIFY(!isIn(1440));
        QCOMPARE(bench.window(1440).sums.figures, ServiceFigures {}); // nothing is left over
    }

    void minutesAreKeptOfTheTotalAndOfGroupsInWhichSomethingHappened()
    {
        ServiceOptions options = Bench::smallOptions();
        options.groups = CallGroups({}, { "+34", "+49" });
        Bench bench(options);
        bench.fail(486, "1", "+3460");
        bench.goTo(start + 120s);
        std::vector<std::string> first, second;
        for (const ServiceRow& row : bench.minutes)
            if (row.from >= start) // the second before it was told, too
                (row.from == start ? first : second).push_back(toText(row.group));
        QCOMPARE(first, (std::vector<std::string> { "total", "prefix +34", "codec none" }));
        QCOMPARE(second, std::vector<std::string> { "total" });
    }

    void callsThatWereOnWhenAWindowBeganAreInItsPeak()
    {
        Bench bench;
        const CallRecord one = bench.answer(callAt(bench.now));
        const CallRecord two = bench.answer(callAt(bench.now));
        bench.goTo(start + 60s);
        bench.end(one);
        bench.end(two);
        bench.goTo(start + 120s);
        QCOMPARE(bench.window(1).peaks.concurrentCalls, 2U);
        QCOMPARE(bench.window(1).concurrentCalls, 0U);
        bench.goTo(start + 130s);
        QCOMPARE(bench.window(1).peaks.concurrentCalls, 0U);
    }

    void callsBelongToTheTrunksOfBothEndsAndToTheLongestPrefix()
    {
        ServiceOptions options = Bench::smallOptions();
        options.groups =
            CallGroups({ { "north", { *IpNetwork::parse("10.0.0.0/8") } },
                           { "site", { *IpNetwork::parse("10.0.0.2"), *IpNetwork::parse("2001:db8::/32") } } },
                { "+34", "+3491", "00" });
        Bench bench(options);
        bench.fail(486, "1", "+34911111111"); // from north to the host within it that is site's
        CallRecord outside = callAt(bench.now, "1", "112");
        outside.callerAddress.ip = outside.calleeAddress.ip = *IpAddress::parse("192.0.2.1");
        bench.groups.nameTrunks(outside);
        bench.monitor.callEnded(failed(outside, 503, bench.now));
        CallRecord six = callAt(bench.now, "1", "+3460");
        six.callerAddress.ip = six.calleeAddress.ip = *IpAddress::parse("2001:db8::7");
        bench.groups.nameTrunks(six);
        bench.monitor.callEnded(failed(six, 404, bench.now));
        bench.goTo(start + 10s);
        std::map<std::string, double> attempts;
        for (std::size_t i = 0; i < bench.monitor.groupCount(); ++i) {
            const std::string group = toText(bench.monitor.group(i));
            attempts[group] = bench.metric("attempts", 5, group);
        }
        const std::map<std::string, double> expected { { "total", 3 }, { "trunk north", 1 }, { "trunk site", 2 },
            { "trunk other", 1 }, { "prefix +34", 1 }, { "prefix +3491", 1 }, { "prefix 00", 0 }, { "prefix other", 1 },
            { "codec none", 3 }, { "codec other", 0 } };
        QCOMPARE(attempts, expected);
        QCOMPARE(bench.metric("ner", 5, "trunk site"), 50.0); // 486 and 404
        QVERIFY(bench.monitor.mayMeasure("trunk site") && bench.monitor.mayMeasure("codec G722"));
        QVERIFY(!bench.monitor.mayMeasure("trunk south") && !bench.monitor.mayMeasure("site"));
    }

    void codecIsThatOfTheFirstAudioStream()
    {
        Bench bench;
        const CallRecord call = bench.answer(callAt(bench.now));
        bench.monitor.stream(streamOf(call, 1, "G729"));
        QCOMPARE(bench.monitor.group(3).name.str(), std::string("G729"));
        bench.monitor.stream(streamOf(call, 0, "PCMA"));
        bench.monitor.stream(streamOf(call, 2, "opus"));
        StreamRecord video = streamOf(call, 0, "H264");
        video.kind = MediaKind::Video;
        bench.monitor.stream(video);
        const CallRecord other = bench.answer(callAt(bench.now));
        bench.monitor.stream(streamOf(other, 0, "pcma")); // names are those of the descriptions, in any case
        bench.goTo(start + 10s);
        QCOMPARE(bench.window(1, "codec PCMA").concurrentCalls, 2U);
        QCOMPARE(bench.window(1, "codec G729").concurrentCalls, 0U);
        QCOMPARE(bench.metric("attempts", 1, "codec PCMA"), 0.0); // by codec a call counts at its end
        bench.end(call);
        bench.end(other);
        bench.goTo(start + 20s);
        QCOMPARE(bench.metric("attempts", 1, "codec PCMA"), 2.0);
        QCOMPARE(bench.metric("asr", 1, "codec PCMA"), 100.0);
        QCOMPARE(bench.window(1, "codec PCMA").concurrentCalls, 0U);
        QCOMPARE(bench.metric("attempts", 1, "codec G729"), 0.0);
    }

    void newCallsCountByCodecOnceItIsKnown()
    {
        Bench bench;
        bench.fail(486); // no media: of no codec
        const CallRecord again = bench.answer(callAt(bench.now)); // by the same two: repeated
        bench.monitor.stream(streamOf(again, 1, "G729"));
        bench.monitor.stream(streamOf(again, 0, "PCMA")); // the call is no new one by that
        const CallRecord other = bench.answer(callAt(bench.now, "101"));
        bench.monitor.stream(streamOf(other, 0, "PCMA"));
        bench.monitor.stream(streamOf(other, 0, "PCMA"));
        CallRecord old = callAt(bench.now, "102");
        old.beganBeforeProbe = true;
        old = bench.answer(old);
        bench.monitor.stream(streamOf(old, 0, "PCMA"));
        bench.goTo(start + 10s);
        const auto newCalls = [&](std::string_view group) { return bench.window(1, group).sums.newCalls; };
        QCOMPARE(newCalls("total"), std::uint64_t { 3 });
        QCOMPARE(newCalls("codec none"), std::uint64_t { 1 });
        QCOMPARE(newCalls("codec G729"), std::uint64_t { 1 });
        QCOMPARE(newCalls("codec PCMA"), std::uint64_t { 1 });
        QCOMPARE(bench.metric("repeated_calls", 1, "codec G729"), 100.0);
        QCOMPARE(bench.metric("repeated_calls", 1, "codec PCMA"), 0.0);
        bench.end(again);
        bench.end(other);
        bench.end(old);
        bench.goTo(start + 20s);
        QCOMPARE(newCalls("total"), std::uint64_t { 3 });
        QCOMPARE(newCalls("codec none") + newCalls("codec G729") + newCalls("codec PCMA"), std::uint64_t { 3 });
    }

    void codecsBeyondSixteenAreOneGroup()
    {
        Bench bench;
        for (int i = 0; i < 18; ++i) {
            const CallRecord call = bench.answer(callAt(bench.now));
            bench.monitor.stream(streamOf(call, 0, "X-" + std::to_string(i)));
            bench.end(call);
        }
        bench.goTo(start + 10s);
        QCOMPARE(bench.metric("attempts", 1, "codec X-15"), 1.0);
        QCOMPARE(bench.metric("attempts", 1, "codec other"), 2.0);
        QCOMPARE(bench.monitor.counters()[1].value, std::uint64_t { 2 });
    }

    // Again within 120 s after the end of a call that failed or was shorter than 10 s.
    void callsMadeAgainAreCounted()
    {
        Bench bench;
        bench.fail(503, "1", "2");
        bench.goTo(start + 3s);
        bench.fail(503, "1", "2"); // again
        bench.fail(503, "2", "1"); // the other way: another call
        bench.fail(503, "1", "9"); // to another, and
        bench.fail(503, "9", "2"); // by another
        CallRecord talk = bench.answer(callAt(bench.now, "3", "4"));
        bench.goTo(start + 12s);
        bench.end(talk); // 9 s
        bench.goTo(start + 20s);
        talk = bench.answer(callAt(bench.now, "3", "4")); // again
        bench.goTo(start + 40s);
        bench.end(talk); // 20 s: they have talked
        bench.end(bench.answer(callAt(bench.now, "5", "6"))); // of others
        talk = bench.answer(callAt(bench.now, "3", "4")); // not again: the last one was long
        bench.goTo(start + 124s);
        bench.fail(503, "1", "2"); // 121 s later
        bench.goTo(start + 130s);
        QCOMPARE(bench.window(5).sums.newCalls, std::uint64_t { 10 });
        QCOMPARE(bench.window(5).sums.repeatedCalls, std::uint64_t { 2 });
    }

    // Two at the same time: the second was not made because of how the first ended.
    void aCallBesideTheOtherIsNotMadeAgain()
    {
        Bench bench;
        bench.goTo(start + 10s);
        const CallRecord beside = callAt(bench.now - 5s, "1", "2");
        bench.fail(503, "1", "2");
        bench.monitor.liveCall(beside);
        bench.goTo(start + 20s);
        QCOMPARE(bench.window(1).sums.newCalls, std::uint64_t { 2 });
        QCOMPARE(bench.window(1).sums.repeatedCalls, std::uint64_t { 0 });
    }

    void aCallThatGoesOnIntoAMinuteCountsInItsPeak()
    {
        Bench bench;
        bench.goTo(start + 50s);
        const CallRecord call = bench.answer(callAt(bench.now));
        bench.goTo(start + 60s);
        bench.end(call); // before the first second of the next minute is over
        bench.goTo(start + 180s);
        std::vector<std::uint32_t> peaks;
        for (const ServiceRow& minute : bench.minutes)
            if (minute.group.grouping == ServiceGrouping::Total)
                peaks.push_back(minute.peaks.concurrentCalls);
        QCOMPARE(peaks, (std::vector<std::uint32_t> { 0, 1, 1, 0 })); // the first: of the minute's last second before
    }

    void whatBeganBeforeTheProbeIsOnButNotNew()
    {
        Bench bench;
        CallRecord late = callAt(bench.now);
        late.beganBeforeProbe = true;
        late = bench.answer(late);
        bench.goTo(start + 10s);
        QCOMPARE(bench.window(1).concurrentCalls, 1U);
        QCOMPARE(bench.window(1).sums.newCalls, std::uint64_t { 0 });
        QCOMPARE(bench.metric("attempts", 1), 0.0);
        QCOMPARE(bench.window(1).sums.figures.beganBeforeProbe, std::uint64_t { 1 });
        bench.end(late);
        bench.goTo(start + 20s);
        QCOMPARE(bench.window(1).sums.figures.beganBeforeProbe, std::uint64_t { 1 });
        QCOMPARE(bench.metric("acd", 1), 10.0);
    }

    // A proxy that had told a failure tells a 2xx after all: the call is on again.
    void callThatIsAnsweredAfterAFailureIsOnAgain()
    {
        Bench bench;
        const CallRecord call = callAt(bench.now);
        bench.monitor.liveCall(call);
        bench.monitor.liveCall(failed(call, 503, bench.now));
        const CallRecord talk = bench.answer(call);
        bench.goTo(start + 10s);
        QCOMPARE(bench.window(1).concurrentCalls, 1U);
        bench.end(talk);
        bench.goTo(start + 20s);
        QCOMPARE(bench.window(1).concurrentCalls, 0U);
        QCOMPARE(bench.metric("attempts", 1), 1.0);
        QCOMPARE(bench.metric("asr", 1), 100.0);
    }

    void numberThatIsStillDialledOpensNoGroup()
    {
        ServiceOptions options = Bench::smallOptions();
        options.groups = CallGroups({}, { "12" });
        Bench bench(options);
        CallRecord call = callAt(bench.now, "100", "1");
        call.signalling = Signalling::Skinny;
        bench.monitor.liveCall(call);
        call.callee = std::string_view("1234");
        call.state = CallState::Ringing;
        bench.monitor.liveCall(call);
        bench.goTo(start + 10s);
        QCOMPARE(bench.window(1, "prefix 12").sums.newCalls, std::uint64_t { 1 });
        QCOMPARE(bench.window(1, "prefix 12").concurrentCalls, 1U);
        QCOMPARE(bench.window(1, "prefix other").sums.newCalls, std::uint64_t { 0 });
    }

    void minutesThatNobodyWatchedAreNoMinutesWithoutCalls()
    {
        Bench bench;
        bench.fail(503);
        bench.goTo(start + 30s);
        bench.now = start + 600s; // the next capture file
        bench.monitor.second(bench.now);
        bench.fail(486);
        bench.goTo(start + 660s);
        std::vector<ServiceRow> totals;
        for (const ServiceRow& row : bench.minutes)
            if (row.group.grouping == ServiceGrouping::Total)
                totals.push_back(row);
        bench.monitor.stop();
        for (const ServiceRow& row : bench.monitor.takeMinutes())
            if (row.group.grouping == ServiceGrouping::Total)
                totals.push_back(row);
        QCOMPARE(totals.size(), std::size_t { 3 });
        QCOMPARE(totals[0].to, start); // its last second
        QCOMPARE(totals[1].from, start);
        QCOMPARE(totals[1].sums.seconds, std::uint64_t { 31 }); // the one in which time went on, too
        QCOMPARE(totals[1].sums.figures.attempts, std::uint64_t { 1 });
        QCOMPARE(totals[2].from, start + 600s);
        QCOMPARE(totals[2].sums.seconds, std::uint64_t { 60 });
        QCOMPARE(bench.metric("attempts", 5), 1.0); // the first is 10 minutes old
        QCOMPARE(bench.metric("attempts", 15), 2.0);
    }

    // A capture that lacks 20 s amid a minute has two parts of it, each from when on it was watched; so has a minute in
    // which the probe was started anew.
    void minuteThatWasWatchedInPartsHasARowForEach()
    {
        Bench bench;
        bench.goTo(start + 60s);
        bench.minutes.clear();
        bench.fail(503);
        bench.goTo(start + 80s);
        bench.now = start + 100s;
        bench.monitor.second(bench.now);
        bench.fail(486);
        bench.fail(486);
        bench.goTo(start + 120s);
        for (const ServiceRow& row : bench.monitor.takeMinutes())
            bench.minutes.push_back(row);
        std::vector<ServiceRow> totals;
        for (const ServiceRow& row : bench.minutes)
            if (row.group.grouping == ServiceGrouping::Total)
                totals.push_back(row);
        QCOMPARE(totals.size(), std::size_t { 2 });
        QCOMPARE(totals[0].from, start + 60s);
        QCOMPARE(totals[0].sums.figures.attempts, std::uint64_t { 1 });
        QCOMPARE(totals[0].sums.seconds, std::uint64_t { 21 }); // the one in which time went on, too
        QCOMPARE(totals[1].from, start + 100s);
        QCOMPARE(totals[1].to, start + 120s);
        QCOMPARE(totals[1].sums.figures.attempts, std::uint64_t { 2 });
        QCOMPARE(totals[1].sums.seconds, std::uint64_t { 20 });
    }

    // What is to be stored of it lest a kill takes it: second by second what its row will be.
    void minuteThatIsBeingFilledIsToldAsFarAsItIs()
    {
        Bench bench;
        bench.goTo(start + 60s);
        QVERIFY(bench.monitor.openMinute().empty());
        const CallRecord call = bench.answer(callAt(bench.now));
        bench.goTo(start + 73s);
        bench.end(call);
        std::vector<ServiceRow> open = bench.monitor.openMinute();
        QVERIFY(!open.empty());
        QCOMPARE(toText(open[0].group), std::string("total"));
        QCOMPARE(open[0].from, start + 60s);
        QCOMPARE(open[0].sums.seconds, std::uint64_t { 13 });
        QCOMPARE(open[0].sums.callSeconds, std::uint64_t { 13 });
        QCOMPARE(open[0].sums.figures.completed, std::uint64_t { 1 });
        QCOMPARE(open[0].peaks.concurrentCalls, 1U);
        QCOMPARE(open[0].concurrentCalls, 0U);
        bench.minutes.clear();
        bench.goTo(start + 119s);
        open = bench.monitor.openMinute();
        bench.goTo(start + 120s);
        QCOMPARE(bench.minutes.size(), open.size());
        for (std::size_t i = 0; i < open.size(); ++i) {
            QCOMPARE(open[i].sums.seconds, std::uint64_t { 59 });
            open[i].sums.seconds = 60;
            QCOMPARE(bench.minutes[i].sums, open[i].sums);
            QCOMPARE(bench.minutes[i].peaks, open[i].peaks);
        }
    }

    // A capture ends, and with it all calls that are on: at a second that closes windows or a minute, or at any other.
    void whatEndsWithTheCaptureIsInItsLastMinute()
    {
        for (const auto at : { 60s, 70s, 73s }) {
            Bench bench;
            const CallRecord call = bench.answer(callAt(bench.now));
            bench.goTo(start + at);
            bench.end(call);
            bench.fail(486);
            bench.monitor.stop();
            const std::vector<ServiceRow> rows = bench.monitor.takeMinutes();
            QVERIFY(!rows.empty());
            QCOMPARE(rows[0].from, start + 60s);
            QCOMPARE(rows[0].sums.figures.attempts, std::uint64_t { 1 });
            QCOMPARE(rows[0].sums.figures.completed, std::uint64_t { 1 });
            bench.monitor.stop();
            QVERIFY(bench.monitor.takeMinutes().empty()); // once
        }
    }

    void timeThatWasSetBackBeginsAnew()
    {
        Bench bench;
        const CallRecord call = bench.answer(callAt(bench.now));
        bench.goTo(start + 60s);
        bench.now = start - 3600s;
        bench.monitor.second(bench.now);
        bench.fail(486);
        bench.fail(486);
        bench.goTo(start - 3590s);
        QCOMPARE(bench.metric("attempts", 1440), 2.0); // not that of before
        QCOMPARE(bench.window(1).concurrentCalls, 1U);
        bench.end(call);
        bench.goTo(start - 3580s);
        QCOMPARE(bench.window(1).concurrentCalls, 0U);
    }

    void callsBeyondTheTableAreCountedAtTheirEnd()
    {
        ServiceOptions options = Bench::smallOptions();
        options.maxCalls = 2;
        Bench bench(options);
        std::vector<CallRecord> calls;
        for (int i = 0; i < 3; ++i)
            calls.push_back(bench.answer(callAt(bench.now)));
        bench.goTo(start + 10s);
        QCOMPARE(bench.window(1).concurrentCalls, 2U);
        for (const CallRecord& call : { calls[2], calls[0], calls[1] })
            bench.end(call);
        bench.goTo(start + 20s);
        QCOMPARE(bench.metric("attempts", 1), 3.0);
        QCOMPARE(bench.window(1).concurrentCalls, 0U);
        QCOMPARE(bench.monitor.counters()[0].value, std::uint64_t { 1 });
    }

    void nothingIsAllocatedOnceItRuns()
    {
        Bench bench;
        bench.goTo(start + 70s);
        const std::size_t before = allocations;
        for (int i = 0; i < 100; ++i) {
            const CallRecord call = bench.answer(callAt(bench.now));
            bench.monitor.stream(streamOf(call, 0, "PCMA"));
            bench.end(call, 4.0);
            bench.fail(503);
        }
        bench.now += 1s;
        bench.monitor.second(bench.now); // no minute ends
        QCOMPARE(std::size_t(allocations), before);
    }
};

QTEST_GUILESS_MAIN(TestServiceMonitor)
#include "tst_service_monitor.moc"
