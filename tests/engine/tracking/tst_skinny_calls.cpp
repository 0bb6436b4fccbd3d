// What telephones and their call manager say, and the calls that are made of it.
#include "shared/calls/skinny_text.h"
#include "tests/engine/tracking/skinny_script.h"

#include <QTest>

using namespace callmon;

namespace {

std::string text(std::string_view view)
{
    return std::string(view);
}

// From off hook to the RingOut of the caller.
void ringing(SkinnyScript& script)
{
    script.dials('A', 9, 'B');
    script.rings('B', 10, 'A');
    script.state('A', 9, RingOut);
}

// B calls Z, who is elsewhere.
void consults(SkinnyScript& script, std::uint32_t reference)
{
    script.dials('B', reference, 'Z');
    script.state('B', reference, RingOut);
    script.state('B', reference, Connected);
    script.receives('B', reference);
    script.sends('B', reference, 'G');
}

const CallRecord& recordOf(const SkinnyScript& script, const char* reference)
{
    std::size_t i = 0;
    while (i + 1 < script.listener.ended.size() && !text(script.record(i).callId).starts_with(reference))
        ++i;
    return script.record(i);
}

}

class TestSkinnyCalls : public QObject {
    Q_OBJECT

private slots:
    void twoTelephonesAreOneCall_data()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("oldest") << 0;
        QTest::newRow("IPv6") << 17;
        QTest::newRow("latest") << 20;
    }
    void twoTelephonesAreOneCall()
    {
        QFETCH(int, version);
        SkinnyScript script(static_cast<std::uint32_t>(version));
        script.says('A', script.write.registers("SEP00000000000A", script.media('A').ip));
        const Timestamp begun = script.now() + std::chrono::milliseconds(10);
        script.call('A', 9, 'B', 10);
        script.talks('A', 'B', 50, 1);
        script.talks('B', 'A', 50, 2);
        script.hangsUp('B', 10);
        const Timestamp over = script.now() - std::chrono::milliseconds(10);
        script.state('A', 9, OnHook);
        script.settle();

        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QCOMPARE(script.listener.started, 1);
        const CallRecord& record = script.record(0);
        QVERIFY(record.signalling == Signalling::Skinny && record.transport == Transport::Tcp);
        QCOMPARE(text(record.callId), std::string("9@10.0.0.1:2000/SEP00000000000A"));
        QCOMPARE(text(record.caller) + ' ' + text(record.callee), std::string("2010 2011"));
        QVERIFY(record.callerAddress == script.signalling('A') && record.calleeAddress == script.signalling('B'));
        QVERIFY(record.outcome == CallOutcome::Answered && record.endedBy == EndedBy::Callee);
        QVERIFY(record.startedAt == begun && record.endedAt == over);
        QVERIFY(record.ringingAt && record.answeredAt && *record.ringingAt < *record.answeredAt);
        // DialedNumber to RingIn are three messages; to Connected seven.
        QCOMPARE(record.postDialDelay->count(), 30.0);
        QCOMPARE(record.answerDelay->count(), 70.0);
        QCOMPARE(script.listener.ended[0].streams.size(), std::size_t { 2 });
        for (const CollectingListener::Stream& stream : script.listener.ended[0].streams) {
            QCOMPARE(stream.codec, std::string("PCMU"));
            QCOMPARE(stream.packets, std::uint64_t { 50 });
            QVERIFY(stream.sender == (stream.ssrc.value == 1 ? Party::Caller : Party::Callee));
        }
        QCOMPARE(script.counter("skinny_halves_joined"), std::uint64_t { 1 });
    }

    // Of 40 packets and 10 lost it misses a fifth. The callee's telephone says nothing of what it received.
    void telephonesSayWhatReachedThem()
    {
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.talks('A', 'B', 50, 1);
        script.talks('B', 'A', 50, 2);
        script.hangsUp('B', 10);
        script.says(
            'A', script.write.statistics("2010", { 1, 9 }, { .sent = 50, .received = 40, .lost = 10, .jitterMs = 7 }));
        script.says('B', script.write.statistics("2011", { 1, 10 }, {}));
        script.state('A', 9, OnHook);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QCOMPARE(script.listener.ended[0].streams.size(), std::size_t { 2 });
        for (const CollectingListener::Stream& stream : script.listener.ended[0].streams) {
            const bool toCaller = stream.sender == Party::Callee;
            QCOMPARE(stream.rtcp.lostPercent, toCaller ? std::optional(20.0f) : std::nullopt);
            QCOMPARE(stream.rtcp.jitterMs, toCaller ? std::optional(7.0f) : std::nullopt);
            QCOMPARE(stream.rtcp.reports, 0u);
        }
    }

    // Those of the call before, at the same address, are not for this one.
    void whatATelephoneSaysIsOfTheStreamItReceivesNow()
    {
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.talks('B', 'A', 20, 1);
        script.talks('B', 'A', 20, 2); // another source
        script.says('A', script.write.statistics("2010", { 1, 9 }, { .received = 99, .lost = 1 }));
        script.hangsUp('B', 10);
        script.state('A', 9, OnHook);
        script.settle();
        const auto& streams = script.listener.ended.at(0).streams; // newest first
        QCOMPARE(streams.size(), std::size_t { 2 });
        QCOMPARE(streams[0].rtcp.lostPercent, std::optional(1.0f));
        QVERIFY(!streams[1].rtcp.lostPercent.has_value());
    }

    // From the one that opened the call on, each once, of both telephones; not what came before it was one.
    void messagesOfACallAreShown()
    {
        SkinnyScript script;
        script.listener.keepsShown = true;
        script.dials('A', 9, 'B');
        script.rings('B', 10, 'A');
        script.answers('B', 10);
        script.hangsUp('B', 10);
        QStringList names;
        for (const std::string& message : script.listener.shown)
            names << QString::fromStdString(skinnyText(std::as_bytes(std::span(message))).line);
        QCOMPARE(names,
            (QStringList { "DialedNumber", "CallState Proceed", "CallInfoDynamic", "CallInfoDynamic", "OffHook",
                "CallState Connected", "OnHook", "CallState OnHook" }));
    }

    void keysAreNotShown()
    {
        SkinnyScript script;
        script.listener.keepsShown = true;
        script.call('A', 9, 'B', 10);
        const std::string open = script.write.startTransmit({ 1, 9 }, script.media('B'), 4);
        std::string encrypted = open;
        encrypted[encrypted.size() - 72] = 1; // the algorithm, in front of lengths, key and salt
        script.told('A', open);
        QCOMPARE(script.listener.shown.back(), open);
        script.told('A', encrypted);
        QCOMPARE(script.listener.shown.back(), encrypted.substr(0, 12));
    }

    void statesAreThoseOfAnyCall()
    {
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.state('A', 9, Hold);
        script.state('A', 9, Connected);
        script.hangsUp('A', 9);
        auto& states = script.listener.states;
        states.erase(std::unique(states.begin(), states.end()), states.end());
        const std::vector<CallState> expected { CallState::Trying, CallState::Ringing, CallState::Answered,
            CallState::OnHold, CallState::Answered, CallState::Ended };
        QVERIFY(states == expected);
    }

    void holdIsCountedAndTimed()
    {
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.state('A', 9, Hold);
        script.wait(4990);
        script.state('A', 9, Connected);
        script.wait(1000);
        script.state('B', 10, Hold);
        script.wait(980);
        script.hangsUp('B', 10); // without having resumed
        script.settle();
        QCOMPARE(script.record(0).holds, std::uint16_t { 2 });
        QCOMPARE(script.record(0).holdTime.count(), 5000.0 + 990.0);
    }

    void busyEndsTheAttempt()
    {
        SkinnyScript script;
        script.dials('A', 9, 'B');
        script.state('A', 9, Busy);
        script.wait(5000);
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QVERIFY(script.record(0).outcome == CallOutcome::Busy && script.record(0).endedBy == EndedBy::Callee);
        QVERIFY(!script.record(0).answeredAt);
        QCOMPARE(text(script.record(0).callee), std::string("2011"));
    }

    void whoHangsUpBeforeTheAnswerCancels()
    {
        SkinnyScript script;
        ringing(script);
        script.says('A', script.write.onHook({ 1, 9 }));
        script.state('B', 10, OnHook); // its ringing ends first
        script.state('A', 9, OnHook);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QVERIFY(script.record(0).outcome == CallOutcome::Cancelled && script.record(0).endedBy == EndedBy::Caller);
    }

    void ringingThatNobodyAnswersIsNoAnswer()
    {
        SkinnyScript script;
        ringing(script);
        script.state('B', 10, OnHook);
        script.state('A', 9, Congestion);
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QVERIFY(script.record(0).outcome == CallOutcome::NoAnswer && script.record(0).endedBy == EndedBy::Callee);
    }

    void congestionBeforeAnyRingingIsAFailure()
    {
        SkinnyScript script;
        script.dials('A', 9, 'B');
        script.state('A', 9, Congestion);
        script.settle();
        QVERIFY(script.record(0).outcome == CallOutcome::Failed);
    }

    void whoDeclinesRejects()
    {
        SkinnyScript script;
        ringing(script);
        script.says('B', script.write.softKey(9, { 1, 10 }));
        script.state('B', 10, OnHook);
        script.state('A', 9, Congestion);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QVERIFY(script.record(0).outcome == CallOutcome::Rejected && script.record(0).endedBy == EndedBy::Callee);
    }

    void anotherTelephoneMayAnswerWhatOneDidNot()
    {
        SkinnyScript script;
        ringing(script);
        script.state('B', 10, OnHook);
        script.state('C', 11, RingIn);
        script.told('C', script.write.callInfo({ 1, 11 }, 1, script.number('A'), script.number('B'))); // a hunt group
        QCOMPARE(script.counter("skinny_halves_joined"), std::uint64_t { 2 }); // while it rings
        script.connects('A', 9, 'C', 11);
        script.hangsUp('C', 11);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QVERIFY(script.record(0).outcome == CallOutcome::Answered && script.record(0).endedBy == EndedBy::Callee);
        QVERIFY(script.record(0).calleeAddress == script.signalling('C'));
    }

    void aSharedLineIsOneCall()
    {
        SkinnyScript script;
        ringing(script);
        script.rings('C', 10, 'A'); // the same reference at the same call manager
        script.info('C', 10, 1, 'A', 'B');
        script.connects('A', 9, 'B', 10);
        script.state('C', 10, RemoteMultiline);
        script.state('C', 10, OnHook); // B goes on talking
        script.wait(1000);
        QCOMPARE(script.listener.ended.size(), std::size_t { 0 });
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QVERIFY(script.record(0).endedBy == EndedBy::Caller);
    }

    void numbersThatDifferAreJoinedByTheirMedia()
    {
        SkinnyScript script;
        script.dials('A', 9, 'Z'); // dialled with a prefix
        script.rings('B', 10, 'A');
        script.state('A', 9, RingOut);
        script.connects('A', 9, 'B', 10);
        script.talks('B', 'A', 20, 2);
        script.hangsUp('A', 9);
        script.state('B', 10, OnHook);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QVERIFY(script.record(0).calleeAddress == script.signalling('B'));
        QVERIFY(script.listener.ended[0].streams.at(0).sender == Party::Callee);
    }

    void aCallFromOutsideIsThatOfOneTelephone()
    {
        SkinnyScript script;
        script.state('B', 10, RingIn);
        script.told('B', script.write.callInfo({ 1, 10 }, 1, "+49301234", script.number('B')));
        script.answers('B', 10);
        script.receives('B', 10);
        script.sends('B', 10, 'G'); // a gateway
        script.talks('G', 'B', 20, 1);
        script.state('B', 10, OnHook); // the other side hung up
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        const CallRecord& record = script.record(0);
        QCOMPARE(text(record.caller), std::string("+49301234"));
        QVERIFY(record.callerAddress == script.manager() && record.calleeAddress == script.signalling('B'));
        QVERIFY(record.outcome == CallOutcome::Answered && record.endedBy == EndedBy::Caller);
        QVERIFY(record.ringingAt && record.answeredAt);
        QVERIFY(script.listener.ended[0].streams.at(0).sender == Party::Caller);
    }

    void aMissedCallFromOutsideIsRecordedToo()
    {
        SkinnyScript script;
        script.state('B', 10, RingIn);
        script.told('B', script.write.callInfo({ 1, 10 }, 1, "+49301234", script.number('B')));
        script.wait(5000);
        script.state('B', 10, OnHook);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 1 });
        QVERIFY(script.record(0).outcome == CallOutcome::Cancelled);
        QVERIFY(script.record(0).ringingAt.has_value());
    }

    void aTransferKeepsTheFirstCall_data()
    {
        QTest::addColumn<bool>("firstCallEndsFirst");
        QTest::newRow("first call first") << true;
        QTest::newRow("consultation first") << false;
    }
    void aTransferKeepsTheFirstCall()
    {
        QFETCH(bool, firstCallEndsFirst);
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.says('B', script.write.softKey(4, { 1, 10 }));
        script.state('B', 10, Hold);
        script.call('B', 11, 'C', 12);
        script.says('B', script.write.softKey(4, { 1, 11 })); // and B is out of it
        script.state('B', firstCallEndsFirst ? 10 : 11, OnHook);
        script.state('B', firstCallEndsFirst ? 11 : 10, OnHook);
        script.sends('A', 9, 'C');
        script.sends('C', 12, 'A');
        script.talks('A', 'C', 30, 1);
        script.talks('C', 'A', 30, 3);
        const std::size_t before = script.listener.ended.size();
        script.hangsUp('C', 12);
        script.state('A', 9, OnHook);
        script.settle();

        QCOMPARE(before, std::size_t { 0 }); // it lingers
        QCOMPARE(script.listener.ended.size(), std::size_t { 2 });
        const auto ofReference = [&](const char* reference) -> const CollectingListener::Ended& {
            const bool isFirst = text(script.record(0).callId).starts_with(reference);
            return script.listener.ended[isFirst ? 0 : 1];
        };
        const CollectingListener::Ended& first = ofReference("9@");
        const CollectingListener::Ended& consultation = ofReference("11@");
        QCOMPARE(text(first.record.transferTarget), script.number('C'));
        QVERIFY(first.record.endedBy == EndedBy::Callee);
        QCOMPARE(first.streams.size(), std::size_t { 2 });
        QVERIFY(consultation.record.endedBy == EndedBy::Caller);
        QCOMPARE(consultation.streams.size(), std::size_t { 0 });
        QVERIFY(*consultation.record.endedAt < *first.record.endedAt);
    }

    void aTransferThatIsResumedIsNone()
    {
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.says('B', script.write.softKey(4, { 1, 10 }));
        script.state('B', 10, Hold);
        script.call('B', 11, 'C', 12);
        script.hangsUp('C', 12);
        script.state('B', 11, OnHook);
        script.says('B', script.write.softKey(10, { 1, 10 }));
        script.state('B', 10, Connected);
        script.wait(1000);
        script.hangsUp('A', 9);
        script.state('B', 10, OnHook);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 2 });
        for (std::size_t i = 0; i < 2; ++i)
            QVERIFY(script.record(i).transferTarget.empty());
    }

    // Neither the number that is consulted nor who called from outside has a telephone of this call manager.
    void aTransferToOutsideKeepsTheFirstCall()
    {
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.says('B', script.write.softKey(4, { 1, 10 }));
        script.state('B', 10, Hold);
        consults(script, 11);
        script.says('B', script.write.softKey(4, { 1, 11 }));
        script.state('B', 11, OnHook);
        const Timestamp consulted = script.now();
        script.state('B', 10, OnHook);
        script.sends('A', 9, 'G');
        script.talks('A', 'G', 30, 1);
        script.hangsUp('A', 9);
        script.settle();
        const CallRecord& first = recordOf(script, "9@");
        QCOMPARE(text(first.transferTarget), script.number('Z'));
        QVERIFY(first.endedBy == EndedBy::Caller && first.endedAt > consulted);
        QCOMPARE(recordOf(script, "11@").endedAt, consulted + std::chrono::milliseconds(10));
    }

    void aTransferOfACallFromOutsideKeepsIt()
    {
        SkinnyScript script;
        script.state('B', 10, RingIn);
        script.told('B', script.write.callInfo({ 1, 10 }, 1, "+49301234", script.number('B')));
        script.answers('B', 10);
        script.receives('B', 10);
        script.sends('B', 10, 'G');
        script.says('B', script.write.softKey(4, { 1, 10 }));
        script.state('B', 10, Hold);
        script.call('B', 11, 'C', 12);
        script.says('B', script.write.softKey(4, { 1, 11 }));
        script.state('B', 10, OnHook);
        script.state('B', 11, OnHook);
        script.sends('C', 12, 'G');
        script.talks('G', 'C', 30, 1);
        script.hangsUp('C', 12);
        script.settle();
        const CallRecord& first = recordOf(script, "10@");
        QCOMPARE(text(first.transferTarget), script.number('C'));
        QVERIFY(first.endedBy == EndedBy::Callee);
        QVERIFY(*recordOf(script, "11@").endedAt < *first.endedAt);
    }

    // The call that was consulted is over when B lays it down, whatever comes of the one on hold.
    void aTransferThatIsGivenUpEndsTheConsultation_data()
    {
        QTest::addColumn<bool>("byKey"); // EndCall; else the handset
        QTest::addColumn<QString>("then");
        QTest::newRow("key, resumed by key") << true << "Resume";
        QTest::newRow("handset, resumed by key") << false << "Resume";
        QTest::newRow("handset, resumed by the line's button") << false << "Connected";
        QTest::newRow("key, and the one on hold hangs up") << true << "";
        QTest::newRow("handset, and the one on hold hangs up") << false << "";
    }
    void aTransferThatIsGivenUpEndsTheConsultation()
    {
        QFETCH(bool, byKey);
        QFETCH(QString, then);
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.says('B', script.write.softKey(4, { 1, 10 }));
        script.state('B', 10, Hold);
        consults(script, 11);
        script.says('B', byKey ? script.write.softKey(9, { 1, 11 }) : script.write.onHook({ 1, 11 }));
        const Timestamp over = script.now();
        script.state('B', 11, OnHook);
        script.wait(1000);
        if (then == "Resume")
            script.says('B', script.write.softKey(10, { 1, 10 }));
        if (!then.isEmpty())
            script.state('B', 10, Connected);
        script.wait(1000);
        script.hangsUp('A', 9);
        script.state('B', 10, OnHook);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 2 });
        const CallRecord& consultation = recordOf(script, "11@");
        QCOMPARE(consultation.endedAt, over);
        QVERIFY(consultation.endedBy == EndedBy::Caller);
        const CallRecord& first = recordOf(script, "9@");
        QVERIFY(first.transferTarget.empty() && first.endedBy == EndedBy::Caller);
    }

    void aButtonForTransferIsAsGoodAsAKey()
    {
        SkinnyScript script;
        script.call('A', 9, 'B', 10);
        script.says('B', script.write.message(0x0005, script.write.words({ 4, 1, 10, 0 }))); // Stimulus
        script.state('B', 10, Hold);
        script.call('B', 11, 'C', 12);
        script.says('B', script.write.message(0x0005, script.write.words({ 4, 1, 11, 0 })));
        script.state('B', 10, OnHook);
        script.state('B', 11, OnHook);
        script.wait(1000);
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(text(recordOf(script, "9@").transferTarget), script.number('C'));
    }

    void whoWasCalledAtFirstDiverts()
    {
        SkinnyScript script(0);
        script.dials('A', 9, 'B');
        script.told(
            'A', script.write.callInfo({ 1, 9 }, 2, script.number('A'), script.number('C'), script.number('B')));
        script.state('A', 9, RingOut);
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(text(script.record(0).callee), script.number('C'));
        QCOMPARE(text(script.record(0).diversion), script.number('B'));
    }

    void aHandsetLiftedAndLaidDownIsNoCall()
    {
        SkinnyScript script;
        script.says('A', script.write.offHook({ 0, 0 }));
        script.state('A', 9, OffHook);
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(script.listener.ended.size(), std::size_t { 0 });
        QCOMPARE(script.counter("skinny_without_number"), std::uint64_t { 1 });
        QCOMPARE(script.counter("calls_started"), std::uint64_t { 0 });
    }

    void keysAreTheNumberWhereNothingElseSaysIt()
    {
        SkinnyScript script(0);
        script.says('A', script.write.offHook({ 0, 0 }));
        script.state('A', 9, OffHook);
        for (const char digit : { '2', '2', '5', '5' })
            script.says('A', script.write.key(digit, { 1, 9 }));
        script.state('A', 9, RingOut);
        script.state('A', 9, Connected);
        script.says('A', script.write.key('7', { 1, 9 })); // for the far end
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(text(script.record(0).callee), std::string("2255"));
    }

    void theWholeNumberAtOnceComesBeforeTheCallIsNamed()
    {
        SkinnyScript script;
        script.says('A', script.write.message(0x0004, "2255" + std::string(20, '\0')));
        script.state('A', 9, Proceed);
        script.state('A', 9, RingOut);
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(text(script.record(0).callee), std::string("2255"));
        QVERIFY(script.record(0).outcome == CallOutcome::Cancelled);
    }

    void aCallThatBeganBeforeTheProbeIsKnownFromItsMedia()
    {
        SkinnyScript script;
        script.receives('A', 9);
        script.sends('A', 9, 'B');
        script.talks('B', 'A', 20, 2);
        script.settle(1);
        QCOMPARE(script.tracker.liveCalls(), 1u);
        script.hangsUp('A', 9);
        script.settle();
        QCOMPARE(script.listener.ended.at(0).streams.size(), std::size_t { 1 });
    }

    void callsInARowOnOneTelephoneAreSeparate()
    {
        SkinnyScript script;
        for (std::uint32_t i = 0; i < 20; ++i) {
            script.call('A', 100 + 2 * i, 'B', 101 + 2 * i);
            script.hangsUp('A', 100 + 2 * i);
            script.state('B', 101 + 2 * i, OnHook);
            script.settle(10);
        }
        QCOMPARE(script.listener.ended.size(), std::size_t { 20 });
        QCOMPARE(script.counter("skinny_calls_refused"), std::uint64_t { 0 });
        QCOMPARE(script.counter("skinny_halves_joined"), std::uint64_t { 20 });
    }

    void moreCallsOnATelephoneThanAreKeptAreRefused()
    {
        SkinnyScript script;
        for (std::uint32_t i = 0; i < 17; ++i)
            script.state('A', 100 + i, Proceed);
        QCOMPARE(script.counter("calls_started"), std::uint64_t { 16 });
        QCOMPARE(script.counter("skinny_calls_refused"), std::uint64_t { 1 });
    }

    void moreTelephonesThanAreKeptAreRefusedUntilOthersAreSilent()
    {
        TrackerOptions options = smallOptions();
        options.maxCalls = 2;
        SkinnyScript script(17, options);
        for (const char phone : { 'A', 'B', 'C' })
            script.says(phone, script.write.keepAlive());
        QCOMPARE(script.counter("skinny_phones_refused"), std::uint64_t { 1 });
        script.settle(601);
        script.says('C', script.write.keepAlive());
        QCOMPARE(script.counter("skinny_phones_refused"), std::uint64_t { 1 });
    }

    void whatIsNoMessageIsCounted()
    {
        SkinnyScript script;
        script.says('A', script.write.message(0x0022, "short"));
        QCOMPARE(script.counter("skinny_malformed"), std::uint64_t { 1 });
        QCOMPARE(script.counter("skinny_messages"), std::uint64_t { 1 });
    }
};

QTEST_APPLESS_MAIN(TestSkinnyCalls)
#include "tst_skinny_calls.moc"
