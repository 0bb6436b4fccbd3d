#include "console/models/figures.h"
#include "console/zone/display_zone.h"
#include "shared/base/utc_time.h"

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

    // The tz database: clocks in Madrid were put back from 3 to 2 on 2026-10-25 at 01:00 UTC.
    void aTimeThatAClockShowsTwiceSaysWhichOfTheTwo()
    {
        const auto back = qScopeGuard([] { setDisplayZone(QTimeZone::utc()); });
        const auto at = [](const char* time) { return *parseIso8601(time); };
        QCOMPARE(dateTimeText(at("2026-10-25T00:59:58Z")), QString("2026-10-25 00:59:58"));
        setDisplayZone(QTimeZone("Europe/Madrid"));
        QCOMPARE(dateTimeText(at("2026-10-24T23:59:58Z")), QString("2026-10-25 01:59:58"));
        QCOMPARE(dateTimeText(at("2026-10-25T00:59:58Z")), QString("2026-10-25 02:59:58+2"));
        QCOMPARE(dateTimeText(at("2026-10-25T01:59:58Z")), QString("2026-10-25 02:59:58+1"));
        QCOMPARE(dateTimeText(at("2026-10-25T02:00:00Z")), QString("2026-10-25 03:00:00"));
        QCOMPARE(zoneOf(at("2026-10-25T00:59:58Z")), QString("CEST"));
        QCOMPARE(zoneOf(at("2026-10-25T01:59:58Z")), QString("CET"));
        QCOMPARE(withZone("Started\nUTC"), QString("Started\nCET/CEST"));
    }

    void oneOfThemIsOneAndWhatChoosesAPluralKeepsItsLastDigits()
    {
        QCOMPARE(callsText(0), QString("0 calls"));
        QCOMPARE(callsText(1), QString("1 call"));
        QCOMPARE(callsText(52'021), QString("52,021 calls"));
        QCOMPARE(pluralOf(21), 21);
        QCOMPARE(pluralOf(12'345'678'921), 1'678'921);
    }
};

QTEST_GUILESS_MAIN(TestFigures)
#include "tst_figures.moc"
