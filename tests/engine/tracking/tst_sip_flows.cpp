// Call flows of the RFCs, as a probe sees them pass: what each call's record says of it. What is expected is worked out
// from the RFC's text and the times of the script, which are milliseconds.
#include "tests/engine/tracking/collecting_listener.h"
#include "tests/engine/tracking/sip_script.h"

#include <QTest>

using namespace callmon;

class SipFlowsTest : public QObject {
    Q_OBJECT

private slots:
    void recordsTellTheFlow_data();
    void recordsTellTheFlow();
};

namespace {

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

// "answered 200 by caller, rings 100, answers 900, ends 5000", and what else there is to say.
QString told(const CallRecord& record)
{
    const auto at = [](const char* word, std::optional<Timestamp> time) {
        return time ? QString(", %1 %2").arg(word).arg(Milliseconds(*time - scriptTime(0)).count()) : QString();
    };
    const auto count = [](const char* word, int number, int usual) {
        return number != usual ? QString(", %1 %2").arg(word).arg(number) : QString();
    };
    const auto name = [](const char* word, std::string_view text) {
        return text.empty() ? QString() : QString(", %1 %2").arg(word, textOf(text));
    };
    return textOf(toText(record.outcome)) + QString(" %1 by ").arg(record.finalCode) + textOf(toText(record.endedBy))
        + at("rings", record.ringingAt) + at("answers", record.answeredAt) + at("ends", record.endedAt)
        + count("branches", record.branches, record.ringingAt || record.answeredAt ? 1 : 0)
        + count("offers", record.offers, 0) + count("holds", record.holds, 0)
        + count("repeated", static_cast<int>(record.retransmissions), 0) + name("to", record.transferTarget)
        + name("replaces", record.replacedCallId) + name("leg", record.legId);
}

}

void SipFlowsTest::recordsTellTheFlow_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QStringList>("records"); // in the order in which the calls began
    const auto row = [](const char* name, const QString& script, const QStringList& records) {
        QTest::newRow(name) << script << records;
    };
    const QString answered = "0 A>B INVITE 1 sdp=sendrecv\n10 B>A 180 1\n100 B>A 200 1 sdp=sendrecv\n110 A>B ACK 1\n";

    // RFC 3665 3.2: through two proxies, whose hops the probe sees all; B hangs up.
    row("3665 3.2 via two proxies",
        "0 A>P INVITE 1 branch=a sdp=sendrecv\n1 P>A 100 1 branch=a\n2 P>P INVITE 1 branch=p sdp=sendrecv\n"
        "3 P>P 100 1 branch=p\n4 P>B INVITE 1 branch=q sdp=sendrecv\n5 B>P 180 1 branch=q\n6 P>P 180 1 branch=p\n"
        "7 P>A 180 1 branch=a\n500 B>P 200 1 branch=q sdp=sendrecv\n501 P>P 200 1 branch=p sdp=sendrecv\n"
        "502 P>A 200 1 branch=a sdp=sendrecv\n510 A>P ACK 1 branch=k\n511 P>B ACK 1 branch=l\n"
        "900 B>P BYE 1 by=B branch=r\n901 P>A BYE 1 by=B branch=s\n902 A>P 200 1:BYE by=B branch=s\n"
        "903 P>B 200 1:BYE by=B branch=r",
        { "answered 200 by callee, rings 5, answers 500, ends 900" });
    // 3.3: both proxies ask for credentials, one after the other; each challenge is acknowledged hop by hop.
    row("3665 3.3 two challenges",
        "0 A>P INVITE 1 branch=a\n5 P>A 407 1 branch=a totag=p1\n6 A>P ACK 1 branch=a totag=p1\n"
        "10 A>P INVITE 2 branch=b totag=\n15 P>A 407 2 branch=b totag=p2\n16 A>P ACK 2 branch=b totag=p2\n"
        "20 A>P INVITE 3 branch=c totag=\n30 P>A 180 3 branch=c\n100 P>A 200 3 branch=c\n110 A>B ACK 3\n"
        "500 A>B BYE 4\n510 B>A 200 4:BYE",
        { "answered 200 by caller, rings 30, answers 100, ends 500" });
    // 3.6: the offer is in the 200, its answer in the ACK.
    row("3665 3.6 offer in the 200",
        "0 A>B INVITE 1\n10 B>A 180 1\n100 B>A 200 1 sdp=sendrecv\n110 A>B ACK 1 sdp=sendrecv\n500 A>B BYE 2",
        { "answered 200 by caller, rings 10, answers 100, ends 500" });
    // 3.7: the caller's host changes; the BYE comes with another CSeq but the same tags.
    row("3665 3.7 re-INVITE to another address",
        answered
            + "300 B>A INVITE 14 by=B sdp=sendrecv port=22000\n310 A>B 200 14 by=B sdp=sendrecv\n320 B>A ACK 14 by=B\n"
              "500 B>A BYE 15 by=B\n510 A>B 200 15:BYE by=B",
        { "answered 200 by callee, rings 10, answers 100, ends 500, offers 1" });
    // 3.8: nobody answers; the caller gives up. The proxy cancels its own branch.
    row("3665 3.8 no answer, cancelled",
        "0 A>P INVITE 1 branch=a\n2 P>B INVITE 1 branch=p\n5 B>P 180 1 branch=p\n6 P>A 180 1 branch=a\n"
        "9000 A>P CANCEL 1 branch=a\n9001 P>A 200 1:CANCEL branch=a\n9002 P>B CANCEL 1 branch=p\n"
        "9003 B>P 200 1:CANCEL branch=p\n9004 B>P 487 1 branch=p\n9005 P>B ACK 1 branch=p\n9006 P>A 487 1 branch=a\n"
        "9007 A>P ACK 1 branch=a",
        { "cancelled 487 by caller, rings 5, ends 9006" });
    row("3665 3.9 busy through a proxy",
        "0 A>P INVITE 1 branch=a\n2 P>B INVITE 1 branch=p\n5 B>P 486 1 branch=p\n6 P>B ACK 1 branch=p\n"
        "7 P>A 486 1 branch=a\n8 A>P ACK 1 branch=a",
        { "busy 486 by callee, ends 7" });
    // 3.10: B's host never responds: the proxy repeats, gives up after 64 T1 and says 480 to the caller.
    row("3665 3.10 no response",
        "0 A>P INVITE 1 branch=a\n1 P>A 100 1 branch=a\n2 P>B INVITE 1 branch=p\n502 P>B INVITE 1 branch=p\n"
        "1502 P>B INVITE 1 branch=p\n32002 P>A 480 1 branch=a\n32010 A>P ACK 1 branch=a",
        { "no_answer 480 by callee, ends 32002, repeated 2" });
    row("3665 3.11 temporarily unavailable",
        "0 A>P INVITE 1 branch=a\n2 P>B INVITE 1 branch=p\n10 B>P 180 1 branch=p\n11 P>A 180 1 branch=a\n"
        "3000 B>P 480 1 branch=p\n3001 P>A 480 1 branch=a",
        { "no_answer 480 by callee, rings 10, ends 3001" });
    // The caller's proxy follows the 302 by itself, on another branch.
    row("3261 16.5 a proxy follows a redirection",
        "0 A>P INVITE 1 branch=a\n2 P>B INVITE 1 branch=p1\n5 B>P 302 1 branch=p1 totag=r x=Contact:<sip:carol@c>\n"
        "6 P>B INVITE 1 branch=p2\n20 B>P 180 1 branch=p2\n21 P>A 180 1 branch=a\n300 B>P 200 1 branch=p2\n"
        "301 P>A 200 1 branch=a\n310 A>B ACK 1\n500 A>B BYE 2",
        { "answered 200 by caller, rings 20, answers 300, ends 500" });

    // The CANCEL comes to a callee that has answered already.
    row("5407 3.1.2 CANCEL crosses the 200",
        "0 A>B INVITE 1\n10 B>A 180 1\n500 A>B CANCEL 1\n501 B>A 200 1\n510 B>A 200 1:CANCEL\n520 A>B ACK 1\n"
        "530 A>B BYE 2\n540 B>A 200 2:BYE",
        { "answered 200 by caller, rings 10, answers 501, ends 530" });
    // The caller may leave an early dialog by BYE; the INVITE then ends with 487.
    row("3261 15 BYE in the early dialog",
        "0 A>B INVITE 1\n10 B>A 180 1\n500 A>B BYE 2\n510 B>A 200 2:BYE\n520 B>A 487 1\n530 A>B ACK 1",
        { "cancelled 487 by caller, rings 10, ends 520" });
    // That BYE meets the 200: an answered call of no length.
    row("5407 3.1.3 early BYE crosses the 200",
        "0 A>B INVITE 1\n10 B>A 180 1\n500 A>B BYE 2\n501 B>A 200 1\n510 A>B ACK 1\n511 B>A 200 2:BYE",
        { "answered 200 by caller, rings 10, answers 501, ends 501" });
    // B has its 200 sent and asks again before A's ACK came: 491, and later with success.
    row("5407 3.1.5 re-INVITE before the ACK",
        "0 A>B INVITE 1 sdp=sendrecv\n10 B>A 180 1\n100 B>A 200 1 sdp=sendrecv\n105 B>A INVITE 1 by=B sdp=sendonly\n"
        "110 A>B ACK 1\n111 A>B 491 1 by=B\n112 B>A ACK 1 by=B\n900 A>B BYE 2",
        { "answered 200 by caller, rings 10, answers 100, ends 900, offers 1" });
    // The 200 is repeated until the ACK comes, which the BYE overtakes.
    row("5407 3.1.6 200 repeated, BYE before its ACK",
        "0 A>B INVITE 1\n10 B>A 180 1\n100 B>A 200 1\n600 B>A 200 1\n700 A>B BYE 2\n710 B>A 200 2:BYE\n720 A>B ACK 1",
        { "answered 200 by caller, rings 10, answers 100, ends 700, repeated 1" });
    // BYE and re-INVITE cross: the BYE wins, the re-INVITE is refused.
    row("5407 3.2.2 BYE crosses a re-INVITE",
        answered
            + "500 A>B BYE 2\n501 B>A INVITE 1 by=B sdp=sendonly\n510 B>A 200 2:BYE\n511 A>B 481 1 by=B\n"
              "512 B>A ACK 1 by=B",
        { "answered 200 by caller, rings 10, answers 100, ends 500" });
    // Both ask at once, both say 491, and one asks again.
    row("5407 3.3.1 re-INVITEs cross",
        answered
            + "500 A>B INVITE 2 sdp=sendonly\n501 B>A INVITE 1 by=B sdp=sendonly\n510 B>A 491 2\n511 A>B 491 1 by=B\n"
              "520 A>B ACK 2\n521 B>A ACK 1 by=B\n3000 A>B INVITE 3 sdp=sendonly\n3010 B>A 200 3 sdp=recvonly\n"
              "3020 A>B ACK 3\n9000 A>B BYE 4",
        { "answered 200 by caller, rings 10, answers 100, ends 9000, offers 2, holds 1" });
    // Both hang up; whose BYE was first ended it.
    row("5407 3.2.1 BYEs cross",
        answered + "500 B>A BYE 1 by=B\n501 A>B BYE 2\n510 A>B 200 1:BYE by=B\n511 B>A 200 2:BYE",
        { "answered 200 by callee, rings 10, answers 100, ends 500" });
    // A refused REFER after BYE changes nothing.
    row("5407 3.3.3 REFER crosses the BYE",
        answered
            + "500 B>A BYE 1 by=B\n501 A>B REFER 2 x=Refer-To:<sip:carol@c>\n510 A>B 200 1:BYE by=B\n511 B>A 481 "
              "2:REFER",
        { "answered 200 by callee, rings 10, answers 100, ends 500" });
    row("3261 17.1.2.2 BYE repeated", answered + "500 A>B BYE 2\n1000 A>B BYE 2\n2000 A>B BYE 2\n2010 B>A 200 2:BYE",
        { "answered 200 by caller, rings 10, answers 100, ends 500, repeated 2" });

    // RFC 3262 5, RFC 3311 5.1: the answer in a reliable 183, a second exchange by UPDATE, both before the 200.
    row("3262 early media, PRACK and UPDATE",
        "0 A>B INVITE 1 sdp=sendrecv\n5 B>A 100 1\n50 B>A 183 1 sdp=sendrecv\n60 A>B PRACK 2 sdp=sendrecv version=2\n"
        "70 B>A 200 2:PRACK sdp=sendrecv version=2\n80 A>B UPDATE 3 sdp=sendrecv version=3\n"
        "90 B>A 200 3:UPDATE sdp=sendrecv version=3\n200 B>A 180 1\n210 A>B PRACK 4\n220 B>A 200 4:PRACK\n"
        "900 B>A 200 1\n910 A>B ACK 1\n5000 B>A BYE 1 by=B",
        { "answered 200 by callee, rings 50, answers 900, ends 5000" });
    row("3311 UPDATE holds an answered call",
        answered + "500 A>B UPDATE 2 sdp=inactive\n510 B>A 200 2:UPDATE sdp=inactive\n3000 A>B BYE 3",
        { "answered 200 by caller, rings 10, answers 100, ends 3000, offers 1, holds 1" });
    row("3311 UPDATE refused with 491 holds nothing",
        answered + "500 A>B UPDATE 2 sdp=inactive\n510 B>A 491 2:UPDATE\n3000 A>B BYE 3",
        { "answered 200 by caller, rings 10, answers 100, ends 3000, offers 1" });
    // RFC 6228: 199 says that an early dialog is over. It alerts nobody.
    row("6228 early dialog terminated",
        "0 A>P INVITE 1\n10 P>A 199 1 totag=x\n500 P>A 180 1 totag=y\n900 P>A 200 1 totag=y\n910 A>P ACK 1 totag=y\n"
        "5000 A>P BYE 2 totag=y",
        { "answered 200 by caller, rings 500, answers 900, ends 5000, branches 2" });
    // RFC 3261 13.2.2.4: two forks answer; the caller keeps the first and leaves the other.
    row("3261 two 200s",
        "0 A>P INVITE 1\n10 P>A 180 1 totag=tb\n20 P>A 180 1 totag=y\n500 P>A 200 1 totag=tb\n505 P>A 200 1 totag=y\n"
        "510 A>P ACK 1 totag=tb\n515 A>P ACK 1 totag=y\n520 A>P BYE 2 totag=y\n530 P>A 200 2:BYE totag=y\n"
        "9000 P>A BYE 7 by=B branch=z",
        { "answered 200 by callee, rings 10, answers 500, ends 9000, branches 2" });

    // RFC 5589 7.3 (attended): A, in a call with B, calls the target, refers B there, and B's INVITE replaces A's
    // second call, which the target ends.
    row("5589 7.3 attended transfer",
        answered
            + "1000 A>B INVITE 2 sdp=sendonly\n1010 B>A 200 2 sdp=recvonly\n1020 A>B ACK 2\n"
              "1500 A>P INVITE 1 id=second sdp=sendrecv\n1600 P>A 180 1 id=second\n1900 P>A 200 1 id=second\n"
              "1910 A>P ACK 1 id=second\n"
              "4000 A>B REFER 3 x=Refer-To:<sip:carol@c?Replaces=second%3Bto-tag%3Dtb%3Bfrom-tag%3Dta>\n"
              "4010 B>A 202 3:REFER\n4020 B>A NOTIFY 1 by=B\n4030 A>B 200 1:NOTIFY by=B\n"
              "4100 B>P INVITE 1 id=third user=bob x=Replaces:second;to-tag=tb;from-tag=ta\n4200 P>B 200 1 id=third\n"
              "4210 B>P ACK 1 id=third\n4220 P>A BYE 1 by=B id=second\n4230 A>P 200 1:BYE by=B id=second\n"
              "4300 A>B BYE 4\n4310 B>A 200 4:BYE\n9000 B>P BYE 2 id=third\n9010 P>B 200 2:BYE id=third",
        { "answered 200 by caller, rings 10, answers 100, ends 4300, offers 1, holds 1, to carol",
            "answered 200 by callee, rings 1600, answers 1900, ends 4220",
            "answered 200 by caller, answers 4200, ends 9000, replaces second, leg second" });
}

void SipFlowsTest::recordsTellTheFlow()
{
    QFETCH(const QString, script);
    QFETCH(const QStringList, records);
    TestTraffic traffic;
    traffic.script(script);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    QMap<Timestamp, QString> found;
    for (const CollectingListener::Ended& ended : fixture.listener.ended)
        found[ended.record.startedAt] = told(ended.record);
    QCOMPARE(QStringList(found.values()), records);
}

QTEST_GUILESS_MAIN(SipFlowsTest)
#include "tst_sip_flows.moc"
