#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QTimer>

#include "console/playback/player.h"
#include "tests/shared/codecs/recorded_media.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <portaudio.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace callmon;

// ALSA's file device takes any rate, as fast as it comes. To see what happens with one that does not, PortAudio's
// function is called through this one of the same name, which on demand refuses a rate or takes time for each block.
static double refusedRate = 0;
static std::atomic<bool> slow = false;
static PaStreamCallback* renderBlock = nullptr;

static int renderSlowly(const void* in, void* out, unsigned long frames, const PaStreamCallbackTimeInfo* time,
    PaStreamCallbackFlags flags, void* user)
{
    if (slow)
        QThread::usleep(1000);
    return renderBlock(in, out, frames, time, flags, user);
}

PaError Pa_OpenStream(PaStream** stream, const PaStreamParameters* in, const PaStreamParameters* out, double rate,
    unsigned long frames, PaStreamFlags flags, PaStreamCallback* callback, void* user)
{
    if (rate == refusedRate)
        return paInvalidSampleRate;
    renderBlock = callback;
    static const auto real = reinterpret_cast<decltype(&Pa_OpenStream)>(dlsym(RTLD_NEXT, "Pa_OpenStream"));
    return real(stream, in, out, rate, frames, flags, renderSlowly, user);
}

// With the real PortAudio and the real ALSA library. The device is a file: what is played is written to it.
class PlayerTest : public QObject {
    Q_OBJECT

private slots:
    void init();
    void whatIsPlayedEqualsTheWavFile_data();
    void whatIsPlayedEqualsTheWavFile();
    void whatIsPlayedAsHeardEqualsItsWavFile();
    void playingGoesOnWhereItWasPaused();
    void seekSkipsWhatLiesBetween();
    void playedAgainFromTheBeginningAfterTheEnd();
    void deviceThatRefusesTelephoneRateIsPlayedAtItsOwn();
    void withoutADeviceItSaysWhatToDoAndGoesOn_data();
    void withoutADeviceItSaysWhatToDoAndGoesOn();
    void deviceThatIsGoneIsNamed();
    void deviceThatDoesNotOpenHoldsNobodyUpAndIsSaid();
    void deviceThatStopsAmidTheSoundHoldsNobodyUpAndIsSaid();

private:
    void useDevice(const QString& definition);
    std::vector<std::int16_t> played() const; // interleaved frames, without the silence around the sound
    std::unique_ptr<QTemporaryDir> m_folder;
};

static CallAudio noise(int length)
{
    CallAudio audio;
    std::uint32_t random = 1;
    for (int i = 0; i < length; ++i) {
        random = random * 1664525 + 1013904223;
        audio.caller.push_back(static_cast<std::int16_t>(random >> 16 | 1)); // never zero: silence is not the sound's
        audio.callee.push_back(static_cast<std::int16_t>(random >> 8 | 1));
    }
    return audio;
}

void PlayerTest::useDevice(const QString& definition)
{
    QFile config(m_folder->filePath("asound.conf"));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write(definition.toUtf8());
    config.close();
    qputenv("ALSA_CONFIG_PATH", config.fileName().toUtf8());
}

void PlayerTest::init()
{
    refusedRate = 0;
    slow = false;
    m_folder = std::make_unique<QTemporaryDir>();
    useDevice(QString(R"(
pcm.recorder { type file
  slave.pcm { type null }
  file "%1"
  format raw }
pcm.!default { type plug
  slave.pcm recorder }
)")
                  .arg(m_folder->filePath("played.raw")));
}

static std::vector<std::int16_t> withoutSilenceAround(const std::vector<std::int16_t>& samples)
{
    std::size_t begin = 0;
    std::size_t end = samples.size();
    while (begin < end && samples[begin] == 0 && samples[begin + 1] == 0)
        begin += 2;
    while (end > begin && samples[end - 1] == 0 && samples[end - 2] == 0)
        end -= 2;
    return { samples.begin() + static_cast<std::ptrdiff_t>(begin), samples.begin() + static_cast<std::ptrdiff_t>(end) };
}

std::vector<std::int16_t> PlayerTest::played() const
{
    QFile file(m_folder->filePath("played.raw"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray raw = file.readAll();
    std::vector<std::int16_t> samples(static_cast<std::size_t>(raw.size()) / 4 * 2);
    std::memcpy(samples.data(), raw.constData(), samples.size() * 2);
    return withoutSilenceAround(samples);
}

// Every tenth packet comes 100 ms late, for a buffer of 60.
void PlayerTest::whatIsPlayedAsHeardEqualsItsWavFile()
{
    std::vector<test::TestPacket> packets;
    for (std::uint16_t i = 0; i < 50; ++i)
        packets.push_back({ 20 * i + (i % 10 == 9 ? 100 : 0), i, 160U * i,
            std::vector<std::byte>(160, static_cast<std::byte>(i + 1)) });
    std::stable_sort(
        packets.begin(), packets.end(), [](const auto& a, const auto& b) { return a.arrivalMs < b.arrivalMs; });
    StreamMedia media = test::streamOf(packets);
    media.stream.jitterBuffer = JitterBufferKind::Fixed;
    media.stream.jitterBufferDelay = Milliseconds(60);
    const CallAudio heard = assembleCallAudio({ media }, Timestamp::max(), Hearing::AsHeard);
    QVERIFY(heard.caller != assembleCallAudio({ media }).caller);
    QCOMPARE(heard.callerLost.size(), std::size_t { 4 }); // the fifth is the last of all
    const QString wavPath = m_folder->filePath("heard.wav");
    QVERIFY(writeWav(heard, wavPath.toStdString()).has_value());
    {
        Player player;
        QSignalSpy finished(&player, &Player::finished);
        player.load(heard);
        player.play();
        QVERIFY(finished.wait(20000));
    }
    QFile wav(wavPath);
    QVERIFY(wav.open(QIODevice::ReadOnly));
    const QByteArray bytes = wav.readAll().mid(44);
    std::vector<std::int16_t> written(static_cast<std::size_t>(bytes.size()) / 2);
    std::memcpy(written.data(), bytes.constData(), written.size() * 2);
    QVERIFY(!written.empty() && played() == withoutSilenceAround(written));
}

void PlayerTest::whatIsPlayedEqualsTheWavFile_data()
{
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("channels"); // of the file; what is mono there is in both ears here
    QTest::addColumn<unsigned>("rate");
    const auto row = [](const char* name, AudibleSide side, WavChannels channels, unsigned rate) {
        QTest::newRow(name) << static_cast<int>(side) << static_cast<int>(channels) << rate;
    };
    row("both", AudibleSide::Both, WavChannels::Stereo, 8000);
    row("both, wideband", AudibleSide::Both, WavChannels::Stereo, 16'000);
    row("caller only", AudibleSide::CallerOnly, WavChannels::Caller, 8000);
    row("callee only", AudibleSide::CalleeOnly, WavChannels::Callee, 8000);
}

void PlayerTest::whatIsPlayedEqualsTheWavFile()
{
    QFETCH(int, side);
    QFETCH(int, channels);
    QFETCH(unsigned, rate);
    CallAudio audio = noise(static_cast<int>(2 * rate) + 1);
    audio.sampleRate = rate;
    const QString wavPath = m_folder->filePath("call.wav");
    QVERIFY(writeWav(audio, wavPath.toStdString(), static_cast<WavChannels>(channels)).has_value());
    {
        Player player;
        QSignalSpy finished(&player, &Player::finished);
        QSignalSpy error(&player, &Player::deviceError);
        player.load(audio);
        player.setSide(static_cast<AudibleSide>(side));
        QCOMPARE(player.duration(), 2000);
        player.play();
        QVERIFY(player.isPlaying());
        QVERIFY(finished.wait(20000));
        QVERIFY2(error.isEmpty(), error.isEmpty() ? "" : qPrintable(error.first().first().toString()));
        QVERIFY(!player.isPlaying());
        QCOMPARE(player.position(), player.duration());
    }
    QFile wav(wavPath);
    QVERIFY(wav.open(QIODevice::ReadOnly));
    QByteArray expected = wav.readAll().mid(44);
    if (static_cast<WavChannels>(channels) != WavChannels::Stereo) {
        QByteArray twice;
        for (qsizetype i = 0; i < expected.size(); i += 2)
            twice += expected.mid(i, 2) + expected.mid(i, 2);
        expected = twice;
    }
    const std::vector<std::int16_t> sound = played();
    QCOMPARE(sound.size() * 2, std::size_t(expected.size()));
    QCOMPARE(std::memcmp(sound.data(), expected.constData(), sound.size() * 2), 0);
}

void PlayerTest::playingGoesOnWhereItWasPaused()
{
    Player player;
    const CallAudio audio = noise(2'000'000);
    player.load(audio);
    slow = true; // to be caught in the middle
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 0, 10000);
    player.pause();
    QVERIFY(!player.isPlaying());
    QTest::qWait(200); // what was rendered sounds to its end
    slow = false;
    const qint64 at = player.position();
    QVERIFY(at > 0);
    QVERIFY(at < player.duration());
    QTest::qWait(100);
    QCOMPARE(player.position(), at);
    QSignalSpy finished(&player, &Player::finished);
    player.play();
    QVERIFY(finished.wait(20000));
    const std::vector<std::int16_t> sound = played(); // the silence that closes a paused block lies in the middle
    std::size_t next = 0;
    for (std::size_t i = 0; i < sound.size(); i += 2)
        if (next < audio.caller.size() && sound[i] == audio.caller[next] && sound[i + 1] == audio.callee[next])
            ++next;
        else
            QVERIFY2(sound[i] == 0 && sound[i + 1] == 0, qPrintable(QString::number(i)));
    QCOMPARE(next, audio.caller.size());
}

void PlayerTest::seekSkipsWhatLiesBetween()
{
    const CallAudio audio = noise(16000);
    {
        Player player;
        QSignalSpy finished(&player, &Player::finished);
        QSignalSpy position(&player, &Player::positionChanged);
        player.load(audio);
        player.seek(1500);
        QCOMPARE(position.last().first().toLongLong(), 1500);
        player.play();
        QVERIFY(finished.wait(20000));
    }
    const std::vector<std::int16_t> sound = played();
    QCOMPARE(sound.size(), std::size_t(2 * 4000));
    QCOMPARE(sound[0], audio.caller[12000]);
    QCOMPARE(sound[1], audio.callee[12000]);
}

void PlayerTest::playedAgainFromTheBeginningAfterTheEnd()
{
    const CallAudio audio = noise(4000);
    {
        Player player;
        QSignalSpy finished(&player, &Player::finished);
        player.load(audio);
        player.play();
        QVERIFY(finished.wait(20000));
        QFile::remove(m_folder->filePath("played.raw"));
        player.play();
        QVERIFY(finished.wait(20000));
    }
    QCOMPARE(played().size(), std::size_t(2 * 4000));
    QCOMPARE(played()[0], audio.caller[0]);
}

void PlayerTest::deviceThatRefusesTelephoneRateIsPlayedAtItsOwn()
{
    const CallAudio audio = noise(8000);
    refusedRate = audio.sampleRate;
    {
        Player player;
        QSignalSpy finished(&player, &Player::finished);
        player.load(audio);
        player.play();
        QVERIFY(finished.wait(20000));
        QCOMPARE(player.position(), 1000);
    }
    Playhead expected; // its resampling is judged in tst_playhead
    expected.load(audio);
    expected.prepare(44100); // what PortAudio gives as the default rate of an ALSA device that takes any
    std::vector<std::int16_t> frames(2 * 44100);
    expected.render(frames.data(), 44100, 2);
    const std::vector<std::int16_t> sound = played();
    QVERIFY(std::abs(static_cast<int>(sound.size() / 2) - 44100) < 10);
    QVERIFY(std::equal(sound.begin(), sound.begin() + 2 * 44000, frames.begin()));
}

void PlayerTest::withoutADeviceItSaysWhatToDoAndGoesOn_data()
{
    QTest::addColumn<QString>("configuration");
    QTest::newRow("no configuration") << QString();
    QTest::newRow("a default device without hardware") << "pcm.!default { type hw card 31 }";
    QTest::newRow("a service that does not run") << "pcm.!default { type pulse server \"/nowhere\" }";
}

void PlayerTest::withoutADeviceItSaysWhatToDoAndGoesOn()
{
    QFETCH(QString, configuration);
    useDevice(configuration);
    Player player;
    QSignalSpy error(&player, &Player::deviceError);
    QSignalSpy listed(&player, &Player::devicesListed);
    player.listDevices();
    QTRY_COMPARE(listed.size(), 1);
    QVERIFY(listed.first().first().toStringList().isEmpty());
    player.load(noise(16000));
    player.play();
    QTRY_COMPARE(error.size(), 1);
    QVERIFY(error.first().first().toString().contains("No sound device"));
    QVERIFY(!player.isPlaying());
    player.seek(1000);
    QCOMPARE(player.position(), 1000);
    player.setSide(AudibleSide::CallerOnly);
    player.pause();
    init(); // and when one is plugged in, it is found
    QSignalSpy finished(&player, &Player::finished);
    player.play();
    QVERIFY(player.isPlaying());
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(error.size(), 1);
}

void PlayerTest::deviceThatIsGoneIsNamed()
{
    Player player;
    QSignalSpy listed(&player, &Player::devicesListed);
    player.listDevices();
    QTRY_COMPARE(listed.size(), 1);
    QVERIFY(listed.first().first().toStringList().contains("default"));
    QSignalSpy error(&player, &Player::deviceError);
    player.setDevice("USB headset");
    player.load(noise(100));
    player.play();
    QTRY_COMPARE(error.size(), 1);
    QVERIFY(error.first().first().toString().contains("USB headset"));
    QVERIFY(!player.isPlaying());
}

// A pipe that nobody reads: whoever opens the device waits for ever.
void PlayerTest::deviceThatDoesNotOpenHoldsNobodyUpAndIsSaid()
{
    const QByteArray pipe = QFile::encodeName(m_folder->filePath("played.raw"));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    QElapsedTimer longest;
    qint64 stall = 0;
    longest.start();
    QTimer beat;
    connect(&beat, &QTimer::timeout, this, [&] { stall = std::max(stall, longest.restart()); });
    beat.start(10);
    {
        Player player;
        QSignalSpy error(&player, &Player::deviceError);
        player.load(noise(8000));
        player.listDevices();
        player.play();
        QVERIFY(player.isPlaying());
        QTRY_COMPARE_WITH_TIMEOUT(error.size(), 1, 10'000);
        QVERIFY2(error.first().first().toString().startsWith("The sound device does not answer."),
            qPrintable(error.first().first().toString()));
        QVERIFY(!player.isPlaying());
        player.seek(500); // all but the sound goes on
        QCOMPARE(player.position(), 500);
        player.play(); // and it does not wait another time
        QCOMPARE(error.size(), 2);
        QVERIFY(!player.isPlaying());

        const int reader = ::open(pipe.constData(), O_RDONLY | O_NONBLOCK); // now it answers
        QVERIFY(reader >= 0);
        ::fcntl(reader, F_SETPIPE_SZ, 1 << 20);
        QSignalSpy finished(&player, &Player::finished);
        QTRY_VERIFY((player.play(), player.isPlaying()));
        QTRY_COMPARE(finished.size(), 1);
        ::close(reader);
    }
    QVERIFY2(stall < 1'000, qPrintable(QString("the window stood still for %1 ms").arg(stall)));
}

// A pipe that is read no more: the device is open and takes nothing.
void PlayerTest::deviceThatStopsAmidTheSoundHoldsNobodyUpAndIsSaid()
{
    const QByteArray pipe = QFile::encodeName(m_folder->filePath("played.raw"));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    const int reader = ::open(pipe.constData(), O_RDONLY | O_NONBLOCK);
    ::fcntl(reader, F_SETPIPE_SZ, 4096);
    QElapsedTimer stood;
    {
        Player player;
        QSignalSpy error(&player, &Player::deviceError);
        player.load(noise(80'000));
        player.play();
        QTRY_VERIFY(player.position() > 0);
        QTRY_COMPARE_WITH_TIMEOUT(error.size(), 1, 10'000);
        QVERIFY2(error.first().first().toString().startsWith("The sound device does not answer."),
            qPrintable(error.first().first().toString()));
        QVERIFY(!player.isPlaying());
        stood.start();
    }
    QVERIFY2(stood.elapsed() < 2'000, "closing waits for it");
    ::close(reader);
}

QTEST_GUILESS_MAIN(PlayerTest)
#include "tst_player.moc"
