// Ranges of addresses, by RFC 4632 and RFC 4291 2.3.
#include "shared/base/ip_network.h"

#include <QTest>

using namespace callmon;

class TestIpNetwork : public QObject {
    Q_OBJECT

private slots:
    void holdsWhatItsPrefixSays_data()
    {
        QTest::addColumn<QByteArray>("network");
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<bool>("contained");
        const auto row = [](const char* network, const char* address, bool contained) {
            QTest::addRow("%s %s", network, address) << QByteArray(network) << QByteArray(address) << contained;
        };
        row("192.0.2.0/24", "192.0.2.255", true);
        row("192.0.2.0/24", "192.0.3.0", false);
        row("192.0.2.77/24", "192.0.2.1", true); // a host's address and its mask
        row("192.0.2.128/25", "192.0.2.127", false);
        row("192.0.2.128/25", "192.0.2.128", true);
        row("10.0.0.0/7", "11.255.0.1", true);
        row("10.0.0.0/7", "12.0.0.1", false);
        row("192.0.2.7", "192.0.2.7", true);
        row("192.0.2.7", "192.0.2.6", false);
        row("0.0.0.0/0", "203.0.113.9", true);
        row("0.0.0.0/0", "2001:db8::1", false); // all of IPv4
        row("::/0", "2001:db8::1", true);
        row("2001:db8::/32", "2001:db8:ffff::1", true);
        row("2001:db8::/32", "2001:db9::", false);
        row("2001:db8::1/128", "2001:db8::2", false);
    }
    void holdsWhatItsPrefixSays()
    {
        QFETCH(QByteArray, network);
        QFETCH(QByteArray, address);
        const auto parsed = IpNetwork::parse(network.toStdString());
        QVERIFY(parsed);
        QTEST(parsed->contains(*IpAddress::parse(address.toStdString())), "contained");
    }

    void whatIsNoNetworkIsRefused()
    {
        for (const char* text : { "", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/2 4", "192.0.2/24",
                 "2001:db8::/129", "north", "192.0.2.0/24/8", "192.0.2.0/0x8" })
            QVERIFY2(!IpNetwork::parse(text), text);
    }
};

QTEST_GUILESS_MAIN(TestIpNetwork)
#include "tst_ip_network.moc"
