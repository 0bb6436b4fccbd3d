// A payload type that means one codec by an early description and another by a later one, on the same SSRC: each part
// of the sound is decoded by its own.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/records/call_monitor.h"
#include "shared/codecs/call_audio.h"
#include "tests/engine/tracking/sip_script.h"
#include "tests/replay/collecting_sink.h"

#include <cmath>
#include <complex>
#include <numbers>
#include <spandsp.h>

using namespace callmon;

namespace {

const Endpoint callerMedia = scriptHost('A', 10000);
const Endpoint calleeMedia = scriptHost('B', 20000);

TrackerOptions smallOptions()
{
    TrackerOptions options;
    options.maxCalls = 64;
    options.maxStreams = 256;
    options.maxMediaAddresses = 256;
    return options;
}

// One message of the call, with a description in which 96 is `codec`.
void say(TestTraffic& traffic, double ms, char from, const QString& start, int cseq, const QString& codec,
    bool byCallee = false, const QString& more = {})
{
    const bool response = start[0].isDigit();
    const char to = from == 'A' ? 'B' : 'A';
    QString body;
    if (!codec.isEmpty())
        body = QString("v=0\r\no=- 1 1 IN IP4 10.0.0.%1\r\ns=-\r\nc=IN IP4 10.0.0.%1\r\nt=0 0\r\n"
                       "m=audio %2 RTP/AVP 96 97\r\na=rtpmap:96 %3\r\n%4")
                   .arg(from == 'A' ? 1 : 2)
                   .arg(from == 'A' ? 10000 : 20000)
                   .arg(codec, more);
    const QString bob = start == "INVITE" && cseq == 1 ? "<sip:bob@example.org>" : "<sip:bob@example.org>;tag=tb";
    const QString alice = "<sip:alice@example.org>;tag=ta";
    const QString text = (response ? "SIP/2.0 " + start + " Reason" : start + " sip:x@example.org SIP/2.0")
        + QString("\r\nVia: SIP/2.0/UDP host;branch=z9hG4bK%1%2\r\n").arg(cseq).arg(byCallee)
        + "From: " + (byCallee ? bob : alice) + "\r\nTo: " + (byCallee ? alice : bob) + "\r\nCall-ID: call-1\r\n"
        + QString("CSeq: %1 %2\r\n").arg(cseq).arg(start == "ACK" ? "ACK" : "INVITE")
        + "Content-Type: application/sdp\r\nContent-Length: " + QString::number(body.size()) + "\r\n\r\n" + body;
    traffic.add(scriptTime(ms), scriptHost(from, 5060), scriptHost(to, 5060), text.toStdString());
}

std::vector<std::int16_t> tone(double hertz, std::size_t samples)
{
    std::vector<std::int16_t> sound(samples);
    for (std::size_t i = 0; i < samples; ++i)
        sound[i] = static_cast<std::int16_t>(
            std::lround(8000 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / 8000)));
    return sound;
}

std::string g726(const std::vector<std::int16_t>& sound)
{
    std::string bytes(sound.size() / 2, '\0');
    g726_state_t* const state = g726_init(nullptr, 32'000, G726_ENCODING_LINEAR, G726_PACKING_RIGHT);
    g726_encode(state, reinterpret_cast<std::uint8_t*>(bytes.data()), sound.data(), static_cast<int>(sound.size()));
    g726_free(state);
    return bytes;
}

std::string l16(const std::vector<std::int16_t>& sound)
{
    std::string bytes;
    for (const std::int16_t sample : sound) {
        bytes.push_back(static_cast<char>(sample >> 8));
        bytes.push_back(static_cast<char>(sample & 0xff));
    }
    return bytes;
}

// Packets of 20 ms of one SSRC, whose numbers and timestamps go on.
struct Sender {
    TestTraffic& traffic;
    Endpoint from, to;
    std::uint32_t ssrc;
    std::uint16_t sequence = 0;

    void send(double fromMs, const std::string& bytes, std::size_t ofPacket, std::uint8_t type = 96)
    {
        for (std::size_t at = 0; at + ofPacket <= bytes.size(); at += ofPacket) {
            traffic.rtp(fromMs + 20.0 * static_cast<double>(at) / static_cast<double>(ofPacket), from, to,
                { type, sequence, 160u * sequence, ssrc, false }, 0);
            Datagram& datagram = traffic.list().back();
            std::string whole(reinterpret_cast<const char*>(datagram.payload.data()), datagram.payload.size());
            traffic.list().pop_back();
            const double ms = fromMs + 20.0 * static_cast<double>(at) / static_cast<double>(ofPacket);
            traffic.add(scriptTime(ms), from, to, whole + bytes.substr(at, ofPacket));
            ++sequence;
        }
    }
};

struct Heard {
    std::unique_ptr<CollectingSink> sink;
    CallAudio audio;
};

Heard hear(TestTraffic& traffic, Hearing hearing = Hearing::AsSent)
{
    std::ranges::stable_sort(traffic.list(), {}, &Datagram::arrival);
    Heard heard { std::make_unique<CollectingSink>(), {} };
    CallMonitor monitor(smallOptions(), *heard.sink);
    monitor.process(traffic.datagrams());
    monitor.finish();
    std::vector<StreamMedia> media;
    for (const auto& [key, stream] : heard.sink->streams)
        media.push_back({ stream, heard.sink->recorded[key], { heard.sink->call("call-1")->answeredAt } });
    heard.audio = assembleCallAudio(media, Timestamp::max(), hearing);
    return heard;
}

// How much of a second of the sound is a tone of that frequency: 1 for the tone alone (Goertzel).
double share(const std::vector<std::int16_t>& sound, std::uint32_t rate, double fromS, double toS, double hertz)
{
    std::complex<double> sum;
    double power = 0;
    const auto begin = static_cast<std::size_t>(fromS * rate);
    const auto end = std::min(static_cast<std::size_t>(toS * rate), sound.size());
    for (std::size_t i = begin; i < end; ++i) {
        sum += static_cast<double>(sound[i])
            * std::polar(1.0, 2 * std::numbers::pi * hertz * static_cast<double>(i) / rate);
        power += static_cast<double>(sound[i]) * sound[i];
    }
    return power == 0 ? 0 : 2 * std::norm(sum) / (power * static_cast<double>(end - begin));
}

bool isTone(const CallAudio& audio, Party side, double fromS, double toS, double hertz)
{
    const auto& sound = side == Party::Caller ? audio.caller : audio.callee;
    return sound.size() >= static_cast<std::size_t>(toS * audio.sampleRate)
        && share(sound, audio.sampleRate, fromS, toS, hertz) > 0.97;
}

}

class PayloadChangesTest : public QObject {
    Q_OBJECT

private slots:
    void calleesEarlyDescriptionHoldsUntilItsAnswer_data()
    {
        QTest::addColumn<bool>("heard");
        QTest::newRow("as sent") << false;
        QTest::newRow("as heard") << true;
    }

    // 183: 96 is G.726-32. 200: 96 is L16. What the caller sends is one SSRC, its numbers go on.
    void calleesEarlyDescriptionHoldsUntilItsAnswer()
    {
        QFETCH(bool, heard);
        TestTraffic traffic;
        say(traffic, 0, 'A', "INVITE", 1, "PCMU/8000");
        say(traffic, 10, 'B', "183", 1, "G726-32/8000");
        Sender caller { traffic, callerMedia, calleeMedia, 0x11 };
        caller.send(100, g726(tone(500, 16'000)), 80); // to 2100
        say(traffic, 2095, 'B', "200", 1, "L16/8000");
        caller.send(2100, l16(tone(700, 16'000)), 320); // to 4100
        const Heard call = hear(traffic, heard ? Hearing::AsHeard : Hearing::AsSent);
        QCOMPARE(call.sink->streams.size(), std::size_t { 2 });
        const StreamRecord& early = call.sink->streams.begin()->second;
        const StreamRecord& late = std::next(call.sink->streams.begin())->second;
        QCOMPARE(early.codec.str(), std::string("G726-32"));
        QCOMPARE(early.packets, std::uint64_t { 100 });
        QCOMPARE(late.codec.str(), std::string("L16"));
        QCOMPARE(late.packets, std::uint64_t { 100 });
        QVERIFY(late.ssrc == early.ssrc && late.payloadType == 96 && early.payloadType == 96);
        QVERIFY(isTone(call.audio, Party::Caller, 0.3, 1.9, 500));
        QVERIFY(isTone(call.audio, Party::Caller, 2.3, 3.9, 700));
        for (const Sentence& note : call.audio.notes)
            QVERIFY2(toText(note).find("not decoded") == std::string::npos, toText(note).c_str());
    }

    // The last packets of the old codec, under the same number, come behind the answer and behind the first of the new.
    void lateUnderTheSameNumberIsReadByTheOldMeaning_data()
    {
        QTest::addColumn<bool>("heard");
        QTest::newRow("as sent") << false;
        QTest::newRow("as heard") << true;
    }
    void lateUnderTheSameNumberIsReadByTheOldMeaning()
    {
        QFETCH(bool, heard);
        TestTraffic traffic;
        say(traffic, 0, 'A', "INVITE", 1, "PCMU/8000");
        say(traffic, 10, 'B', "183", 1, "G726-32/8000");
        Sender caller { traffic, callerMedia, calleeMedia, 0x11 };
        const std::string old = g726(tone(500, 16'000));
        caller.send(100, old.substr(0, 98 * 80), 80); // to 2060
        Sender late = caller;
        late.send(2125, old.substr(98 * 80), 80); // 65 ms late, behind the new one's first two
        say(traffic, 2095, 'B', "200", 1, "L16/8000");
        caller.sequence = late.sequence;
        caller.send(2100, l16(tone(700, 16'000)), 320);
        const Heard call = hear(traffic, heard ? Hearing::AsHeard : Hearing::AsSent);
        QCOMPARE(call.sink->streams.size(), std::size_t { 2 });
        const StreamRecord& before = call.sink->streams.begin()->second;
        const StreamRecord& after = std::next(call.sink->streams.begin())->second;
        QCOMPARE(before.codec.str(), std::string("G726-32"));
        QCOMPARE(before.packets, std::uint64_t { 100 });
        QCOMPARE(before.lost, std::uint64_t { 0 });
        QCOMPARE(after.codec.str(), std::string("L16"));
        QCOMPARE(after.packets, std::uint64_t { 100 });
        QCOMPARE(after.lost + after.reordered, std::uint64_t { 0 });
        QVERIFY(isTone(call.audio, Party::Caller, 0.3, heard ? 1.9 : 1.99, 500));
        QVERIFY(isTone(call.audio, Party::Caller, 2.3, 3.9, 700));
    }

    // A re-INVITE of the caller: what the callee sends to it means the new codec once the offer is accepted.
    void callersOfferHoldsWhenItIsAccepted_data()
    {
        QTest::addColumn<QString>("status");
        QTest::newRow("accepted") << "200";
        QTest::newRow("rejected") << "488";
    }

    void callersOfferHoldsWhenItIsAccepted()
    {
        QFETCH(QString, status);
        const bool accepted = status == "200";
        TestTraffic traffic;
        say(traffic, 0, 'A', "INVITE", 1, "G726-32/8000");
        say(traffic, 10, 'B', "200", 1, "G726-32/8000");
        say(traffic, 20, 'A', "ACK", 1, {});
        Sender callee { traffic, calleeMedia, callerMedia, 0x22 };
        callee.send(100, g726(tone(500, 16'000)), 80);
        say(traffic, 1500, 'A', "INVITE", 2, "L16/8000"); // half a second in which the old one goes on
        say(traffic, 2095, 'B', status, 2, accepted ? "L16/8000" : QString());
        if (accepted)
            callee.send(2100, l16(tone(700, 16'000)), 320);
        else
            callee.send(2100, g726(tone(700, 16'000)), 80);
        const Heard call = hear(traffic);
        QCOMPARE(call.sink->streams.size(), std::size_t { accepted ? 2u : 1u });
        QCOMPARE(call.sink->streams.begin()->second.packets, std::uint64_t { accepted ? 100u : 200u });
        QVERIFY(isTone(call.audio, Party::Callee, 0.3, 1.9, 500));
        QVERIFY(isTone(call.audio, Party::Callee, 2.3, 3.9, 700));
    }

    // Media that came before any description, and waited, while two came at once: the first is that of its beginning.
    void mediaThatWaitedIsReadByTheDescriptionOfItsTime()
    {
        TestTraffic traffic;
        say(traffic, 0, 'A', "INVITE", 1, "PCMU/8000");
        Sender caller { traffic, scriptHost('A', 11111), calleeMedia, 0x11 }; // behind a NAT
        caller.send(10, g726(tone(500, 16'000)), 80); // to 2010
        say(traffic, 2001, 'B', "183", 1, "G726-32/8000");
        say(traffic, 2009, 'B', "200", 1, "L16/8000");
        caller.send(2010, l16(tone(700, 16'000)), 320);
        const Heard call = hear(traffic);
        QCOMPARE(call.sink->streams.size(), std::size_t { 2 });
        QVERIFY(call.sink->streams.begin()->second.packetsJoinedLater >= 99);
        QVERIFY(isTone(call.audio, Party::Caller, 0.3, 1.8, 500));
        QVERIFY(isTone(call.audio, Party::Caller, 2.3, 3.8, 700));
    }

    // Keys have a number of their own, which changes its meaning without another stream: the record says when.
    void theRecordSaysWhatEveryTypeMeantAndSinceWhen()
    {
        TestTraffic traffic;
        const QString keys = "a=rtpmap:97 telephone-event/8000\r\n";
        say(traffic, 0, 'A', "INVITE", 1, "L16/8000", false, keys);
        say(traffic, 10, 'B', "183", 1, "L16/8000", false, keys);
        Sender caller { traffic, callerMedia, calleeMedia, 0x11 };
        caller.send(100, l16(tone(500, 8000)), 320); // to 1100
        caller.send(1100, std::string("\x05\x8a\x00\xa0", 4), 4, 97);
        caller.send(1120, l16(tone(500, 8000)), 320); // to 2120
        say(traffic, 2110, 'B', "200", 1, "L16/8000", false, "a=rtpmap:97 CN/8000\r\n");
        caller.send(2120, std::string(4, '\x20'), 4, 97); // four bytes, as those of a key
        caller.send(2140, l16(tone(500, 8000)), 320);
        const Heard call = hear(traffic);
        QCOMPARE(call.sink->streams.size(), std::size_t { 1 });
        const StreamRecord& stream = call.sink->streams.begin()->second;
        QCOMPARE(stream.dtmfDigits, 1u);
        QCOMPARE(stream.comfortNoise, 1u);
        const auto ns = [](double ms) { return std::to_string(nanosecondsSinceEpoch(scriptTime(ms))); };
        QCOMPARE(toText(stream.payloads),
            "96=L16/8000@" + ns(100) + " 97=telephone-event/8000@" + ns(1100) + " 97=CN/8000@" + ns(2120));
        QVERIFY(payloadUsesOf(toText(stream.payloads)) == stream.payloads);
        // The key is a tone (5: 770 and 1336 Hz) of 20 ms; the noise is none.
        QVERIFY(share(call.audio.caller, 8000, 1.0, 1.02, 770) > 0.3);
        QVERIFY(share(call.audio.caller, 8000, 2.02, 2.04, 770) < 0.1);
    }

    void meaningsBeyondTheRoomAreCounted()
    {
        PayloadUses uses;
        for (unsigned i = 0; i < PayloadUses::most + 3; ++i)
            uses.add(96, i % 2 == 0 ? "opus" : "L16", { 48'000 }, scriptTime(i));
        QCOMPARE(uses.uses().size(), PayloadUses::most);
        QCOMPARE(uses.leftOut(), 3u);
        const auto back = payloadUsesOf(toText(uses));
        QVERIFY(back && *back == uses);
        QVERIFY(uses.meaningAt(96, scriptTime(-5)) == &uses.uses()[0]);
        QVERIFY(uses.meaningAt(96, scriptTime(1.5)) == &uses.uses()[1]);
        QVERIFY(uses.meaningAt(97, scriptTime(0)) == nullptr);
        for (const char* bad : { "96", "96=", "96=x@1", "96=x/8000", "x=y/8000@1", "96=y/8000@", "+", "+1 96=y/8000@1",
                 "300=y/8000@1", "96=y/8000@1  97=y/8000@1" })
            QVERIFY2(!payloadUsesOf(bad), bad);
    }
};

QTEST_APPLESS_MAIN(PayloadChangesTest)
#include "tst_payload_changes.moc"
