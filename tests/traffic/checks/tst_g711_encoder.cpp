// Outside truth: the ITU's sweep, every code word with the value it decodes to. Coding that value must give it back.
#include "tests/test_folders.h"
#include "tests/traffic/codecs.h"
#include "tool.h"

#include <QTest>

using namespace callmon;

class G711Encoder : public QObject {
    Q_OBJECT

private slots:
    void decodedValuesOfTheItuSweepEncodeToTheirCodeWords_data()
    {
        QTest::addColumn<QString>("codeWords");
        QTest::addColumn<QString>("decoded");
        QTest::addColumn<bool>("aLaw");
        QTest::newRow("A-law") << "sweep-r.a"
                               << "sweep-r.rea" << true;
        QTest::newRow("mu-law") << "sweep-r.u"
                                << "sweep-r.reu" << false;
    }

    void decodedValuesOfTheItuSweepEncodeToTheirCodeWords()
    {
        QFETCH(QString, codeWords);
        QFETCH(QString, decoded);
        QFETCH(bool, aLaw);
        const QString folder = captureFolder() + "/../codecs/";
        const QByteArray codes = test::readAll(folder + codeWords);
        const QByteArray values = test::readAll(folder + decoded);
        if (codes.isEmpty())
            QSKIP("the ITU's sweep is not here");
        QCOMPARE(codes.size(), values.size());
        QSet<int> seen;
        for (qsizetype at = 0; at + 1 < codes.size(); at += 2) { // little-endian words
            const auto word = [at](const QByteArray& bytes) {
                return static_cast<std::int16_t>(
                    static_cast<std::uint8_t>(bytes[at]) | static_cast<std::uint8_t>(bytes[at + 1]) << 8);
            };
            const std::int16_t value = word(values);
            int expected = word(codes) & 0xff;
            if (!aLaw && expected == 0x7f)
                expected = 0xff; // both zeros of mu-law decode to 0; the positive one is sent (G.711 table 2)
            QCOMPARE(int(aLaw ? encodeALaw(value) : encodeMuLaw(value)), expected);
            seen.insert(expected);
        }
        QVERIFY(seen.size() >= 200); // the sweep reaches most code words
    }

    void fullScaleIsTheLastStepOfTheLastSegment() // G.711 tables 1 and 2
    {
        QCOMPARE(int(encodeALaw(32767)), 0xaa);
        QCOMPARE(int(encodeALaw(-32768)), 0x2a);
        QCOMPARE(int(encodeMuLaw(32767)), 0x80);
        QCOMPARE(int(encodeMuLaw(-32768)), 0x00);
    }
};

QTEST_GUILESS_MAIN(G711Encoder)
#include "tst_g711_encoder.moc"
