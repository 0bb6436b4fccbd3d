// A WAV file of a call of hours: the same sound as of one that fits into memory, in memory that does not grow with it.
#include "shared/codecs/call_sound.h"
#include "shared/codecs/scratch_file.h"
#include "tests/peak_memory.h"
#include "tests/shared/codecs/recorded_media.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>
#include <random>

using namespace callmon;
using namespace callmon::test;

namespace {

// Both sides, 20 ms of PCMA a packet: lost, late, repeated and held up now and then.
std::vector<TestPacket> talk(std::uint32_t ssrc, int packets)
{
    std::mt19937 random(ssrc);
    std::vector<TestPacket> sent;
    for (int i = 0; i < packets; ++i) {
        if (random() % 100 == 0)
            continue;
        TestPacket packet;
        packet.arrivalMs = i * 20 + static_cast<int>(random() % 50 == 0 ? 70 + random() % 200 : random() % 8);
        packet.sequence = static_cast<std::uint16_t>(i + 60'000);
        packet.ticks = static_cast<std::uint32_t>(i) * 160;
        packet.ssrc = ssrc;
        packet.payload.resize(160);
        for (std::byte& sample : packet.payload)
            sample = static_cast<std::byte>(random());
        sent.push_back(packet);
        if (random() % 100 == 0)
            sent.push_back(packet);
    }
    std::stable_sort(
        sent.begin(), sent.end(), [](const TestPacket& a, const TestPacket& b) { return a.arrivalMs < b.arrivalMs; });
    return sent;
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::string filled(const QTemporaryDir& folder, const char* name)
{
    return folder.filePath(name).toStdString();
}

}

class TestLongCall : public QObject {
    Q_OBJECT

private slots:
    void theFileIsThatOfTheSoundInMemory_data()
    {
        QTest::addColumn<bool>("heard");
        QTest::addColumn<int>("channels");
        QTest::newRow("as sent") << false << int(WavChannels::Stereo);
        QTest::newRow("as heard") << true << int(WavChannels::Stereo);
        QTest::newRow("mono") << false << int(WavChannels::Mono);
        QTest::newRow("callee") << false << int(WavChannels::Callee);
    }

    void theFileIsThatOfTheSoundInMemory()
    {
        QFETCH(bool, heard);
        QFETCH(int, channels);
        const QTemporaryDir folder;
        const Hearing hearing = heard ? Hearing::AsHeard : Hearing::AsSent;
        const auto of = static_cast<WavChannels>(channels);
        const std::vector<StreamMedia> media { streamOf(talk(1, 3000)), streamOf(talk(2, 2500), Party::Callee),
            streamOf(talk(3, 2000)) }; // two of the caller's, which are added
        const CallAudio audio = assembleCallAudio(media, Timestamp::max(), hearing);
        QVERIFY(writeWav(audio, filled(folder, "memory.wav"), of).has_value());
        std::vector<RecordedStream> recorded;
        for (const StreamMedia& one : media)
            recorded.push_back({ one.stream, { one.bytes } });
        std::vector<Sentence> notes;
        const auto written =
            writeCallWav(recorded, hearing, filled(folder, "file.wav"), of, folder.path().toStdString(), "", notes);
        QVERIFY2(written.has_value(), written ? "" : written.error().what.c_str());
        QCOMPARE(notes, audio.notes);
        QVERIFY(contentOf(folder.filePath("file.wav")).size() > 800'000);
        QVERIFY(contentOf(folder.filePath("file.wav")) == contentOf(folder.filePath("memory.wav")));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 2);
    }

    void fourHoursTakeNoMoreThanSixtyFourMebibytes_data()
    {
        QTest::addColumn<bool>("heard");
        QTest::newRow("as sent") << false;
        QTest::newRow("as heard") << true;
    }

    void fourHoursTakeNoMoreThanSixtyFourMebibytes()
    {
        QFETCH(bool, heard);
        const QTemporaryDir folder;
        auto scratch = ScratchFile::in(folder.path().toStdString());
        QVERIFY(scratch.has_value());
        ScratchFile& file = scratch.value();
        std::vector<RecordedStream> media(2);
        std::vector<std::pair<std::size_t, std::size_t>> pieces; // stream, bytes
        constexpr int minutes = 4 * 60;
        std::array sides { streamOf(talk(1, 3000)), streamOf(talk(2, 3000), Party::Callee) };
        media[0].stream = sides[0].stream;
        media[1].stream = sides[1].stream;
        for (int minute = 0; minute < minutes; ++minute) // the same minute over and over, but for its place in time
            for (std::size_t side = 0; side < 2; ++side) {
                std::vector<TestPacket> packets = talk(static_cast<std::uint32_t>(side + 1), 3000);
                for (TestPacket& packet : packets) {
                    packet.arrivalMs += minute * 60'000;
                    packet.sequence = static_cast<std::uint16_t>(packet.sequence + minute * 3000);
                    packet.ticks += static_cast<std::uint32_t>(minute) * 480'000;
                }
                const StreamMedia part = streamOf(packets);
                QVERIFY(file.write(file.size(), part.bytes).has_value());
                pieces.emplace_back(side, part.bytes.size());
            }
        QVERIFY(file.size() > 200'000'000);
        auto rest = file.map();
        QVERIFY(rest.has_value());
        for (const auto& [side, bytes] : pieces) {
            media[side].pieces.push_back(rest.value().first(bytes));
            rest.value() = rest.value().subspan(bytes);
        }
        for (RecordedStream& stream : media)
            stream.forget = [&file] { file.forget(); };
        if (!forgetPeak())
            QSKIP("this kernel does not let a process forget its peak");
        const long before = peakKiB();
        std::vector<Sentence> notes;
        const auto written = writeCallWav(media, heard ? Hearing::AsHeard : Hearing::AsSent, filled(folder, "long.wav"),
            WavChannels::Stereo, folder.path().toStdString(), "", notes);
        QVERIFY2(written.has_value(), written ? "" : written.error().what.c_str());
        const long grown = peakKiB() - before;
        QVERIFY2(grown < 64 * 1024, qPrintable(QString("%1 KiB").arg(grown)));
        QVERIFY(QFile(folder.filePath("long.wav")).size() > 4LL * 3600 * 8000 * 4 - 1'000'000);
    }
};

QTEST_GUILESS_MAIN(TestLongCall)
#include "tst_long_call.moc"
