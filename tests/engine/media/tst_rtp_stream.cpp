#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/media/rtp_stream.h"

#include <cmath>

using namespace callmon;

namespace {

const PayloadMeaning pcma { 8, PayloadKind::Media, 1, { 8000 } };
const PayloadMeaning dtmf { 101, PayloadKind::TelephoneEvent, 2, { 8000 } };
const PayloadMeaning noise { 13, PayloadKind::ComfortNoise, 3, { 8000 } };

struct Feed {
    RtpStream stream;
    RtpRun run;
    RtpRules rules;
    RtpStream& figures()
    {
        stream.settle(run);
        return stream;
    }
    void add(double ms, std::uint16_t sequence, std::uint32_t timestamp, const PayloadMeaning& meaning = pcma,
        bool marker = false, std::uint16_t size = 200, Bytes payload = {})
    {
        RtpHeader packet;
        packet.payloadType = meaning.payloadType;
        packet.marker = marker;
        packet.sequence = sequence;
        packet.sent = { timestamp };
        packet.payload = payload;
        stream.add(run, { timestampFromNanoseconds(static_cast<std::int64_t>(ms * 1e6)), Nanoseconds(size), size },
            packet, meaning, rules);
    }
};

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-9;
}

}

class RtpStreamTest : public QObject {
    Q_OBJECT

private slots:
    void packetFourMillisecondsLateRaisesJitterByAQuarter();
    void jitterIsThatOfRfc3550A8();
    void timestampWrapIsNoJitter();
    void telephoneEventsDoNotFeedJitter();
    void markerAndNoisePacketsAreNoDelay();
    void changeOfClockIsNoJitter();
    void newTimestampSegmentIsNoJitter();
    void talkspurtsOfAClockThatStoodStillAreNoJitter();
    void segmentThatGoesOnAsBeforeFeedsJitter();
    void unknownClockGivesNoJitter();
    void onePacketHasNoInterval();
    void sizesAndBytesAreThoseOfTheNetworkLayer();
    void secondsAddUpToTheStream();
    void packetisationIsTheSendersStep();
    void jitterLiesWithinItsErrorWhateverTheArrivalsWere();
    void exactArrivalsHaveNoError();
    void stepBackKeepsTheLastPacketsTime();
    void packetsInStepCountAsAllOthers();
    void holesOfALongRunCountAsAllOthers_data();
    void holesOfALongRunCountAsAllOthers();
    void lossRunsAreThoseOfTheSequenceNumbers();
    void aKeyIsOneDigitHoweverManyOfItsPacketsCame();
    void aKeyHeldForLongIsOneDigit();
    void comfortNoiseIsCounted();
    void whatComesTooLateIsDiscardedInStepAndOut();
    void discardsAndLossesInARowAreOneRun();
    void copiesAndVideoAreNotDiscarded();
    void bytesAndPausesOfASecondAreItsOwn();
    void keysAreKeptOnDemandOnly();
    void aChangeOfPtimeIsOneAndAPauseIsNone();
    void marksOfThePathAreCounted();
    void aSecondWithoutPacketsIsAGapUnlessATalkspurtFollows();
    void aPauseBehindAMarkerIsSeenAfterPacketsInStep();
    void timestampsThatGoBackAreNoPacketisation();
    void mediaBehindAKeyNamesThePayload();
    void whatCameBeforeTheAnswerIsRemembered();
    void noBurstReachesOverARestart();
    void restartBeginsTheJitterBufferAnew();
    void packetsOfTheFirstTimestampCount();
    void packetsSentBeforeTheFirstDoNotCount();
    void anArrivalBeforeTheLastIsNotTheLast();
};

// Fixed, 60 ms: packets 3 (70 ms late, the next 0) and 5 (100 ms: behind 6 to 9, so out of step) come too late.
void RtpStreamTest::whatComesTooLateIsDiscardedInStepAndOut()
{
    Feed feed;
    feed.rules.buffer = JitterBufferRule::fixed(Milliseconds(60));
    const auto send = [&](std::uint16_t number, double lateMs) {
        feed.add(20.0 * number + lateMs, number, 160U * number);
    };
    for (const std::uint16_t number : std::initializer_list<std::uint16_t> { 0, 1, 2 })
        send(number, 0);
    send(3, 70);
    QCOMPARE(feed.figures().discarded(), 1u);
    for (const std::uint16_t number : std::initializer_list<std::uint16_t> { 4, 6, 7, 8, 9 })
        send(number, number == 4 ? 60 : 20);
    send(5, 100);
    QCOMPARE(feed.figures().discarded(), 2u);
    QCOMPARE(feed.figures().sequence().lost(), 0u);
    QCOMPARE(feed.figures().sequence().reordered(), 1u);
    QCOMPARE(feed.figures().lossRuns().runs(), 2u); // 3 and 5, though 5 came
    const SecondFigures second = feed.figures().closeSecond();
    QVERIFY(second.discarded == 2 && second.lost == 0 && second.lossRuns == 2 && second.bytes == 2000);
}

void RtpStreamTest::discardsAndLossesInARowAreOneRun()
{
    Feed feed;
    feed.rules.buffer = JitterBufferRule::fixed(Milliseconds(60));
    feed.add(0, 0, 0);
    feed.add(60, 3, 480); // 1 and 2 are lost
    feed.add(61 + 80, 4, 640); // 61 ms late
    feed.add(140, 7, 1120); // 5 and 6 are lost
    feed.add(160, 8, 1280);
    const LossRuns& runs = feed.figures().lossRuns();
    QCOMPARE(runs.runs(), 2u); // 1 2, and 4 5 6
    const LossRuns::Bursts bursts = runs.bursts();
    QVERIFY(bursts.bursts == 1 && bursts.lost == 5 && bursts.packets == 6);
    feed.add(200 + 61, 10, 1600); // 9 is lost, and what follows on it comes too late
    feed.add(262, 11, 1760);
    const LossRuns::Bursts more = feed.figures().lossRuns().bursts();
    QVERIFY(runs.runs() == 3 && more.lost == 7 && more.packets == 10);
}

void RtpStreamTest::copiesAndVideoAreNotDiscarded()
{
    Feed feed;
    feed.rules.buffer = JitterBufferRule::fixed(Milliseconds(60));
    for (const std::uint16_t number : std::initializer_list<std::uint16_t> { 0, 1, 2 })
        feed.add(20.0 * number, number, 160U * number);
    feed.add(140, 2, 320); // a copy, 100 ms later
    feed.add(140, 3, 480); // 80 ms late
    feed.add(150, 3, 480);
    QCOMPARE(feed.figures().discarded(), 1u);

    const PayloadMeaning h264 { 99, PayloadKind::Media, 4, { 90'000 } };
    Feed video;
    for (std::uint16_t i = 0; i < 40; ++i) // a picture that takes 200 ms to send
        video.add(5.0 * i, i, 3600, h264);
    QCOMPARE(video.figures().discarded(), 0u);
}

void RtpStreamTest::bytesAndPausesOfASecondAreItsOwn()
{
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(20, 1, 160);
    feed.add(40, 2, 320, noise);
    SecondFigures second = feed.figures().closeSecond();
    QVERIFY(second.pausing && second.bytes == 600);
    feed.add(1000, 3, 8000, pcma, true);
    feed.add(1020, 4, 8160);
    second = feed.figures().closeSecond();
    QVERIFY(!second.pausing && second.bytes == 400 && second.packets == 2);
    feed.add(2000, 5, 16000); // the same numbers, no packet for 980 ms: silence that was left out
    QVERIFY(feed.figures().closeSecond().pausing);
}

// RFC 4733 2.5.1.3: the duration is full, and the event goes on under a timestamp that much later.
void RtpStreamTest::aKeyHeldForLongIsOneDigit()
{
    Feed feed;
    feed.rules.digits = DigitsKept::Store;
    const auto send = [&](std::uint16_t number, std::uint32_t sent, std::uint8_t key) {
        const std::array event { std::byte(key), std::byte(0x0a), std::byte(0xff), std::byte(0xff) };
        feed.add(50.0 * number, number, sent, dtmf, false, 60, event);
    };
    send(1, 1000, 5);
    send(2, 1000 + 0xffff, 5);
    send(3, 1000 + 2 * 0xffff, 5);
    send(4, 1000 + 3 * 0xffff, 7); // another key
    send(5, 1000 + 4 * 0xffff + 1, 7); // pressed again
    QCOMPARE(feed.figures().dtmfDigits(), 3u);
    QVERIFY(feed.figures().digit(0) == '5' && feed.figures().digit(1) == '7' && feed.figures().digit(2) == '7');
}

void RtpStreamTest::keysAreKeptOnDemandOnly()
{
    for (const DigitsKept kept : { DigitsKept::Count, DigitsKept::Masked, DigitsKept::Store }) {
        Feed feed;
        feed.rules.digits = kept;
        std::string digits;
        for (std::uint16_t i = 0; i < 70; ++i) {
            const std::array key { std::byte(i % 16), std::byte(0x8a), std::byte(1), std::byte(0x40) };
            feed.add(20.0 * i, i, 1600U * i, dtmf, false, 60, key);
        }
        for (std::uint32_t i = 0; i < feed.figures().digitsKept(); ++i)
            digits += feed.figures().digit(i);
        QCOMPARE(feed.figures().dtmfDigits(), 70u);
        const std::string row = "0123456789*#ABCD";
        QCOMPARE(digits, kept == DigitsKept::Store ? (row + row + row + row).substr(0, 63) : std::string());
    }
}

void RtpStreamTest::aChangeOfPtimeIsOneAndAPauseIsNone()
{
    Feed feed;
    std::uint16_t number = 0;
    std::uint32_t sent = 0;
    double ms = 0;
    const auto send = [&](int packets, std::uint32_t ticks, bool marker = false) {
        for (int i = 0; i < packets; ++i) {
            feed.add(ms, number++, sent, pcma, marker && i == 0);
            sent += ticks;
            ms += ticks / 8.0;
        }
    };
    send(10, 160);
    sent += 8000;
    ms += 1000;
    send(10, 160, true);
    sent += 8000;
    ms += 1000;
    send(10, 160);
    QCOMPARE(feed.figures().ptimeChanges(), 0u);
    QVERIFY(feed.figures().closeSecond().pausing);
    send(10, 240); // of which the first is 160 after the one before
    QCOMPARE(feed.figures().ptimeChanges(), 1u);
    QVERIFY(!feed.figures().closeSecond().pausing);
    send(10, 160);
    QCOMPARE(feed.figures().ptimeChanges(), 2u);
    QCOMPARE(feed.figures().packetisation().count(), 20.0);
}

void RtpStreamTest::marksOfThePathAreCounted()
{
    RtpStream stream;
    RtpRun run;
    const std::array<std::uint8_t, 7> dscp { 46, 46, 0, 0, 46, 46, 46 };
    for (std::uint16_t i = 0; i < dscp.size(); ++i) {
        RtpHeader packet;
        packet.sequence = i;
        packet.sent = { 160U * i };
        stream.add(
            run, { timestampFromNanoseconds(20'000'000 * std::int64_t { i }), {}, 200, dscp[i] }, packet, pcma, {});
    }
    stream.settle(run);
    QCOMPARE(stream.dscp(), 46);
    QCOMPARE(stream.dscpChanges(), 2u);
}

void RtpStreamTest::aSecondWithoutPacketsIsAGapUnlessATalkspurtFollows()
{
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(999, 1, 160);
    feed.figures().closeSecond();
    QCOMPARE(feed.figures().mediaGaps(), 0u);
    feed.add(1999, 2, 320);
    feed.figures().closeSecond();
    feed.add(4000, 3, 480, pcma, true);
    feed.figures().closeSecond();
    feed.add(5500, 4, 640);
    feed.figures().closeSecond();
    QCOMPARE(feed.figures().mediaGaps(), 2u);
    QCOMPARE(feed.figures().mediaGapLongest().count(), 1500.0);
    feed.add(6700, 5, 800);
    feed.figures().closeSecond();
    QCOMPARE(feed.figures().mediaGaps(), 3u);
    QCOMPARE(feed.figures().mediaGapLongest().count(), 1500.0);
}

void RtpStreamTest::aPauseBehindAMarkerIsSeenAfterPacketsInStep()
{
    Feed feed;
    for (std::uint16_t i = 0; i < 20; ++i)
        feed.add(20.0 * i, i, 160U * i);
    QVERIFY(!feed.figures().closeSecond().pausing);
    feed.add(20.0 * 19 + 1020, 20, 160U * 19 + 8160, pcma, true);
    QVERIFY(feed.figures().closeSecond().pausing);
}

void RtpStreamTest::timestampsThatGoBackAreNoPacketisation()
{
    Feed feed;
    for (std::uint16_t i = 0; i < 10; ++i)
        feed.add(20.0 * i, i, 8000 + 160U * i);
    feed.figures().closeSecond();
    feed.add(200, 10, 8000 + 160U * 8, pcma, true);
    QCOMPARE(feed.figures().packetisation().count(), 20.0);
    QCOMPARE(feed.figures().ptimeChanges(), 0u);
    QVERIFY(!feed.figures().closeSecond().pausing);
}

void RtpStreamTest::mediaBehindAKeyNamesThePayload()
{
    Feed feed;
    feed.add(0, 0, 0, dtmf);
    QCOMPARE(feed.figures().payload().payloadType, dtmf.payloadType); // until there is any
    feed.add(20, 1, 160, noise);
    QCOMPARE(feed.figures().payload().payloadType, dtmf.payloadType);
    feed.add(40, 2, 320, pcma);
    QCOMPARE(feed.figures().payload().payloadType, pcma.payloadType);
    feed.add(60, 3, 480, dtmf);
    QCOMPARE(feed.figures().payload().payloadType, pcma.payloadType);
}

void RtpStreamTest::whatCameBeforeTheAnswerIsRemembered()
{
    Feed feed;
    for (const std::uint16_t number : std::initializer_list<std::uint16_t> { 0, 1, 3 })
        feed.add(20.0 * number, number, 160U * number);
    feed.figures().endEarlyMedia();
    feed.add(120, 6, 960);
    QCOMPARE(feed.figures().earlyPackets(), std::uint64_t { 3 });
    QCOMPARE(feed.figures().earlyLost(), std::uint64_t { 1 });
    QCOMPARE(feed.figures().sequence().lost(), std::uint64_t { 3 });
}

// 102 lost of 0 to 299, then the source begins again at 100 and 105 is lost: by their numbers they would lie in one
// burst (RFC 3611 4.7.2), and there are two hundred packets between them.
void RtpStreamTest::noBurstReachesOverARestart()
{
    Feed feed;
    double ms = 0;
    for (const auto& [from, to, lost] : { std::array<std::uint16_t, 3> { 0, 300, 102 }, { 100, 200, 105 } })
        for (std::uint16_t number = from; number < to; ++number, ms += 20)
            if (number != lost)
                feed.add(ms, number, static_cast<std::uint32_t>(ms * 8));
    QCOMPARE(feed.figures().sequence().restarts(), 1u);
    QCOMPARE(feed.figures().sequence().lost(), std::uint64_t { 2 });
    QCOMPARE(feed.figures().lossRuns().bursts().bursts, std::uint64_t { 0 });
    QCOMPARE(feed.figures().lossRuns().bursts().lostInGaps, std::uint64_t { 2 });
}

// The source begins again: its numbers, and a clock 480 ms behind. Only its first packet, which seems a stray one of
// the clock that was, is late.
void RtpStreamTest::restartBeginsTheJitterBufferAnew()
{
    Feed feed;
    feed.rules.buffer = JitterBufferRule::fixed(Milliseconds(60));
    double ms = 0;
    for (std::uint16_t i = 0; i < 50; ++i, ms += 20)
        feed.add(ms, static_cast<std::uint16_t>(30000 + i), 160U * i);
    for (std::uint16_t i = 0; i < 40; ++i, ms += 20)
        feed.add(ms, static_cast<std::uint16_t>(100 + i), 160U * 26 + 160U * i);
    QCOMPARE(feed.figures().sequence().restarts(), 1u);
    QCOMPARE(feed.figures().discarded(), std::uint64_t { 1 });
}

// As of pictures in several packets, behind one that was lost (in step they take another way).
void RtpStreamTest::packetsOfTheFirstTimestampCount()
{
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(5, 2, 0);
    QCOMPARE(feed.figures().deltas().count(), 1u);
    QCOMPARE(feed.figures().deltaMean()->count(), 5.0);
}

void RtpStreamTest::packetsSentBeforeTheFirstDoNotCount()
{
    Feed feed;
    feed.add(0, 0, 1000);
    feed.add(20, 1, 1160);
    feed.add(40, 2, 500);
    QCOMPARE(feed.figures().deltas().count(), 1u);
}

void RtpStreamTest::anArrivalBeforeTheLastIsNotTheLast()
{
    Feed feed;
    feed.add(100, 0, 0);
    feed.add(90, 1, 160);
    QCOMPARE(feed.figures().lastPacketAt(), timestampFromNanoseconds(100'000'000));
    feed.add(110, 2, 320);
    QCOMPARE(feed.figures().lastPacketAt(), timestampFromNanoseconds(110'000'000));
}

void RtpStreamTest::lossRunsAreThoseOfTheSequenceNumbers()
{
    Feed feed;
    // Missing: 65534 to 0 across the wrap, of which 65535 comes late; 4; and 40 with nothing lost near it.
    std::vector<std::uint16_t> numbers { 65530, 65531, 65532, 65533, 1, 65535, 2, 3, 5 };
    for (std::uint16_t i = 6; i < 80; ++i)
        if (i != 40)
            numbers.push_back(i);
    for (const std::uint16_t number : numbers)
        feed.add(20.0 * static_cast<std::uint16_t>(number + 6), number, 160U * static_cast<std::uint16_t>(number + 6));
    QCOMPARE(feed.figures().sequence().lost(), 4u);
    QCOMPARE(feed.figures().lossRuns().runs(), 4u);
    const LossRuns::Bursts bursts = feed.figures().lossRuns().bursts();
    QVERIFY(bursts.bursts == 1 && bursts.lost == 3 && bursts.packets == 7 && bursts.lostInGaps == 1); // 65534 to 4
    QCOMPARE(feed.figures().closeSecond().lossRuns, 4u);
}

// RFC 4733 2.5.1: packets of an event repeat its timestamp, its end is sent three times; any of them may be lost.
void RtpStreamTest::aKeyIsOneDigitHoweverManyOfItsPacketsCame()
{
    const auto event = [](unsigned code, bool end) {
        return std::array { std::byte(code), std::byte(end ? 0x8a : 0x0a), std::byte(1), std::byte(0x40) };
    };
    const auto seven = event(7, false);
    const auto sevenEnds = event(7, true);
    const auto pound = event(11, true);
    const auto flash = event(16, true); // no key
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(20, 1, 160, dtmf, true, 60, seven);
    feed.add(40, 2, 160, dtmf, false, 60, seven);
    for (std::uint16_t i = 3; i < 6; ++i)
        feed.add(60, i, 160, dtmf, false, 60, sevenEnds);
    feed.add(100, 7, 4000, dtmf, false, 60, sevenEnds); // the same key again, of which all but an end was lost
    feed.add(120, 8, 8000, dtmf, false, 60, pound);
    feed.add(121, 6, 4000, dtmf, false, 60, sevenEnds); // late
    feed.add(140, 9, 9000, dtmf, false, 60, flash);
    feed.add(160, 10, 9500, dtmf, false, 60, Bytes(pound).first(3)); // cut
    QCOMPARE(feed.figures().dtmfDigits(), 3u);
}

void RtpStreamTest::comfortNoiseIsCounted()
{
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(20, 1, 160, noise);
    feed.add(20, 1, 160, noise); // a copy
    feed.add(220, 2, 1760, noise);
    QCOMPARE(feed.figures().comfortNoise(), 2u);
}

void RtpStreamTest::packetFourMillisecondsLateRaisesJitterByAQuarter()
{
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(20, 1, 160);
    feed.add(44, 2, 320);
    QVERIFY(near(feed.figures().jitterNow().count(), 0.25));
    QVERIFY(near(feed.figures().jitterMax()->count(), 0.25));
    QVERIFY(near(feed.figures().jitterMean()->count(), 0.125)); // of 0 and 0.25
    QVERIFY(near(feed.figures().deltaMean()->count(), 22));
    QVERIFY(near(feed.figures().deltas().max(), 24));
    QVERIFY(near(feed.figures().deltas().standardDeviation(), 2));
}

// The integer estimator that the RFC's appendix lists, scaled by 16, in timestamp units: s->jitter += d - ((s->jitter +
// 8) >> 4).
void RtpStreamTest::jitterIsThatOfRfc3550A8()
{
    Feed feed;
    std::uint32_t transit = 0;
    std::int32_t scaled = 0;
    std::uint32_t random = 1;
    for (std::uint32_t i = 0; i < 2000; ++i) {
        random = random * 1664525 + 1013904223;
        const std::uint32_t late = random >> 24; // ticks of 1/8 ms: whole ones, so that both count the same
        const std::uint32_t arrival = 160 * i + late;
        feed.add(arrival / 8.0, static_cast<std::uint16_t>(i), 160 * i);
        const std::uint32_t now = arrival - 160 * i;
        if (i > 0) {
            const auto d = static_cast<std::int32_t>(now - transit);
            scaled += std::abs(d) - ((scaled + 8) >> 4);
        }
        transit = now;
        if (i > 100)
            QVERIFY(std::abs(feed.figures().jitterNow().count() - scaled / 16.0 / 8.0) < 0.15); // its rounding: a tick
    }
}

void RtpStreamTest::timestampWrapIsNoJitter()
{
    Feed feed;
    for (std::uint32_t i = 0; i < 10; ++i)
        feed.add(20 * i, static_cast<std::uint16_t>(65'530 + i), 0xffffff00u + 160 * i);
    QVERIFY(near(feed.figures().jitterMax()->count(), 0));
    QCOMPARE(feed.figures().sequence().lost(), 0u);
    QCOMPARE(feed.figures().deltas().count(), 9u);
}

void RtpStreamTest::telephoneEventsDoNotFeedJitter()
{
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(20, 1, 160);
    for (int i = 0; i < 5; ++i)
        feed.add(40 + 20 * i, static_cast<std::uint16_t>(2 + i), 320, dtmf, i == 0);
    feed.add(140, 7, 1120);
    QVERIFY(near(feed.figures().jitterMax()->count(), 0));
    QCOMPARE(
        feed.figures().deltas().count(), 6u); // they are packets all the same: all but the first and the marked one
}

void RtpStreamTest::markerAndNoisePacketsAreNoDelay()
{
    Feed feed;
    feed.add(0, 0, 0, pcma, true);
    feed.add(20, 1, 160);
    feed.add(520, 2, 4160, pcma, true); // talkspurt after half a second
    feed.add(540, 3, 4320);
    feed.add(740, 4, 5920, noise);
    feed.add(940, 5, 7520); // follows noise
    feed.add(960, 6, 7680);
    QVERIFY(near(feed.figures().deltas().max(), 20));
    QCOMPARE(feed.figures().deltas().count(), 3u);
}

void RtpStreamTest::changeOfClockIsNoJitter()
{
    const PayloadMeaning wide { 97, PayloadKind::Media, 4, { 16000 } };
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(20, 1, 160);
    feed.add(40, 2, 320, wide);
    feed.add(60, 3, 640, wide);
    QVERIFY(near(feed.figures().jitterMax()->count(), 0));
}

void RtpStreamTest::newTimestampSegmentIsNoJitter()
{
    Feed feed;
    feed.add(0, 0, 0);
    feed.add(20, 1, 160);
    feed.stream.beginTimestampSegment(feed.run);
    feed.add(40, 2, 123'456);
    feed.add(60, 3, 123'616);
    QVERIFY(near(feed.figures().jitterMax()->count(), 0));
}

// A hold of ten seconds in which the sender's clock stood still. Without a pause before it a marker begins nothing,
// some senders set it always: then 120 ms more are an interval like any other. So they are with the clock in step: 4 ms
// more.
void RtpStreamTest::talkspurtsOfAClockThatStoodStillAreNoJitter()
{
    Feed held;
    held.add(0, 0, 0);
    held.add(20, 1, 160);
    held.add(10'020, 2, 320, pcma, true);
    held.add(10'040, 3, 480);
    QVERIFY(near(held.figures().jitterNow().count(), 0));
    QVERIFY(near(held.figures().jitterMax()->count(), 0));

    Feed always;
    always.add(0, 0, 0);
    always.add(20, 1, 160, pcma, true);
    always.add(60, 2, 160 + 1280, pcma, true);
    QVERIFY(near(always.figures().jitterNow().count(), 120.0 / 16));

    Feed inStep;
    inStep.add(0, 0, 0);
    inStep.add(1'004, 1, 8'000, pcma, true);
    QVERIFY(near(inStep.figures().jitterNow().count(), 0.25));
}

// A phone that sent a little before its answer was seen goes on with the same timestamps: no interval is left out.
void RtpStreamTest::segmentThatGoesOnAsBeforeFeedsJitter()
{
    Feed feed;
    feed.add(0, 0, 0);
    feed.stream.beginTimestampSegment(feed.run);
    feed.add(24, 1, 160);
    QVERIFY(near(feed.figures().jitterMax()->count(), 0.25));
}

void RtpStreamTest::unknownClockGivesNoJitter()
{
    const PayloadMeaning unknown { 99, PayloadKind::Media, 0, { 0 } };
    Feed feed;
    feed.add(0, 0, 0, unknown);
    feed.add(25, 1, 160, unknown);
    QVERIFY(!feed.figures().jitterMean());
    QVERIFY(!feed.figures().jitterMax());
    QVERIFY(near(feed.figures().deltaMean()->count(), 25));
}

void RtpStreamTest::onePacketHasNoInterval()
{
    Feed feed;
    feed.add(0, 0, 0);
    QVERIFY(!feed.figures().deltaMean());
    QVERIFY(!feed.figures().jitterMean());
}

void RtpStreamTest::sizesAndBytesAreThoseOfTheNetworkLayer()
{
    Feed feed;
    feed.add(0, 0, 0, pcma, false, 100);
    feed.add(20, 1, 160, pcma, false, 200);
    feed.add(40, 2, 320, pcma, false, 600);
    QCOMPARE(feed.figures().bytes(), 900u);
    QVERIFY(near(feed.figures().sizeMean(), 300));
    QVERIFY(near(feed.figures().sizeMin(), 100));
    QVERIFY(near(feed.figures().sizeMax(), 600));
    QVERIFY(near(feed.figures().sizeStandardDeviation(), std::sqrt(140'000.0 / 3)));
    QCOMPARE(feed.figures().uncertaintyMax(), Nanoseconds(600));
}

void RtpStreamTest::secondsAddUpToTheStream()
{
    Feed feed;
    std::uint64_t packets = 0;
    std::uint64_t lost = 0;
    std::uint64_t duplicates = 0;
    for (std::uint32_t i = 0; i < 500; ++i) {
        if (i > 0 && i % 50 == 0) {
            const SecondFigures second = feed.figures().closeSecond();
            packets += second.packets;
            lost += second.lost;
            duplicates += second.duplicates;
            QCOMPARE(second.received + second.duplicates, second.packets);
        }
        if (i % 17 == 3)
            continue;
        feed.add(20 * i, static_cast<std::uint16_t>(i), 160 * i);
        if (i % 23 == 5)
            feed.add(20 * i + 1, static_cast<std::uint16_t>(i), 160 * i);
    }
    const SecondFigures second = feed.figures().closeSecond();
    QCOMPARE(packets + second.packets, feed.figures().sequence().packets());
    QCOMPARE(lost + second.lost, feed.figures().sequence().lost());
    QCOMPARE(duplicates + second.duplicates, feed.figures().sequence().duplicates());
    QCOMPARE(feed.figures().closeSecond().packets, 0u);
}

void RtpStreamTest::packetisationIsTheSendersStep()
{
    Feed feed;
    feed.add(0, 0, 0);
    QVERIFY(near(feed.figures().packetisation().count(), 0));
    feed.add(30, 1, 240);
    QVERIFY(near(feed.figures().packetisation().count(), 30));
    feed.add(90, 3, 720); // after a loss: no step
    QVERIFY(near(feed.figures().packetisation().count(), 30));
}

// True arrivals and what a probe made of them, each off by its uncertainty at most.
void RtpStreamTest::jitterLiesWithinItsErrorWhateverTheArrivalsWere()
{
    RtpStream exact, seen;
    RtpRun exactRun, seenRun;
    std::uint32_t random = 7;
    const auto draw = [&](std::int64_t most) {
        random = random * 1664525 + 1013904223;
        return static_cast<std::int64_t>(random >> 8) % (most + 1);
    };
    Milliseconds worst {};
    double errors = 0;
    for (std::uint32_t i = 0; i < 2000; ++i) {
        const Timestamp at = timestampFromNanoseconds(20'000'000 * std::int64_t { i } + draw(5'000'000));
        const std::int64_t uncertainty = draw(i % 100 < 10 ? 3'000'000 : 2'000);
        const Timestamp shown = at + Nanoseconds(draw(2 * uncertainty) - uncertainty);
        RtpHeader packet;
        packet.payloadType = 8;
        packet.sequence = static_cast<std::uint16_t>(i);
        packet.sent = { 160 * i };
        exact.add(exactRun, { at, Nanoseconds(0), 200 }, packet, pcma, {});
        seen.add(seenRun, { shown, Nanoseconds(uncertainty), 200 }, packet, pcma, {});
        exact.settle(exactRun);
        seen.settle(seenRun);
        const SecondFigures figures = seen.closeSecond();
        const Milliseconds off = std::chrono::abs(exact.jitterNow() - seen.jitterNow());
        QVERIFY(off.count() <= figures.jitterError.count() * 1.0001 + 1e-9);
        worst = std::max(worst, off);
        if (i > 0)
            errors += figures.jitterError.count();
    }
    QVERIFY(worst.count() > 0.01); // the bound was put to the test
    QVERIFY(std::abs(seen.jitterError()->count() - errors / 1999) < 1e-6);
}

void RtpStreamTest::exactArrivalsHaveNoError()
{
    RtpStream stream;
    RtpRun run;
    for (std::uint32_t i = 0; i < 3; ++i) {
        RtpHeader packet;
        packet.sequence = static_cast<std::uint16_t>(i);
        packet.sent = { 160 * i };
        QVERIFY(i > 1 || !stream.jitterError());
        stream.add(run, { timestampFromNanoseconds(20'000'000 * std::int64_t { i }), {}, 200 }, packet, pcma, {});
        stream.settle(run);
    }
    QCOMPARE(stream.jitterError()->count(), 0.0);
}

void RtpStreamTest::stepBackKeepsTheLastPacketsTime()
{
    Feed feed;
    feed.add(100'000, 0, 0);
    const Timestamp last = feed.figures().lastPacketAt();
    const Timestamp earlier = last - std::chrono::seconds(50);
    feed.stream.stepBack(feed.run, earlier);
    QCOMPARE(feed.figures().lastPacketAt(), last);
    QCOMPARE(feed.figures().lastHeardAt(), earlier);
    feed.add(51'000, 1, 160);
    QCOMPARE(feed.figures().lastHeardAt(), earlier + std::chrono::seconds(1));
}

// A segment that may begin and does not changes no figure, but takes each packet the long way.
void RtpStreamTest::packetsInStepCountAsAllOthers()
{
    const PayloadMeaning wide { 97, PayloadKind::Media, 4, { 16000 } };
    const PayloadMeaning* const meanings[] = { &pcma, &dtmf, &noise, &wide, &pcma };
    Feed feed;
    Feed longWay;
    std::uint32_t random = 5;
    const auto draw = [&](std::uint32_t below) {
        random = random * 1664525 + 1013904223;
        return (random >> 8) % below;
    };
    const PayloadMeaning* meaning = &pcma;
    for (std::uint32_t i = 0, sequence = 65'000, sent = 0, ticks = 160; i < 5000; ++i) {
        if (draw(20) == 0)
            meaning = meanings[draw(5)];
        const std::uint32_t kind = draw(25);
        sequence += kind == 0 ? 3 : 1;
        if (meaning != &dtmf)
            ticks = meaning->clock.value / 50;
        sent += ticks;
        const auto number = static_cast<std::uint16_t>(sequence - (kind == 1 ? draw(10) : kind == 2 ? 7000 : 0));
        const double at = 20.0 * i + draw(kind == 3 ? 90 : 5);
        const auto size = static_cast<std::uint16_t>(100 + draw(4));
        longWay.stream.beginTimestampSegment(longWay.run);
        for (Feed* each : { &feed, &longWay })
            each->add(at, number, sent, *meaning, kind == 4, size);
        if (draw(30) > 0 && i % 50 != 49)
            continue; // runs may become long
        const RtpStream& a = feed.figures();
        const RtpStream& b = longWay.figures();
        QCOMPARE(a.lastHeardAt(), b.lastHeardAt());
        QCOMPARE(a.sequence().packets(), i + 1ull);
        QCOMPARE(a.sequence().lost(), b.sequence().lost());
        QCOMPARE(a.sequence().received(), b.sequence().received());
        QCOMPARE(a.sequence().reordered(), b.sequence().reordered());
        QCOMPARE(a.deltas().count(), b.deltas().count());
        QVERIFY(near(a.deltas().standardDeviation(), b.deltas().standardDeviation()));
        QVERIFY(near(a.deltaMean().value_or(Milliseconds()).count(), b.deltaMean().value_or(Milliseconds()).count()));
        QVERIFY(near(a.jitterNow().count(), b.jitterNow().count()));
        QVERIFY(near(a.jitterMean().value_or(Milliseconds()).count(), b.jitterMean().value_or(Milliseconds()).count()));
        QVERIFY(near(a.jitterMax().value_or(Milliseconds()).count(), b.jitterMax().value_or(Milliseconds()).count()));
        QVERIFY(
            near(a.jitterError().value_or(Milliseconds()).count(), b.jitterError().value_or(Milliseconds()).count()));
        QVERIFY(near(a.packetisation().count(), b.packetisation().count()));
        QCOMPARE(a.bytes(), b.bytes());
        if (i % 50 == 49)
            QVERIFY(
                near(feed.figures().closeSecond().deltaMax.count(), longWay.figures().closeSecond().deltaMax.count()));
    }
}

// More gaps, packets too late and packets at all than a run has room for, before anybody asks for a figure.
void RtpStreamTest::holesOfALongRunCountAsAllOthers_data()
{
    QTest::addColumn<std::uint32_t>("lostEach");
    QTest::addColumn<std::uint32_t>("lateEach");
    QTest::newRow("every third lost") << 3U << 0U;
    QTest::newRow("every fifth too late") << 0U << 5U;
    QTest::newRow("several too late in a row") << 0U << 1U;
    QTest::newRow("both") << 7U << 3U;
    QTest::newRow("neither") << 0U << 0U;
}

void RtpStreamTest::holesOfALongRunCountAsAllOthers()
{
    QFETCH(std::uint32_t, lostEach);
    QFETCH(std::uint32_t, lateEach);
    Feed feed;
    Feed longWay;
    std::uint64_t sent = 0, lost = 0;
    for (std::uint32_t i = 0; i < 600; ++i) {
        if (lostEach > 0 && i % lostEach == 1) {
            ++lost;
            continue;
        }
        // Every packet of ten out of forty, where all may be late.
        const bool late = lateEach > 1 ? i % lateEach == 2 : lateEach == 1 && i % 40 >= 30;
        ++sent;
        for (Feed* each : { &feed, &longWay }) {
            each->rules.buffer = JitterBufferRule::fixed(Milliseconds(10));
            if (each == &longWay)
                each->stream.beginTimestampSegment(each->run);
            each->add(20.0 * i + (late ? 15 : 0), static_cast<std::uint16_t>(65'400 + i), 160 * i);
        }
    }
    const RtpStream& a = feed.figures();
    const RtpStream& b = longWay.figures();
    QCOMPARE(a.sequence().packets(), sent);
    QCOMPARE(a.sequence().lost(), lost);
    QCOMPARE(a.sequence().lost(), b.sequence().lost());
    QCOMPARE(a.sequence().highestExtended(), b.sequence().highestExtended());
    QCOMPARE(a.discarded(), b.discarded());
    QCOMPARE(a.discarded() > 0, lateEach > 0);
    QCOMPARE(a.lossRuns().runs(), b.lossRuns().runs());
    const LossRuns::Bursts bursts = a.lossRuns().bursts();
    const LossRuns::Bursts expected = b.lossRuns().bursts();
    QCOMPARE(bursts.bursts, expected.bursts);
    QCOMPARE(bursts.packets, expected.packets);
    QCOMPARE(bursts.lost, expected.lost);
    QCOMPARE(bursts.lostInGaps, expected.lostInGaps);
    QCOMPARE(a.deltas().count(), b.deltas().count());
    QVERIFY(near(a.deltaMean()->count(), b.deltaMean()->count()));
    QVERIFY(near(a.deltas().min(), b.deltas().min()) && near(a.deltas().max(), b.deltas().max()));
    QVERIFY(near(a.jitterMean()->count(), b.jitterMean()->count()));
    QCOMPARE(a.bytes(), b.bytes());
    // The last 128 are remembered one by one: a copy of one that came is none that came late.
    const std::uint64_t before = a.sequence().duplicates();
    for (const std::uint32_t copied : { 594U, 525U, 480U })
        feed.add(12'000, static_cast<std::uint16_t>(65'400 + copied), 160 * copied);
    QCOMPARE(feed.figures().sequence().duplicates(), before + 3);
}

QTEST_APPLESS_MAIN(RtpStreamTest)
#include "tst_rtp_stream.moc"
