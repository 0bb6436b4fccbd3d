#include <QTest>

#include "shared/codecs/envelope.h"

using namespace callmon;

class EnvelopeTest : public QObject {
    Q_OBJECT

private slots:
    void everyExtremeIsSeenUnderItsPixel();
    void everySampleCountsForSomePixel();
    void fewerSamplesThanPixelsAreRepeated();
    void nothingIsFlat();
};

void EnvelopeTest::everyExtremeIsSeenUnderItsPixel()
{
    std::vector<std::int16_t> samples(1000);
    samples[0] = -7;
    samples[499] = 30000;
    samples[500] = -32768;
    samples[999] = 5;
    const auto seen = envelope(samples, 4);
    QCOMPARE(seen.size(), std::size_t(4));
    QVERIFY((seen[0] == Extremes { -7, 0 }));
    QVERIFY((seen[1] == Extremes { 0, 30000 }));
    QVERIFY((seen[2] == Extremes { -32768, 0 }));
    QVERIFY((seen[3] == Extremes { 0, 5 }));
}

void EnvelopeTest::everySampleCountsForSomePixel()
{
    for (std::size_t at = 0; at < 101; ++at) {
        std::vector<std::int16_t> samples(101);
        samples[at] = 100;
        const auto seen = envelope(samples, 7);
        QCOMPARE(std::count_if(seen.begin(), seen.end(), [](const Extremes& e) { return e.highest == 100; }), 1);
    }
}

void EnvelopeTest::fewerSamplesThanPixelsAreRepeated()
{
    const std::vector<std::int16_t> samples { 1, 2 };
    const auto seen = envelope(samples, 4);
    QVERIFY((seen == std::vector<Extremes> { { 1, 1 }, { 1, 1 }, { 2, 2 }, { 2, 2 } }));
}

void EnvelopeTest::nothingIsFlat()
{
    QVERIFY(envelope({}, 3) == std::vector<Extremes>(3));
    QVERIFY(envelope(std::vector<std::int16_t> { 1 }, 0).empty());
}

QTEST_APPLESS_MAIN(EnvelopeTest)
#include "tst_envelope.moc"
