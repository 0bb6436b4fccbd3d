// Alarms of calls, second by second. Every expected time is worked by hand in a comment or follows from the rule above
// it.
#include "engine/alarms/call_alarms.h"

#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

const Timestamp start = timestampFromNanoseconds(1'795'413'600LL * 1'000'000'000); // a whole minute

AlarmRule rule(AlarmKind kind, double threshold, double clear, std::chrono::seconds raise, std::chrono::seconds calm)
{
    AlarmRule made;
    made.name = toText(kind);
    made.kind = kind;
    made.threshold = threshold;
    made.clearThreshold = clear;
    made.raiseAfter = raise;
    made.clearAfter = calm;
    return made;
}

// A probe's storage thread, played by hand.
struct Desk {
    AlarmBook book { 1000 };
    CallAlarms alarms { book, 4096 };
    std::vector<Alarm> all; // as storage would take them

    explicit Desk(std::vector<AlarmRule> rules) { alarms.setRules(rules, start); }

    static CallRecord call(int number, std::string_view caller = "10.1.2.3")
    {
        CallRecord record;
        record.key = { nanosecondsSinceEpoch(start) + (number << 10) };
        record.caller = "+34910000001";
        record.callee = "200";
        record.callerAddress.ip = *IpAddress::parse(caller);
        record.calleeAddress.ip = *IpAddress::parse("192.0.2." + std::to_string(number % 250));
        record.startedAt = start;
        record.lastPacketAt = start;
        record.answeredAt = start;
        record.state = CallState::Answered;
        record.mediaKinds.add(MediaKind::Audio);
        return record;
    }
    void begin(const CallRecord& record)
    {
        alarms.liveCall(record);
        for (std::uint32_t index = 0; index < 2; ++index) {
            StreamRecord stream;
            stream.key = { record.key, index };
            stream.direction = index == 0 ? Party::Caller : Party::Callee;
            alarms.stream(stream);
        }
    }
    static QualityPoint point(const CallRecord& record, std::uint32_t index, int second)
    {
        QualityPoint point;
        point.stream = { record.key, index };
        point.at = start + second * 1s;
        point.packets = 50;
        point.jitterMs = 2;
        point.mos = 4.3F;
        return point;
    }
    void jitter(const CallRecord& record, int second, float ms, float error = 0)
    {
        QualityPoint one = point(record, 0, second);
        one.jitterMs = ms;
        one.jitterErrorMs = error;
        alarms.quality(one);
    }
    std::vector<Alarm> open() { return book.delta(0).changed; }
    std::vector<Alarm> changed() { return book.takeChanged(); }
};

std::uint64_t counter(const std::vector<NamedCounter>& counters, std::string_view name)
{
    for (const NamedCounter& one : counters)
        if (one.name == name)
            return one.value;
    return 0;
}

class CallAlarmsTest : public QObject {
    Q_OBJECT

private slots:
    void raisedAfterItsHoldTimeAndClearedAfterItsOwn()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 5s, 3s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        for (int t = 0; t < 4; ++t)
            desk.jitter(call, t, 60);
        QCOMPARE(desk.open().size(), std::size_t(0)); // 4 s of 5
        desk.jitter(call, 4, 72);
        const std::vector<Alarm> open = desk.open();
        QCOMPARE(open.size(), std::size_t(1));
        QCOMPARE(open[0].since, start);
        QCOMPARE(open[0].raisedAt, start + 5s);
        QCOMPARE(open[0].figure, 72.0);
        QCOMPARE(open[0].threshold, 50.0);
        QCOMPARE(open[0].call->value, call.key.value);
        QCOMPARE(open[0].direction, std::optional(Party::Caller));
        QCOMPARE(open[0].text.str(), std::string("Jitter of the caller's media 72 ms, above 50 ms for 5 s"));
        desk.jitter(call, 5, 40); // better, and not yet good
        desk.jitter(call, 6, 20);
        desk.jitter(call, 7, 20);
        desk.jitter(call, 8, 40); // the two good ones count for nothing
        desk.jitter(call, 9, 90);
        for (int t = 10; t < 12; ++t)
            desk.jitter(call, t, 20);
        QCOMPARE(desk.open().size(), std::size_t(1));
        desk.jitter(call, 12, 20);
        QCOMPARE(desk.open().size(), std::size_t(0));
        const std::vector<Alarm> changed = desk.changed();
        QCOMPARE(changed.size(), std::size_t(2)); // raised, cleared
        QCOMPARE(*changed[1].clearedAt, start + 13s);
        QCOMPARE(changed[1].end, AlarmEnd::Recovered);
        QCOMPARE(changed[1].worst, 90.0);
        QCOMPARE(changed[1].id, changed[0].id);
    }

    void twoBadTimesWithNothingBetweenAreNotOneLong()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 5s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        desk.jitter(call, 0, 60);
        desk.jitter(call, 20, 60);
        QCOMPARE(desk.open().size(), std::size_t(0));
        for (int t = 21; t < 25; ++t)
            desk.jitter(call, t, 60);
        QCOMPARE(desk.open().size(), std::size_t(1));
        QCOMPARE(desk.open()[0].since, start + 20s);
    }

    void figureAboutItsThresholdDoesNotFlap()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 3s, 3s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        for (int t = 0; t < 60; ++t)
            desk.jitter(call, t, t % 2 == 0 ? 55 : 45); // never 3 s above
        QCOMPARE(desk.changed().size(), std::size_t(0));
        for (int t = 60; t < 63; ++t)
            desk.jitter(call, t, 55);
        for (int t = 63; t < 120; ++t)
            desk.jitter(call, t, t % 2 == 0 ? 55 : 45); // never below 30
        QCOMPARE(desk.changed().size(), std::size_t(1));
    }

    void lossOfASecondIsOfWhatWasExpectedInIt()
    {
        Desk desk({ rule(AlarmKind::LossHigh, 10, 5, 1s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        QualityPoint point = Desk::point(call, 1, 0);
        point.packets = 46; // 45 distinct and 5 lost: 5 of 50 are 10 %, which is not above
        point.duplicates = 1;
        point.lost = 5;
        desk.alarms.quality(point);
        QCOMPARE(desk.open().size(), std::size_t(0));
        point.at += 1s;
        point.lost = 6; // 6 of 51: 11.8 %
        desk.alarms.quality(point);
        QCOMPARE(desk.open().size(), std::size_t(1));
        QCOMPARE(desk.open()[0].text.str(), std::string("Loss of the callee's media 11.8 %, above 10 % for 1 s"));
    }

    void fewPacketsSayNothingOfLoss()
    {
        Desk desk({ rule(AlarmKind::LossHigh, 10, 5, 1s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        QualityPoint point = Desk::point(call, 0, 0);
        point.packets = 6; // of nine: the tail of a stream, or silence that is not sent
        point.lost = 3;
        desk.alarms.quality(point);
        QCOMPARE(desk.open().size(), std::size_t(0));
        point.at += 1s;
        point.packets = 7; // of ten
        desk.alarms.quality(point);
        QCOMPARE(desk.open().size(), std::size_t(1));
    }

    void whatTheProbeItselfLostRaisesNoQualityAlarm()
    {
        Desk desk({ rule(AlarmKind::LossHigh, 5, 2, 2s, 1s), rule(AlarmKind::MosLow, 3.1, 3.5, 2s, 1s),
            rule(AlarmKind::JitterHigh, 50, 30, 2s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        for (int t = 0; t < 20; ++t) {
            QualityPoint point = Desk::point(call, 0, t);
            point.packets = 20;
            point.lost = 30;
            point.lostWithProbe = 30;
            point.probeLost = true;
            point.mos = 1.2F;
            point.jitterMs = 200; // of what came, whatever its times are worth
            point.jitterErrorMs = 60;
            desk.alarms.quality(point);
        }
        for (int t = 20; t < 40; ++t) { // frames of others: this stream lacks nothing, and its times are no better
            QualityPoint point = Desk::point(call, 0, t);
            point.probeLost = true;
            point.mos = 0;
            point.jitterMs = 200;
            desk.alarms.quality(point);
        }
        QCOMPARE(desk.changed().size(), std::size_t(0));
    }

    void jitterWithinItsOwnErrorIsNone()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 2s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        for (int t = 0; t < 5; ++t)
            desk.jitter(call, t, 60, 10); // 50 at least, which is not above
        QCOMPARE(desk.open().size(), std::size_t(0));
        for (int t = 5; t < 7; ++t)
            desk.jitter(call, t, 61, 10);
        QCOMPARE(desk.open().size(), std::size_t(1));
        QCOMPARE(desk.open()[0].figure, 51.0);
    }

    void unknownMosIsNoLowOne()
    {
        Desk desk({ rule(AlarmKind::MosLow, 3.1, 3.5, 1s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        QualityPoint point = Desk::point(call, 0, 0);
        point.mos = 0;
        desk.alarms.quality(point);
        point.packets = 0;
        desk.alarms.quality(point);
        QCOMPARE(desk.open().size(), std::size_t(0));
        point.packets = 50;
        point.mos = 3.0F;
        desk.alarms.quality(point);
        QCOMPARE(desk.open().size(), std::size_t(1));
        QCOMPARE(desk.open()[0].text.str(), std::string("MOS low of the caller's media 3.00, below 3.10 for 1 s"));
    }

    void callsEndClearsItsAlarms()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 1s, 5s) });
        CallRecord call = Desk::call(1);
        desk.begin(call);
        desk.jitter(call, 0, 60);
        call.lastPacketAt = start + 7s;
        desk.alarms.callEnded(call);
        QCOMPARE(desk.open().size(), std::size_t(0));
        const std::vector<Alarm> changed = desk.changed();
        QCOMPARE(changed[1].end, AlarmEnd::CallEnded);
        QCOMPARE(*changed[1].clearedAt, start + 7s);
    }

    void noAlarmIsClearedBeforeItWasRaised()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 5s, 5s) });
        CallRecord call = Desk::call(1);
        desk.begin(call);
        for (int t = 0; t < 5; ++t)
            desk.jitter(call, t, 60);
        call.lastPacketAt = start + 4500ms; // within the second that raised it
        desk.alarms.callEnded(call);
        QCOMPARE(*desk.changed()[1].clearedAt, start + 5s);
    }

    void streamThatStopsEndsItsAlarm()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 1s, 5s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        desk.jitter(call, 0, 60);
        desk.alarms.second(start + 11s); // judged up to second 1: 10 s ago
        QCOMPARE(desk.open().size(), std::size_t(1));
        desk.alarms.second(start + 12s);
        QCOMPARE(desk.open().size(), std::size_t(0));
        QCOMPARE(desk.changed()[1].end, AlarmEnd::MediaEnded);
    }

    void oneWayAudioSaysWhoIsNotHeard()
    {
        Desk desk({ rule(AlarmKind::OneWayAudio, 20, 5, 0s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        for (int t = 0; t < 40; ++t) {
            desk.alarms.quality(Desk::point(call, 0, t));
            desk.alarms.second(start + (t + 1) * 1s);
            // At 0:21 the callee has been silent for 21 s, which is more than 20.
            QCOMPARE(desk.open().size(), std::size_t(t + 1 > 20));
        }
        const Alarm alarm = desk.open()[0];
        QCOMPARE(alarm.direction, std::optional(Party::Callee));
        QCOMPARE(alarm.since, start);
        QCOMPARE(
            alarm.text.str(), std::string("Nothing heard from the callee for 21 s while the caller sends, above 20 s"));
        for (int t = 40; t < 43; ++t) {
            desk.alarms.quality(Desk::point(call, 0, t));
            desk.alarms.quality(Desk::point(call, 1, t));
            desk.alarms.second(start + (t + 1) * 1s);
        }
        QCOMPARE(desk.open().size(), std::size_t(0));
    }

    void holdFaxAndSuppressedSilenceAreNotOneWay()
    {
        Desk desk({ rule(AlarmKind::OneWayAudio, 20, 5, 0s, 1s), rule(AlarmKind::NoMedia, 10, 5, 0s, 0s) });
        CallRecord held = Desk::call(1);
        held.state = CallState::OnHold;
        CallRecord fax = Desk::call(2);
        fax.mediaKinds.add(MediaKind::Image);
        const CallRecord pauses = Desk::call(3);
        const CallRecord silent = Desk::call(4); // no media at all: the other rule's
        for (const CallRecord& call : { held, fax, pauses, silent })
            desk.begin(call);
        for (int t = 0; t < 60; ++t) {
            desk.alarms.quality(Desk::point(held, 0, t));
            desk.alarms.quality(Desk::point(fax, 0, t));
            desk.alarms.quality(Desk::point(pauses, 0, t));
            if (t < 5 || t == 15) // talks, pauses for 10 s, talks, and listens for long
                desk.alarms.quality(Desk::point(pauses, 1, t));
            desk.alarms.second(start + (t + 1) * 1s);
        }
        const std::vector<Alarm> open = desk.open();
        QCOMPARE(open.size(), std::size_t(1));
        QCOMPARE(open[0].kind, AlarmKind::NoMedia);
        QCOMPARE(open[0].call->value, silent.key.value);
        QCOMPARE(open[0].raisedAt, start + 11s);
    }

    // Both are to send again: how long they had been silent on hold does not count.
    void whoComesBackFromHoldHasTimeToSend()
    {
        Desk desk({ rule(AlarmKind::NoMedia, 10, 5, 0s, 0s) });
        CallRecord call = Desk::call(1);
        desk.begin(call);
        call.state = CallState::OnHold;
        desk.alarms.liveCall(call);
        desk.alarms.second(start + 60s);
        call.state = CallState::Answered;
        call.lastPacketAt = start + 60s;
        desk.alarms.liveCall(call);
        desk.alarms.second(start + 70s);
        QCOMPARE(desk.open().size(), std::size_t(0));
        desk.alarms.second(start + 71s);
        QCOMPARE(desk.open().size(), std::size_t(1));
    }

    // Music goes on through a hold of 50 s; whom it is for is judged from its end on.
    void oneWayAudioAfterAHoldCountsFromItsEnd()
    {
        Desk desk({ rule(AlarmKind::OneWayAudio, 20, 5, 0s, 1s) });
        CallRecord call = Desk::call(1);
        desk.begin(call);
        for (int t = 0; t < 82; ++t) {
            if (t == 10 || t == 60) {
                call.state = t == 10 ? CallState::OnHold : CallState::Answered;
                call.lastPacketAt = start + t * 1s;
                desk.alarms.liveCall(call);
            }
            desk.alarms.quality(Desk::point(call, 0, t));
            if (t < 10)
                desk.alarms.quality(Desk::point(call, 1, t));
            desk.alarms.second(start + (t + 1) * 1s);
            QCOMPARE(desk.open().size(), std::size_t(t + 1 > 60 + 20));
        }
    }

    // Neither sends for 30 s; then the caller does: the callee has not been one-way before that.
    void oneWayAudioCountsFromWhenTheOtherBegan()
    {
        Desk desk({ rule(AlarmKind::OneWayAudio, 20, 5, 0s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        for (int t = 30; t < 52; ++t) {
            desk.alarms.quality(Desk::point(call, 0, t));
            desk.alarms.second(start + (t + 1) * 1s);
            QCOMPARE(desk.open().size(), std::size_t(t + 1 > 30 + 20));
        }
    }

    void whoIsHeardInACallOfManyStreamsIsNotGuessed()
    {
        Desk desk({ rule(AlarmKind::NoMedia, 10, 5, 0s, 0s), rule(AlarmKind::OneWayAudio, 20, 5, 0s, 1s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        StreamRecord stream;
        stream.key = { call.key, 32 }; // the first that has no bit
        desk.alarms.stream(stream);
        desk.alarms.second(start + 60s);
        QCOMPARE(desk.open().size(), std::size_t(0));
    }

    void streamToldBeforeItsCallIsHeard()
    {
        Desk desk({ rule(AlarmKind::NoMedia, 10, 5, 0s, 0s) });
        const CallRecord call = Desk::call(1);
        StreamRecord stream; // of a lane that is ahead
        stream.key = { call.key, 0 };
        desk.alarms.stream(stream);
        desk.alarms.quality(Desk::point(call, 0, 0));
        desk.alarms.liveCall(call);
        desk.alarms.second(start + 30s);
        QCOMPARE(desk.open().size(), std::size_t(0));
    }

    void mediaAfterByeAndLongCalls()
    {
        Desk desk({ rule(AlarmKind::MediaAfterBye, 3, 0, 0s, 0s), rule(AlarmKind::LongCall, 100, 100, 0s, 0s) });
        CallRecord call = Desk::call(1);
        desk.begin(call);
        desk.alarms.second(start + 100s);
        QCOMPARE(desk.open().size(), std::size_t(0));
        desk.alarms.second(start + 101s);
        QCOMPARE(desk.open().size(), std::size_t(1));
        QCOMPARE(desk.open()[0].text.str(), std::string("The call has lasted 0:01:41, above 0:01:40"));
        call.state = CallState::Ended;
        call.endedAt = start + 110s;
        desk.alarms.liveCall(call);
        desk.alarms.second(start + 111s); // the call is over, and so is its length
        QCOMPARE(desk.open().size(), std::size_t(0));
        for (int t = 109; t < 114; ++t) {
            desk.alarms.quality(Desk::point(call, 1, t));
            desk.alarms.second(start + (t + 1) * 1s);
        }
        QCOMPARE(desk.open().size(), std::size_t(0)); // heard up to 114: 3 s after the second of the BYE
        desk.alarms.quality(Desk::point(call, 1, 114));
        desk.alarms.second(start + 115s);
        QCOMPARE(desk.open().size(), std::size_t(1));
        QCOMPARE(desk.open()[0].direction, std::optional(Party::Callee));
    }

    void stormBecomesOneAlarmBesideABoundedList()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 1s, 1s) });
        std::vector<CallRecord> calls;
        for (int i = 0; i < 1243; ++i) // 811 of one network, the others each of another
            calls.push_back(Desk::call(
                i + 1, i < 811 ? "10.1.2." + std::to_string(i % 250) : "10.9." + std::to_string(i % 200) + ".7"));
        for (const CallRecord& call : calls) {
            desk.begin(call);
            desk.jitter(call, 0, 60);
        }
        desk.alarms.second(start + 1s);
        desk.alarms.second(start + 7s);
        std::vector<Alarm> open = desk.open();
        QCOMPARE(open.size(), std::size_t(21)); // 20 calls and the summary
        const auto summary = std::find_if(open.begin(), open.end(), [](const Alarm& a) { return a.isSummary(); });
        QVERIFY(summary != open.end());
        QCOMPARE(summary->calls, 1243U);
        QCOMPARE(summary->callThreshold, 50.0);
        QVERIFY(summary->partCalls > 20 && summary->partCalls <= 1243); // as it is now, not as it was raised
        QVERIFY(summary->text.view().find("with " + summary->part.str() + " (") != std::string_view::npos);
        QVERIFY2(summary->text.view().starts_with("Jitter above 50 ms on 1,243 calls at once, most with "),
            summary->text.str().c_str());
        QVERIFY(!summary->call);
        QCOMPARE(counter(desk.alarms.counters(), "alarms_folded"), std::uint64_t(1223));
        QCOMPARE(desk.changed().size(), std::size_t(21)); // and storage has no more to write
        for (int t = 7; t < 45; ++t) {
            for (std::size_t i = 0; i < calls.size(); ++i)
                desk.jitter(calls[i], t, i == 1242 ? 60 : 5); // the last one, never listed so far, stays bad
            desk.alarms.second(start + (t + 1) * 1s);
        }
        QVERIFY(desk.open().back().isSummary() || desk.open().size() == 1);
        for (int t = 45; t < 110; ++t) {
            desk.jitter(calls[1242], t, 60);
            desk.alarms.second(start + (t + 1) * 1s);
        }
        open = desk.open();
        QCOMPARE(open.size(), std::size_t(1));
        QCOMPARE(open[0].call->value, calls[1242].key.value);
    }

    void shortCallsOneAfterTheOtherAreAStormToo()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 1s, 1s) });
        for (int i = 0; i < 200; ++i) { // five a second, each over at once: never two open
            CallRecord call = Desk::call(i + 1);
            desk.begin(call);
            desk.jitter(call, i / 5, 60);
            call.lastPacketAt = start + (i / 5 + 1) * 1s;
            desk.alarms.callEnded(call);
            desk.alarms.second(start + (i / 5 + 1) * 1s);
        }
        std::size_t single = 0;
        for (const Alarm& alarm : desk.changed())
            single += !alarm.isSummary() && alarm.isOpen();
        QCOMPARE(single, std::size_t(20));
        QCOMPARE(desk.open().size(), std::size_t(1));
    }

    void ruleSwitchedOffEndsItsAlarms()
    {
        Desk desk({ rule(AlarmKind::JitterHigh, 50, 30, 1s, 1s), rule(AlarmKind::LongCall, 5, 5, 0s, 0s) });
        const CallRecord call = Desk::call(1);
        desk.begin(call);
        desk.jitter(call, 0, 60);
        desk.alarms.second(start + 6s);
        QCOMPARE(desk.open().size(), std::size_t(2));
        AlarmRule off = rule(AlarmKind::JitterHigh, 50, 30, 1s, 1s);
        off.enabled = false;
        desk.alarms.setRules(std::vector { off, rule(AlarmKind::LongCall, 50, 5, 0s, 0s) }, start + 7s);
        QCOMPARE(desk.open().size(), std::size_t(1)); // the other goes on by its new thresholds
        QCOMPARE(desk.open()[0].kind, AlarmKind::LongCall);
    }

    void callsBeyondTheTableAreCounted()
    {
        AlarmBook book;
        CallAlarms alarms(book, 2);
        for (int i = 0; i < 3; ++i)
            alarms.liveCall(Desk::call(i + 1));
        QCOMPARE(counter(alarms.counters(), "alarm_calls_refused"), std::uint64_t(1));
        alarms.callEnded(Desk::call(1));
        alarms.liveCall(Desk::call(4)); // there is room again
        QCOMPARE(counter(alarms.counters(), "alarm_calls_refused"), std::uint64_t(1));
    }
};

}

QTEST_APPLESS_MAIN(CallAlarmsTest)
#include "tst_call_alarms.moc"
