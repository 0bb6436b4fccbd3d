// What the record of a call says beside its course, by the examples of the RFCs that define the header fields.
#include "shared/calls/call_fields.h"
#include "tests/engine/tracking/collecting_listener.h"
#include "tests/engine/tracking/sip_script.h"

#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

const QString talk = "0 A>B INVITE 1 sdp=sendrecv\n500 B>A 180 1\n3000 B>A 200 1 sdp=sendrecv\n3040 A>B ACK 1\n";

QString column(const CallRecord& call, const QString& name)
{
    const auto names = callFieldNames();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (name == names[i])
            return QString::fromStdString(callFields(call)[i].text);
    }
    return "no such column";
}

TrackerOptions withLegHeaders()
{
    TrackerOptions options = smallOptions();
    options.legHeaders = { "x-call-id", "x-leg" };
    return options;
}

class SipAnnotationsTest : public QObject {
    Q_OBJECT

private slots:
    void recordSays_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* claim, const QString& script, const char* name, const char* value) {
            QTest::newRow(claim) << script << QString(name) << QString(value);
        };
        // RFC 3326 2, RFC 6432.
        row("Q.850 cause of a BYE", talk + "9000 A>B BYE 2 x=Reason:Q.850_;cause=16_;text=\"Terminated\"", "q850_cause",
            "16");
        row("text of a BYE's reason", talk + "9000 A>B BYE 2 x=Reason:Q.850_;cause=16_;text=\"Terminated\"",
            "end_reason", "Terminated");
        row("two reasons in one field",
            talk + "9000 A>B BYE 2 x=Reason:SIP;cause=200;text=\"a,_b\",Q.850;cause=31;text=\"Normal\"", "q850_cause",
            "31");
        row("two fields", talk + "9000 A>B BYE 2 x=Reason:SIP;cause=200;text=\"SIP's\" x=reason:q.850;cause=31",
            "q850_cause", "31");
        row("a call answered elsewhere",
            "0 A>B INVITE 1\n100 B>A 180 1\n900 A>B CANCEL 1 "
            "x=Reason:SIP_;cause=200_;text=\"Call_completed_elsewhere\"\n"
            "910 B>A 487 1",
            "end_reason", "Call completed elsewhere");
        row("failure without a reason: its phrase", "0 A>B INVITE 1\n300 B>A 486 1", "end_reason", "Reason");
        row("failure with one (RFC 6432)", "0 A>B INVITE 1\n300 B>A 480 1 x=Reason:Q.850;cause=19", "q850_cause", "19");
        row("a challenge is no end",
            "0 A>B INVITE 1\n50 B>A 401 1\n80 A>B INVITE 2 totag=\n900 B>A 200 2\n4000 A>B BYE 3", "end_reason", "");
        row("the BYE of another fork tells nothing",
            talk + "3100 A>B BYE 2 totag=other x=Reason:Q.850;cause=31\n9000 A>B BYE 3", "q850_cause", "");

        row("who the network says calls (RFC 3325 10.1)",
            "0 A>B INVITE 1 user=anonymous x=P-Asserted-Identity:\"Cullen_Jennings\"_<sip:fluffy@cisco.com>",
            "asserted_identity", "fluffy");
        row("who diverted (RFC 5806)",
            "0 A>B INVITE 1 "
            "x=Diversion:<tel:+19195551002>;reason=no-answer,<sip:+19195551001@a.example>;reason=user-busy",
            "diversion", "+19195551002");
        row("history of a diverted call (RFC 7044)",
            "0 A>B INVITE 1 x=History-Info:<sip:bob@biloxi.example.com>;index=1,<sip:office@192.0.2.3>;index=1.2;mp=1",
            "diversion", "bob");
        row("history alone diverts nothing", "0 A>B INVITE 1 x=History-Info:<sip:bob@biloxi.example.com>;index=1",
            "diversion", "");
        row("escaped user (RFC 3261 19.1.2)", "0 A>B INVITE 1 user=%2B34%39100%00", "caller", "+349100%00");

        // RFC 3966 4: separators say nothing; RFC 3261 19.1.3 and 19.1.6: the examples.
        row("a number of digits alone", "0 A>B INVITE 1 user=555-0123", "caller", "5550123");
        row("with escaped parentheses", "0 A>B INVITE 1 user=+1%28800%29555-0100", "caller", "+18005550100");
        row("a name with a hyphen", "0 A>B INVITE 1 user=john-doe", "caller", "john-doe");
        row("a name with a dot", "0 A>B INVITE 1 user=1001.site", "caller", "1001.site");
        row("a second telephone", "0 A>B INVITE 1 user=100-1", "caller", "100-1");
        row("a star code", "0 A>B INVITE 1 user=*21*555-0123#", "caller", "*21*555-0123#");
        row("tel URI (RFC 3966 6)", "0 A>B INVITE 1 x=P-Asserted-Identity:<tel:863-1234;phone-context=+1-914-555>",
            "asserted_identity", "8631234");
        row("short tel URI", "0 A>B INVITE 1 x=Diversion:<tel:70-42;phone-context=example.com>", "diversion", "7042");
        row("user=phone (RFC 3261 19.1.6)",
            "0 A>B INVITE 1 x=P-Asserted-Identity:<sip:+358-555-1234567;postd=pp22@foo.com;user=phone>",
            "asserted_identity", "+3585551234567");
        row("user=phone with a password (RFC 3261 19.1.3)",
            "0 A>B INVITE 1 x=Diversion:<sip:+1-212-555-1212:1234@gateway.com;user=phone>", "diversion",
            "+12125551212");
        row("user=phone of a short number, before headers",
            talk + "5000 B>A REFER 7 by=B x=Refer-To:<sip:70-42@gateway.com;User=Phone?Subject=x>", "transfer_target",
            "7042");
        row("user=ip of a short one", "0 A>B INVITE 1 x=Diversion:<sip:70-42@gateway.com;user=ip>", "diversion",
            "70-42");
        row("the host where there is no user", "0 A>B INVITE 1 x=Diversion:<sip:10.20.30.40;user=phone>", "diversion",
            "10.20.30.40");

        row("leg by the configured header", "0 A>B INVITE 1 x=X-CALL-ID:first@a x=X-Leg:second", "leg_id", "first@a");
        row("leg by the next one", "0 A>B INVITE 1 x=X-Leg:second", "leg_id", "second");
        row("leg by Session-ID (RFC 7989)",
            "0 A>B INVITE 1 x=Session-ID:ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000",
            "leg_id", "ab30317f1a784dc48ff824d0d3715d86");
        const QString replaces = "0 A>B INVITE 1 x=Replaces:98732@sip.example.com_;from-tag=r33th4x0r_;to-tag=ff87ff";
        row("what it replaces (RFC 3891 6.1)", replaces, "replaced_call_id", "98732@sip.example.com");
        row("leg by Replaces", replaces, "leg_id", "98732@sip.example.com");
        row("transferred (RFC 3515 4.1)", talk + "5000 B>A REFER 7 by=B x=Refer-To:sip:alice@atlanta.example.com",
            "transfer_target", "alice");
        row("transferred, attended (RFC 3515 2.1)",
            talk
                + "5000 B>A REFER 7 by=B "
                  "x=r:<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345>",
            "transfer_target", "dave");
        row("redirected (RFC 3261 8.1.3.4)", "0 A>B INVITE 1\n50 B>A 302 1 x=Contact:<sip:carol@chicago.com>",
            "transfer_target", "carol");

        row("session timer agreed (RFC 4028 9)",
            "0 A>B INVITE 1 x=Session-Expires:50\n900 B>A 200 1 x=Session-Expires:4000;refresher=uac",
            "session_expires_s", "4000");
        row("session timer, compact", "0 A>B INVITE 1\n900 B>A 200 1 x=x:1800", "session_expires_s", "1800");
        row("a refresh is no new offer",
            talk + "60000 A>B INVITE 2 sdp=sendrecv\n60020 B>A 200 2 sdp=sendrecv\n120000 A>B UPDATE 3 sdp=sendrecv",
            "offers", "0");
        row("another version of the description is one",
            talk + "60000 A>B INVITE 2 sdp=sendrecv version=2\n60020 B>A 200 2 sdp=sendrecv version=2", "offers", "1");
        row("by UPDATE (RFC 3311 5.1)", talk + "60000 B>A UPDATE 2 by=B sdp=sendonly version=2", "offers", "1");
        row("on two hops it is one offer",
            "0 A>P INVITE 1 sdp=sendrecv\n10 P>B INVITE 1 branch=p sdp=sendrecv\n20 B>P 200 1 branch=p sdp=sendrecv\n"
            "30 P>A 200 1 sdp=sendrecv\n5000 A>P INVITE 2 sdp=sendonly version=2\n"
            "5010 P>B INVITE 2 branch=p2 sdp=sendonly version=3",
            "offers", "1");
        const QString held = talk
            + "10000 A>B INVITE 2 sdp=sendonly version=2\n10020 B>A 200 2 sdp=recvonly\n"
              "22520 A>B INVITE 3 sdp=sendrecv version=3\n22530 B>A 200 3 sdp=sendrecv\n";
        row("holds", held + "30000 A>B BYE 4", "holds", "1");
        row("time on hold", held + "30000 A>B BYE 4", "hold_time_s", "12.510");
        row("a hold that lasts to the end",
            held + "30000 B>A INVITE 9 by=B sdp=inactive\n30010 A>B 200 9 by=B sdp=inactive\n31000 A>B BYE 4",
            "hold_time_s", "13.500");

        row("its INVITE was before the probe", "0 B>A 200 1 sdp=sendrecv\n10 A>B ACK 1\n900 A>B BYE 2",
            "began_before_probe", "1");
        row("only what was challenged was before", "0 B>A 401 1\n10 A>B ACK 1\n20 A>B INVITE 2 totag=\n50 B>A 200 2",
            "began_before_probe", "0");
        row("its response came first", "0 B>A 180 1\n2 A>B INVITE 1\n900 B>A 200 1", "began_before_probe", "0");

        row("caller's device", "0 A>B INVITE 1 x=User-Agent:Phone_A/1.0\n5 A>B CANCEL 1 x=User-Agent:Other",
            "caller_agent", "Phone A/1.0");
        row("callee's device", "0 A>B INVITE 1\n5 B>A 100 1 x=Server:Proxy\n300 B>A 180 1 x=Server:Phone_B",
            "callee_agent", "Phone B");
        row("callee's device, as some say it", "0 A>B INVITE 1\n300 B>A 486 1 x=User-Agent:Phone_B", "callee_agent",
            "Phone B");

        row("two branches",
            "0 A>P INVITE 1\n5 P>A 100 1\n100 P>A 180 1 totag=x\n110 P>A 180 1 totag=y\n120 P>A 183 1 totag=x\n"
            "900 P>A 200 1 totag=y",
            "branches", "2");
        row("media", talk, "media_kinds", "audio");
        row("known from its start", talk, "began_before_probe", "0");
        row("known from a re-INVITE", "0 A>B INVITE 5 totag=tb sdp=sendrecv\n20 B>A 200 5 sdp=sendrecv",
            "began_before_probe", "1");
        row("known from an UPDATE", "0 B>A UPDATE 5 by=B sdp=sendrecv\n20 A>B 200 5:UPDATE by=B sdp=sendrecv",
            "began_before_probe", "1");
        row("and answered before, as its BYE shows", "0 A>B UPDATE 5 sdp=sendrecv\n5000 A>B BYE 6", "outcome",
            "answered");
    }

    void recordSays()
    {
        QFETCH(QString, script);
        QFETCH(QString, name);
        QFETCH(QString, value);
        TestTraffic traffic;
        traffic.script(script);
        TrackerFixture fixture(withLegHeaders());
        fixture.tracker.process(traffic.datagrams());
        fixture.tracker.finish();
        QCOMPARE(fixture.listener.ended.size(), 1u);
        QCOMPARE(column(fixture.listener.ended[0].record, name), value);
    }

    void whatBelongsToNoCallIsCountedByMethod()
    {
        TestTraffic traffic;
        traffic.script("0 A>B REGISTER 1 totag= id=r\n1 B>A 200 1:REGISTER id=r\n2 A>B OPTIONS 1 totag= id=o\n"
                       "3 A>B OPTIONS 2 totag= id=o\n4 A>B SUBSCRIBE 1 totag= id=s\n5 A>B MESSAGE 1 totag= id=m\n"
                       "6 A>B BYE 7 id=b\n7 B>A 200 7:BYE id=b\n8 A>B ACK 7 id=c\n9 A>B UPDATE 7 id=u");
        TrackerFixture fixture;
        fixture.tracker.process(traffic.datagrams());
        fixture.tracker.finish();
        QCOMPARE(fixture.listener.started, 0);
        QCOMPARE(fixture.counter("sip_outside_calls"), 10u);
        QCOMPARE(fixture.counter("sip_registers"), 1u);
        QCOMPARE(fixture.counter("sip_options"), 2u);
        QCOMPARE(fixture.counter("sip_subscribes"), 1u);
        QCOMPARE(fixture.counter("sip_text_messages"), 1u);
        QCOMPARE(fixture.counter("sip_in_unknown_dialogs"), 4u);
    }

    void messagesBeyondTheLimitsAreNotRead()
    {
        TrackerOptions options = smallOptions();
        options.sipLimits = { 10, 100 };
        TestTraffic traffic;
        traffic.script("0 A>B INVITE 1 id=whole\n1 A>B INVITE 1 id=many x=A:1 x=B:2 x=C:3 x=D:4 x=E:5\n2 A>B INVITE 1 "
                       "id=long x=A:"
            + QString(100, 'a'));
        TrackerFixture fixture(options);
        fixture.tracker.process(traffic.datagrams());
        QCOMPARE(fixture.listener.started, 1);
        QCOMPARE(fixture.counter("sip_messages"), 1u);
        QCOMPARE(fixture.counter("sip_malformed"), 2u);
        QCOMPARE(fixture.counter("sip_over_limits"), 2u);
    }

    void linesOfADescriptionBeyondTheLimitAreNotRead()
    {
        TrackerOptions options = smallOptions();
        options.maxSdpLines = 6; // v o s c t m of the script's nine lines
        TestTraffic traffic;
        traffic.script("0 A>B INVITE 1 sdp=sendonly");
        TrackerFixture fixture(options);
        fixture.tracker.process(traffic.datagrams());
        QCOMPARE(fixture.counter("sip_messages"), 1u);
        QCOMPARE(fixture.counter("sdp_lines_refused"), 3u);
    }

    void aSourceBeginsSoManyCallsASecond()
    {
        TrackerOptions options = smallOptions();
        options.callsPerSecondOfSource = 10;
        TestTraffic traffic;
        for (int i = 0; i < 30; ++i) // 10 at once, then one each 100 ms
            traffic.script(QString("%1 A>B INVITE 1 id=a%1").arg(i * 50));
        traffic.script("1500 P>B INVITE 1 id=p\n1501 B>A 180 1 id=a0");
        TrackerFixture fixture(options);
        fixture.tracker.process(traffic.datagrams());
        QCOMPARE(fixture.counter("calls_refused_source_rate"), 30u - 24u);
        QCOMPARE(fixture.listener.started, 25);
    }

    void silenceEndsWhatNobodyRefreshes_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<double>("endedWithinS");
        // Timer B of RFC 3261 17.1.1.2 is 32 s; RFC 4028 10: an interval without a refresh.
        QTest::newRow("nobody responds") << "0 A>B INVITE 1" << 32.0;
        QTest::newRow("somebody does") << "0 A>B INVITE 1\n0 B>A 100 1" << 180.0;
        QTest::newRow("no session timer") << talk << 7203.04;
        QTest::newRow("session timer") << talk + "3050 A>B UPDATE 2\n3050 B>A 200 2:UPDATE x=Session-Expires:90"
                                       << 3.05 + 90 + 32;
    }
    void silenceEndsWhatNobodyRefreshes()
    {
        QFETCH(QString, script);
        QFETCH(double, endedWithinS);
        TestTraffic traffic;
        traffic.script(script);
        TrackerFixture fixture;
        fixture.tracker.process(traffic.datagrams());
        for (double second = 4; second < endedWithinS - 0.2; second += 1)
            fixture.tracker.advance(scriptTime(1000 * second));
        fixture.tracker.advance(scriptTime(1000 * (endedWithinS - 0.2)));
        QCOMPARE(fixture.listener.ended.size(), 0u);
        fixture.tracker.advance(scriptTime(1000 * (endedWithinS + 0.2)));
        QCOMPARE(fixture.listener.ended.size(), 1u);
    }
};

}

QTEST_GUILESS_MAIN(SipAnnotationsTest)
#include "tst_sip_annotations.moc"
