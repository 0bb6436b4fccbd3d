// Which packets belong to which call, and when calls are over.
#include "tests/engine/tracking/collecting_listener.h"
#include "tests/engine/tracking/sip_script.h"

#include <QTest>

#include <algorithm>

using namespace callmon;

namespace {

const Endpoint callerMedia = scriptHost('A', 10000);
const Endpoint calleeMedia = scriptHost('B', 20000);
const Endpoint natted { IpAddress::v4(0xc6336407), 61234 };

std::span<const Datagram> inOrder(TestTraffic& traffic)
{
    std::stable_sort(traffic.list().begin(), traffic.list().end(),
        [](const Datagram& a, const Datagram& b) { return a.arrival < b.arrival; });
    for (std::size_t i = 0; i < traffic.list().size(); ++i)
        traffic.list()[i].sequence = i;
    return traffic.datagrams();
}

const QString answered = "0 A>B INVITE 1 sdp=sendrecv\n100 B>A 180 1\n200 B>A 200 1 sdp=sendrecv\n210 A>B ACK 1\n";

}

class MediaBindingTest : public QObject {
    Q_OBJECT

private slots:
    void directionIsWhoSentIt();
    void mediaInTheBatchOfItsDescriptionIsBound();
    void sourceAddressBindsWhenTheDestinationIsUnknown();
    void newSsrcAndNewPathAreNewStreams();
    void announcementBeforeTheAnswerIsASegmentOfItsOwn_data();
    void announcementBeforeTheAnswerIsASegmentOfItsOwn();
    void telephoneEventsBelongToTheirStream();
    void relayBetweenTwoHopsTellsDirectionsApart();
    void newestRegistrationOfAnAddressWins();
    void newestRegistrationHoldsForThePacketsOfItsBatch();
    void flowBetweenTwoAddressesStaysWithTheCallOfBoth();
    void callIdUsedAgainAfterByeHasItsMedia();
    void reInviteMovesTheMedia();
    void mediaOfNoCallIsCounted();
    void streamSaysByWhichRuleItWasBound();
    void addressLearntBehindNatBindsTheWayBack();
    void samePortOfAnotherHostIsNobodys();
    void learntAddressBindsNoOtherPayload();
    void addressLearntForTwoCallsBindsNothing();
    void advertisedAddressWinsOverALearntOne();
    void changeOfCodecIsANewStream();
    void aPacketLateBeyondReasonIsOfTheStreamThatIsOn();
    void manyChangesOfCodecAreManyStreams();
    void portsUsedAgainAfterAPauseAreANewStream();
    void silenceAndHolesAreNoNewStream();
    void oddPortsAreAsGoodAsAny();
    void candidatesThatFollowInAnInfoAreAddressesOfTheirSender();
    void oneCallHasSoManyStreams();
    void mediaWithoutACallIsListedByItsAddresses();
    void roomToWaitInIsBounded();
    void callThatIsConfirmedLaterHasTheMediaThatWaited_data();
    void callThatIsConfirmedLaterHasTheMediaThatWaited();
    void mediaThatWasNobodysIsACallsOnceEitherEndIs_data();
    void mediaThatWasNobodysIsACallsOnceEitherEndIs();
    void streamsBeyondThePoolAreRefusedAndCounted();
    void lateMediaStillCountsAfterTheBye();
    void callsExpireBySilence_data();
    void callsExpireBySilence();
    void clockThatStepsBackEndsNothing();
    void idleTimeAloneLetsCallsExpire();
};

void MediaBindingTest::directionIsWhoSentIt()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 3, callerMedia, calleeMedia, 1);
    traffic.talk(300, 4, calleeMedia, callerMedia, 2);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 2 });
    QCOMPARE(streams[1].sender, Party::Caller);
    QCOMPARE(streams[1].packets, 3u);
    QCOMPARE(streams[0].sender, Party::Callee);
    QCOMPARE(streams[0].packets, 4u);
    QCOMPARE(streams[0].codec, std::string("PCMA"));
    QCOMPARE(fixture.lane.mediaPackets, std::size_t { 7 });
    QCOMPARE(fixture.counter("rtp_packets"), 7u);
}

void MediaBindingTest::mediaInTheBatchOfItsDescriptionIsBound()
{
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv");
    traffic.talk(1, 2, calleeMedia, callerMedia, 2); // announcement, before any answer
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams()); // one batch
    QCOMPARE(fixture.counter("rtp_packets"), 2u);
}

void MediaBindingTest::sourceAddressBindsWhenTheDestinationIsUnknown()
{
    TestTraffic traffic;
    traffic.script(answered);
    const Endpoint behindNat { IpAddress::v4(0xc0a80101), 4444 };
    traffic.talk(220, 2, calleeMedia, behindNat, 1);
    traffic.talk(260, 2, behindNat, calleeMedia, 2);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 2 });
    QCOMPARE(streams[1].sender, Party::Callee);
    QCOMPARE(streams[0].sender, Party::Caller);
}

void MediaBindingTest::newSsrcAndNewPathAreNewStreams()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 2, callerMedia, calleeMedia, 1);
    traffic.talk(260, 2, callerMedia, calleeMedia, 2);
    traffic.talk(300, 2, { callerMedia.ip, 10002 }, calleeMedia, 2);
    traffic.talk(340, 2, callerMedia, calleeMedia, 1, 2);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 3 });
    QCOMPARE(streams[2].packets, 4u);
}

void MediaBindingTest::announcementBeforeTheAnswerIsASegmentOfItsOwn_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("answer");
    QTest::newRow("not described") << "10 B>A 180 1"
                                   << "110 B>A 200 1 sdp=sendrecv";
    QTest::newRow("described, and again at the answer") << "10 B>A 183 1 sdp=sendrecv"
                                                        << "110 B>A 200 1 sdp=sendrecv";
    QTest::newRow("described before the answer only") << "10 B>A 183 1 sdp=sendrecv"
                                                      << "110 B>A 200 1";
}

void MediaBindingTest::announcementBeforeTheAnswerIsASegmentOfItsOwn()
{
    QFETCH(QString, before);
    QFETCH(QString, answer);
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n" + before);
    traffic.talk(20, 5, calleeMedia, callerMedia, 7);
    traffic.script(answer + "\n115 A>B ACK 1");
    for (int i = 0; i < 5; ++i) {
        traffic.rtp(120 + 20 * i, calleeMedia, callerMedia,
            { 8, static_cast<std::uint16_t>(5 + i), static_cast<std::uint32_t>(900'000 + 160 * i), 7, false });
    }
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 1 });
    QCOMPARE(streams[0].packets, 10u);
    QCOMPARE(streams[0].rtp.jitterMax().value().count(), 0.0);
}

void MediaBindingTest::telephoneEventsBelongToTheirStream()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.rtp(220, callerMedia, calleeMedia, { 101, 0, 0, 7, true }, 4);
    traffic.rtp(240, callerMedia, calleeMedia, { 101, 1, 0, 7, false }, 4);
    traffic.rtp(260, callerMedia, calleeMedia, { 8, 2, 320, 7, false });
    traffic.rtp(280, callerMedia, calleeMedia, { 8, 3, 480, 7, false });
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 1 });
    QCOMPARE(streams[0].packets, 4u);
    QCOMPARE(int { streams[0].rtp.payload().payloadType }, 8); // not that of the event it began with
    QCOMPARE(streams[0].rtp.jitterMax().value().count(), 0.0); // the event's timestamps stood still
}

// The proxy puts its relay's address into the offer and into the answer.
void MediaBindingTest::relayBetweenTwoHopsTellsDirectionsApart()
{
    TestTraffic traffic;
    traffic.script("0 A>P INVITE 1 sdp=sendrecv\n10 P>B INVITE 1 branch=p sdp=sendrecv relay=5000\n"
                   "20 B>P 200 1 branch=p sdp=sendrecv\n30 P>A 200 1 sdp=sendrecv relay=5000");
    const Endpoint relay = scriptHost('P', 5000);
    traffic.talk(100, 1, callerMedia, relay, 1);
    traffic.talk(101, 1, relay, calleeMedia, 2);
    traffic.talk(102, 1, calleeMedia, relay, 3);
    traffic.talk(103, 1, relay, callerMedia, 4);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams; // newest first
    QCOMPARE(streams.size(), std::size_t { 4 });
    QCOMPARE(streams[3].sender, Party::Caller);
    QCOMPARE(streams[2].sender, Party::Caller);
    QCOMPARE(streams[1].sender, Party::Callee);
    QCOMPARE(streams[0].sender, Party::Callee);
}

void MediaBindingTest::newestRegistrationOfAnAddressWins()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 2, callerMedia, calleeMedia, 1);
    traffic.script("300 A>B INVITE 1 sdp=sendrecv id=call-2\n310 B>A 200 1 sdp=sendrecv id=call-2");
    traffic.talk(320, 3, callerMedia, calleeMedia, 1);
    traffic.script("400 A>B BYE 2 id=call-2");
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.advance(scriptTime(7000)); // the second call is gone, and its addresses with it
    TestTraffic later;
    later.talk(7010, 4, callerMedia, calleeMedia, 1);
    fixture.tracker.process(later.datagrams());
    QCOMPARE(fixture.counter("rtp_waiting"), 4u);
    fixture.tracker.finish();
    QCOMPARE(fixture.counter("rtp_unbound"), 4u);
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 2 });
    QCOMPARE(fixture.listener.ended[0].streams[0].packets, 3u);
    QCOMPARE(fixture.listener.ended[1].streams[0].packets, 2u);
}

// Which were looked up before it was read.
void MediaBindingTest::newestRegistrationHoldsForThePacketsOfItsBatch()
{
    TestTraffic before;
    before.script(answered);
    before.talk(220, 2, callerMedia, calleeMedia, 1);
    TestTraffic batch;
    batch.script("300 A>B INVITE 1 sdp=sendrecv id=call-2\n310 B>A 200 1 sdp=sendrecv id=call-2");
    batch.talk(320, 3, callerMedia, calleeMedia, 1);
    TrackerFixture fixture;
    fixture.tracker.process(before.datagrams());
    fixture.tracker.process(batch.datagrams());
    fixture.tracker.finish();
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 2 });
    for (const auto& call : fixture.listener.ended) {
        QCOMPARE(call.streams.size(), std::size_t { 1 });
        QCOMPARE(call.streams[0].packets, call.record.callId == "call-2" ? 3u : 2u);
    }
}

// A conference or an announcement server receives several calls at one address: the other end says whose it is.
void MediaBindingTest::flowBetweenTwoAddressesStaysWithTheCallOfBoth()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 3, callerMedia, calleeMedia, 1);
    traffic.script("300 P>B INVITE 1 sdp=sendrecv relay=30000 id=call-2 branch=2\n"
                   "310 B>P 200 1 sdp=sendrecv id=call-2 branch=2");
    const Endpoint third = scriptHost('P', 30000);
    traffic.talk(320, 5, callerMedia, calleeMedia, 1, 3); // of call-1 still
    traffic.talk(420, 2, callerMedia, calleeMedia, 3); // a new stream of it
    traffic.talk(500, 4, third, calleeMedia, 2);
    traffic.talk(600, 4, calleeMedia, third, 5);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 2 });
    for (const auto& call : fixture.listener.ended) {
        QCOMPARE(call.streams.size(), std::size_t { 2 });
        if (call.record.callId.view() == "call-1") {
            QCOMPARE(call.streams[1].packets, 8u);
            QCOMPARE(call.streams[0].packets, 2u);
        } else {
            QCOMPARE(call.streams[1].packets, 4u);
            QCOMPARE(call.streams[1].sender, Party::Caller);
        }
    }
}

void MediaBindingTest::callIdUsedAgainAfterByeHasItsMedia()
{
    TestTraffic traffic;
    traffic.script(answered
        + "300 A>B BYE 2\n310 B>A 200 2:BYE\n"
          "900 A>B INVITE 3 sdp=sendrecv port=10004 totag= branch=x\n950 B>A 200 3 sdp=sendrecv port=20004 branch=x");
    traffic.talk(1000, 3, { callerMedia.ip, 10004 }, { calleeMedia.ip, 20004 }, 1);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    QCOMPARE(fixture.counter("rtp_packets"), 3u);
}

void MediaBindingTest::reInviteMovesTheMedia()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 2, callerMedia, calleeMedia, 1);
    traffic.script("300 B>A INVITE 9 by=B sdp=sendrecv port=22222\n310 A>B 200 9 by=B sdp=sendrecv");
    traffic.talk(320, 3, callerMedia, { calleeMedia.ip, 22222 }, 1, 2);
    traffic.talk(321, 1, callerMedia, calleeMedia, 1, 5); // on the old path still
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 2 });
    QCOMPARE(streams[0].packets, 3u);
    QCOMPARE(streams[0].sender, Party::Caller);
    QCOMPARE(streams[1].packets, 3u);
}

void MediaBindingTest::mediaOfNoCallIsCounted()
{
    TestTraffic traffic;
    traffic.talk(0, 3, callerMedia, calleeMedia, 1);
    traffic.add(
        scriptTime(1), callerMedia, calleeMedia, std::string("\x80\xc8\x00\x06", 4) + std::string(24, '\0')); // RTCP SR
    traffic.add(scriptTime(2), callerMedia, calleeMedia, std::string("\x00\x01", 2) + std::string(18, '\0')); // STUN
    traffic.add(scriptTime(3), scriptHost('A', 5060), scriptHost('B', 5060), "\r\n\r\n"); // keep-alive
    traffic.add(scriptTime(4), scriptHost('A', 5060), scriptHost('B', 5060), "INVITE nonsense\r\n\r\n");
    traffic.add(scriptTime(5), callerMedia, calleeMedia, "");
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    QCOMPARE(fixture.counter("rtp_unbound"), 3u);
    QCOMPARE(fixture.counter("rtcp_packets"), 1u);
    QCOMPARE(fixture.counter("sip_malformed"), 1u);
    QCOMPARE(fixture.counter("other_datagrams"), 3u);
}

void MediaBindingTest::streamSaysByWhichRuleItWasBound()
{
    TestTraffic traffic;
    traffic.script(answered);
    const Endpoint elsewhere { IpAddress::v4(0xc6336407), 61234 };
    traffic.talk(220, 2, callerMedia, calleeMedia, 1);
    traffic.talk(221, 2, elsewhere, calleeMedia, 2);
    traffic.talk(222, 2, calleeMedia, { elsewhere.ip, 7 }, 3);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams; // newest first
    QCOMPARE(streams.size(), std::size_t { 3 });
    QVERIFY(streams[2].rule == BindingRule::Advertised && streams[2].confidence == 100);
    QVERIFY(streams[1].rule == BindingRule::Advertised && streams[1].confidence == 90);
    QVERIFY(streams[0].rule == BindingRule::Symmetric && streams[0].confidence == 80);
}

// The caller's address is private: it is heard from another, and there the callee answers, from a port of its own.
void MediaBindingTest::addressLearntBehindNatBindsTheWayBack()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 20, natted, calleeMedia, 1);
    traffic.talk(221, 20, { calleeMedia.ip, 20002 }, natted, 2);
    TrackerFixture fixture;
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 2 });
    const auto& back = streams[0].ssrc.value == 2 ? streams[0] : streams[1];
    QVERIFY(back.rule == BindingRule::LearntAddress && back.confidence == 80);
    QCOMPARE(back.sender, Party::Callee);
    QCOMPARE(back.packets, 20u); // also those before the address was known
    QVERIFY(back.joinedLater > 0);
    QCOMPARE(fixture.counter("rtp_unbound"), 0u);
}

void MediaBindingTest::samePortOfAnotherHostIsNobodys()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 20, natted, calleeMedia, 1);
    const Endpoint another { IpAddress::v4(0xc6336408), natted.port };
    traffic.talk(221, 20, { calleeMedia.ip, 20002 }, another, 2);
    traffic.talk(222, 20, another, { scriptHost('P', 20000) }, 3); // nor the callee's port of another host
    TrackerFixture fixture;
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.finish();
    QCOMPARE(fixture.listener.ended[0].streams.size(), std::size_t { 1 });
    QCOMPARE(fixture.counter("rtp_unbound"), 40u);
}

void MediaBindingTest::learntAddressBindsNoOtherPayload()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 20, natted, calleeMedia, 1);
    for (int i = 0; i < 20; ++i)
        traffic.rtp(
            221 + 20 * i, { calleeMedia.ip, 20002 }, natted, { 97, static_cast<std::uint16_t>(i), 0, 2, false });
    TrackerFixture fixture;
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.finish();
    QCOMPARE(fixture.counter("rtp_unbound"), 20u);
}

void MediaBindingTest::addressLearntForTwoCallsBindsNothing()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.script("0 A>B INVITE 1 sdp=sendrecv port=10010 id=call-2 branch=2\n"
                   "200 B>A 200 1 sdp=sendrecv port=20010 id=call-2 branch=2");
    traffic.talk(220, 20, natted, calleeMedia, 1); // one server sends to both
    traffic.talk(220, 20, natted, { calleeMedia.ip, 20010 }, 2);
    traffic.talk(400, 20, { calleeMedia.ip, 20002 }, natted, 3);
    TrackerFixture fixture;
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.finish();
    QCOMPARE(fixture.counter("rtp_packets"), 40u);
    QCOMPARE(fixture.counter("rtp_unbound"), 20u);
}

void MediaBindingTest::advertisedAddressWinsOverALearntOne()
{
    TestTraffic traffic;
    traffic.script(answered);
    const Endpoint relay = scriptHost('P', 30000);
    traffic.talk(220, 20, relay, calleeMedia, 1);
    traffic.talk(221, 50, { calleeMedia.ip, 20002 }, relay, 2);
    traffic.script("710 P>B INVITE 1 sdp=sendrecv relay=30000 id=call-2 branch=2\n"
                   "712 B>P 200 1 sdp=sendrecv port=20010 id=call-2 branch=2");
    TrackerFixture fixture;
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.finish();
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 2 });
    for (const auto& call : fixture.listener.ended) {
        const bool first = call.record.callId == "call-1";
        QCOMPARE(call.streams[0].packets, 25u);
        QVERIFY(call.streams[0].rule == (first ? BindingRule::LearntAddress : BindingRule::Advertised));
    }
}

void MediaBindingTest::changeOfCodecIsANewStream()
{
    TestTraffic traffic;
    traffic.script(answered);
    const auto send = [&](int number, std::uint8_t type) {
        traffic.rtp(220 + 20 * number, callerMedia, calleeMedia,
            { type, static_cast<std::uint16_t>(number), 160u * static_cast<std::uint32_t>(number), 1, false });
    };
    for (int i = 0; i < 10; ++i)
        send(i, i == 5 ? 101 : 8); // an event among them is none
    for (int i = 11; i < 20; ++i)
        send(i, i == 15 ? 13 : 0); // nor is comfort noise
    send(10, 8); // late: of the stream before, and neither a loss of it nor a surplus of this one
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 2 });
    QCOMPARE(streams[1].codec, std::string("PCMA"));
    QCOMPARE(streams[1].packets, 11u);
    QCOMPARE(streams[1].lost, 0u);
    QCOMPARE(streams[0].codec, std::string("PCMU"));
    QCOMPARE(streams[0].packets, 9u);
    QVERIFY(streams[0].rule == BindingRule::Advertised && streams[0].confidence == 100);
}

void MediaBindingTest::aPacketLateBeyondReasonIsOfTheStreamThatIsOn()
{
    TestTraffic traffic;
    traffic.script(answered);
    const auto send = [&](double ms, int number, std::uint8_t type) {
        traffic.rtp(ms, callerMedia, calleeMedia,
            { type, static_cast<std::uint16_t>(number), 160u * static_cast<std::uint32_t>(number), 1, false });
    };
    for (int i = 200; i < 210; ++i)
        send(220 + 20 * i, i, 8);
    for (int i = 211; i < 400; ++i)
        send(220 + 20 * i, i, 0);
    send(220 + 20 * 400, 210, 8); // four seconds
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 2 });
    QCOMPARE(streams[1].packets, 10u);
    QCOMPARE(streams[0].packets, 190u);
}

// Each change of codec has its own stream, for as long as that does not fill the call's; what is beyond is counted.
void MediaBindingTest::manyChangesOfCodecAreManyStreams()
{
    constexpr std::uint32_t changes = 30;
    TestTraffic traffic;
    traffic.script(answered);
    for (std::uint32_t i = 0; i < 5 * (changes + 1); ++i)
        traffic.rtp(220 + 20 * i, callerMedia, calleeMedia,
            { static_cast<std::uint8_t>(i / 5 % 2 == 0 ? 8 : 0), static_cast<std::uint16_t>(i), 160 * i, 1, false });
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 25 });
    for (std::size_t i = 1; i < streams.size(); ++i) {
        QCOMPARE(streams[i].packets, 5u);
        QCOMPARE(streams[i].codec, std::string(i % 2 == 0 ? "PCMA" : "PCMU"));
    }
    QCOMPARE(streams[0].packets, 5u * 7);
    QCOMPARE(fixture.counter("streams_not_split"), 3u); // and three times back to its own codec
}

void MediaBindingTest::portsUsedAgainAfterAPauseAreANewStream()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 10, callerMedia, calleeMedia, 1);
    traffic.talk(10'000, 7, callerMedia, calleeMedia, 1, 40'000);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 2 });
    QCOMPARE(streams[1].packets, 10u);
    QCOMPARE(streams[0].packets, 7u);
    QCOMPARE(streams[0].lost + streams[1].lost, 0u);
}

void MediaBindingTest::silenceAndHolesAreNoNewStream()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 10, callerMedia, calleeMedia, 1);
    traffic.talk(10'000, 10, callerMedia, calleeMedia, 1, 10); // on hold, and back
    traffic.talk(110'200, 10, callerMedia, calleeMedia, 1, 5020); // 100 s of packets that did not come
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    const auto& streams = fixture.listener.ended[0].streams;
    QCOMPARE(streams.size(), std::size_t { 1 });
    QCOMPARE(streams[0].packets, 30u);
    QCOMPARE(streams[0].lost, 5000u);
}

void MediaBindingTest::oddPortsAreAsGoodAsAny()
{
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv port=1025\n200 B>A 200 1 sdp=sendrecv port=65535");
    traffic.talk(220, 3, scriptHost('A', 1025), scriptHost('B', 65535), 1);
    traffic.talk(221, 3, scriptHost('B', 65535), scriptHost('A', 1025), 2);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    QCOMPARE(fixture.counter("rtp_packets"), 6u);
}

// RFC 8840 9: an offer without addresses, and those one by one as they are found.
void MediaBindingTest::candidatesThatFollowInAnInfoAreAddressesOfTheirSender()
{
    TestTraffic traffic;
    traffic.script(answered);
    const std::string body = "a=ice-ufrag:8hhY\r\nm=audio 9 RTP/AVP 0\r\na=mid:1\r\n"
                             "a=candidate:2 1 UDP 1694498815 10.0.0.5 5000 typ srflx raddr 10.0.1.1 rport 8998\r\n"
                             "a=end-of-candidates\r\n";
    traffic.add(scriptTime(210), scriptHost('A', 5060), scriptHost('B', 5060),
        "INFO sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP host;branch=z9hG4bKi\r\nFrom: "
        "<sip:alice@example.org>;tag=ta\r\n"
        "To: <sip:bob@example.org>;tag=tb\r\nCall-ID: call-1\r\nCSeq: 2 INFO\r\nInfo-Package: trickle-ice\r\n"
        "Content-Type: application/trickle-ice-sdpfrag\r\nContent-Length: "
            + std::to_string(body.size()) + "\r\n\r\n" + body);
    const Endpoint candidate { IpAddress::v4(0x0a000005), 5000 };
    traffic.talk(220, 3, calleeMedia, candidate, 1);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.finish();
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 1 });
    QCOMPARE(fixture.listener.ended[0].streams.size(), std::size_t { 1 });
    const CollectingListener::Stream& stream = fixture.listener.ended[0].streams[0];
    QVERIFY(stream.sender == Party::Callee && stream.flow.dst == candidate);
    QVERIFY(stream.rule == BindingRule::Advertised);
    QCOMPARE(stream.codec, std::string("PCMA"));
    QCOMPARE(fixture.listener.ended[0].record.offers, std::uint16_t { 0 });
}

// The stream table stays free for other calls.
void MediaBindingTest::oneCallHasSoManyStreams()
{
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n200 B>A 200 1 sdp=sendrecv");
    for (std::uint32_t source = 1; source <= 1000; ++source)
        traffic.talk(300 + source, 2, callerMedia, calleeMedia, source);
    traffic.script(
        "2000 A>B INVITE 1 sdp=sendrecv id=other port=11000\n2010 B>A 200 1 sdp=sendrecv id=other port=21000");
    traffic.talk(2020, 5, scriptHost('A', 11000), scriptHost('B', 21000), 1);
    TrackerOptions options = smallOptions();
    options.maxStreamsPerCall = 3;
    options.maxStreams = 4;
    TrackerFixture fixture(options);
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.advance(scriptTime(3000));
    QCOMPARE(fixture.counter("streams_started"), 4u);
    QCOMPARE(fixture.counter("rtp_packets"), 3u * 2 + 5);
    QCOMPARE(fixture.counter("rtp_refused"), 997u * 2);
}

void MediaBindingTest::mediaWithoutACallIsListedByItsAddresses()
{
    TestTraffic traffic;
    traffic.talk(0, 400, callerMedia, calleeMedia, 1);
    traffic.talk(10, 300, calleeMedia, callerMedia, 2);
    for (int i = 0; i < 20; ++i) // begins like RTP, and is something else
        traffic.rtp(
            5 + 20 * i, callerMedia, scriptHost('P', 9), { 8, 7, 7, static_cast<std::uint32_t>(i + 100), false });
    TrackerFixture fixture;
    fixture.tracker.process(inOrder(traffic));
    QCOMPARE(fixture.counter("rtp_packets"), 0u);
    QCOMPARE(fixture.counter("rtp_waiting"), 0u); // 5 s are over
    QCOMPARE(fixture.counter("rtp_unbound"), 720u);
    const auto flows = fixture.tracker.unboundFlows();
    QCOMPARE(flows.size(), std::size_t { 2 });
    QVERIFY((flows[0].flow == FlowKey { callerMedia, calleeMedia }));
    QCOMPARE(flows[0].ssrc.value, 1u);
    QVERIFY((flows[1].flow == FlowKey { calleeMedia, callerMedia }));
    QCOMPARE(flows[1].packets, 300u);
    QCOMPARE(flows[1].bytes, 300u * 200);
    QCOMPARE(flows[1].firstPacketAt, scriptTime(10));
    fixture.tracker.advance(scriptTime(45'000)); // silent for 30 s
    QCOMPARE(fixture.tracker.unboundFlows().size(), std::size_t { 0 });
}

void MediaBindingTest::roomToWaitInIsBounded()
{
    TrackerOptions options = smallOptions();
    options.waitingBytes = 4096;
    options.maxUnboundFlows = 2;
    TrackerFixture fixture(options);
    TestTraffic traffic;
    for (std::uint32_t ssrc = 1; ssrc <= 3; ++ssrc)
        traffic.talk(ssrc, 20, callerMedia, calleeMedia, ssrc);
    traffic.script("500 A>B INVITE 1 sdp=sendrecv\n510 B>A 200 1 sdp=sendrecv");
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.finish();
    const std::uint64_t joined = fixture.counter("rtp_joined_later");
    QVERIFY(joined >= 8 && joined <= 20); // 4 KiB of them
    QCOMPARE(fixture.counter("rtp_packets"), joined);
    QCOMPARE(fixture.counter("rtp_unbound"), 60 - joined);
    QVERIFY(fixture.counter("rtp_unbound_flows_refused") > 0);
    for (int second = 1; second < 60; ++second) { // again and again around the ring
        TestTraffic later;
        later.talk(10'000 * second, 9, callerMedia, scriptHost('P', 9), 7);
        fixture.tracker.process(later.datagrams());
    }
}

void MediaBindingTest::callThatIsConfirmedLaterHasTheMediaThatWaited_data()
{
    QTest::addColumn<QString>("confirmation");
    QTest::newRow("the INVITE follows") << "150 A>B INVITE 1"; // offers nothing itself
    QTest::newRow("the INVITE was before the probe") << "150 A>B ACK 1";
}

void MediaBindingTest::callThatIsConfirmedLaterHasTheMediaThatWaited()
{
    QFETCH(QString, confirmation);
    TestTraffic traffic;
    traffic.script("0 B>A 200 1 sdp=sendrecv");
    traffic.talk(10, 10, callerMedia, calleeMedia, 1);
    traffic.script(confirmation);
    traffic.talk(300, 10, callerMedia, calleeMedia, 1, 10);
    TrackerFixture fixture;
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.finish();
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 1 });
    QCOMPARE(fixture.listener.ended[0].streams[0].packets, 20u);
    QCOMPARE(fixture.listener.ended[0].streams[0].lost, 0u);
}

// For longer than anything waits.
void MediaBindingTest::mediaThatWasNobodysIsACallsOnceEitherEndIs_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<Endpoint>("from");
    QTest::addColumn<Endpoint>("to");
    const QString invite = "8000 A>B INVITE 1 sdp=sendrecv";
    QTest::newRow("destination advertised") << QString() << invite << scriptHost('P', 9) << callerMedia;
    QTest::newRow("source advertised") << QString() << invite << callerMedia << scriptHost('P', 9);
    QTest::newRow("call confirmed") << QString("0 B>A 200 1 sdp=sendrecv") << QString("8000 A>B INVITE 1")
                                    << callerMedia << calleeMedia;
    QTest::newRow("destination learnt") << QString("0 A>B INVITE 1 sdp=sendrecv\n10 B>A 200 1 sdp=sendrecv")
                                        << QString() << scriptHost('P', 9) << scriptHost('Q', 4444);
}

void MediaBindingTest::mediaThatWasNobodysIsACallsOnceEitherEndIs()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    QFETCH(Endpoint, from);
    QFETCH(Endpoint, to);
    TestTraffic traffic;
    traffic.script(before);
    traffic.talk(20, 399, from, to, 1); // until 7,980 ms
    if (after.isEmpty()) // the other end sends to the call
        traffic.talk(8000, 10, to, callerMedia, 2);
    traffic.script(after);
    traffic.talk(8320, 50, from, to, 1, 399);
    TrackerFixture fixture;
    fixture.tracker.process(inOrder(traffic));
    fixture.tracker.finish();
    QCOMPARE(fixture.counter("rtp_unbound"), 399u);
    QCOMPARE(fixture.counter("rtp_packets"), after.isEmpty() ? 60u : 50u);
}

void MediaBindingTest::streamsBeyondThePoolAreRefusedAndCounted()
{
    TrackerOptions options = smallOptions();
    options.maxStreams = 2;
    TrackerFixture fixture(options);
    TestTraffic traffic;
    traffic.script(answered);
    for (std::uint32_t ssrc = 1; ssrc <= 4; ++ssrc)
        traffic.talk(220 + ssrc, 3, callerMedia, calleeMedia, ssrc);
    fixture.tracker.process(traffic.datagrams());
    QCOMPARE(fixture.counter("rtp_packets"), 6u);
    QCOMPARE(fixture.counter("rtp_refused"), 6u);
}

void MediaBindingTest::lateMediaStillCountsAfterTheBye()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 2, callerMedia, calleeMedia, 1);
    traffic.script("300 A>B BYE 2");
    traffic.talk(320, 2, callerMedia, calleeMedia, 1, 2);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    fixture.tracker.advance(scriptTime(6000));
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 1 });
    QCOMPARE(fixture.listener.ended[0].streams[0].packets, 4u);
    QCOMPARE(fixture.listener.ended[0].record.endedAt, scriptTime(300));
}

void MediaBindingTest::callsExpireBySilence_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<int>("mediaPackets");
    QTest::addColumn<int>("silentFromMs");
    QTest::addColumn<int>("timeoutSeconds");
    QTest::addColumn<QString>("endedBy");
    QTest::newRow("after BYE") << answered + "1000 A>B BYE 2" << 0 << 1000 << 5 << "caller";
    QTest::newRow("after a failure") << "0 A>B INVITE 1\n50 B>A 486 1" << 0 << 50 << 5 << "callee";
    QTest::newRow("unanswered") << "0 A>B INVITE 1\n50 B>A 180 1" << 0 << 50 << 180 << "silence";
    QTest::newRow("challenged") << "0 A>B INVITE 1\n50 B>A 401 1" << 0 << 50 << 180 << "callee";
    QTest::newRow("answered, media stopped") << answered << 10 << 220 + 9 * 20 << 300 << "silence";
    QTest::newRow("answered, never media") << answered << 0 << 210 << 7200 << "silence";
    QTest::newRow("on hold") << answered + "400 A>B INVITE 2 sdp=inactive\n420 B>A 200 2 sdp=inactive" << 5 << 420
                             << 7200 << "silence";
    QTest::newRow("cancelled, no final response") << "0 A>B INVITE 1\n50 A>B CANCEL 1" << 0 << 50 << 32 << "caller";
}

void MediaBindingTest::callsExpireBySilence()
{
    QFETCH(QString, script);
    QFETCH(int, mediaPackets);
    QFETCH(int, silentFromMs);
    QFETCH(int, timeoutSeconds);
    QFETCH(QString, endedBy);
    TestTraffic traffic;
    traffic.script(script);
    traffic.talk(220, mediaPackets, callerMedia, calleeMedia, 1);
    std::stable_sort(traffic.list().begin(), traffic.list().end(),
        [](const Datagram& a, const Datagram& b) { return a.arrival < b.arrival; });
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    const Timestamp over = scriptTime(silentFromMs) + std::chrono::seconds(timeoutSeconds);
    fixture.tracker.advance(over - std::chrono::milliseconds(1));
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 0 });
    fixture.tracker.advance(over + std::chrono::milliseconds(100)); // looked for every 100 ms
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 1 });
    const CallRecord& record = fixture.listener.ended[0].record;
    QCOMPARE(QString::fromStdString(std::string(toText(record.endedBy))), endedBy);
    QCOMPARE(record.endedAt, scriptTime(silentFromMs)); // not when it was noticed
    QCOMPARE(fixture.tracker.liveCalls(), 0u);
}

void MediaBindingTest::clockThatStepsBackEndsNothing()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(220, 2, callerMedia, calleeMedia, 1);
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    for (Datagram& datagram : traffic.list())
        datagram.arrival -= std::chrono::hours(1);
    fixture.tracker.process(traffic.datagrams());
    QCOMPARE(fixture.counter("clock_stepped_back"), 1u);
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 0 });
    fixture.tracker.advance(scriptTime(0) - std::chrono::minutes(50)); // ten minutes later by the new clock
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 1 });
}

void MediaBindingTest::idleTimeAloneLetsCallsExpire()
{
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1");
    TrackerFixture fixture;
    fixture.tracker.process(traffic.datagrams());
    for (int second = 1; second < 200; ++second)
        fixture.tracker.advance(scriptTime(1000 * second));
    QCOMPARE(fixture.listener.ended.size(), std::size_t { 1 });
    QCOMPARE(fixture.counter("calls_ended"), 1u);
}

QTEST_APPLESS_MAIN(MediaBindingTest)
#include "tst_media_binding.moc"
