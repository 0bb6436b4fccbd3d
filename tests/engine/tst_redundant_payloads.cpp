// Payloads within payloads (RFC 2198): keys and what is typed in them, whose codec a stream is of, and the sound that
// is made of it, from the wire to what is kept.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/records/call_monitor.h"
#include "shared/codecs/call_audio.h"
#include "tests/engine/tracking/sip_script.h"
#include "tests/replay/collecting_sink.h"

#include <cmath>

using namespace callmon;

namespace {

const Endpoint caller = scriptHost('A', 10000);
const Endpoint callee = scriptHost('B', 20000);

std::string big(std::uint32_t value, int count)
{
    std::string bytes;
    for (int i = count - 1; i >= 0; --i)
        bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    return bytes;
}

std::string packet(std::uint8_t type, std::uint16_t sequence, std::uint32_t sent, const std::string& payload)
{
    return big(0x80, 1) + big(type, 1) + big(sequence, 2) + big(sent, 4) + big(0x11, 4) + payload;
}

struct Block {
    std::uint8_t type;
    std::uint32_t behind;
    std::string payload;
};

// RFC 2198 3
std::string red(const std::vector<Block>& redundant, std::uint8_t type, const std::string& primary)
{
    std::string headers;
    std::string data;
    for (const Block& block : redundant) {
        headers +=
            big(0x80u | block.type, 1) + big(block.behind << 10 | static_cast<std::uint32_t>(block.payload.size()), 3);
        data += block.payload;
    }
    return headers + big(type, 1) + data + primary;
}

std::string keyEvent(int key, std::uint32_t duration, bool end = false)
{
    return big(static_cast<std::uint32_t>(key), 1) + big(end ? 0x8a : 0x0a, 1) + big(duration, 2);
}

struct Run {
    CollectingSink sink;
    std::vector<NamedCounter> counters;

    const StreamRecord& stream() const { return sink.streams.begin()->second; }
    std::string recorded() const
    {
        const auto& bytes = sink.recorded.begin()->second;
        return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
    }
    bool keeps(const std::string& part) const { return recorded().find(part) != std::string::npos; }
    std::uint64_t counter(std::string_view name) const
    {
        const auto found = std::ranges::find(counters, name, &NamedCounter::name);
        return found == counters.end() ? 0 : found->value;
    }
};

// A call in which the caller's packets are those of `packets`, with their milliseconds.
struct Scenario {
    TestTraffic traffic;

    Scenario(const QString& media)
    {
        for (const bool answer : { false, true }) {
            const QString body =
                QString("v=0\r\no=- 1 1 IN IP4 10.0.0.%1\r\ns=-\r\nc=IN IP4 10.0.0.%1\r\nt=0 0\r\n").arg(answer ? 2 : 1)
                + QString(media).arg(answer ? 20000 : 10000);
            const QString text = QString(answer ? "SIP/2.0 200 OK" : "INVITE sip:bob@example.org SIP/2.0")
                + "\r\nVia: SIP/2.0/UDP host;branch=z9hG4bK1\r\nFrom: <sip:alice@example.org>;tag=a\r\n"
                  "To: <sip:bob@example.org>"
                + (answer ? ";tag=b" : "")
                + "\r\nCall-ID: call-1\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\nContent-Length: "
                + QString::number(body.size()) + "\r\n\r\n" + body;
            const Endpoint a = scriptHost('A', 5060);
            const Endpoint b = scriptHost('B', 5060);
            traffic.add(scriptTime(answer ? 50 : 0), answer ? b : a, answer ? a : b, text.toStdString());
        }
    }
    void send(double ms, const std::string& bytes) { traffic.add(scriptTime(ms), caller, callee, bytes); }

    std::unique_ptr<Run> run(DigitsKept digits)
    {
        TrackerOptions options;
        options.maxCalls = 16;
        options.maxStreams = 64;
        options.maxMediaAddresses = 64;
        options.rtp.digits = digits;
        auto run = std::make_unique<Run>();
        CallMonitor monitor(options, run->sink);
        monitor.process(traffic.datagrams());
        monitor.finish();
        run->counters = monitor.counters();
        return run;
    }
};

const QString audio = "m=audio %1 RTP/AVP 8 99 101\r\na=rtpmap:99 red/8000\r\na=fmtp:99 8/101\r\n"
                      "a=rtpmap:101 telephone-event/8000\r\n";
const QString text = "m=text %1 RTP/AVP 98 100\r\na=rtpmap:98 t140/1000\r\na=rtpmap:100 red/1000\r\n";

std::string speech(int number)
{
    std::string samples;
    for (int i = 0; i < 160; ++i)
        samples += static_cast<char>(0xd5 ^ (0x20 + (number * 7 + i) % 16)); // A-law, quiet, each packet another
    return samples;
}

constexpr DigitsKept kept[] { DigitsKept::Count, DigitsKept::Masked, DigitsKept::Store };

}

class RedundantPayloadsTest : public QObject {
    Q_OBJECT

private slots:
    // The packet of RFC 2833 3.14, and the ones that its sender would have sent around it.
    void keysCountOnceHoweverOftenTheyAreRepeated()
    {
        for (const DigitsKept digits : kept) {
            Scenario call(audio);
            std::uint16_t sequence = 0;
            for (int update = 1; update <= 4; ++update)
                call.send(100 + 50 * update, packet(99, ++sequence, 0, red({}, 101, keyEvent(9, 400u * update))));
            for (int update = 1; update <= 5; ++update)
                call.send(900 + 50 * update,
                    packet(99, ++sequence, 6400,
                        red({ { 101, 6400, keyEvent(9, 1600, true) } }, 101, keyEvent(1, 400u * update))));
            for (int update = 1; update <= 4; ++update)
                call.send(1500 + 50 * update,
                    packet(99, ++sequence, 11'200,
                        red({ { 101, 11'200, keyEvent(9, 1600, true) }, { 101, 4800, keyEvent(1, 2000, true) } }, 101,
                            keyEvent(1, 400u * update))));
            const auto run = call.run(digits);
            QCOMPARE(run->sink.streams.size(), std::size_t { 1 });
            QCOMPARE(run->stream().dtmfDigits, 3u);
            QCOMPARE(run->stream().packets, std::uint64_t { 13 });
            QCOMPARE(run->stream().lost, std::uint64_t { 0 });
            QCOMPARE(run->stream().dtmf.str(),
                std::string(digits == DigitsKept::Masked ? "***"
                        : digits == DigitsKept::Store    ? "911"
                                                         : ""));
            const bool masked = digits == DigitsKept::Masked;
            for (const auto& key :
                { keyEvent(9, 1600, true), keyEvent(1, 2000, true), keyEvent(1, 400), keyEvent(9, 400) })
                QCOMPARE(run->keeps(key), !masked);
            QCOMPARE(run->keeps(keyEvent(10, 1600, true)), masked); // where it was, the key '*'
        }
    }

    void keyWhosePacketsAreAllLostIsToldByTheOneBehind()
    {
        Scenario call(audio);
        call.send(100, packet(99, 1, 0, red({}, 101, keyEvent(4, 800, true))));
        call.send(900, packet(99, 4, 6400, red({ { 101, 3200, keyEvent(7, 800, true) } }, 101, keyEvent(2, 400))));
        const auto run = call.run(DigitsKept::Store);
        QCOMPARE(run->stream().dtmf.str(), std::string("472"));
        QCOMPARE(run->stream().lost, std::uint64_t { 2 }); // of the network, all the same
    }

    // RFC 4733 2.6: beside audio. Speech stays as it is, also where it has bytes that would be keys.
    void keysBesideSpeechAreBlankedAlone()
    {
        for (const DigitsKept digits : kept) {
            Scenario call(audio);
            const std::string quiet(160, '\x05');
            for (int i = 0; i < 100; ++i)
                call.send(100 + 20 * i,
                    packet(99, static_cast<std::uint16_t>(i), 160u * static_cast<std::uint32_t>(i),
                        i < 50 ? red({ { 8, 160, quiet } }, 8, quiet)
                               : red({ { 101, 160u * static_cast<std::uint32_t>(i - 50), keyEvent(6, 800, true) },
                                         { 8, 160, quiet } },
                                   8, quiet)));
            const auto run = call.run(digits);
            QCOMPARE(run->stream().codec.str(), std::string("PCMA")); // the primary's
            QCOMPARE(run->stream().payloadType, std::uint8_t { 8 });
            QCOMPARE(run->stream().dtmfDigits, 1u);
            QVERIFY(run->stream().ptime && std::abs(run->stream().ptime->count() - 20) < 1e-9);
            QVERIFY(run->stream().mosMean && *run->stream().mosMean > 4.3); // of G.711 without loss
            QCOMPARE(run->keeps(keyEvent(6, 800, true)), digits != DigitsKept::Masked);
            QVERIFY(run->keeps(quiet + quiet));
        }
    }

    // A number that no description names: a row of events is told by its looks.
    void keysOfUndescribedTypesAreBlankedAndCounted()
    {
        for (const DigitsKept digits : kept) {
            Scenario call(audio);
            call.send(100, packet(110, 1, 0, keyEvent(3, 800, true)));
            call.send(200, packet(111, 2, 6400, red({ { 110, 3200, keyEvent(8, 800, true) } }, 110, keyEvent(2, 480))));
            const auto run = call.run(digits);
            QVERIFY(run->stream().dtmfDigits >= 1);
            for (const std::string& key : { keyEvent(3, 800, true), keyEvent(8, 800, true), keyEvent(2, 480) })
                QCOMPARE(run->keeps(key), digits != DigitsKept::Masked);
        }
    }

    // What cannot be told is not kept where keys may be in it.
    void unreadableBlocksAreCountedAndBlanked()
    {
        for (const DigitsKept digits : kept) {
            Scenario call(audio);
            const std::string broken = big(0x80u | 101, 1) + big(160u << 10 | 900u, 3) + big(101, 1) + keyEvent(5, 160);
            call.send(100, packet(99, 1, 0, broken));
            call.send(120, packet(99, 2, 160, red({}, 99, keyEvent(5, 160)))); // one in another
            call.send(140, packet(99, 3, 320, ""));
            const auto run = call.run(digits);
            QCOMPARE(run->counter("rtp_redundancy_unreadable"), std::uint64_t { 2 });
            QCOMPARE(run->stream().packets, std::uint64_t { 3 });
            QCOMPARE(run->keeps(keyEvent(5, 160)), digits != DigitsKept::Masked);
        }
    }

    // RFC 3711 encrypts what is in a packet, the headers of its blocks with it: nothing of it is looked into.
    void encryptedBlocksAreLeftAlone()
    {
        for (const DigitsKept digits : kept) {
            Scenario call("m=audio %1 RTP/SAVP 99 8\r\na=rtpmap:99 red/8000\r\n"
                          "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\r\n");
            std::uint32_t noise = 1;
            std::string last;
            for (std::uint32_t i = 0; i < 100; ++i) {
                last.clear();
                for (int k = 0; k < 170; ++k)
                    last += static_cast<char>((noise = noise * 1103515245 + 12345) >> 16);
                call.send(100 + 20 * i, packet(99, static_cast<std::uint16_t>(i), 160 * i, last));
            }
            const auto run = call.run(digits);
            QCOMPARE(run->sink.streams.size(), std::size_t { 1 });
            QCOMPARE(run->stream().codec.str(), std::string("red"));
            QCOMPARE(run->stream().dtmfDigits, 0u);
            QVERIFY(run->stream().secure && run->keeps(last));
            QVERIFY(run->stream().ptime && !run->stream().mosMean);
            QCOMPARE(run->counter("rtp_redundancy_unreadable"), std::uint64_t { 0 });
        }
    }

    // RFC 4103 5.2: T.140 in both of a packet's blocks.
    void typedDigitsAreBlanked()
    {
        for (const DigitsKept digits : kept) {
            Scenario call(text);
            call.send(100, packet(98, 1, 0, "card 4929"));
            call.send(400, packet(100, 2, 300, red({ { 98, 300, "card 4929" } }, 98, " 1234 \xc3\xa9")));
            const auto run = call.run(digits);
            const bool masked = digits == DigitsKept::Masked;
            for (const std::string typed : { "4929", "1234" })
                QCOMPARE(run->keeps(typed), !masked);
            QVERIFY(run->keeps(masked ? " **** \xc3\xa9" : " 1234 \xc3\xa9"));
            QVERIFY(run->keeps("card "));
            QCOMPARE(run->stream().codec.str(), std::string("t140"));
        }
    }

    // Of the sound nothing is lost when the packet behind a loss repeats what was in it.
    void lossIsHeardAsItWasWhenThePacketBehindRepeatsIt()
    {
        const auto sound = [](bool lossy, Hearing hearing) {
            Scenario call(audio);
            for (int i = 0; i < 100; ++i) {
                const auto sent = 160u * static_cast<std::uint32_t>(i);
                std::vector<Block> before;
                for (int back = std::min(i, 2); back > 0; --back)
                    before.push_back({ 8, 160u * static_cast<std::uint32_t>(back), speech(i - back) });
                if (!lossy || (i % 10 != 4 && i % 10 != 5)) // two in a row, and more than that would not be mended
                    call.send(100 + 20 * i, packet(99, static_cast<std::uint16_t>(i), sent, red(before, 8, speech(i))));
            }
            const auto run = call.run(DigitsKept::Masked);
            if (run->stream().lost != (lossy ? 20u : 0u))
                qFatal("lost %llu", static_cast<unsigned long long>(run->stream().lost));
            std::vector<StreamMedia> media;
            for (const auto& [key, stream] : run->sink.streams)
                media.push_back({ stream, run->sink.recorded[key], { run->sink.call("call-1")->answeredAt } });
            return assembleCallAudio(media, Timestamp::max(), hearing);
        };
        for (const Hearing hearing : { Hearing::AsSent, Hearing::AsHeard }) {
            const CallAudio whole = sound(false, hearing);
            const CallAudio mended = sound(true, hearing);
            QVERIFY(whole.caller.size() >= 16'000);
            QCOMPARE(mended.caller, whole.caller);
            QVERIFY(mended.callerLost.empty());
            QVERIFY(std::ranges::any_of(whole.caller, [](int sample) { return sample != 0; }));
        }
    }

    void keysInItAreHeardOnce()
    {
        // `lost`: the key's own packets, so that only those behind it tell of it.
        const auto sound = [](bool redundant, bool lost, bool repeated = true) {
            Scenario call(audio);
            for (int i = 0; i < 100; ++i) {
                const auto sent = 160u * static_cast<std::uint32_t>(i);
                const auto number = static_cast<std::uint16_t>(i);
                if (i < 50 || i >= 60)
                    call.send(100 + 20 * i,
                        packet(redundant ? 99 : 8, number, sent,
                            redundant && repeated && i >= 60 && i < 80
                                ? red({ { 101, sent - 8000, keyEvent(6, 1600, true) } }, 8, speech(i))
                                : redundant ? red({}, 8, speech(i))
                                            : speech(i)));
                else if (!lost)
                    call.send(100 + 20 * i,
                        packet(redundant ? 99 : 101, number, 8000,
                            redundant ? red({}, 101, keyEvent(6, 160u * static_cast<std::uint32_t>(i - 49)))
                                      : keyEvent(6, 160u * static_cast<std::uint32_t>(i - 49))));
            }
            const auto run = call.run(DigitsKept::Store);
            std::vector<StreamMedia> media;
            for (const auto& [key, stream] : run->sink.streams)
                media.push_back({ stream, run->sink.recorded[key], { run->sink.call("call-1")->answeredAt } });
            return assembleCallAudio(media);
        };
        const CallAudio plain = sound(false, false);
        QCOMPARE(sound(true, false).caller, plain.caller);
        const CallAudio told = sound(true, true);
        const CallAudio untold = sound(true, true, false); // nothing but what is made up for the loss
        QVERIFY(told.caller.size() >= 9600 && told.caller.size() == untold.caller.size());
        for (std::size_t i = 8000; i < 9600; ++i) // of 200 ms, a second after the first packet
            QCOMPARE(told.caller[i] - untold.caller[i], int { plain.caller[i] });
        QVERIFY(std::any_of(plain.caller.begin() + 8000, plain.caller.begin() + 9600, [](int s) { return s != 0; }));
    }
};

QTEST_APPLESS_MAIN(RedundantPayloadsTest)
#include "tst_redundant_payloads.moc"
