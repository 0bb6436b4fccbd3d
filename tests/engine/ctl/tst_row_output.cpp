// Rows as a table: for the eye, and nothing in it may mislead.
#include "engine/ctl/row_output.h"

#include <QTest>
#include <sstream>

using namespace callmon;

namespace {

constexpr const char* names[] = { "caller", "delay_ms", "packets" };
constexpr TableColumn columns[] = { { "caller", "caller", 8 }, { "delay_ms", "ms", 4 }, { "packets", "packets" } };

FieldValue number(const char* text)
{
    return { FieldValue::Kind::Number, text };
}
FieldValue text(const char* text)
{
    return { FieldValue::Kind::Text, text };
}

QStringList tableOf(const std::vector<std::vector<FieldValue>>& rows)
{
    std::ostringstream out;
    const auto table = makeRowOutput(Format::Table, names, columns, out);
    for (const auto& row : rows)
        table->row(row);
    table->end();
    return QString::fromStdString(out.str()).split('\n', Qt::SkipEmptyParts);
}

}

class RowOutputTest : public QObject {
    Q_OBJECT

private slots:
    void measuredTimesAreShownToTheMicrosecond()
    {
        const QStringList table = tableOf({ { text("ada"), number("537.907939"), number("440") },
            { text("bob"), number("-0.000400"), number("7") }, { text("eve"), number("12.5"), number("1") } });
        QCOMPARE(table[1].simplified(), QString("ada 537.908 440"));
        QCOMPARE(table[2].simplified(), QString("bob -0.000 7"));
        QCOMPARE(table[3].simplified(), QString("eve 12.5 1"));
    }

    // A number without its end is another number.
    void longTextIsCutAndNumbersAreNot()
    {
        std::vector<std::vector<FieldValue>> rows(300, { text("ada"), number("1.000000"), number("1") });
        rows.push_back({ text("a-very-long-name"), number("34333.713000"), number("18446744073709551615") });
        const QStringList table = tableOf(rows);
        QCOMPARE(table[1].simplified(), QString("ada 1.000 1"));
        QVERIFY2(table.last().startsWith("a-ver\u2026 "), qPrintable(table.last()));
        QVERIFY2(table.last().contains("  34333.713  18446744073709551615"), qPrintable(table.last()));
    }
};

QTEST_GUILESS_MAIN(RowOutputTest)
#include "tst_row_output.moc"
