// Text forms of RFC 4291 2.2 and RFC 5952.
#include "shared/base/ip_address.h"

#include <QTest>

#include <arpa/inet.h>

using namespace callmon;

class IpAddressTest : public QObject {
    Q_OBJECT

private slots:
    void textIsReadAndWrittenCanonically_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("canonical"); // empty: refused
        const auto row = [](const char* text, const char* canonical) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(canonical);
        };
        row("192.0.2.1", "192.0.2.1");
        row("0.0.0.0", "0.0.0.0");
        row("255.255.255.255", "255.255.255.255");
        row("::", "::");
        row("::1", "::1");
        row("[2001:db8::1]", "2001:db8::1");
        row("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"); // RFC 5952 4.3
        row("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"); // 4.2.2: one group of zeros is not shortened
        row("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"); // 4.2.3: the longest run
        row("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"); // the first of two
        row("::ffff:192.0.2.1", "192.0.2.1");
        row("fe80::1%eth0", "");
        row("2001:db8::/32", "");
        row("192.0.2.1:5060", "");
        row("192.0.2", "");
        row("192.0.2.256", "");
        row("2001:db8:::192.0.2.1", ""); // RFC 5118 4.10
        row("1:2:3:4:5:6:7:8:9", "");
        row(" 192.0.2.1", "");
        row("host.example.com", "");
        row("[", "");
        row("[]", "");
        row("", "");
        row("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", "");
    }

    void textIsReadAndWrittenCanonically()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, canonical);
        const auto address = IpAddress::parse(text.toStdString());
        QCOMPARE(address.has_value(), !canonical.isEmpty());
        if (address)
            QCOMPARE(QByteArray::fromStdString(address->toString()), canonical);
    }

    void dottedNumbersAreReadAsTheLibraryReadsThem()
    {
        for (const char* text :
            { "1.2.3.4", "0.0.0.0", "255.255.255.255", "256.1.1.1", "1.1.1.256", "01.2.3.4", "1.2.3.04", "0.0.0.00",
                "1..2.3", "1.2.3", "1.2.3.", ".1.2.3", ".1.2.3.4", "1.2.3.4.", "1.2.3.4.5", "1.2.3.4x", "x1.2.3.4",
                "-1.2.3.4", "1.2.3.-4", "1.2.3.4 ", "1,2,3,4", "0x1.2.3.4", "4294967297.0.0.1", "16909060" }) {
            std::array<std::byte, 4> bytes {};
            const bool isOne = inet_pton(AF_INET, text, bytes.data()) == 1;
            const auto address = IpAddress::parse(text);
            QVERIFY2(address.has_value() == isOne, text);
            if (isOne)
                QCOMPARE(*address, IpAddress::v4(bytes));
        }
    }

    void embeddedZeroIsRefused() { QVERIFY(!IpAddress::parse(std::string_view("192.0.2.1\0x", 11))); }

    void networkOrderAndNumberAreTheSameAddress()
    {
        const std::array<std::byte, 4> wire { std::byte(192), std::byte(0), std::byte(2), std::byte(1) };
        QCOMPARE(IpAddress::v4(wire), IpAddress::v4(0xc0000201));
        QCOMPARE(IpAddress::v4(wire).toString(), std::string("192.0.2.1"));
        QVERIFY(IpAddress::v4(wire).isV4());
        QVERIFY(!IpAddress::parse("2001:db8::1")->isV4());
    }

    void onlyTheUnspecifiedAddressesAreUnspecified()
    {
        QVERIFY(IpAddress().isUnspecified());
        QVERIFY(IpAddress::parse("0.0.0.0")->isUnspecified());
        QVERIFY(!IpAddress::parse("0.0.0.1")->isUnspecified());
        QVERIFY(!IpAddress::parse("::1")->isUnspecified());
        QVERIFY(IpAddress() != *IpAddress::parse("0.0.0.0"));
    }
};

QTEST_GUILESS_MAIN(IpAddressTest)
#include "tst_ip_address.moc"
