// Seconds since 1970 as GNU date prints them: date -u -d 2026-11-23T06:14:55Z +%s
#include "shared/base/utc_time.h"

#include <QTest>

using namespace callmon;

class UtcTimeTest : public QObject {
    Q_OBJECT

private slots:
    void textIsReadAsUtc_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("nanoseconds");
        const auto row = [](const char* text, qint64 nanoseconds) {
            QTest::newRow(text) << QByteArray(text) << nanoseconds;
        };
        row("1970-01-01", 0);
        row("1970-01-01T00:00:00.000000001Z", 1);
        row("1969-12-31T23:59:59.999999999Z", -1);
        row("2026-11-23T06:14:55Z", 1795414495000000000);
        row("2026-11-23T06:14:55.123456789Z", 1795414495123456789);
        row("2026-11-23T06:14:55.5", 1795414495500000000);
        row("2026-11-23 06:14:55", 1795414495000000000);
        row("2026-11-23T07:14:55+01:00", 1795414495000000000);
        row("2026-11-23T00:44:55-0530", 1795414495000000000);
        row("2024-02-29", 1709164800000000000);
    }

    void textIsReadAsUtc()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, nanoseconds);
        const auto time = parseIso8601(text.toStdString());
        QVERIFY(time);
        QCOMPARE(qint64(nanosecondsSinceEpoch(*time)), nanoseconds);
        QCOMPARE(parseIso8601(toIso8601(*time)), time);
    }

    void anythingElseIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
            { "", "yesterday", "2026", "2026-11", "2026-11-2", "2026-13-01", "2026-02-29", "2026-11-23T",
                "2026-11-23T6:14:55", "2026-11-23T24:00:00", "2026-11-23T06:60:00", "2026-11-23T06:14:60",
                "2026-11-23T06:14:55.", "2026-11-23T06:14:55.1234567890", "2026-11-23T06:14:55ZZ",
                "2026-11-23T06:14:55Z+01:00", "2026-11-23T06:14:55Zx", "2026-11-23T06:14:55+15:00",
                "2026-11-23T06:14:55+01:00x", "+2026-11-23", "-026-11-23", "1492-10-12", "9999-12-31", " 2026-11-23" })
            QTest::newRow(text) << QByteArray(text);
    }

    void anythingElseIsRefused()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!parseIso8601(text.toStdString()));
    }

    void timeIsWrittenToTheNanosecond()
    {
        QCOMPARE(
            toIso8601(timestampFromNanoseconds(1795414495123456789)), std::string("2026-11-23T06:14:55.123456789Z"));
        QCOMPARE(toIso8601(timestampFromNanoseconds(-1)), std::string("1969-12-31T23:59:59.999999999Z"));
        QCOMPARE(
            toIso8601(timestampFromNanoseconds(1795414495000000000)), std::string("2026-11-23T06:14:55.000000000Z"));
    }

    void dayTurnsAtMidnightUtc()
    {
        QCOMPARE(toString(dayOf(*parseIso8601("2026-11-23T23:59:59.999999999Z"))), std::string("2026-11-23"));
        QCOMPARE(toString(dayOf(*parseIso8601("2026-11-24T00:00:00Z"))), std::string("2026-11-24"));
        QCOMPARE(toString(dayOf(timestampFromNanoseconds(-1))), std::string("1969-12-31"));
        QCOMPARE(startOf(UtcDay { 20780 }), *parseIso8601("2026-11-23"));
        QCOMPARE(parseDay("2026-11-23").value().number, 20780); // 1795392000 / 86400
        QVERIFY(!parseDay("2026-11-23T00:00:00"));
        QVERIFY(!parseDay("2026-02-30"));
    }
};

QTEST_GUILESS_MAIN(UtcTimeTest)
#include "tst_utc_time.moc"
