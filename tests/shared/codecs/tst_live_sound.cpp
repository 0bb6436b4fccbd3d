// The sound of a call that is on is, piece by piece, that of the whole call.
#include <QTest>

#include "recorded_media.h"
#include "shared/codecs/live_sound.h"

#include <map>
#include <random>

using namespace callmon;
using namespace callmon::test;
using namespace std::chrono_literals;

namespace {

struct Side {
    std::vector<TestPacket> packets;
    Party direction = Party::Caller;
    const char* codec = "PCMA";
    std::uint8_t type = 8;
};

std::vector<std::byte> speech(std::mt19937& random, std::size_t size)
{
    std::vector<std::byte> bytes(size);
    for (std::byte& each : bytes)
        each = static_cast<std::byte>(random());
    return bytes;
}

// One packet each 20 ms from `begin` on, in order of their numbers.
std::vector<TestPacket> talk(std::mt19937& random, std::int64_t begin, int count, std::size_t bytes, std::uint8_t type)
{
    std::vector<TestPacket> packets;
    for (int i = 0; i < count; ++i) {
        TestPacket packet;
        packet.arrivalMs = begin + 20 * i;
        packet.sequence = static_cast<std::uint16_t>(65'500 + i); // wraps
        packet.ticks = static_cast<std::uint32_t>(4'294'960'000U + 160U * static_cast<unsigned>(i));
        packet.payload = speech(random, bytes);
        packet.payloadType = type;
        packets.push_back(packet);
    }
    return packets;
}

void arriveInOrder(std::vector<TestPacket>& packets)
{
    std::ranges::stable_sort(packets, {}, &TestPacket::arrivalMs);
}

struct Live {
    CallAudio audio; // all pieces
    int pieces = 0;
    std::int64_t longestBehind = 0; // ms: of what was not given yet when the newest packet was there
    bool inStep = true;
    std::vector<Sentence> notes;
};

// As the recording gives it: each stream in chunks of a second, each a second and a tick after its first packet.
Live listen(const std::vector<StreamMedia>& media, Hearing hearing = Hearing::AsSent)
{
    struct Chunk {
        Timestamp due;
        std::size_t stream;
        std::vector<std::byte> bytes;
    };
    std::vector<Chunk> chunks;
    for (std::size_t i = 0; i < media.size(); ++i) {
        MediaReader reader(media[i].bytes);
        Timestamp first {};
        while (const auto packet = reader.next()) {
            if (chunks.empty() || chunks.back().stream != i || packet->arrival - first >= 1s) {
                first = packet->arrival;
                chunks.push_back({ first + 1100ms, i, {} });
            }
            record(chunks.back().bytes, packet->arrival, packet->datagram);
        }
    }
    std::ranges::stable_sort(chunks, {}, &Chunk::due);
    Live live;
    live.audio.sampleRate = 0;
    LiveSound sound(hearing);
    std::vector<QualityPoint> blind;
    for (const StreamMedia& one : media) {
        for (const Timestamp at : one.facts.blindSeconds) {
            blind.emplace_back().stream = one.stream.key;
            blind.back().at = at;
            blind.back().probeLost = true;
        }
    }
    std::ranges::sort(blind, {}, &QualityPoint::at);
    auto toldUpTo = blind.begin();
    if (media[0].facts.answeredAt)
        sound.setAnsweredAt(*media[0].facts.answeredAt);
    Timestamp newest {};
    const auto take = [&](const CallAudio& piece) {
        if (live.pieces++ == 0) {
            live.audio.start = piece.start;
            live.audio.sampleRate = piece.sampleRate;
        }
        const auto at = static_cast<std::int64_t>(live.audio.caller.size()) * 1'000'000'000 / piece.sampleRate;
        live.inStep = live.inStep && piece.start == live.audio.start + Nanoseconds(at)
            && piece.caller.size() == piece.callee.size() && piece.caller.size() <= piece.sampleRate;
        live.audio.caller.insert(live.audio.caller.end(), piece.caller.begin(), piece.caller.end());
        live.audio.callee.insert(live.audio.callee.end(), piece.callee.begin(), piece.callee.end());
    };
    for (const Chunk& chunk : chunks) {
        sound.begin(media[chunk.stream].stream);
        MediaReader reader(chunk.bytes);
        while (const auto packet = reader.next())
            newest = std::max(newest, packet->arrival);
        auto known = toldUpTo; // seconds that are over: a tick after their end at most
        while (known != blind.end() && known->at + 1100ms <= newest)
            ++known;
        sound.see({ toldUpTo, known });
        toldUpTo = known;
        sound.add(media[chunk.stream].stream.key, chunk.bytes);
        sound.take(take);
        if (live.pieces > 0) {
            const auto given = static_cast<std::int64_t>(live.audio.caller.size()) * 1000 / live.audio.sampleRate;
            const auto behind =
                std::chrono::duration_cast<std::chrono::milliseconds>(newest - live.audio.start).count();
            live.longestBehind = std::max(live.longestBehind, behind - given);
        }
    }
    sound.see({ toldUpTo, blind.end() });
    sound.finish(take);
    live.notes = sound.notes();
    return live;
}

std::vector<StreamMedia> mediaOf(std::vector<Side> sides)
{
    std::vector<StreamMedia> media;
    for (Side& side : sides) {
        arriveInOrder(side.packets);
        media.push_back(streamOf(side.packets, side.direction, side.codec, side.type));
        media.back().stream.key.index = static_cast<std::uint32_t>(media.size() - 1);
    }
    return media;
}

}

class LiveSoundTest : public QObject {
    Q_OBJECT

private slots:
    void isSampleForSampleThatOfTheWholeCall_data()
    {
        QTest::addColumn<QString>("what");
        for (const char* what : { "plain", "jitter", "loss", "reordered", "copies", "late burst", "hold", "jump",
                 "keys", "restart", "stray", "first packets held up", "later stream", "g729", "g722" })
            QTest::newRow(what) << QString(what);
    }

    void isSampleForSampleThatOfTheWholeCall()
    {
        QFETCH(QString, what);
        std::mt19937 random(11);
        Side caller { talk(random, 3, 600, 160, 8) }, callee { talk(random, 250, 560, 160, 8), Party::Callee };
        std::vector<TestPacket>& packets = caller.packets;
        std::vector<Side> more;
        if (what == "jitter") {
            for (TestPacket& packet : packets)
                packet.arrivalMs += static_cast<std::int64_t>(random() % 90);
        } else if (what == "loss") {
            std::erase_if(packets, [&](const TestPacket& packet) { return packet.sequence % 7 == 3; });
            packets.erase(packets.begin() + 200, packets.begin() + 220);
        } else if (what == "reordered") {
            for (std::size_t i = 5; i + 1 < packets.size(); i += 9)
                std::swap(packets[i].arrivalMs, packets[i + 1].arrivalMs);
            packets[300].arrivalMs += 450;
        } else if (what == "copies") {
            for (std::size_t i = 0; i < 700; i += 3) {
                packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(i), packets[i]);
                packets[i + 1].arrivalMs += 7;
            }
        } else if (what == "late burst") { // a bridge that stood still for 400 ms
            for (std::size_t i = 250; i < 270; ++i)
                packets[i].arrivalMs = packets[270].arrivalMs;
        } else if (what == "hold") { // the sender's clock stands still for five seconds
            for (std::size_t i = 300; i < packets.size(); ++i)
                packets[i].arrivalMs += 5000;
            packets[300].marker = true;
        } else if (what == "jump") {
            for (std::size_t i = 300; i < packets.size(); ++i)
                packets[i].ticks += 8000 * 60;
        } else if (what == "keys") {
            for (std::size_t i = 300; i < 310; ++i) {
                packets[i].payloadType = 101;
                packets[i].ticks = packets[300].ticks;
                packets[i].payload = { std::byte { 5 }, std::byte { 10 }, std::byte(160 * (i - 299) >> 8),
                    std::byte(160 * (i - 299) & 0xff) };
            }
        } else if (what == "restart") {
            for (std::size_t i = 300; i < packets.size(); ++i) {
                packets[i].sequence = static_cast<std::uint16_t>(packets[i].sequence + 20'000);
                packets[i].ticks += 77'777;
            }
            for (std::size_t i = 450; i < packets.size(); ++i)
                packets[i].ssrc = 0x777;
        } else if (what == "stray") {
            packets[300].sequence = static_cast<std::uint16_t>(packets[300].sequence + 30'000);
        } else if (what == "first packets held up") {
            for (std::size_t i = 0; i < 30; ++i)
                packets[i].arrivalMs = packets[30].arrivalMs;
        } else if (what == "later stream") {
            more.push_back({ talk(random, 5000, 300, 160, 8), Party::Caller });
            for (TestPacket& packet : more.back().packets)
                packet.ssrc = 0x99;
        } else if (what == "g729") {
            packets = talk(random, 3, 600, 20, 18);
            caller.codec = "G729";
            caller.type = 18;
            packets.erase(packets.begin() + 200, packets.begin() + 210);
        } else if (what == "g722") {
            packets = talk(random, 3, 600, 160, 9);
            caller.codec = "G722";
            caller.type = 9;
        }
        std::vector<Side> sides { caller, callee };
        sides.insert(sides.end(), more.begin(), more.end());
        const auto media = mediaOf(sides);

        const CallAudio whole = assembleCallAudio(media);
        const Live live = listen(media);
        QVERIFY(live.inStep);
        QVERIFY(live.pieces > 8);
        QCOMPARE(live.audio.sampleRate, whole.sampleRate);
        QVERIFY(live.audio.start == whole.start);
        QCOMPARE(live.audio.caller.size(), whole.caller.size());
        for (const auto side : { &CallAudio::caller, &CallAudio::callee }) {
            const auto differs = std::ranges::mismatch(live.audio.*side, whole.*side).in1 - (live.audio.*side).begin();
            QCOMPARE(static_cast<std::size_t>(differs), (whole.*side).size());
        }
        if (what == "plain" || what == "jitter")
            QVERIFY2(live.longestBehind <= 1700, qPrintable(QString::number(live.longestBehind)));
    }

    void asHeardItIsSampleForSampleThatOfTheWholeCallToo_data()
    {
        QTest::addColumn<bool>("fixed");
        QTest::addColumn<QString>("codec");
        QTest::newRow("fixed") << true << "PCMA";
        QTest::newRow("adaptive") << false << "PCMA";
        QTest::newRow("adaptive, G.729") << false << "G729";
    }

    // Delays up to 90 ms and some up to 300, losses, a restart, and an answer at which the timestamps jump.
    void asHeardItIsSampleForSampleThatOfTheWholeCallToo()
    {
        QFETCH(bool, fixed);
        QFETCH(QString, codec);
        const bool pcma = codec == QStringLiteral("PCMA");
        std::mt19937 random(12);
        Side caller { talk(random, 3, 600, pcma ? 160 : 20, pcma ? 8 : 18), Party::Caller, pcma ? "PCMA" : "G729",
            static_cast<std::uint8_t>(pcma ? 8 : 18) };
        Side callee { talk(random, 250, 560, 160, 8), Party::Callee };
        for (std::size_t i = 0; i < 600; ++i) {
            TestPacket& packet = caller.packets[i];
            packet.arrivalMs += static_cast<std::int64_t>(random() % (i > 0 && random() % 20 == 0 ? 300 : 40));
            packet.ticks -= i >= 250 ? 1200 : 0; // 150 ms
            if (i >= 450)
                packet.sequence = static_cast<std::uint16_t>(packet.sequence + 20'000);
        }
        std::erase_if(caller.packets, [&](const TestPacket&) { return random() % 30 == 0; });
        for (std::size_t i = 0; i < caller.packets.size(); i += 3) { // late ones, too
            caller.packets.insert(caller.packets.begin() + static_cast<std::ptrdiff_t>(i), caller.packets[i]);
            caller.packets[i + 1].arrivalMs += 7;
        }
        auto media = mediaOf({ caller, callee });
        for (StreamMedia& one : media) {
            one.stream.jitterBuffer = fixed ? JitterBufferKind::Fixed : JitterBufferKind::Adaptive;
            one.facts.answeredAt = testStart + std::chrono::milliseconds(20 * 250 + 3);
        }
        const CallAudio whole = assembleCallAudio(media, Timestamp::max(), Hearing::AsHeard);
        QVERIFY(whole.caller != assembleCallAudio(media).caller);
        const Live live = listen(media, Hearing::AsHeard);
        QVERIFY(live.inStep && live.audio.start == whole.start);
        QCOMPARE(live.audio.caller.size(), whole.caller.size());
        for (const auto side : { &CallAudio::caller, &CallAudio::callee }) {
            const auto differs = std::ranges::mismatch(live.audio.*side, whole.*side).in1 - (live.audio.*side).begin();
            QCOMPARE(static_cast<std::size_t>(differs), (whole.*side).size());
        }
    }

    void whatTheProbeLostIsTreatedAsInTheRecording_data()
    {
        QTest::addColumn<bool>("heard");
        QTest::newRow("as sent") << false;
        QTest::newRow("as heard") << true;
    }

    // Losses and late packets, some in seconds in which the probe lost frames itself: of these nothing is made up as
    // heard, and nothing is discarded.
    void whatTheProbeLostIsTreatedAsInTheRecording()
    {
        QFETCH(bool, heard);
        const Hearing hearing = heard ? Hearing::AsHeard : Hearing::AsSent;
        std::mt19937 random(7);
        Side side { talk(random, 0, 600, 160, 8) };
        for (std::size_t i = 50; i < 600; i += 30)
            side.packets[i].arrivalMs += 250;
        for (std::size_t i = 590; i > 100; i -= 45)
            side.packets.erase(side.packets.begin() + static_cast<std::ptrdiff_t>(i),
                side.packets.begin() + static_cast<std::ptrdiff_t>(i + 3));
        auto media = mediaOf({ side });
        const CallAudio notBlind = assembleCallAudio(media, Timestamp::max(), hearing);
        for (const int second : { 2, 3, 4, 7, 11 })
            media[0].facts.blindSeconds.push_back(testStart + std::chrono::seconds(second));
        const CallAudio whole = assembleCallAudio(media, Timestamp::max(), hearing);
        QCOMPARE(whole.caller != notBlind.caller, heard);
        const Live live = listen(media, hearing);
        QCOMPARE(live.audio.caller.size(), whole.caller.size());
        const auto differs = std::ranges::mismatch(live.audio.caller, whole.caller).in1 - live.audio.caller.begin();
        QCOMPARE(static_cast<std::size_t>(differs), whole.caller.size());
        const auto said = [](const std::vector<Sentence>& notes) {
            for (const Sentence& note : notes)
                if (const std::string text = toText(note); text.find("probe") != std::string::npos)
                    return text.substr(0, text.find(" packets"));
            return std::string();
        };
        QVERIFY(!said(whole.notes).empty());
        QCOMPARE(said(live.notes), said(whole.notes));
    }

    void theSameStreamOnTwoPathsIsHeardOnce()
    {
        std::mt19937 random(5);
        const Side one { talk(random, 3, 300, 160, 8) };
        Side other = one;
        for (TestPacket& packet : other.packets)
            packet.arrivalMs += 2;
        const auto media = mediaOf({ one, other });
        const Live live = listen(media);
        QVERIFY(live.audio.caller == assembleCallAudio(media).caller);
    }

    void whatComesTooLateIsLeftOutAndSaid()
    {
        std::mt19937 random(5);
        Side side { talk(random, 0, 400, 160, 8) };
        side.packets[100].arrivalMs += 1900;
        const auto media = mediaOf({ side });
        LiveSound sound;
        sound.begin(media[0].stream);
        MediaReader reader(media[0].bytes);
        std::size_t given = 0;
        while (const auto packet = reader.next()) {
            std::vector<std::byte> bytes;
            record(bytes, packet->arrival, packet->datagram);
            sound.add(media[0].stream.key, bytes);
            sound.take([&](const CallAudio& piece) { given += piece.caller.size(); });
        }
        sound.finish([&](const CallAudio& piece) { given += piece.caller.size(); });
        QCOMPARE(given, std::size_t { 400 * 160 });
        QCOMPARE(sound.notes().size(), std::size_t { 1 });
    }

    // A gap in the media of hours, or a clock that was set, neither fills the memory nor takes forever.
    void aClockThatWasSetIsNoPauseOfAYear()
    {
        std::mt19937 random(5);
        Side side { talk(random, 0, 100, 160, 8) };
        for (std::size_t i = 50; i < 100; ++i)
            side.packets[i].arrivalMs += 365LL * 86'400'000;
        const auto media = mediaOf({ side });
        LiveSound sound;
        sound.begin(media[0].stream);
        sound.add(media[0].stream.key, media[0].bytes);
        std::uint64_t given = 0;
        sound.finish([&](const CallAudio& piece) { given += piece.caller.size(); });
        QVERIFY(given > 0);
        QVERIFY2(given <= 10 * 8000, qPrintable(QString::number(given)));
    }

    void nothingHeardIsNoSound()
    {
        LiveSound sound;
        int pieces = 0;
        sound.add({}, {});
        sound.take([&](const CallAudio&) { ++pieces; });
        sound.finish([&](const CallAudio&) { ++pieces; });
        QCOMPARE(pieces, 0);
    }
};

QTEST_APPLESS_MAIN(LiveSoundTest)
#include "tst_live_sound.moc"
