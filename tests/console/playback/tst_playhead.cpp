#include <QTest>

#include "console/playback/playhead.h"

#include <cmath>

using namespace callmon;

class PlayheadTest : public QObject {
    Q_OBJECT

private slots:
    void atTelephoneRateEverySampleIsItself();
    void balanceAndSideChooseWhatIsHeard_data();
    void balanceAndSideChooseWhatIsHeard();
    void gainSaturates();
    void seekIsHeardFromTheNextBlock();
    void pastTheEndIsSilence();
    void levelsAreTheGreatestSinceTaken();
    void resampledSineStaysThatSine_data();
    void resampledSineStaysThatSine();
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

void PlayheadTest::balanceAndSideChooseWhatIsHeard_data()
{
    QTest::addColumn<int>("side");
    QTest::addColumn<float>("balance");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("left");
    QTest::addColumn<int>("right");
    QTest::newRow("both") << int(AudibleSide::Both) << 0.0F << 2 << 100 << -200;
    QTest::newRow("caller only") << int(AudibleSide::CallerOnly) << 0.0F << 2 << 100 << 100;
    QTest::newRow("callee only") << int(AudibleSide::CalleeOnly) << 0.0F << 2 << -200 << -200;
    QTest::newRow("all left") << int(AudibleSide::Both) << -1.0F << 2 << 100 << 0;
    QTest::newRow("half right") << int(AudibleSide::Both) << 0.5F << 2 << 50 << -200;
    QTest::newRow("both in one ear") << int(AudibleSide::Both) << 0.0F << 1 << -50 << -50;
    QTest::newRow("caller in one ear") << int(AudibleSide::CallerOnly) << 0.0F << 1 << 100 << 100;
    QTest::newRow("callee in one ear") << int(AudibleSide::CalleeOnly) << 0.0F << 1 << -200 << -200;
}

void PlayheadTest::balanceAndSideChooseWhatIsHeard()
{
    QFETCH(int, side);
    QFETCH(float, balance);
    QFETCH(int, channels);
    Playhead playhead;
    playhead.load(ramps(1000));
    playhead.setSide(static_cast<AudibleSide>(side));
    playhead.setBalance(balance);
    playhead.seek(100);
    std::vector<std::int16_t> out(2);
    playhead.render(out.data(), 1, static_cast<unsigned>(channels));
    QTEST(int(out[0]), "left");
    QTEST(int(out[static_cast<std::size_t>(channels) - 1]), "right");
}

void PlayheadTest::gainSaturates()
{
    Playhead playhead;
    playhead.load({ {}, { 20000, -20000, 100 }, { 1, 1, 1 }, {} });
    playhead.setGain(2);
    std::vector<std::int16_t> out(6);
    playhead.render(out.data(), 3, 2);
    QVERIFY((out == std::vector<std::int16_t> { 32767, 2, -32768, 2, 200, 2 }));
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

void PlayheadTest::levelsAreTheGreatestSinceTaken()
{
    Playhead playhead;
    playhead.load({ {}, { 0, -16384, 8192, 0 }, { 3277, 0, 0, 0 }, {} });
    std::vector<std::int16_t> out(8);
    playhead.render(out.data(), 2, 2);
    const PeakLevels first = playhead.takeLevels();
    QCOMPARE(first.caller, 0.5F);
    QVERIFY(std::abs(first.callee - 0.1F) < 0.001F);
    playhead.render(out.data(), 2, 2);
    QCOMPARE(playhead.takeLevels().caller, 0.25F);
    QCOMPARE(playhead.takeLevels().caller, 0.0F);
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
            static_cast<std::int16_t>(std::lround(10000 * std::sin(2 * M_PI * tone * i / CallAudio::sampleRate))));
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
