// Text from the network in columns of a terminal.
#include "engine/ctl/text_width.h"

#include <QTest>

using namespace callmon;

class TestTextWidth : public QObject {
    Q_OBJECT

private slots:
    void widthsAreThoseOfTheTerminal_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("width");
        QTest::newRow("ASCII") << QByteArray("abc") << 3;
        QTest::newRow("Latin") << QByteArray("J\xc3\xbcrgen") << 6;
        QTest::newRow("combining") << QByteArray("e\xcc\x81") << 1;
        QTest::newRow("wide") << QByteArray("\xe9\x9b\xbb\xe8\xa9\xb1") << 4;
        QTest::newRow("emoji") << QByteArray("\xf0\x9f\x93\x9e") << 2;
        QTest::newRow("escape") << QByteArray("\x1b[2J") << 4;
        QTest::newRow("no UTF-8") << QByteArray("\xff\xc3") << 2;
        QTest::newRow("overlong") << QByteArray("\xc0\xaf") << 2;
    }

    void widthsAreThoseOfTheTerminal()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const int, width);
        QCOMPARE(static_cast<int>(textWidth(text.toStdString())), width);
    }

    void fittedTextHasExactlyItsWidth_data() { widthsAreThoseOfTheTerminal_data(); }

    void fittedTextHasExactlyItsWidth()
    {
        QFETCH(const QByteArray, text);
        for (std::size_t width = 1; width < 10; ++width) {
            const std::string result = fitted(text.toStdString(), width);
            QCOMPARE(textWidth(result), width);
            QVERIFY(result.find('\x1b') == std::string::npos);
        }
        QCOMPARE(fitted("abc", 5, true), std::string("  abc"));
        QCOMPARE(fitted("abcdef", 3), std::string("ab\xe2\x80\xa6"));
    }

    void asciiTakesTheSameColumns()
    {
        QCOMPARE(asciiOnly("MOS\xe2\x86\x92 loss%\xe2\x86\x90 +34\xe2\x80\xa6"), std::string("MOS> loss%< +34~"));
        QCOMPARE(asciiOnly("J\xc3\xbcrgen \xe9\x9b\xbb|"), std::string("J?rgen ??|"));
    }

    void environmentSaysWhetherTheTerminalTakesUtf8()
    {
        qunsetenv("LC_ALL");
        qunsetenv("LC_CTYPE");
        qunsetenv("LANG");
        QVERIFY(!terminalTakesUtf8());
        qputenv("LANG", "de_DE.UTF-8");
        QVERIFY(terminalTakesUtf8());
        qputenv("LC_CTYPE", "de_DE.ISO-8859-1");
        QVERIFY(!terminalTakesUtf8());
        qputenv("LC_ALL", "C.utf8");
        QVERIFY(terminalTakesUtf8());
        qputenv("LC_ALL", "");
        QVERIFY(!terminalTakesUtf8());
    }
};

QTEST_APPLESS_MAIN(TestTextWidth)
#include "tst_text_width.moc"
