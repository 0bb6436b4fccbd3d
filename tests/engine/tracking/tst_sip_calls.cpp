// What becomes of a call, message by message.
#include "tests/engine/tracking/collecting_listener.h"
#include "tests/engine/tracking/sip_script.h"

#include <QTest>

using namespace callmon;

class SipCallsTest : public QObject {
    Q_OBJECT

private slots:
    void recordSaysWhatHappened_data();
    void recordSaysWhatHappened();
    void holdAndResumeAreSeen_data();
    void holdAndResumeAreSeen();
    void partiesAreNamed();
    void registrationsAreNoCalls();
    void responseWithoutItsInviteIsNoCall();
    void fullPoolRefusesTheNewestAndCounts();
    void responsesAreCountedForWhoeverCalls();
};

void SipCallsTest::recordSaysWhatHappened_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QString>("outcome");
    QTest::addColumn<int>("finalCode");
    QTest::addColumn<QString>("endedBy");
    QTest::addColumn<QList<int>>(
        "times"); // ringing, answered, ended, post-dial delay, answer delay, RTT; ms, -1 absent
    QTest::addColumn<QList<int>>("messages"); // distinct, repeated

    const QString ringAndAnswer = "0 A>B INVITE 1 sdp=sendrecv\n20 B>A 100 1\n500 B>A 180 1\n"
                                  "3000 B>A 200 1 sdp=sendrecv\n3040 A>B ACK 1\n";
    QTest::newRow("answered, BYE by the caller")
        << ringAndAnswer + "60000 A>B BYE 2\n60020 B>A 200 2:BYE"
        << "answered" << 200 << "caller" << QList<int> { 500, 3000, 60000, 500, 3000, 20 } << QList<int> { 7, 0 };
    QTest::newRow("answered, BYE by the callee")
        << ringAndAnswer + "9000 B>A BYE 1 by=B\n9020 A>B 200 1:BYE by=B"
        << "answered" << 200 << "callee" << QList<int> { 500, 3000, 9000, 500, 3000, 20 } << QList<int> { 7, 0 };
    QTest::newRow("answered, never ended") << ringAndAnswer << "answered" << 200 << "probe_stopped"
                                           << QList<int> { 500, 3000, 3040, 500, 3000, 20 } << QList<int> { 5, 0 };
    QTest::newRow("answered at once")
        << "0 A>B INVITE 1 sdp=sendrecv\n70 B>A 200 1 sdp=sendrecv\n80 A>B ACK 1\n90 A>B BYE 2"
        << "answered" << 200 << "caller" << QList<int> { -1, 70, 90, 70, 70, 70 } << QList<int> { 4, 0 };
    QTest::newRow("ACK lost")
        << "0 A>B INVITE 1\n10 B>A 180 1\n100 B>A 200 1\n600 B>A 200 1\n1600 B>A 200 1\n5000 B>A BYE 1 by=B"
        << "answered" << 200 << "callee" << QList<int> { 10, 100, 5000, 10, 100, 10 } << QList<int> { 4, 2 };
    // RFC 3261 17.1.1.3: the ACK of a failure has the branch of its INVITE, that of a 2xx one of its own.
    QTest::newRow("the 200 is lost, its ACK is not")
        << "0 A>B INVITE 1 sdp=sendrecv\n10 B>A 180 1\n510 A>B ACK 1\n5000 B>A BYE 1 by=B"
        << "answered" << 0 << "callee" << QList<int> { 10, 510, 5000, 10, 510, 10 } << QList<int> { 4, 0 };
    QTest::newRow("the ACK comes before its 200")
        << "0 A>B INVITE 1\n10 B>A 180 1\n510 A>B ACK 1\n511 B>A 200 1\n5000 A>B BYE 2"
        << "answered" << 200 << "caller" << QList<int> { 10, 510, 5000, 10, 510, 10 } << QList<int> { 5, 0 };
    QTest::newRow("the failure is lost, its ACK is not")
        << "0 A>B INVITE 1\n10 B>A 180 1\n510 A>B ACK 1 branch=INVITE1a"
        << "incomplete" << 0 << "probe_stopped" << QList<int> { 10, -1, 510, 10, -1, 10 } << QList<int> { 3, 0 };
    QTest::newRow("busy 486") << "0 A>B INVITE 1\n10 B>A 100 1\n300 B>A 486 1\n320 A>B ACK 1 branch=INVITE1a"
                              << "busy" << 486 << "callee" << QList<int> { -1, -1, 300, 300, -1, 10 }
                              << QList<int> { 4, 0 };
    QTest::newRow("busy everywhere 600") << "0 A>B INVITE 1\n300 B>A 600 1"
                                         << "busy" << 600 << "callee" << QList<int> { -1, -1, 300, 300, -1, 300 }
                                         << QList<int> { 2, 0 };
    QTest::newRow("unavailable 480") << "0 A>B INVITE 1\n100 B>A 180 1\n9000 B>A 480 1"
                                     << "no_answer" << 480 << "callee" << QList<int> { 100, -1, 9000, 100, -1, 100 }
                                     << QList<int> { 3, 0 };
    QTest::newRow("timeout 408") << "0 A>B INVITE 1\n100 B>A 180 1\n9000 B>A 408 1"
                                 << "no_answer" << 408 << "callee" << QList<int> { 100, -1, 9000, 100, -1, 100 }
                                 << QList<int> { 3, 0 };
    QTest::newRow("declined 603") << "0 A>B INVITE 1\n100 B>A 180 1\n900 B>A 603 1"
                                  << "rejected" << 603 << "callee" << QList<int> { 100, -1, 900, 100, -1, 100 }
                                  << QList<int> { 3, 0 };
    QTest::newRow("not acceptable 488") << "0 A>B INVITE 1\n100 B>A 488 1"
                                        << "rejected" << 488 << "callee" << QList<int> { -1, -1, 100, 100, -1, 100 }
                                        << QList<int> { 2, 0 };
    QTest::newRow("overload 503") << "0 A>B INVITE 1\n100 B>A 503 1"
                                  << "failed" << 503 << "callee" << QList<int> { -1, -1, 100, 100, -1, 100 }
                                  << QList<int> { 2, 0 };
    QTest::newRow("number error 404") << "0 A>B INVITE 1\n100 B>A 404 1"
                                      << "failed" << 404 << "callee" << QList<int> { -1, -1, 100, 100, -1, 100 }
                                      << QList<int> { 2, 0 };
    QTest::newRow("cancelled")
        << "0 A>B INVITE 1\n100 B>A 180 1\n5000 A>B CANCEL 1\n5010 B>A 200 1:CANCEL\n5020 B>A 487 1\n5030 A>B ACK 1"
        << "cancelled" << 487 << "caller" << QList<int> { 100, -1, 5020, 100, -1, 100 } << QList<int> { 6, 0 };
    QTest::newRow("cancelled, and the 487 is lost")
        << "0 A>B INVITE 1\n100 B>A 180 1\n5000 A>B CANCEL 1\n5500 A>B CANCEL 1"
        << "cancelled" << 0 << "caller" << QList<int> { 100, -1, 5000, 100, -1, 100 } << QList<int> { 3, 1 };
    QTest::newRow("CANCEL meets the 200")
        << "0 A>B INVITE 1\n100 B>A 180 1\n5000 A>B CANCEL 1\n5005 B>A 200 1\n5010 B>A 481 1:CANCEL\n"
           "5020 A>B ACK 1\n5030 A>B BYE 2\n5040 B>A 200 2:BYE"
        << "answered" << 200 << "caller" << QList<int> { 100, 5005, 5030, 100, 5005, 100 } << QList<int> { 8, 0 };
    QTest::newRow("487 without a CANCEL seen")
        << "0 A>B INVITE 1\n100 B>A 180 1\n5020 B>A 487 1"
        << "cancelled" << 487 << "caller" << QList<int> { 100, -1, 5020, 100, -1, 100 } << QList<int> { 3, 0 };
    QTest::newRow("401, then with credentials")
        << "0 A>B INVITE 1\n50 B>A 401 1\n60 A>B ACK 1\n80 A>B INVITE 2 totag=\n90 B>A 100 2\n"
           "700 B>A 180 2\n2000 B>A 200 2\n2010 A>B ACK 2\n4000 A>B BYE 3"
        << "answered" << 200 << "caller" << QList<int> { 700, 2000, 4000, 700, 2000, 50 } << QList<int> { 9, 0 };
    QTest::newRow("407, then busy")
        << "0 A>B INVITE 1\n50 B>A 407 1\n60 A>B ACK 1\n80 A>B INVITE 2 totag=\n700 B>A 486 2"
        << "busy" << 486 << "callee" << QList<int> { -1, -1, 700, 700, -1, 50 } << QList<int> { 5, 0 };
    QTest::newRow("407, and nothing follows")
        << "0 A>B INVITE 1\n10 B>A 100 1\n50 B>A 407 1\n60 A>B ACK 1"
        << "failed" << 407 << "callee" << QList<int> { -1, -1, 50, 50, -1, 10 } << QList<int> { 4, 0 };
    QTest::newRow("302, then elsewhere") << "0 A>B INVITE 1\n50 B>A 302 1\n60 A>B ACK 1\n80 A>P INVITE 2 totag=\n200 "
                                            "P>A 180 2\n900 P>A 200 2\n2000 A>P BYE 3"
                                         << "answered" << 200 << "caller" << QList<int> { 200, 900, 2000, 50, 900, 50 }
                                         << QList<int> { 7, 0 };
    QTest::newRow("no response at all") << "0 A>B INVITE 1\n500 A>B INVITE 1\n1500 A>B INVITE 1"
                                        << "incomplete" << 0 << "probe_stopped"
                                        << QList<int> { -1, -1, 1500, -1, -1, -1 } << QList<int> { 1, 2 };
    QTest::newRow("every message twice")
        << "0 A>B INVITE 1\n0 A>B INVITE 1\n100 B>A 180 1\n100 B>A 180 1\n900 B>A 200 1\n900 B>A 200 1\n"
           "910 A>B ACK 1\n910 A>B ACK 1\n5000 A>B BYE 2\n5000 A>B BYE 2"
        << "answered" << 200 << "caller" << QList<int> { 100, 900, 5000, 100, 900, 100 } << QList<int> { 5, 5 };
    QTest::newRow("response before its request")
        << "0 B>A 180 1\n2 A>B INVITE 1\n900 B>A 200 1\n5000 A>B BYE 2"
        << "answered" << 200 << "caller" << QList<int> { 0, 900, 5000, -1, 898, 898 } << QList<int> { 4, 0 };
    QTest::newRow("two hops through a proxy")
        << "0 A>P INVITE 1\n5 P>A 100 1\n10 P>B INVITE 1 branch=p\n20 B>P 100 1 branch=p\n300 B>P 180 1 branch=p\n310 "
           "P>A 180 1\n"
           "2000 B>P 200 1 branch=p\n2010 P>A 200 1\n2020 A>B ACK 1\n4000 B>A BYE 1 by=B\n4010 A>B 200 1:BYE by=B"
        << "answered" << 200 << "callee" << QList<int> { 300, 2000, 4000, 300, 2000, 5 } << QList<int> { 11, 0 };
    QTest::newRow("a proxy tries another target")
        << "0 A>P INVITE 1\n10 P>B INVITE 1 branch=p1\n20 B>P 486 1 branch=p1 totag=x\n30 P>B INVITE 1 branch=p2\n300 "
           "B>P 180 1 branch=p2\n"
           "9000 B>P 200 1 branch=p2\n9010 P>A 200 1\n12000 A>B BYE 2"
        << "answered" << 200 << "caller" << QList<int> { 300, 9000, 12000, 300, 9000, 20 } << QList<int> { 8, 0 };
    QTest::newRow("the other fork's call is said BYE to")
        << "0 A>P INVITE 1\n100 P>A 180 1 totag=x\n110 P>A 180 1 totag=y\n900 P>A 200 1 totag=x\n910 P>A 200 1 "
           "totag=y\n"
           "920 A>P BYE 2 totag=y\n9000 A>P BYE 3 totag=x"
        << "answered" << 200 << "caller" << QList<int> { 100, 900, 9000, 100, 900, 100 } << QList<int> { 7, 0 };
    QTest::newRow("a refused re-INVITE changes nothing")
        << ringAndAnswer + "5000 A>B INVITE 2 sdp=sendonly\n5020 B>A 488 2\n5030 A>B ACK 2\n9000 A>B BYE 3"
        << "answered" << 200 << "caller" << QList<int> { 500, 3000, 9000, 500, 3000, 20 } << QList<int> { 9, 0 };
    QTest::newRow("a re-INVITE from the callee")
        << ringAndAnswer
            + "5000 B>A INVITE 7 by=B sdp=sendrecv\n5020 A>B 200 7 by=B sdp=sendrecv\n5030 B>A ACK 7 by=B\n9000 A>B "
              "BYE 3"
        << "answered" << 200 << "caller" << QList<int> { 500, 3000, 9000, 500, 3000, 20 } << QList<int> { 9, 0 };
    QTest::newRow("began before the probe: in-dialog INVITE")
        << "0 A>B INVITE 5 totag=tb sdp=sendrecv\n20 B>A 200 5 sdp=sendrecv\n30 A>B ACK 5\n900 A>B BYE 6"
        << "answered" << 200 << "caller" << QList<int> { -1, 20, 900, -1, -1, -1 } << QList<int> { 4, 0 };
    // Who acknowledges, cancels or says BYE made an INVITE.
    QTest::newRow("began before the probe: while it rang")
        << "0 B>A 180 1\n500 B>A 200 1 sdp=sendrecv\n510 A>B ACK 1\n900 B>A BYE 1 by=B"
        << "answered" << 200 << "callee" << QList<int> { 0, 500, 900, -1, -1, -1 } << QList<int> { 4, 0 };
    QTest::newRow("began before the probe: answered, its ACK elsewhere")
        << "0 B>A 200 1 sdp=sendrecv\n900 A>B BYE 2"
        << "answered" << 200 << "caller" << QList<int> { -1, 0, 900, -1, -1, -1 } << QList<int> { 2, 0 };
    QTest::newRow("began before the probe: busy")
        << "0 B>A 486 1\n10 A>B ACK 1"
        << "busy" << 486 << "callee" << QList<int> { -1, -1, 0, -1, -1, -1 } << QList<int> { 2, 0 };
    QTest::newRow("began before the probe: cancelled")
        << "0 B>A 180 1\n500 A>B CANCEL 1\n510 B>A 200 1:CANCEL\n520 B>A 487 1\n530 A>B ACK 1"
        << "cancelled" << 487 << "caller" << QList<int> { 0, -1, 520, -1, -1, -1 } << QList<int> { 5, 0 };
    QTest::newRow("its INVITE with credentials is not seen")
        << "0 A>B INVITE 1\n50 B>A 407 1 totag=p\n60 A>B ACK 1 totag=p\n90 B>A 100 2\n700 B>A 180 2\n2000 B>A 200 2\n"
           "4000 A>B BYE 3"
        << "answered" << 200 << "caller" << QList<int> { 700, 2000, 4000, 700, 2000, 50 } << QList<int> { 7, 0 };
    QTest::newRow("neither of its INVITEs is seen")
        << "0 B>A 407 1 totag=p\n10 A>B ACK 1 totag=p\n100 B>A 180 2\n500 B>A 200 2\n510 A>B ACK 2\n900 A>B BYE 3"
        << "answered" << 200 << "caller" << QList<int> { 100, 500, 900, -1, -1, -1 } << QList<int> { 6, 0 };
    QTest::newRow("challenged before the probe, then with credentials")
        << "0 B>A 407 1 totag=p\n10 A>B ACK 1 totag=p\n20 A>B INVITE 2 totag=\n100 B>A 180 2\n500 B>A 200 2\n510 A>B "
           "ACK 2\n900 A>B BYE 3"
        << "answered" << 200 << "caller" << QList<int> { 100, 500, 900, 80, 480, 80 } << QList<int> { 7, 0 };
}

void SipCallsTest::recordSaysWhatHappened()
{
    QFETCH(QString, script);
    QFETCH(QString, outcome);
    QFETCH(int, finalCode);
    QFETCH(QString, endedBy);
    QFETCH(QList<int>, times);
    QFETCH(QList<int>, messages);

    TestTraffic traffic;
    traffic.script(script);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();

    QCOMPARE(fixture.listener.ended.size(), std::size_t { 1 });
    const CallRecord& record = fixture.listener.ended[0].record;
    const auto text = [](std::string_view view) {
        return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
    };
    QCOMPARE(text(toText(record.outcome)), outcome);
    QCOMPARE(int { record.finalCode }, finalCode);
    QCOMPARE(text(toText(record.endedBy)), endedBy);
    const auto since = [&](std::optional<Timestamp> at) {
        return at ? static_cast<int>(Milliseconds(*at - scriptTime(0)).count()) : -1;
    };
    const auto ms = [](std::optional<Milliseconds> value) {
        return value ? static_cast<int>(value->count() + 0.5) : -1;
    };
    QCOMPARE((QList<int> { since(record.ringingAt), since(record.answeredAt), since(record.endedAt),
                 ms(record.postDialDelay), ms(record.answerDelay), ms(record.signallingRtt) }),
        times);
    QCOMPARE((QList<int> { static_cast<int>(record.messages), static_cast<int>(record.retransmissions) }), messages);
    QCOMPARE(record.state, CallState::Ended);
    QCOMPARE(record.startedAt, scriptTime(0));
    QCOMPARE(fixture.counter("sip_messages"), traffic.datagrams().size());
}

void SipCallsTest::holdAndResumeAreSeen_data()
{
    QTest::addColumn<QString>("hold");
    QTest::addColumn<QString>("answerToHold");
    QTest::newRow("sendonly") << "sendonly"
                              << "recvonly";
    QTest::newRow("inactive") << "inactive"
                              << "inactive";
    QTest::newRow("c=0.0.0.0, as before RFC 3264") << "zero"
                                                   << "sendrecv";
}

void SipCallsTest::holdAndResumeAreSeen()
{
    QFETCH(QString, hold);
    QFETCH(QString, answerToHold);
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n100 B>A 200 1 sdp=sendrecv\n110 A>B ACK 1\n"
                   "1000 A>B INVITE 2 sdp="
        + hold + "\n1010 B>A 100 2\n1020 B>A 200 2 sdp=" + answerToHold
        + "\n1030 A>B ACK 2\n"
          "2000 A>B INVITE 3 sdp=sendrecv\n2020 B>A 200 3 sdp=sendrecv\n2030 A>B ACK 3\n3000 A>B BYE 4\n");
    TrackerFixture fixture;
    std::vector<CallState> after;
    for (const Datagram& datagram : traffic.datagrams()) {
        fixture.tracker.process({ &datagram, 1 });
        after.push_back(fixture.listener.states.back());
    }
    using enum CallState;
    // INVITE 200 ACK | INVITE 100 200 ACK | INVITE 200 ACK | BYE
    QCOMPARE(after,
        (std::vector {
            Trying, Answered, Answered, Answered, Answered, OnHold, OnHold, OnHold, Answered, Answered, Ended }));
    fixture.tracker.finish();
    const CallRecord& record = fixture.listener.ended[0].record;
    QCOMPARE(record.answeredAt, scriptTime(100));
    QCOMPARE(record.startedAt, scriptTime(0));
}

void SipCallsTest::partiesAreNamed()
{
    TestTraffic traffic;
    traffic.script("0 A>P INVITE 1\n10 P>B INVITE 1 branch=p\n20 B>P 486 1 branch=p\n30 P>A 486 1");
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const CallRecord& record = fixture.listener.ended[0].record;
    QVERIFY(record.caller == std::string_view("alice"));
    QVERIFY(record.callee == std::string_view("bob"));
    QVERIFY(record.callId == std::string_view("call-1"));
    QCOMPARE(toString(record.callerAddress), std::string("10.0.0.1:5060"));
    QCOMPARE(toString(record.calleeAddress), std::string("10.0.0.9:5060"));
    QCOMPARE(record.key, makeCallKey(scriptTime(0), "call-1", {}));
}

void SipCallsTest::registrationsAreNoCalls()
{
    TestTraffic traffic;
    traffic.script("0 A>B REGISTER 1\n10 B>A 200 1:REGISTER\n20 A>B OPTIONS 2 id=o\n30 A>B BYE 3 id=unknown\n40 A>B "
                   "ACK 3 id=unknown");
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    QCOMPARE(fixture.listener.started, 0);
    QCOMPARE(fixture.counter("sip_outside_calls"), 5u);
    QCOMPARE(fixture.counter("sip_messages"), 5u);
}

void SipCallsTest::responseWithoutItsInviteIsNoCall()
{
    TestTraffic traffic;
    traffic.script("0 B>A 180 1\n900 B>A 200 1");
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    QCOMPARE(fixture.listener.started, 0);
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 0 });
    QCOMPARE(fixture.counter("calls_without_invite"), 1u);
}

void SipCallsTest::fullPoolRefusesTheNewestAndCounts()
{
    TrackerOptions options = smallOptions();
    options.maxCalls = 3;
    TrackerFixture fixture(options);
    TestTraffic traffic;
    for (int i = 0; i < 5; ++i)
        traffic.script(QString("%1 A>B INVITE 1 id=c%2").arg(i).arg(i));
    traffic.script("10 B>A 486 1 id=c0"); // lingers, then makes room
    traffic.script("9000 A>B INVITE 1 id=c5");
    fixture.tracker.process(traffic.datagrams());
    QCOMPARE(fixture.listener.started, 4);
    QCOMPARE(fixture.counter("calls_refused_pool_full"), 2u);
    QCOMPARE(fixture.tracker.liveCalls(), 3u);
}

// A server that is flooded responds to everything: neither does that bring back what was refused, nor is it the flood.
void SipCallsTest::responsesAreCountedForWhoeverCalls()
{
    TrackerOptions options = smallOptions();
    options.callsPerSecondOfSource = 2;
    TrackerFixture fixture(options);
    TestTraffic traffic;
    for (int i = 0; i < 4; ++i)
        traffic.script(QString("%1 A>B INVITE 1 id=c%1\n%1 B>A 100 1 id=c%1\n").arg(i));
    traffic.script("10 P>B INVITE 1 id=p");
    traffic.script("20 B>A INVITE 1 id=b");
    fixture.tracker.process(traffic.datagrams());
    QCOMPARE(fixture.listener.started, 4);
    QCOMPARE(fixture.counter("calls_refused_source_rate"), 4u);
}

QTEST_APPLESS_MAIN(SipCallsTest)
#include "tst_sip_calls.moc"
