// The sound of a call of hours: loaded, drawn and played in memory that does not grow with it.
#include "console/playback/player.h"
#include "shared/codecs/fetched_media.h"
#include "tests/peak_memory.h"
#include "tests/shared/codecs/recorded_media.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <optional>

using namespace callmon;
using namespace callmon::test;

namespace {

constexpr int minutes = 4 * 60;

// Both sides, 20 ms of PCMA a packet; each sample of a minute tells which it is.
std::vector<TestPacket> minuteOf(std::uint32_t ssrc, int minute)
{
    std::vector<TestPacket> packets;
    for (int i = 0; i < 3000; ++i) {
        TestPacket packet;
        packet.arrivalMs = minute * 60'000 + i * 20;
        packet.sequence = static_cast<std::uint16_t>(minute * 3000 + i);
        packet.ticks = static_cast<std::uint32_t>(minute * 3000 + i) * 160;
        packet.ssrc = ssrc;
        packet.payload.assign(160, static_cast<std::byte>(minute * 7 + i / 50));
        packets.push_back(packet);
    }
    return packets;
}

}

class TestLongSound : public QObject {
    Q_OBJECT

private slots:
    void fourHoursArePlayedInNoMoreThanSixtyFourMebibytes()
    {
        const QTemporaryDir folder;
        const std::filesystem::path scratch = folder.path().toStdString();
        QFile config(folder.filePath("asound.conf")); // takes what is played as fast as it comes
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("pcm.recorder { type file slave.pcm { type null } file \"/dev/null\" format raw }\n"
                     "pcm.!default { type plug slave.pcm recorder }\n");
        config.close();
        qputenv("ALSA_CONFIG_PATH", config.fileName().toUtf8());

        const StreamMedia caller = streamOf(minuteOf(1, 0));
        StreamMedia callee = streamOf(minuteOf(2, 0), Party::Callee);
        callee.stream.key.index = 1;
        auto media = FetchedMedia::in(scratch, { caller.stream, callee.stream });
        QVERIFY(media.has_value());
        for (int minute = 0; minute < minutes; ++minute) {
            QVERIFY(media.value().add(caller.stream.key, streamOf(minuteOf(1, minute)).bytes).has_value());
            QVERIFY(media.value().add(callee.stream.key, streamOf(minuteOf(2, minute)).bytes).has_value());
        }
        QVERIFY(media.value().size() > 200'000'000);
        if (!forgetPeak())
            QSKIP("this kernel does not let a process forget its peak");
        const long before = peakKiB();
        {
            const auto recorded = media.value().streams();
            QVERIFY(recorded.has_value());
            auto kept = keepCallSound(recorded.value(), Hearing::AsSent, scratch);
            QVERIFY2(kept.has_value(), kept ? "" : kept.error().what.c_str());
            QVERIFY(kept.value().caller.size() >= std::size_t { minutes } * 60 * 8000);
            Player player;
            player.load(std::move(kept.value()));
            QSignalSpy finished(&player, &Player::finished);
            player.play();
            QVERIFY(finished.wait(110'000));
        }
        const long grown = peakKiB() - before;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they hold more than the program does
        QVERIFY2(grown < 64 * 1024, qPrintable(QString("%1 KiB").arg(grown)));
#endif
    }

    void itIsTheSoundThatWouldBeInMemory()
    {
        const QTemporaryDir folder;
        StreamMedia callee = streamOf(minuteOf(2, 0), Party::Callee);
        callee.stream.key.index = 1;
        const std::vector<StreamMedia> media { streamOf(minuteOf(1, 0)), callee };
        std::vector<RecordedStream> recorded;
        for (const StreamMedia& one : media)
            recorded.push_back({ one.stream, { one.bytes } });
        const CallAudio audio = assembleCallAudio(media);
        const auto kept = keepCallSound(recorded, Hearing::AsSent, folder.path().toStdString());
        QVERIFY(kept.has_value());
        const PlayableSound inMemory(audio);
        const PlayableSound inFile(kept.value());
        QVERIFY(std::ranges::equal(inFile.sound.caller, audio.caller));
        QVERIFY(std::ranges::equal(inFile.sound.callee, audio.callee));
        QVERIFY(inFile.sound.start == audio.start && inFile.sound.callerLost == audio.callerLost);
        QVERIFY(inFile.peaks == inMemory.peaks);
        QCOMPARE(inFile.pauses.size(), inMemory.pauses.size());
    }
};

QTEST_GUILESS_MAIN(TestLongSound)
#include "tst_long_sound.moc"
