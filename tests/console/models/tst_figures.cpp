#include "console/models/figures.h"

#include <QtTest>

using namespace callmon;

class TestFigures : public QObject {
    Q_OBJECT

private slots:
    void aShortCountHasThreeDigitsAtMost_data()
    {
        QTest::addColumn<quint64>("count");
        QTest::addColumn<QString>("text");
        const auto row = [](quint64 count, const char* text) { QTest::newRow(text) << count << text; };
        row(0, "0");
        row(850, "850");
        row(999, "999");
        row(1'000, "1.0k");
        row(3'259, "3.3k");
        row(9'949, "9.9k");
        row(9'950, "10k");
        row(30'251, "30k");
        row(999'499, "999k");
        row(999'500, "1.0M");
        row(52'000'000, "52M");
    }
    void aShortCountHasThreeDigitsAtMost()
    {
        QFETCH(const quint64, count);
        QFETCH(const QString, text);
        QCOMPARE(shortCountText(count), text);
    }
};

QTEST_GUILESS_MAIN(TestFigures)
#include "tst_figures.moc"
