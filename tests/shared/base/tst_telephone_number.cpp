// Which texts are telephone numbers, and that their separators say nothing: by the examples of RFC 3966 and RFC 3261.
#include "shared/base/telephone_number.h"

#include <QTest>

using namespace callmon;

class TelephoneNumberTest : public QObject {
    Q_OBJECT

private slots:
    void separatorsGo_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("asTelephoneNumber");
        QTest::addColumn<QString>("asAnything");
        const auto row = [](const char* text, const char* asTelephoneNumber, const char* asAnything) {
            QTest::newRow(text) << text << asTelephoneNumber << asAnything;
        };
        row("+1-201-555-0123", "+12015550123", "+12015550123"); // RFC 3966 6
        row("863-1234", "8631234", "8631234"); // of tel:863-1234;phone-context=+1-914-555
        row("7042", "7042", "7042");
        row("+358-555-1234567", "+3585551234567", "+3585551234567"); // RFC 3261 19.1.6
        row("+1-212-555-1212", "+12125551212", "+12125551212"); // RFC 3261 19.1.3
        row("+1(800)555-0100", "+18005550100", "+18005550100");
        row("(800)555.0100", "8005550100", "8005550100");
        row("01.23.45.67.89", "0123456789", "0123456789");
        row("*21*555-0123#", "*21*5550123#", "*21*555-0123#"); // RFC 3966 3: phonedigit-hex
        row("70-42", "7042", "70-42"); // too short to be one by its form alone
        row("100-1", "1001", "100-1");
        row("10.0.0.1", "10001", "10.0.0.1");
        row("192.168.100.200", "192168100200", "192.168.100.200");
        row("john-doe", "john-doe", "john-doe");
        row("bad-cafe", "bad-cafe", "bad-cafe"); // hexadecimal letters, and no digit
        row("1001.site", "1001.site", "1001.site");
        row("1-800-FLOWERS", "1-800-FLOWERS", "1-800-FLOWERS");
        row("555-0123+4", "555-0123+4", "555-0123+4");
        row("555 0123", "555 0123", "555 0123"); // RFC 3966 5.1.1: spaces are none
        row("-", "-", "-");
        row("", "", "");
    }
    void separatorsGo()
    {
        QFETCH(const QString, text);
        QFETCH(const QString, asTelephoneNumber);
        QFETCH(const QString, asAnything);
        const std::string given = text.toStdString();
        std::array<char, 255> memory {};
        const auto with = [&](SaidToBe said) {
            return QString::fromStdString(std::string(withoutSeparators(given, said, memory)));
        };
        QCOMPARE(with(SaidToBe::TelephoneNumber), asTelephoneNumber);
        QCOMPARE(with(SaidToBe::Anything), asAnything);
        QCOMPARE(QString::fromStdString(withoutSeparators(given)), asAnything);
    }

    void whatFindsNoRoomIsCut()
    {
        std::array<char, 4> memory {};
        QVERIFY(withoutSeparators("555-0123", SaidToBe::Anything, memory) == "5550");
    }

    void whoLooksForANumberMayTypeItsSeparators_data()
    {
        QTest::addColumn<QString>("wanted");
        QTest::addColumn<QString>("bare"); // null: it has no other form
        const auto row = [](const char* wanted, const char* bare) {
            QTest::newRow(wanted) << wanted << (bare ? QString(bare) : QString());
        };
        row("555-0123", "5550123");
        row("+1(800)*", "+1800*");
        row("*555-0123", "*5550123");
        row("555-*-23", "555*23");
        row("212.555.*", "212555*");
        row("01.23.*", "0123*");
        row("70-42", "7042");
        row("5550123", nullptr);
        row("10.0.0.1", nullptr);
        row("10.0.0.*", nullptr);
        row("*.0.1", nullptr);
        row("2001:db8::1", nullptr);
        row("john-doe*", nullptr);
        row("*-*", nullptr);
        row("1+2-3", nullptr);
        row("", nullptr);
    }
    void whoLooksForANumberMayTypeItsSeparators()
    {
        QFETCH(const QString, wanted);
        QFETCH(const QString, bare);
        const auto other = wantedWithoutSeparators(wanted.toStdString());
        QCOMPARE(other.has_value(), !bare.isNull());
        QCOMPARE(QString::fromStdString(other.value_or("")), bare.isNull() ? QString("") : bare);
    }
};

QTEST_APPLESS_MAIN(TelephoneNumberTest)
#include "tst_telephone_number.moc"
