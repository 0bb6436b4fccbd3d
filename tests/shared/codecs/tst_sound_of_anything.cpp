#include <QTest>

#include "recorded_media.h"

#include <random>

using namespace callmon;
using namespace callmon::test;

// Meant for the sanitizers: any bytes at all, and the assembly neither crashes nor grows past the packets' arrival.
class SoundOfAnythingTest : public QObject {
    Q_OBJECT

private slots:
    void everyTruncation_data();
    void everyTruncation();
    void randomMutations_data();
    void randomMutations();
    void packetsCutByTheCapture();
};

static void addCodecs()
{
    QTest::addColumn<QByteArray>("codec");
    QTest::addColumn<int>("payloadType");
    QTest::addColumn<int>("payloadBytes");
    QTest::newRow("PCMA") << QByteArray("PCMA") << 8 << 160;
    QTest::newRow("G729") << QByteArray("G729") << 18 << 20;
    QTest::newRow("G729 with SID") << QByteArray("G729") << 18 << 12;
    QTest::newRow("opus") << QByteArray("opus") << 111 << 40;
    QTest::newRow("unnamed") << QByteArray() << 0 << 160;
}

static StreamMedia testMedia(const QByteArray& codec, int payloadType, int payloadBytes, int count)
{
    std::vector<TestPacket> packets;
    for (int i = 0; i < count; ++i) {
        TestPacket packet;
        packet.arrivalMs = i * 20;
        packet.sequence = static_cast<std::uint16_t>(i);
        packet.ticks = static_cast<std::uint32_t>(i) * 160;
        packet.payloadType = static_cast<std::uint8_t>(payloadType);
        packet.payload.assign(static_cast<std::size_t>(payloadBytes), static_cast<std::byte>(i * 31));
        packets.push_back(packet);
    }
    return streamOf(packets, Party::Caller, codec.toStdString(), static_cast<std::uint8_t>(payloadType));
}

void SoundOfAnythingTest::everyTruncation_data()
{
    addCodecs();
}

void SoundOfAnythingTest::everyTruncation()
{
    QFETCH(QByteArray, codec);
    QFETCH(int, payloadType);
    QFETCH(int, payloadBytes);
    const StreamMedia whole = testMedia(codec, payloadType, payloadBytes, 4);
    for (std::size_t size = 0; size <= whole.bytes.size(); ++size) {
        StreamMedia cut = whole;
        cut.bytes.resize(size);
        const CallAudio audio = assembleCallAudio({ cut });
        QVERIFY(audio.caller.size() <= 4 * 160);
        QCOMPARE(audio.caller.size(), audio.callee.size());
    }
}

void SoundOfAnythingTest::randomMutations_data()
{
    addCodecs();
}

void SoundOfAnythingTest::randomMutations()
{
    QFETCH(QByteArray, codec);
    QFETCH(int, payloadType);
    QFETCH(int, payloadBytes);
    const StreamMedia whole = testMedia(codec, payloadType, payloadBytes, 12);
    const std::size_t packetBytes = whole.bytes.size() / 12;
    std::mt19937 random(1);
    for (int round = 0; round < 1500; ++round) {
        StreamMedia mutated = whole;
        for (unsigned change = random() % 8; change <= 8; ++change) {
            const std::size_t packet = random() % 12 * packetBytes;
            // Half of the changes hit the recorded times and the RTP header, spared only the 4 high bytes of the time:
            // a call of centuries would take its capped four hours, each time.
            const std::size_t at = random() % 2 ? random() % 32 : random() % packetBytes;
            if (at < 4 || at >= 8)
                mutated.bytes[packet + at] = static_cast<std::byte>(random());
        }
        const CallAudio audio = assembleCallAudio({ mutated });
        QCOMPARE(audio.caller.size(), audio.callee.size());
        QVERIFY(audio.caller.size() < 12 * 8000);
    }
}

void SoundOfAnythingTest::packetsCutByTheCapture()
{
    TestPacket packet;
    packet.payload.assign(160, std::byte { 0x55 });
    for (std::size_t size = 0; size <= 172; ++size) {
        packet.storedSize = size;
        const CallAudio audio = assembleCallAudio({ streamOf({ packet }) });
        QCOMPARE(audio.caller.size(), size < 12 ? 0 : size - 12);
        QCOMPARE(audio.notes.empty(), size == 172);
    }
}

QTEST_APPLESS_MAIN(SoundOfAnythingTest)
#include "tst_sound_of_anything.moc"
