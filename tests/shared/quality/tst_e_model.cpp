#include <QFile>
#include <QTest>

#include "shared/quality/e_model.h"
#include "tests/test_folders.h"

using namespace callmon;

class EModelTest : public QObject {
    Q_OBJECT

private slots:
    void codecNamesInAnyCaseFindTheirImpairment_data();
    void codecNamesInAnyCaseFindTheirImpairment();
    void codecWithoutPublishedFiguresHasNone_data();
    void codecWithoutPublishedFiguresHasNone();
    void ratingAndMosEqualTheIndependentTable_data();
    void ratingAndMosEqualTheIndependentTable();
    void delayCostsLittleUntil177MillisecondsAndMuchAfter();
    void burstsCostMoreThanScatteredLoss();
    void burstRatioIsMeanRunOverThatOfRandomLoss();
    void waterfallEndsAtTheMos();
    void discardsCostWhatLossCosts();
    void mosIsBoundedAndNeverFallsAsTheRatingRises();
    void oneWayDelayIsPacketPlusBufferPlusHalfTheRoundTrip();
};

static QString tablePath()
{
    const QString captures = captureFolder();
    return captures + "/../codecs/emodel_table.csv";
}

void EModelTest::codecNamesInAnyCaseFindTheirImpairment_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<double>("ie");
    QTest::addColumn<double>("bpl");
    QTest::newRow("PCMA") << QByteArray("PCMA") << 0.0 << 25.1;
    QTest::newRow("pcmu") << QByteArray("pcmu") << 0.0 << 25.1;
    QTest::newRow("g711A") << QByteArray("g711A") << 0.0 << 25.1;
    QTest::newRow("G729") << QByteArray("G729") << 11.0 << 19.0;
    QTest::newRow("g729a") << QByteArray("g729a") << 11.0 << 19.0;
    QTest::newRow("G723") << QByteArray("G723") << 15.0 << 16.1;
}

void EModelTest::codecNamesInAnyCaseFindTheirImpairment()
{
    QFETCH(QByteArray, name);
    const auto found = impairmentOf(name.toStdString());
    QVERIFY(found);
    QTEST(found->ie, "ie");
    QTEST(found->bpl, "bpl");
}

void EModelTest::codecWithoutPublishedFiguresHasNone_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char* name : { "", "opus", "G722", "GSM", "PCM", "PCMAX", "telephone-event", "G7" })
        QTest::newRow(*name ? name : "empty") << QByteArray(name);
}

void EModelTest::codecWithoutPublishedFiguresHasNone()
{
    QFETCH(QByteArray, name);
    QVERIFY(!impairmentOf(name.toStdString()));
}

void EModelTest::ratingAndMosEqualTheIndependentTable_data()
{
    QTest::addColumn<double>("ie");
    QTest::addColumn<double>("bpl");
    QTest::addColumn<double>("burstRatio");
    QTest::addColumn<double>("loss");
    QTest::addColumn<double>("r");
    QTest::addColumn<double>("mos");
    QFile file(tablePath());
    if (!file.open(QIODevice::ReadOnly))
        return;
    file.readLine();
    while (!file.atEnd()) {
        const QList<QByteArray> cells = file.readLine().trimmed().split(',');
        if (cells.size() != 8)
            continue;
        QTest::newRow((cells[0] + " loss " + cells[4]).constData())
            << cells[1].toDouble() << cells[2].toDouble() << cells[3].toDouble() << cells[4].toDouble()
            << cells[6].toDouble() << cells[7].toDouble();
    }
}

void EModelTest::ratingAndMosEqualTheIndependentTable()
{
    if (!QFile::exists(tablePath()))
        QSKIP("the E-model table is not on this machine: set CALLMON_CAPTURES");
    QFETCH(double, ie);
    QFETCH(double, bpl);
    QFETCH(double, burstRatio);
    QFETCH(double, loss);
    QFETCH(double, r);
    QFETCH(double, mos);
    const double rating = rFactor({ { ie, bpl }, loss, burstRatio, Milliseconds(0) });
    QVERIFY2(std::abs(rating - r) <= 0.00005, qPrintable(QString::number(rating, 'f', 6)));
    QVERIFY2(std::abs(mosOfR(rating) - mos) <= 0.00005, qPrintable(QString::number(mosOfR(rating), 'f', 6)));
}

void EModelTest::delayCostsLittleUntil177MillisecondsAndMuchAfter()
{
    const CodecImpairment g711 { 0, 25.1 };
    QCOMPARE(rFactor({ g711, 0, 1, Milliseconds(100) }), 93.2 - 2.4);
    QCOMPARE(rFactor({ g711, 0, 1, Milliseconds(177.3) }), 93.2 - 0.024 * 177.3);
    QCOMPARE(rFactor({ g711, 0, 1, Milliseconds(277.3) }), 93.2 - 0.024 * 277.3 - 11);
}

void EModelTest::burstsCostMoreThanScatteredLoss()
{
    // G.107 7-29 by hand: 95 * 4 / (4 / 2 + 25.1) = 14.0221
    const CodecImpairment g711 { 0, 25.1 };
    QVERIFY(std::abs(rFactor({ g711, 4, 2, Milliseconds(0) }) - (93.2 - 14.0221)) < 0.0001);
}

// 10 lost of 100 in 4 runs: 2.5 on average, where chance makes runs of 1 / (1 - 0.1).
void EModelTest::burstRatioIsMeanRunOverThatOfRandomLoss()
{
    QCOMPARE(burstRatioOf(10, 100, 4), 2.25);
    QCOMPARE(burstRatioOf(10, 100, 10), 0.9);
    QCOMPARE(burstRatioOf(0, 100, 0), 1.0);
    QCOMPARE(burstRatioOf(100, 100, 1), 0.0); // nothing came: the loss alone says it
    const CodecImpairment g711 { 0, 25.1 };
    QCOMPARE(rFactor({ g711, 4, 0.5, Milliseconds(0) }), rFactor({ g711, 4, 1, Milliseconds(0) }));
}

// G.729A: MOS 4.409 with no impairment at all, 4.104 by the codec, 3.340 at 5 % random loss (G.107, as its table has
// it).
void EModelTest::waterfallEndsAtTheMos()
{
    const EModelInputs inputs { { 11, 19.0 }, 5, 2, Milliseconds(100) };
    const MosWaterfall taken = waterfallOf(inputs);
    QVERIFY(std::abs(taken.codec - (4.409 - 4.104)) < 0.001);
    QVERIFY(std::abs(taken.loss - (4.104 - 3.340)) < 0.001);
    QVERIFY(taken.bursts > 0 && taken.delay > 0);
    const double left = mosOfR(93.2) - taken.codec - taken.loss - taken.bursts - taken.delay;
    QVERIFY(std::abs(left - mosOfR(rFactor(inputs))) < 1e-9);
}

// 3 % lost and 2 % discarded sound like 5 % lost: 3.340 by measures of G.729A (G.107), of which 3.5165 are left after
// the 3 %: Ie_eff = 11 + 84 * 3 / (3 + 19) = 22.4545, R = 70.7455, MOS = 1 + 2.47609 + 7e-6 * 70.7455 * 10.7455
// * 29.2545.
void EModelTest::discardsCostWhatLossCosts()
{
    EModelInputs inputs { { 11, 19.0 }, 3, 1, Milliseconds(0), 2 };
    QVERIFY(std::abs(mosOfR(rFactor(inputs)) - 3.340) < 0.0005);
    const MosWaterfall taken = waterfallOf(inputs);
    const double afterLoss = 1 + 0.035 * 70.745455 + 7e-6 * 70.745455 * 10.745455 * 29.254545;
    QVERIFY(std::abs(taken.loss - (4.104 - afterLoss)) < 0.001);
    QVERIFY(std::abs(taken.discards - (afterLoss - 3.340)) < 0.001);
    QVERIFY(taken.bursts == 0 && taken.delay == 0);
}

void EModelTest::mosIsBoundedAndNeverFallsAsTheRatingRises()
{
    QCOMPARE(mosOfR(-5), 1.0);
    QCOMPARE(mosOfR(0), 1.0);
    QCOMPARE(mosOfR(100), 4.5);
    QCOMPARE(mosOfR(120), 4.5);
    for (double r = 0; r < 100; r += 0.25)
        QVERIFY2(mosOfR(r + 0.25) >= mosOfR(r), qPrintable(QString::number(r)));
    const double worst = rFactor({ { 0, 4.3 }, 1e9, 1, Milliseconds(1e9) });
    QCOMPARE(worst, 0.0);
    QCOMPARE(mosOfR(worst), 1.0);
}

void EModelTest::oneWayDelayIsPacketPlusBufferPlusHalfTheRoundTrip()
{
    QCOMPARE(assumedOneWayDelay(Milliseconds(20), Milliseconds(40), Milliseconds(100)).count(), 110.0);
    QCOMPARE(assumedOneWayDelay(Milliseconds(20), Milliseconds(40), std::nullopt).count(), 80.0);
}

QTEST_APPLESS_MAIN(EModelTest)
#include "tst_e_model.moc"
