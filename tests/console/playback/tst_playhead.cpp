#include <QTest>

#include "console/playback/playhead.h"

#include <cmath>

using namespace callmon;

class PlayheadTest : public QObject {
    Q_OBJECT

private slots:
    void atTelephoneRateEverySampleIsItself();
    void theSideChoosesWhatIsHeard_data();
    void theSideChoosesWhatIsHeard();
    void gainSaturates();
    void oneChannelIsThatOfTheMonoFile();
    void seekIsHeardFromTheNextBlock();
    void pastTheEndIsSilence();
    void speedChangesTheLengthAndNotThePitch_data();
    void speedChangesTheLengthAndNotThePitch();
    void pausesAreSkippedAndSpeechIsNot();
    void passageIsPlayedAgainAndAgain();
    void resampledSineStaysThatSine_data();
    void resampledSineStaysThatSine();
    void liveSoundIsPlayedAsItComes();
};

static CallAudio ramps(int length)
{
    CallAudio audio;
    for (int i = 0; i < length; ++i) {
        audio.caller.push_back(static_cast<std::int16_t>(i));
        audio.callee.push_back(static_cast<std::int16_t>(-2 * i));
    }
    return audio;
}

void PlayheadTest::liveSoundIsPlayedAsItComes()
{
    Playhead playhead;
    playhead.beginLive(8000, 250);
    playhead.prepare(8000);
    std::vector<std::int16_t> out(2 * 60);
    QVERIFY(playhead.render(out.data(), 60, 2)); // nothing yet: silence, and it goes on
    QVERIFY(std::ranges::all_of(out, [](std::int16_t sample) { return sample == 0; }));
    QVERIFY(playhead.append(ramps(100)));
    QVERIFY(playhead.render(out.data(), 60, 2));
    QCOMPARE(out[2 * 59], std::int16_t { 59 });
    QCOMPARE(out[2 * 59 + 1], std::int16_t { -118 });
    QVERIFY(playhead.render(out.data(), 60, 2));
    QCOMPARE(out[2 * 39], std::int16_t { 99 });
    QCOMPARE(out[2 * 40], std::int16_t { 0 }); // waits
    QCOMPARE(playhead.position(), 100);
    QVERIFY(playhead.append(ramps(100)));
    QVERIFY(!playhead.append(ramps(100))); // no room
    QCOMPARE(playhead.length(), 200);
    QVERIFY(playhead.render(out.data(), 60, 2));
    QCOMPARE(out[2], std::int16_t { 1 });
    playhead.endLive();
    QVERIFY(!playhead.render(out.data(), 60, 2)); // to its end
    QVERIFY(playhead.renderedToEnd());
    playhead.load(ramps(10));
    QVERIFY(!playhead.isLive());
    QCOMPARE(playhead.length(), 10);
}

void PlayheadTest::atTelephoneRateEverySampleIsItself()
{
    CallAudio audio;
    for (int i = -32768; i < 32768; ++i) {
        audio.caller.push_back(static_cast<std::int16_t>(i));
        audio.callee.push_back(static_cast<std::int16_t>(-i - 1));
    }
    Playhead playhead;
    playhead.load(audio);
    playhead.prepare(8000);
    std::vector<std::int16_t> out(2 * 65536);
    for (std::size_t frame = 0; frame < 65536; frame += 256) // 256 blocks
        QCOMPARE(playhead.render(out.data() + 2 * frame, 256, 2), frame + 256 < 65536);
    for (std::size_t i = 0; i < 65536; ++i)
        QVERIFY(out[2 * i] == audio.caller[i] && out[2 * i + 1] == audio.callee[i]);
}

void PlayheadTest::theSideChoosesWhatIsHeard_data()
{
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("left");
    QTest::addColumn<int>("right");
    QTest::newRow("both") << int(AudibleSide::Both) << 2 << 100 << -200;
    QTest::newRow("caller only") << int(AudibleSide::CallerOnly) << 2 << 100 << 100;
    QTest::newRow("callee only") << int(AudibleSide::CalleeOnly) << 2 << -200 << -200;
    QTest::newRow("both in one ear") << int(AudibleSide::Both) << 1 << -50 << -50;
    QTest::newRow("caller in one ear") << int(AudibleSide::CallerOnly) << 1 << 100 << 100;
    QTest::newRow("callee in one ear") << int(AudibleSide::CalleeOnly) << 1 << -200 << -200;
}

void PlayheadTest::theSideChoosesWhatIsHeard()
{
    QFETCH(int, side);
    QFETCH(int, channels);
    Playhead playhead;
    playhead.load(ramps(1000));
    playhead.setSide(static_cast<AudibleSide>(side));
    playhead.seek(100);
    std::vector<std::int16_t> out(2);
    playhead.render(out.data(), 1, static_cast<unsigned>(channels));
    QTEST(int(out[0]), "left");
    QTEST(int(out[static_cast<std::size_t>(channels) - 1]), "right");
}

void PlayheadTest::gainSaturates()
{
    Playhead playhead;
    playhead.load(CallAudio { 8000, {}, { 20000, -20000, 100 }, { 1, 1, 1 } });
    playhead.setGain(2);
    std::vector<std::int16_t> out(6);
    playhead.render(out.data(), 3, 2);
    QVERIFY((out == std::vector<std::int16_t> { 32767, 2, -32768, 2, 200, 2 }));
}

void PlayheadTest::oneChannelIsThatOfTheMonoFile()
{
    // Halves by hand: 100 and -201 are -50.5, to even -50; full scale on both sides does not clip.
    const CallAudio audio { 8000, {}, { 100, 32767, -32768, 3 }, { -201, 32767, -32768, 0 } };
    Playhead playhead;
    playhead.load(audio);
    std::vector<std::int16_t> out(4);
    playhead.render(out.data(), 4, 1);
    QVERIFY((out == std::vector<std::int16_t> { -50, 32767, -32768, 2 }));
    for (std::size_t i = 0; i < 4; ++i)
        QCOMPARE(monoOf(audio.caller[i], audio.callee[i]), out[i]);
}

void PlayheadTest::seekIsHeardFromTheNextBlock()
{
    Playhead playhead;
    playhead.load(ramps(1000));
    std::vector<std::int16_t> out(20);
    playhead.render(out.data(), 10, 2);
    QCOMPARE(playhead.position(), std::int64_t(10));
    playhead.seek(500);
    QCOMPARE(playhead.position(), std::int64_t(500));
    playhead.render(out.data(), 10, 2);
    QCOMPARE(int(out[0]), 500);
    QCOMPARE(playhead.position(), std::int64_t(510));
    playhead.seek(-5);
    QCOMPARE(playhead.position(), std::int64_t(0));
    playhead.seek(5000);
    QCOMPARE(playhead.position(), std::int64_t(1000));
    QVERIFY(playhead.atEnd());
}

void PlayheadTest::pastTheEndIsSilence()
{
    Playhead playhead;
    playhead.load(ramps(5));
    std::vector<std::int16_t> out(20, 99);
    QVERIFY(!playhead.render(out.data(), 10, 2));
    QCOMPARE(int(out[8]), 4);
    for (std::size_t i = 10; i < 20; ++i)
        QCOMPARE(int(out[i]), 0);
    QCOMPARE(playhead.position(), std::int64_t(5));
    Playhead empty;
    QVERIFY(!empty.render(out.data(), 10, 2));
}

static CallAudio sine(double seconds, double tone)
{
    CallAudio audio;
    for (int i = 0; i < static_cast<int>(seconds * 8000); ++i)
        audio.caller.push_back(static_cast<std::int16_t>(std::lround(10000 * std::sin(2 * M_PI * tone * i / 8000))));
    audio.callee.resize(audio.caller.size());
    return audio;
}

void PlayheadTest::speedChangesTheLengthAndNotThePitch_data()
{
    QTest::addColumn<float>("speed");
    QTest::addColumn<double>("rate");
    for (const float speed : { 0.5F, 0.75F, 1.5F, 2.0F, 3.0F })
        for (const double rate : { 8000.0, 44100.0 })
            QTest::addRow("%g times at %g Hz", static_cast<double>(speed), rate) << speed << rate;
}

void PlayheadTest::speedChangesTheLengthAndNotThePitch()
{
    QFETCH(float, speed);
    QFETCH(double, rate);
    constexpr double seconds = 3;
    constexpr double tone = 440;
    Playhead playhead;
    playhead.load(sine(seconds, tone));
    playhead.prepare(rate);
    playhead.setSpeed(speed);
    std::vector<std::int16_t> left;
    std::vector<std::int16_t> block(2 * 441);
    bool more = true;
    while (more && left.size() < 10 * 44100) {
        more = playhead.render(block.data(), 441, 2);
        for (std::size_t i = 0; i < 441; ++i)
            left.push_back(block[2 * i]);
    }
    const double lasted = static_cast<double>(left.size()) / rate;
    QVERIFY2(std::abs(lasted - seconds / static_cast<double>(speed)) < 0.12, qPrintable(QString::number(lasted)));
    // Upward crossings of zero per second are the pitch; a fade that did not fit would add or lose some, and dip.
    const auto begin = static_cast<std::size_t>(0.1 * rate);
    const auto end = static_cast<std::size_t>(0.9 * rate);
    int crossings = 0;
    for (std::size_t i = begin; i < end; ++i)
        crossings += left[i - 1] < 0 && left[i] >= 0 ? 1 : 0;
    QVERIFY2(std::abs(crossings / 0.8 - tone) < 4, qPrintable(QString::number(crossings / 0.8)));
    double energy = 0;
    for (std::size_t i = begin; i < end; ++i)
        energy += left[i] * left[i];
    const double level = std::sqrt(energy / static_cast<double>(end - begin)) / (10000 / std::sqrt(2.0));
    QVERIFY2(level > 0.95 && level < 1.02, qPrintable(QString::number(level)));
}

void PlayheadTest::pausesAreSkippedAndSpeechIsNot()
{
    CallAudio audio = sine(8, 440);
    // Seconds 1 to 5 are silent, and 6 to 6.8: too short for a pause.
    std::fill(audio.caller.begin() + 8000, audio.caller.begin() + 40000, std::int16_t { 20 });
    std::fill(audio.caller.begin() + 48000, audio.caller.begin() + 54400, std::int16_t { 0 });
    Playhead playhead;
    playhead.load(audio);
    playhead.setSkipPauses(true);
    std::vector<std::int16_t> out(2 * 64000);
    playhead.render(out.data(), 64000, 2);
    // 4 s but for a breath of 200 ms at either end: 3.6 s less.
    QVERIFY(std::abs(playhead.position() - 64000) <= 0);
    QCOMPARE(int(out[2 * 9599]), 20); // 1.2 s
    QCOMPARE(int(out[2 * (9600 + 1600 + 5)]), int(audio.caller[40005])); // 4.8 s to 5 s, then speech
    QCOMPARE(int(out[2 * 35199]), int(audio.caller[63999]));
    QCOMPARE(int(out[2 * 35200]), 0); // the end
    audio.callee[20000] = 3000; // somebody says something
    playhead.load(audio);
    playhead.render(out.data(), 40000, 2);
    QVERIFY(std::find(out.begin(), out.end(), 3000) != out.end());
}

void PlayheadTest::passageIsPlayedAgainAndAgain()
{
    Playhead playhead;
    playhead.load(ramps(1000));
    playhead.setLoop(100, 110);
    playhead.seek(105);
    std::vector<std::int16_t> out(2 * 25);
    QVERIFY(playhead.render(out.data(), 25, 2));
    for (int i = 0; i < 25; ++i)
        QCOMPARE(int(out[static_cast<std::size_t>(2 * i)]), i < 5 ? 105 + i : 100 + (i - 5) % 10);
    playhead.setLoop(0, 0);
    playhead.render(out.data(), 25, 2);
    QCOMPARE(int(out[48]), 134); // the second round ended at 110, and it goes on from there
}

void PlayheadTest::resampledSineStaysThatSine_data()
{
    QTest::addColumn<double>("rate");
    QTest::addColumn<double>("tone");
    for (const double rate : { 16000.0, 44100.0, 48000.0 })
        for (const double tone : { 300.0, 1000.0, 2500.0 })
            QTest::addRow("%g Hz tone at %g Hz", tone, rate) << rate << tone;
}

void PlayheadTest::resampledSineStaysThatSine()
{
    QFETCH(double, rate);
    QFETCH(double, tone);
    CallAudio audio;
    for (int i = 0; i < 8000; ++i)
        audio.caller.push_back(
            static_cast<std::int16_t>(std::lround(10000 * std::sin(2 * M_PI * tone * i / audio.sampleRate))));
    Playhead playhead;
    playhead.load(audio);
    playhead.prepare(rate);
    const auto frames = static_cast<std::size_t>(rate);
    std::vector<std::int16_t> out(2 * frames);
    playhead.render(out.data(), frames, 2);
    double signal = 0;
    double noise = 0;
    for (std::size_t i = 200; i < frames - 200; ++i) {
        const double expected = 10000 * std::sin(2 * M_PI * tone * static_cast<double>(i) / rate);
        signal += expected * expected;
        noise += (out[2 * i] - expected) * (out[2 * i] - expected);
    }
    const double decibels = 10 * std::log10(signal / noise);
    QVERIFY2(decibels > 40, qPrintable(QString("%1 dB").arg(decibels)));
    QVERIFY(std::abs(playhead.position() - 8000) <= 1);
}

QTEST_APPLESS_MAIN(PlayheadTest)
#include "tst_playhead.moc"
