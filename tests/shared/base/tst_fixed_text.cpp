#include "shared/base/fixed_text.h"

#include <QTest>

using namespace callmon;

class FixedTextTest : public QObject {
    Q_OBJECT

private slots:
    void textIsCutBetweenCharacters_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("kept"); // in six bytes
        const auto row = [](const char* text, const char* kept) {
            QTest::newRow(QByteArray(text).toPercentEncoding()) << QByteArray(text) << QByteArray(kept);
        };
        row("", "");
        row("abcdef", "abcdef");
        row("abcdefg", "abcdef");
        row("abcde\xc3\xb6", "abcde"); // ö: two bytes, of which one would fit
        row("abcd\xc3\xb6", "abcd\xc3\xb6");
        row("abcd\xe2\x82\xac", "abcd"); // €: three
        row("abc\xf0\x9f\x93\x9e", "abc"); // telephone receiver: four
        row("ab\xf0\x9f\x93\x9ex", "ab\xf0\x9f\x93\x9e");
        row("\x80\x80\x80\x80\x80\x80\x80", "\x80\x80\x80\x80\x80\x80"); // no UTF-8: nothing to keep whole
        row("a\x80\x80\x80\x80\x80\x80", "a\x80\x80\x80\x80\x80");
    }

    void textIsCutBetweenCharacters()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, kept);
        const FixedText<6> fixed(text.toStdString());
        QCOMPARE(QByteArray::fromStdString(fixed.str()), kept);
        QCOMPARE(fixed.wasCut(), kept.size() < text.size());
        QCOMPARE(fixed.empty(), kept.isEmpty());
    }

    void assignmentForgetsWhatWasThere()
    {
        FixedText<6> fixed("abcdefgh");
        fixed = "xy";
        QCOMPARE(fixed.str(), std::string("xy"));
        QVERIFY(!fixed.wasCut());
        QVERIFY(fixed == "xy");
        QVERIFY(fixed == FixedText<6>("xy"));
        QVERIFY(!(fixed == "xyz"));
    }
};

QTEST_GUILESS_MAIN(FixedTextTest)
#include "tst_fixed_text.moc"
