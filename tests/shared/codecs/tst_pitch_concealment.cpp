// What is played for lost packets (ITU-T G.711 appendix I): no click where repetitions join, and each loss on its own.
#include "shared/codecs/pitch_concealment.h"

#include <QTest>
#include <cmath>
#include <numbers>

using namespace callmon;

namespace {

// As long as all that is remembered; at its end a peak.
std::vector<std::int16_t> tone(double hertz, double fromAmplitude, double toAmplitude)
{
    constexpr int samples = 400;
    std::vector<std::int16_t> sound;
    for (int i = 0; i < samples; ++i) {
        const double amplitude = fromAmplitude + (toAmplitude - fromAmplitude) * i / samples;
        sound.push_back(static_cast<std::int16_t>(
            std::lround(amplitude * std::cos(2 * std::numbers::pi * hertz * (i - samples) / 8000))));
    }
    return sound;
}

int steepest(std::span<const std::int16_t> sound)
{
    int most = 0;
    for (std::size_t i = 1; i < sound.size(); ++i)
        most = std::max(most, std::abs(sound[i] - sound[i - 1]));
    return most;
}

double power(std::span<const std::int16_t> sound)
{
    double sum = 0;
    for (const std::int16_t sample : sound)
        sum += double(sample) * sample;
    return sum / static_cast<double>(sound.size());
}

}

class PitchConcealmentTest : public QObject {
    Q_OBJECT

private slots:
    // A voice that swells: the period's end and its beginning differ by a fifth.
    void repetitionsJoinWithoutAClick()
    {
        const std::vector<std::int16_t> voice = tone(100, 1000, 9000);
        PitchConcealment concealment;
        concealment.received(voice);
        std::vector<std::int16_t> sound = voice;
        concealment.conceal(160, sound);
        QVERIFY(power(std::span(sound).subspan(400, 80)) > 0.5 * power(std::span(voice).last(80)));
        const int click = (9000 - 1000) / 5; // what the join would jump by
        QVERIFY2(steepest(std::span(sound).subspan(401)) < click * 2 / 3,
            qPrintable(QString::number(steepest(std::span(sound).subspan(401)))));
    }

    void theNextLossBeginsAnew()
    {
        PitchConcealment concealment;
        concealment.received(tone(100, 8000, 8000));
        std::vector<std::int16_t> sound;
        concealment.conceal(400, sound); // faded by now
        const std::vector<std::int16_t> other = tone(160, 4000, 4000);
        concealment.received(other);
        sound.clear();
        concealment.conceal(80, sound);
        for (std::size_t i = 0; i < 30; ++i) // of a period of 50; its last quarter passes over into what was before
            QVERIFY(std::abs(sound[i] - other[350 + i]) < 200);
        QVERIFY(std::abs(power(sound) / power(other) - 1) < 0.1);
    }

    // I.2.3: the pitch of any voice, not of one.
    void thePeriodIsThatOfTheVoice()
    {
        for (const double hertz : { 80.0, 100.0, 125.0, 160.0, 200.0 }) {
            const std::vector<std::int16_t> voice = tone(hertz, 8000, 8000);
            PitchConcealment concealment;
            concealment.received(voice);
            std::vector<std::int16_t> sound;
            concealment.conceal(80, sound);
            for (std::size_t i = 0; i < sound.size(); ++i) {
                const double expected = 8000 * std::cos(2 * std::numbers::pi * hertz * static_cast<double>(i) / 8000);
                QVERIFY2(std::abs(sound[i] - expected) < 900, qPrintable(QString::number(hertz)));
            }
        }
    }
};

QTEST_APPLESS_MAIN(PitchConcealmentTest)
#include "tst_pitch_concealment.moc"
