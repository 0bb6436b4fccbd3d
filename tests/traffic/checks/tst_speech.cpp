// What the sample calls send is speech: our decoders, held elsewhere against the ITU's and bcg729's own output, give it
// back.
#include <QTest> // before <chrono>: moc of Qt 6.4 stumbles over <concepts> otherwise

#include "shared/codecs/decoder.h"
#include "tests/traffic/codecs.h"

#include <cmath>

using namespace callmon;

namespace {

std::vector<std::int16_t> sample(const char* side)
{
    auto samples = readSpeechWav(std::string(CALLMON_SAMPLE_FOLDER) + "/" + side + ".wav");
    if (!samples)
        qFatal("%s", samples.error().what.c_str());
    samples.value().resize(samples.value().size() / samplesPerBlock * samplesPerBlock);
    return samples.value();
}

// Root mean square of each 20 ms.
std::vector<double> loudness(const std::vector<std::int16_t>& samples)
{
    std::vector<double> levels;
    for (std::size_t at = 0; at + samplesPerBlock <= samples.size(); at += samplesPerBlock) {
        double sum = 0;
        for (std::size_t i = at; i < at + samplesPerBlock; ++i)
            sum += double(samples[i]) * samples[i];
        levels.push_back(std::sqrt(sum / samplesPerBlock));
    }
    return levels;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b)
{
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return ab / std::sqrt(aa * bb);
}

}

class Speech : public QObject {
    Q_OBJECT

private slots:
    void everyCodecGivesTheSpeechBack_data()
    {
        QTest::addColumn<int>("codec");
        QTest::newRow("PCMA") << int(Codec::Pcma);
        QTest::newRow("PCMU") << int(Codec::Pcmu);
        QTest::newRow("G729") << int(Codec::G729);
    }

    void everyCodecGivesTheSpeechBack()
    {
        QFETCH(int, codec);
        const auto name = nameOf(static_cast<Codec>(codec));
        const auto original = sample("caller");
        const EncodedSpeech coded = encodeSpeech(static_cast<Codec>(codec), original);
        QCOMPARE(coded.blocks(), original.size() / samplesPerBlock);
        const auto decoder = makeDecoder(name, Hertz { 8000 });
        QVERIFY(decoder);
        std::vector<std::int16_t> decoded;
        for (std::size_t block = 0; block < coded.blocks(); ++block)
            QCOMPARE(decoder->decode(coded.block(block), decoded), std::size_t { 0 });
        QCOMPARE(decoded.size(), original.size());

        if (static_cast<Codec>(codec) == Codec::G729) { // not a waveform codec: what must agree is when it is how loud
            const double same = correlation(loudness(original), loudness(decoded));
            QVERIFY2(same > 0.97, qPrintable(QString::number(same)));
            return;
        }
        double signal = 0;
        double noise = 0;
        for (std::size_t i = 0; i < original.size(); ++i) {
            signal += double(original[i]) * original[i];
            noise += std::pow(double(original[i]) - decoded[i], 2);
        }
        const double decibels = 10 * std::log10(signal / noise);
        QVERIFY2(decibels > 33, qPrintable(QString::number(decibels))); // ITU-T G.712 asks for 33 at such levels
    }

    void callerAndCalleeTalkInTurns()
    {
        const auto caller = loudness(sample("caller"));
        const auto callee = loudness(sample("callee"));
        QCOMPARE(caller.size(), callee.size());
        constexpr double talking = 300;
        std::size_t callerTalks = 0;
        std::size_t calleeTalks = 0;
        std::size_t both = 0;
        for (std::size_t i = 0; i < caller.size(); ++i) {
            callerTalks += caller[i] > talking;
            calleeTalks += callee[i] > talking;
            both += caller[i] > talking && callee[i] > talking;
        }
        QVERIFY(callerTalks > 250 && calleeTalks > 250); // five seconds each
        QCOMPARE(both, std::size_t { 0 });
    }
};

QTEST_GUILESS_MAIN(Speech)
#include "tst_speech.moc"
