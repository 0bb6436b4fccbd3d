// RFC 4180, and fields that a spreadsheet would run.
#include "shared/base/csv.h"

#include <QTest>

using namespace callmon;

class CsvTest : public QObject {
    Q_OBJECT

private slots:
    void fieldIsQuotedAndDefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("field");
        const auto row = [](const char* text, const char* field) {
            QTest::newRow(QByteArray(text).toPercentEncoding(" +=@,")) << QByteArray(text) << QByteArray(field);
        };
        row("", "");
        row("alice", "alice");
        row("Doe, John", "\"Doe, John\"");
        row("the \"boss\"", "\"the \"\"boss\"\"\"");
        row("two\nlines", "\"two\nlines\"");
        row("carriage\rreturn", "\"carriage\rreturn\"");
        row("+34910123456", "+34910123456");
        row("-3.5", "-3.5");
        row("+.5", "+.5");
        row("=1+1", "'=1+1");
        row("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
        row("@SUM(A1)", "'@SUM(A1)");
        row("+1+1", "'+1+1");
        row("-cmd|'/c calc'!A0", "'-cmd|'/c calc'!A0");
        row("+34 910 12", "'+34 910 12");
        row("-1.2.3", "'-1.2.3");
        row("+", "'+");
        row("-.", "'-.");
        row("\t=1", "'\t=1");
        row("\r=1", "\"'\r=1\"");
        row("\x7f", "'\x7f");
        row("1=1", "1=1");
        row("'quoted", "'quoted");
        row("J\xc3\xb6rg", "J\xc3\xb6rg");
    }

    void fieldIsQuotedAndDefused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, field);
        QCOMPARE(QByteArray::fromStdString(csvField(text.toStdString())), field);
    }

    void embeddedZeroIsKeptAndDefused()
    {
        using namespace std::string_literals;
        QCOMPARE(csvField("\0=1"s), "'\0=1"s);
    }

    void lineJoinsFieldsAndEndsWithCrlf()
    {
        QCOMPARE(csvLine({ "a", "b,c", "" }), std::string("a,\"b,c\",\r\n"));
        QCOMPARE(csvLine({ "", "b" }), std::string(",b\r\n"));
        QCOMPARE(csvLine({ "", "", "" }), std::string(",,\r\n"));
        QCOMPARE(csvLine({}), std::string("\r\n"));
    }

    void otherSignsAreQuotedAndDefusedByTheirOwnRules()
    {
        const CsvStyle style { ';', ',' };
        QCOMPARE(csvLine({ "a", "b,c", "d;e", "-3,5", "-3.5", "=1;2" }, style),
            std::string("a;b,c;\"d;e\";-3,5;'-3.5;\"'=1;2\"\r\n"));
        QCOMPARE(csvLine({ "a\tb", "c" }, { '\t', '.' }), std::string("\"a\tb\"\tc\r\n"));
    }
};

QTEST_GUILESS_MAIN(CsvTest)
#include "tst_csv.moc"
