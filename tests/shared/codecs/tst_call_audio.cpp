#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

#include "recorded_media.h"
#include "shared/codecs/call_sound.h"
#include "shared/codecs/g711_decoder.h"
#include "shared/codecs/timeline.h"
#include "tests/test_folders.h"

#include <set>

extern "C" {
#include <bcg729/decoder.h>
}

using namespace callmon;

static std::vector<std::string> texts(const std::vector<Sentence>& sentences)
{
    std::vector<std::string> all;
    for (const Sentence& one : sentences)
        all.push_back(toText(one));
    return all;
}
using namespace callmon::test;

class CallAudioTest : public QObject {
    Q_OBJECT

private slots:
    void realStreamsSoundAsTheReferenceDecodedThem_data();
    void realStreamsSoundAsTheReferenceDecodedThem();
    void jitterReorderingAndDuplicatesAreNotHeard();
    void asHeardLacksWhatCameTooLate();
    void asHeardFollowsAFixedBufferThatBeginsAnew();
    void asHeardBeginsAnewAtTheAnswer();
    void asHeardMakesNothingUpThatTheProbeLost();
    void asHeardFollowsTheAdaptiveLineToTheSample();
    void timestampsAndSequenceNumbersWrap();
    void bothSidesStayInStep();
    void silenceSuppressedIsSilence();
    void lostPacketsAreConcealedInTheirPlace();
    void telephoneEventsAreTheirTonesAndMoveNothing();
    void comfortNoiseIsSilence();
    void holdWithTheClockStandingStillKeepsItsLength();
    void timestampJumpDoesNotMoveTheSound();
    void oneWrongTimestampMovesNothing();
    void lateBurstIsPutWhereItBelongs();
    void firstPacketsHeldUpTogetherKeepTheCallInStep();
    void delayedFirstPacketAfterAHoldDelaysOnlyItself();
    void talkspurtIsAnchoredFinerThanSpeech();
    void fastClockOfASenderIsKeptInStep();
    void lostG729FramesAreTheLibrarysErasures();
    void streamsOfOneSideAtOnceAreAdded();
    void lossAfterAnEventIsNotConcealed();
    void onePacketFarOutOfSequenceIsLeftOut();
    void packetLongerThanTheCallIsCut();
    void newNumberingBeginsAtItsArrival();
    void anotherSourceBeginsAtItsArrival();
    void laterStreamOfTheSameSideBeginsAtItsArrival();
    void theSameStreamOnTwoPathsIsHeardOnce();
    void staticPayloadTypeInMidStreamIsDecodedByRfc3551();
    void undecodedCodecIsSilentAndNamed();
    void hostileTimestampsNeverMakeTheCallLonger();
    void nothingRecordedIsNoSound();
    void wavHoldsCallerLeftAndCalleeRight();
    void wavThatCannotBeWrittenSaysWhere();
};

// 20 ms of a code word of its own for each packet, so that every sample tells where it came from.
static std::vector<std::byte> tone(int packet, std::size_t size = 160)
{
    return std::vector<std::byte>(size, static_cast<std::byte>((packet * 7 % 100 + 20) ^ 0x55));
}

static std::int16_t toneSample(int packet, G711Law law = G711Law::A)
{
    return g711Table(law)[std::to_integer<std::size_t>(tone(packet).front())];
}

static TestPacket tonePacket(int packet)
{
    return { packet * 20, static_cast<std::uint16_t>(100 + packet), 5000 + 160 * static_cast<std::uint32_t>(packet),
        tone(packet) };
}

static std::vector<TestPacket> tonePackets(int count)
{
    std::vector<TestPacket> packets;
    for (int i = 0; i < count; ++i)
        packets.push_back(tonePacket(i));
    return packets;
}

static bool isTone(const std::vector<std::int16_t>& sound, std::size_t at, std::int16_t value)
{
    for (std::size_t i = at; i < at + 160; ++i)
        if (i >= sound.size() || sound[i] != value)
            return false;
    return true;
}

static bool isSilent(const std::vector<std::int16_t>& sound, std::size_t from, std::size_t to)
{
    for (std::size_t i = from; i < to; ++i)
        if (i < sound.size() && sound[i] != 0)
            return false;
    return true;
}

#define COMPARE_TONES(sound, count)                                                                                    \
    for (int packet = 0; packet < (count); ++packet)                                                                   \
    QVERIFY2(isTone(sound, 160 * static_cast<std::size_t>(packet), toneSample(packet)),                                \
        qPrintable(QString("packet %1").arg(packet)))

static QByteArray fileBytes(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// The UDP payloads to one port in a little-endian microsecond pcap of Ethernet and IPv4 without options.
static std::vector<std::byte> recordedFrom(const QByteArray& pcap, std::uint16_t sourcePort)
{
    std::vector<std::byte> media;
    const Bytes bytes = std::as_bytes(std::span(pcap.constData(), static_cast<std::size_t>(pcap.size())));
    const auto little = [&bytes](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, bytes.data() + at, 4);
        return value;
    };
    for (std::size_t at = 24; at + 16 <= bytes.size(); at += 16 + little(at + 8)) {
        const auto time = timestampFromNanoseconds(std::int64_t { little(at) } * 1'000'000'000 + little(at + 4) * 1000);
        const Bytes frame = bytes.subspan(at + 16, little(at + 8));
        constexpr std::size_t udp = 14 + 20;
        if (frame.size() < udp + 8 || frame[23] != std::byte { 17 })
            continue;
        ByteReader header(frame.subspan(udp));
        if (header.u16() != sourcePort)
            continue;
        if (header.u16() == sourcePort)
            continue; // two datagrams of 4 and 5 bytes that open the way through a NAT: no RTP
        const std::size_t length = header.u16();
        record(media, time, frame.subspan(udp + 8, length - 8));
    }
    return media;
}

void CallAudioTest::realStreamsSoundAsTheReferenceDecodedThem_data()
{
    QTest::addColumn<QString>("capture");
    QTest::addColumn<int>("port");
    QTest::addColumn<int>("payloadType");
    QTest::addColumn<QByteArray>("codec");
    QTest::addColumn<QString>("reference");
    QTest::newRow("PCMU") << "sip-rtp-g711.pcap" << 27942 << 0 << QByteArray("PCMU")
                          << "sip-rtp-g711.0x343da99b.pt0.s16le";
    QTest::newRow("PCMA") << "sip-rtp-g711.pcap" << 28102 << 8 << QByteArray("PCMA")
                          << "sip-rtp-g711.0x343ffa34.pt8.s16le";
    QTest::newRow("G729") << "rtp-g729a.pcap" << 28120 << 18 << QByteArray("G729") << "sip-rtp-g729a.s16le";
}

void CallAudioTest::realStreamsSoundAsTheReferenceDecodedThem()
{
    QFETCH(QString, capture);
    QFETCH(int, port);
    QFETCH(int, payloadType);
    QFETCH(QByteArray, codec);
    QFETCH(QString, reference);
    const QByteArray pcap = fileBytes(captureFolder() + "/" + capture);
    const QByteArray expected = fileBytes(captureFolder() + "/../codecs/" + reference);
    if (pcap.isEmpty() || expected.isEmpty())
        QSKIP("the captures are not on this machine: set CALLMON_CAPTURES");
    StreamMedia media = streamOf({}, Party::Callee, codec.toStdString(), static_cast<std::uint8_t>(payloadType));
    media.bytes = recordedFrom(pcap, static_cast<std::uint16_t>(port));
    const CallAudio audio = assembleCallAudio({ media });
    QVERIFY2(audio.notes.empty(), audio.notes.empty() ? "" : toText(audio.notes.front()).c_str());
    QCOMPARE(audio.callee.size() * 2, std::size_t(expected.size()));
    QCOMPARE(std::memcmp(audio.callee.data(), expected.constData(), audio.callee.size() * 2), 0);
    QVERIFY(audio.caller == std::vector<std::int16_t>(audio.callee.size()));
}

void CallAudioTest::jitterReorderingAndDuplicatesAreNotHeard()
{
    auto packets = tonePackets(50);
    for (std::size_t i = 1; i < packets.size(); ++i)
        packets[i].arrivalMs += static_cast<std::int64_t>(i * 37 % 60); // up to 59 ms late
    packets.push_back(packets[10]); // copies, one at once and one late
    packets.push_back(packets[20]);
    packets.back().arrivalMs += 90;
    std::stable_sort(
        packets.begin(), packets.end(), [](const auto& a, const auto& b) { return a.arrivalMs < b.arrivalMs; });
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(50 * 160));
    COMPARE_TONES(audio.caller, 50);
    QVERIFY(audio.start == testStart);
    QVERIFY(audio.notes.empty());
}

// Packet 20 comes 70 ms late, for a buffer of 60: it is concealed in its place, and everything is heard 60 ms later.
void CallAudioTest::asHeardLacksWhatCameTooLate()
{
    auto packets = tonePackets(50);
    packets[20].arrivalMs += 70;
    std::stable_sort(
        packets.begin(), packets.end(), [](const auto& a, const auto& b) { return a.arrivalMs < b.arrivalMs; });
    StreamMedia media = streamOf(packets);
    media.stream.jitterBuffer = JitterBufferKind::Fixed;
    media.stream.jitterBufferDelay = Milliseconds(60);
    const CallAudio sent = assembleCallAudio({ media });
    COMPARE_TONES(sent.caller, 50);
    const CallAudio heard = assembleCallAudio({ media }, Timestamp::max(), Hearing::AsHeard);
    constexpr std::size_t delay = 480;
    QCOMPARE(heard.caller.size(), sent.caller.size() + delay);
    QVERIFY(isSilent(heard.caller, 0, delay));
    for (int i = 0; i < 50; ++i)
        QCOMPARE(isTone(heard.caller, delay + 160 * static_cast<std::size_t>(i), toneSample(i)), i != 20);
    QVERIFY(heard.callerLost == (std::vector<SoundSpan> { { 480 + 3200, 480 + 3360 } }));
    QVERIFY(sent.notes.empty() && heard.notes.size() == 1);
    packets.erase(packets.begin() + 23); // where packet 20 lies: as if it had been lost
    QVERIFY(
        packets.end() == std::find_if(packets.begin(), packets.end(), [](const auto& p) { return p.sequence == 120; }));
    StreamMedia lost = streamOf(packets);
    const CallAudio without = assembleCallAudio({ lost });
    QVERIFY(std::equal(without.caller.begin(), without.caller.end(), heard.caller.begin() + delay, heard.caller.end()));
}

// The way becomes 100 ms longer at packet 25, for a buffer of 60: fifteen packets are too late, and with the sixteenth
// the buffer begins anew. By hand: 25 packets at 60 ms, 15 concealed, 100 ms of nothing, the rest at 160 ms.
void CallAudioTest::asHeardFollowsAFixedBufferThatBeginsAnew()
{
    auto packets = tonePackets(60);
    for (std::size_t i = 25; i < packets.size(); ++i)
        packets[i].arrivalMs += 100;
    StreamMedia media = streamOf(packets);
    media.stream.jitterBuffer = JitterBufferKind::Fixed;
    media.stream.jitterBufferDelay = Milliseconds(60);
    const CallAudio heard = assembleCallAudio({ media }, Timestamp::max(), Hearing::AsHeard);
    QCOMPARE(heard.caller.size(), 160u * 60 + 8 * 160);
    QVERIFY(isSilent(heard.caller, 0, 480));
    for (std::size_t i = 0; i < 25; ++i)
        QVERIFY(isTone(heard.caller, 480 + 160 * i, toneSample(static_cast<int>(i))));
    QVERIFY(heard.callerLost == (std::vector<SoundSpan> { { 480 + 160 * 25, 480 + 160 * 40 } }));
    QVERIFY(isSilent(heard.caller, 480 + 160 * 40 + 80, 720)); // behind the rest of a stretch
    for (std::size_t i = 40; i < 60; ++i)
        QVERIFY(isTone(heard.caller, 1280 + 160 * i, toneSample(static_cast<int>(i))));
}

// An announcement of 25 packets, and then the callee, whose clock is 150 ms behind: each packet is played 60 ms after
// it came. Nobody having been asked who answered when, the buffer would take them for late.
void CallAudioTest::asHeardBeginsAnewAtTheAnswer()
{
    auto packets = tonePackets(50);
    for (std::size_t i = 25; i < packets.size(); ++i)
        packets[i].ticks -= 150 * 8;
    StreamMedia media = streamOf(packets);
    media.stream.jitterBuffer = JitterBufferKind::Fixed;
    media.stream.jitterBufferDelay = Milliseconds(60);
    QVERIFY(!assembleCallAudio({ media }, Timestamp::max(), Hearing::AsHeard).callerLost.empty());
    media.facts.answeredAt = testStart + std::chrono::milliseconds(499);
    const CallAudio heard = assembleCallAudio({ media }, Timestamp::max(), Hearing::AsHeard);
    QCOMPARE(heard.caller.size(), 480u + 50 * 160);
    for (std::size_t i = 0; i < 50; ++i)
        QVERIFY(isTone(heard.caller, 480 + 160 * i, toneSample(static_cast<int>(i))));
    QVERIFY(heard.callerLost.empty() && heard.notes.empty());
}

// Packets 10, 11 and 60 are missing, 20 and 80 come 70 ms late for a buffer of 60. In the first second the probe itself
// lost frames: of that second nothing is concealed and nothing discarded.
void CallAudioTest::asHeardMakesNothingUpThatTheProbeLost()
{
    auto packets = tonePackets(100);
    for (const std::size_t late : { 20, 80 })
        packets[late].arrivalMs += 70;
    packets.erase(packets.begin() + 60);
    packets.erase(packets.begin() + 10, packets.begin() + 12);
    std::stable_sort(
        packets.begin(), packets.end(), [](const auto& a, const auto& b) { return a.arrivalMs < b.arrivalMs; });
    StreamMedia media = streamOf(packets);
    media.stream.jitterBuffer = JitterBufferKind::Fixed;
    media.stream.jitterBufferDelay = Milliseconds(60);
    std::vector<QualityPoint> points(4);
    points[0].stream = { {}, 1 }; // another's
    points[1].at = points[3].at = testStart + std::chrono::seconds(1);
    points[2].at = points[0].at = testStart;
    points[0].probeLost = points[2].probeLost = true;
    points[3].stream = { {}, 1 };
    points[3].probeLost = true;
    media.facts = recordingFactsOf({}, media.stream.key, points);

    const CallAudio heard = assembleCallAudio({ media }, Timestamp::max(), Hearing::AsHeard);
    const auto place = [](std::int64_t packet) { return 480 + 160 * packet; };
    QVERIFY((heard.callerLost
        == std::vector<SoundSpan> {
            { place(10), place(12), true }, { place(60), place(61) }, { place(80), place(81) } }));
    QVERIFY(isSilent(heard.caller, static_cast<std::size_t>(place(10)), static_cast<std::size_t>(place(12))));
    QCOMPARE(heard.caller[static_cast<std::size_t>(place(60))], toneSample(59)); // the network's: concealed
    for (int i = 0; i < 100; ++i)
        if (i != 10 && i != 11)
            QCOMPARE(isTone(heard.caller, static_cast<std::size_t>(place(i)), toneSample(i)), i != 60 && i != 80);
    QCOMPARE(texts(heard.notes),
        (std::vector<std::string> { "caller, PCMA: 1 packet too late for the jitter buffer left out",
            "caller, PCMA: 2 packets are missing from seconds in which the probe itself lost frames: silence, and no "
            "loss "
            "of the network" }));

    const CallAudio sent = assembleCallAudio({ media });
    QVERIFY((sent.callerLost == std::vector<SoundSpan> { { 1600, 1920, true }, { 9600, 9760 } }));
    QCOMPARE(sent.caller[1600], toneSample(9));
}

// 30 ms longer at packet 500, in time for a buffer of 40, and short again at 2000. The line climbs and falls packet by
// packet as Ramjee's algorithm 1 has it, written down here once more; every sample is where that puts it.
void CallAudioTest::asHeardFollowsTheAdaptiveLineToTheSample()
{
    constexpr int count = 3500;
    auto packets = tonePackets(count);
    for (int i = 500; i < 2000; ++i)
        packets[static_cast<std::size_t>(i)].arrivalMs += 30;
    StreamMedia media = streamOf(packets);
    media.stream.jitterBuffer = JitterBufferKind::Adaptive;
    media.stream.jitterBufferDelay = Milliseconds(40);
    const CallAudio heard = assembleCallAudio({ media }, Timestamp::max(), Hearing::AsHeard);

    std::vector<std::int16_t> expected;
    float mean = 0;
    float deviation = 0;
    std::int64_t highest = 0;
    for (int i = 0; i < count; ++i) {
        const float delay = i >= 500 && i < 2000 ? 30 : 0;
        mean += 0.001998F * (delay - mean);
        deviation += 0.001998F * (std::fabs(delay - mean) - deviation);
        const float line = mean + std::clamp(4 * deviation, 40.F, 200.F);
        const std::int64_t at = 160 * i + std::llround(static_cast<double>(line) * 8);
        highest = std::max<std::int64_t>(highest, at - 160 * i);
        const std::int16_t tone = toneSample(i);
        const std::int64_t gap = at - static_cast<std::int64_t>(expected.size());
        const std::int16_t before = expected.empty() ? 0 : expected.back();
        for (std::int64_t k = 1; k <= gap; ++k) // nothing before the first packet, a line between two
            expected.push_back(static_cast<std::int16_t>(i == 0 ? 0 : before + (tone - before) * k / (gap + 1)));
        expected.resize(static_cast<std::size_t>(at) + 160, tone);
    }
    QVERIFY(highest > 8 * 65);
    QCOMPARE(heard.caller.size(), expected.size());
    QVERIFY(heard.caller == expected);
    QCOMPARE(heard.notes.size(), 2u); // filled in, skipped
}

void CallAudioTest::timestampsAndSequenceNumbersWrap()
{
    auto packets = tonePackets(50);
    for (auto& packet : packets) {
        packet.sequence = static_cast<std::uint16_t>(packet.sequence + 65536 - 120);
        packet.ticks += 0xffffffff - 5000 - 3000;
    }
    std::swap(packets[19], packets[21]); // around the wrap
    std::swap(packets[19].arrivalMs, packets[21].arrivalMs);
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(50 * 160));
    COMPARE_TONES(audio.caller, 50);
}

void CallAudioTest::bothSidesStayInStep()
{
    auto callee = tonePackets(10);
    for (auto& packet : callee) {
        packet.arrivalMs += 1234;
        packet.ticks += 777777;
        packet.ssrc = 99;
    }
    const CallAudio audio = assembleCallAudio({ streamOf(callee, Party::Callee), streamOf(tonePackets(10)) });
    QCOMPARE(audio.caller.size(), std::size_t(1234 * 8 + 1600));
    QCOMPARE(audio.callee.size(), audio.caller.size());
    QVERIFY(isTone(audio.caller, 0, toneSample(0)));
    QVERIFY(isSilent(audio.caller, 1600, audio.caller.size()));
    QVERIFY(isSilent(audio.callee, 0, 1234 * 8));
    QVERIFY(isTone(audio.callee, 1234 * 8, toneSample(0)));
    QVERIFY(isTone(audio.callee, 1234 * 8 + 9 * 160, toneSample(9)));
}

void CallAudioTest::silenceSuppressedIsSilence()
{
    auto packets = tonePackets(20);
    for (std::size_t i = 10; i < 20; ++i) { // a pause of one second: the numbers go on, the clock counts it
        packets[i].arrivalMs += 1000;
        packets[i].ticks += 8000;
    }
    packets[10].marker = true;
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(20 * 160 + 8000));
    QVERIFY(isTone(audio.caller, 9 * 160, toneSample(9)));
    QVERIFY(isSilent(audio.caller, 1600, 9600));
    QVERIFY(isTone(audio.caller, 9600, toneSample(10)));
}

void CallAudioTest::lostPacketsAreConcealedInTheirPlace()
{
    auto packets = tonePackets(20);
    packets.erase(packets.begin() + 10, packets.begin() + 12);
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(20 * 160));
    QVERIFY(isTone(audio.caller, 9 * 160, toneSample(9)));
    QCOMPARE(audio.caller[1600], toneSample(9)); // a constant goes on as a constant, at full level for 10 ms
    QCOMPARE(audio.caller[1679], toneSample(9));
    QVERIFY(std::abs(audio.caller[1919]) < std::abs(audio.caller[1760])); // then fades
    QVERIFY(audio.caller[1919] != 0);
    QVERIFY((audio.callerLost == std::vector<SoundSpan> { { 1600, 1920 } })); // packets 10 and 11
    QVERIFY(audio.calleeLost.empty());
    QVERIFY(isTone(audio.caller, 12 * 160, toneSample(12)));
    QVERIFY(isTone(audio.caller, 19 * 160, toneSample(19)));
}

static double amplitudeAt(std::span<const std::int16_t> sound, double hertz)
{
    double cosine = 0;
    double sine = 0;
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const double at = 2 * M_PI * hertz * static_cast<double>(i) / 8000;
        cosine += sound[i] * std::cos(at);
        sine += sound[i] * std::sin(at);
    }
    return 2 * std::hypot(cosine, sine) / static_cast<double>(sound.size());
}

void CallAudioTest::telephoneEventsAreTheirTonesAndMoveNothing()
{
    auto packets = tonePackets(30);
    for (std::size_t i = 10; i < 20; ++i) { // RFC 4733 2.5.1.3: every update carries the timestamp of its beginning
        packets[i].payloadType = 101;
        const auto duration = static_cast<unsigned>(160 * (i - 9)); // so far: 20 ms more in each
        packets[i].payload = { std::byte { 5 }, std::byte { 10 }, std::byte(duration >> 8),
            std::byte(duration & 0xff) };
        packets[i].ticks = packets[10].ticks;
        packets[i].marker = i == 10;
    }
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(30 * 160));
    QVERIFY(isTone(audio.caller, 9 * 160, toneSample(9)));
    // Key 5 is 770 and 1336 Hz (ITU-T Q.23). -10 dBm0 in all is -13 for each; a full sine is +3.14 dBm0 (G.711), so an
    // amplitude of 32767 * 10^(-16.15 / 20) = 5104.
    const std::span key(audio.caller.data() + 1600, 1600);
    QVERIFY(std::abs(amplitudeAt(key, 770) - 5104) < 60);
    QVERIFY(std::abs(amplitudeAt(key, 1336) - 5104) < 60);
    for (const double other : { 697.0, 852.0, 941.0, 1209.0, 1477.0, 1633.0 })
        QVERIFY(amplitudeAt(key, other) < 500);
    QVERIFY(isTone(audio.caller, 20 * 160, toneSample(20)));
    QVERIFY(audio.notes.empty());
}

void CallAudioTest::comfortNoiseIsSilence()
{
    auto packets = tonePackets(12);
    packets[10].payloadType = 13;
    packets[10].payload.assign(1, std::byte { 40 });
    packets[11].ticks += 8000;
    packets[11].arrivalMs += 1000;
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(12 * 160 + 8000));
    QVERIFY(isSilent(audio.caller, 1600, 11 * 160 + 8000));
    QVERIFY(isTone(audio.caller, 11 * 160 + 8000, toneSample(11)));
    QVERIFY(audio.notes.empty());
}

void CallAudioTest::holdWithTheClockStandingStillKeepsItsLength()
{
    auto packets = tonePackets(100);
    for (std::size_t i = 50; i < 100; ++i)
        packets[i].arrivalMs += 30000;
    packets[50].marker = true;
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(100 * 160 + 30 * 8000));
    QVERIFY(isTone(audio.caller, 49 * 160, toneSample(49)));
    QVERIFY(isSilent(audio.caller, 50 * 160, 50 * 160 + 30 * 8000));
    QVERIFY(isTone(audio.caller, 50 * 160 + 30 * 8000, toneSample(50)));
}

void CallAudioTest::timestampJumpDoesNotMoveTheSound()
{
    for (const std::uint32_t jump : { 1'000'000u, 0u - 1'000'000u, 0x7fff0000u, 0u - 0x7fff0000u }) {
        auto packets = tonePackets(100);
        for (std::size_t i = 50; i < 100; ++i)
            packets[i].ticks += jump;
        const CallAudio audio = assembleCallAudio({ streamOf(packets) });
        QCOMPARE(audio.caller.size(), std::size_t(100 * 160));
        COMPARE_TONES(audio.caller, 100);
    }
}

void CallAudioTest::oneWrongTimestampMovesNothing()
{
    auto packets = tonePackets(100);
    packets[50].ticks += 500'000;
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(100 * 160));
    COMPARE_TONES(audio.caller, 100);
}

void CallAudioTest::lateBurstIsPutWhereItBelongs()
{
    auto packets = tonePackets(200);
    for (std::size_t i = 80; i < 120; ++i) // 800 ms held up on the way, delivered at once
        packets[i].arrivalMs = 120 * 20;
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(200 * 160));
    COMPARE_TONES(audio.caller, 200);
}

void CallAudioTest::firstPacketsHeldUpTogetherKeepTheCallInStep()
{
    auto packets = tonePackets(100);
    for (std::size_t i = 0; i < 25; ++i)
        packets[i].arrivalMs = 500;
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(100 * 160));
    COMPARE_TONES(audio.caller, 100);
    QVERIFY(audio.start == testStart);
}

void CallAudioTest::delayedFirstPacketAfterAHoldDelaysOnlyItself()
{
    auto packets = tonePackets(100);
    for (std::size_t i = 50; i < 100; ++i)
        packets[i].arrivalMs += 30000;
    packets[50].arrivalMs += 15; // the others tell where it belongs
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(100 * 160 + 30 * 8000));
    QVERIFY(isTone(audio.caller, 50 * 160 + 30 * 8000, toneSample(50)));
    QVERIFY(isTone(audio.caller, 99 * 160 + 30 * 8000, toneSample(99)));
}

void CallAudioTest::talkspurtIsAnchoredFinerThanSpeech()
{
    auto packets = tonePackets(100);
    for (std::size_t i = 50; i < 100; ++i) { // a pause of 1 s of which the sender's clock counts 900 ms
        packets[i].arrivalMs += 1000;
        packets[i].ticks += 7200;
    }
    for (const bool marker : { true, false }) {
        packets[50].marker = marker;
        const CallAudio audio = assembleCallAudio({ streamOf(packets) });
        QVERIFY(isTone(audio.caller, 50 * 160 + (marker ? 8000 : 7200), toneSample(50)));
    }
}

void CallAudioTest::fastClockOfASenderIsKeptInStep()
{
    auto packets = tonePackets(1000);
    for (std::size_t i = 0; i < packets.size(); ++i)
        packets[i].arrivalMs = static_cast<std::int64_t>(i) * 19; // says 20 ms, sends each 19
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QVERIFY(std::abs(static_cast<int>(audio.caller.size()) - 19000 * 8) <= 200 * 8 + 160);
    QCOMPARE(audio.notes.size(), std::size_t(1)); // what was left out is said
    QVERIFY(toText(audio.notes[0]).find("left out to keep both sides in step") != std::string::npos);
    std::set<std::int16_t> sent { 0 };
    for (int i = 0; i < 100; ++i)
        sent.insert(toneSample(i));
    for (const std::int16_t sample : audio.caller) // and nothing was laid over something else
        QVERIFY(sent.count(sample) == 1);
}

void CallAudioTest::lostG729FramesAreTheLibrarysErasures()
{
    const QByteArray bitstream = fileBytes(captureFolder() + "/../codecs/sip-rtp-g729a.g729");
    if (bitstream.isEmpty())
        QSKIP("the G.729 vector is not on this machine: set CALLMON_CAPTURES");
    std::vector<TestPacket> packets;
    std::vector<std::int16_t> expected;
    auto* const channel = initBcg729DecoderChannel();
    for (int i = 0; i < 100; ++i) {
        const bool lost = i == 30 || i == 60 || i == 61;
        const QByteArray payload = bitstream.mid(20 * i, 20);
        for (int frame = 0; frame < 2; ++frame) {
            std::int16_t signal[80];
            bcg729Decoder(channel, lost ? nullptr : reinterpret_cast<const uint8_t*>(payload.constData()) + 10 * frame,
                lost ? 0 : 10, lost, 0, 0, signal);
            expected.insert(expected.end(), signal, signal + 80);
        }
        TestPacket packet = tonePacket(i);
        const Bytes bytes = std::as_bytes(std::span(payload.constData(), 20));
        packet.payload.assign(bytes.begin(), bytes.end());
        packet.payloadType = 18;
        if (!lost)
            packets.push_back(packet);
    }
    closeBcg729DecoderChannel(channel);
    const CallAudio audio = assembleCallAudio({ streamOf(packets, Party::Callee, "G729", 18) });
    QVERIFY(audio.callee == expected);
}

void CallAudioTest::streamsOfOneSideAtOnceAreAdded()
{
    auto announcement = tonePackets(10);
    for (auto& packet : announcement) {
        packet.ssrc = 5;
        packet.payload = tone(3);
    }
    const CallAudio audio = assembleCallAudio({ streamOf(tonePackets(10)), streamOf(announcement) });
    QVERIFY(isTone(audio.caller, 0, static_cast<std::int16_t>(toneSample(0) + toneSample(3))));
    for (auto& packet : announcement)
        packet.payload.assign(160, std::byte { 0xff ^ 0x55 }); // the loudest: 32256
    const CallAudio loud = assembleCallAudio({ streamOf(announcement), streamOf([&] {
                                                  auto other = announcement;
                                                  for (auto& packet : other)
                                                      packet.ssrc = 6;
                                                  return other;
                                              }()) });
    QVERIFY(isTone(loud.caller, 0, 32767));
}

void CallAudioTest::lossAfterAnEventIsNotConcealed()
{
    auto packets = tonePackets(20);
    packets[10].payloadType = 101;
    packets[10].payload = { std::byte { 16 }, {}, {}, std::byte { 160 } }; // hook flash: an event without a tone
    packets.erase(packets.begin() + 11);
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QVERIFY(isTone(audio.caller, 9 * 160, toneSample(9)));
    QVERIFY(isSilent(audio.caller, 1600, 12 * 160));
    QVERIFY(isTone(audio.caller, 12 * 160, toneSample(12)));
}

void CallAudioTest::onePacketFarOutOfSequenceIsLeftOut()
{
    auto packets = tonePackets(50);
    packets.insert(packets.begin() + 25, packets[25]);
    packets[25].sequence = 40000;
    packets[25].payload = tone(90);
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(50 * 160));
    COMPARE_TONES(audio.caller, 50);
    QCOMPARE(texts(audio.notes), std::vector<std::string> { "caller, PCMA: 1 packet far out of sequence left out" });
}

void CallAudioTest::packetLongerThanTheCallIsCut()
{
    TestPacket packet = tonePacket(0);
    packet.payload = tone(0, 8080); // more than a second in a packet, and the call is over at its arrival
    const CallAudio audio = assembleCallAudio({ streamOf({ packet }) });
    QCOMPARE(audio.caller.size(), std::size_t(8000));
    QCOMPARE(audio.notes.size(), std::size_t(1));
}

void CallAudioTest::newNumberingBeginsAtItsArrival()
{
    auto packets = tonePackets(100);
    for (std::size_t i = 50; i < 100; ++i) {
        packets[i].sequence = static_cast<std::uint16_t>(packets[i].sequence + 30000);
        packets[i].ticks += 123456789;
        packets[i].arrivalMs += 500;
    }
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(100 * 160 + 4000));
    QVERIFY(isTone(audio.caller, 49 * 160, toneSample(49)));
    QVERIFY(isSilent(audio.caller, 50 * 160, 50 * 160 + 4000));
    QVERIFY(isTone(audio.caller, 50 * 160 + 4000, toneSample(50)));
    QVERIFY(isTone(audio.caller, 99 * 160 + 4000, toneSample(99)));
}

void CallAudioTest::anotherSourceBeginsAtItsArrival()
{
    auto packets = tonePackets(100);
    for (std::size_t i = 50; i < 100; ++i) {
        packets[i].ssrc = 4321;
        packets[i].ticks = 160 * static_cast<std::uint32_t>(i);
        packets[i].arrivalMs += 40;
    }
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(100 * 160 + 320));
    QVERIFY(isTone(audio.caller, 50 * 160 + 320, toneSample(50)));
}

void CallAudioTest::laterStreamOfTheSameSideBeginsAtItsArrival()
{
    auto later = tonePackets(10);
    for (auto& packet : later) {
        packet.arrivalMs += 5000;
        packet.ssrc = 77;
    }
    const CallAudio audio = assembleCallAudio({ streamOf(tonePackets(10)), streamOf(later) });
    QCOMPARE(audio.caller.size(), std::size_t(40000 + 1600));
    QVERIFY(isTone(audio.caller, 0, toneSample(0)));
    QVERIFY(isSilent(audio.caller, 1600, 40000));
    QVERIFY(isTone(audio.caller, 40000, toneSample(0)));
}

void CallAudioTest::theSameStreamOnTwoPathsIsHeardOnce()
{
    auto copy = tonePackets(50);
    for (auto& packet : copy)
        packet.arrivalMs += 3;
    StreamMedia second = streamOf(copy);
    second.stream.key.index = 1;
    const CallAudio audio = assembleCallAudio({ streamOf(tonePackets(50)), second });
    COMPARE_TONES(audio.caller, 50);
    QCOMPARE(texts(audio.notes),
        std::vector<std::string> { "caller, PCMA (stream 1): the same sound as stream 0 on another path, heard once" });
}

void CallAudioTest::staticPayloadTypeInMidStreamIsDecodedByRfc3551()
{
    auto packets = tonePackets(20);
    for (std::size_t i = 10; i < 20; ++i)
        packets[i].payloadType = 0;
    const CallAudio audio = assembleCallAudio({ streamOf(packets) });
    QCOMPARE(audio.caller.size(), std::size_t(20 * 160));
    QVERIFY(isTone(audio.caller, 9 * 160, toneSample(9)));
    QVERIFY(isTone(audio.caller, 10 * 160, toneSample(10, G711Law::Mu)));
    // The number means what the SDP says where it says so: 8 named PCMU is mu-law.
    const CallAudio renamed = assembleCallAudio({ streamOf(tonePackets(5), Party::Caller, "PCMU", 8) });
    QVERIFY(isTone(renamed.caller, 0, toneSample(0, G711Law::Mu)));
}

void CallAudioTest::undecodedCodecIsSilentAndNamed()
{
    auto packets = tonePackets(50);
    for (auto& packet : packets)
        packet.payloadType = 111;
    StreamMedia opus = streamOf(packets, Party::Callee, "opus", 111);
    opus.stream.key.index = 3;
    const CallAudio audio = assembleCallAudio({ opus, streamOf(tonePackets(50)) });
    COMPARE_TONES(audio.caller, 50);
    QVERIFY(audio.callee == std::vector<std::int16_t>(50 * 160));
    QCOMPARE(texts(audio.notes),
        std::vector<std::string> { "callee, opus: codec opus is not decoded: 50 packets are silence" });
}

void CallAudioTest::hostileTimestampsNeverMakeTheCallLonger()
{
    std::uint32_t random = 1;
    for (int round = 0; round < 50; ++round) {
        std::vector<TestPacket> packets;
        for (int i = 0; i < 100; ++i) {
            random = random * 1664525 + 1013904223;
            packets.push_back(tonePacket(i));
            packets.back().ticks = round % 2 ? random : static_cast<std::uint32_t>(i) * random;
            if (round % 3 == 0)
                packets.back().sequence = static_cast<std::uint16_t>(random >> 16);
        }
        const CallAudio audio = assembleCallAudio({ streamOf(packets) });
        QVERIFY2(audio.caller.size() <= (100 * 20 + 1000) * 8 + TimelineLimits::longestFirstStall * 8000,
            qPrintable(QString::number(audio.caller.size())));
    }
}

void CallAudioTest::nothingRecordedIsNoSound()
{
    QVERIFY(assembleCallAudio({}).caller.empty());
    const CallAudio audio = assembleCallAudio({ streamOf({}) });
    QVERIFY(audio.caller.empty() && audio.callee.empty());
    QCOMPARE(texts(audio.notes), std::vector<std::string> { "caller, PCMA: no sound was recorded" });
}

void CallAudioTest::wavHoldsCallerLeftAndCalleeRight()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("call.wav").toStdString();
    CallAudio audio;
    for (int i = 0; i < 10000; ++i) {
        audio.caller.push_back(static_cast<std::int16_t>(i));
        audio.callee.push_back(static_cast<std::int16_t>(-i));
    }
    QVERIFY(writeWav(audio, path).has_value());
    const QByteArray wav = fileBytes(QString::fromStdString(path));
    // RIFF layout: fmt chunk of PCM, 2 channels, 8000 Hz, 32000 bytes a second, 4 a frame, 16 bits
    QCOMPARE(wav.mid(0, 4), QByteArray("RIFF"));
    QCOMPARE(wav.mid(8, 8), QByteArray("WAVEfmt "));
    QCOMPARE(wav.mid(20, 16), QByteArray::fromHex("01000200401f0000007d000004001000"));
    QCOMPARE(wav.mid(36, 4), QByteArray("data"));
    QCOMPARE(wav.size(), qsizetype(44 + 40000));
    for (int i = 0; i < 10000; ++i) {
        std::int16_t frame[2];
        std::memcpy(frame, wav.constData() + 44 + 4 * i, 4);
        QVERIFY(frame[0] == i && frame[1] == -i);
    }
}

void CallAudioTest::wavThatCannotBeWrittenSaysWhere()
{
    const auto written = writeWav({}, "/nowhere/at/all.wav");
    QVERIFY(!written);
    QVERIFY(written.error().what.find("/nowhere/at/all.wav") != std::string::npos);
}

QTEST_APPLESS_MAIN(CallAudioTest)
#include "tst_call_audio.moc"
