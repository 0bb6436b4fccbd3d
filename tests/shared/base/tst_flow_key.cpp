#include "shared/base/flow_key.h"

#include <QTest>

#include <unordered_set>

using namespace callmon;

class FlowKeyTest : public QObject {
    Q_OBJECT

private slots:
    void endpointIsWrittenAsInAUri()
    {
        QCOMPARE(toString(Endpoint { *IpAddress::parse("10.0.0.1"), 5060 }), std::string("10.0.0.1:5060"));
        QCOMPARE(toString(Endpoint { *IpAddress::parse("2001:db8::1"), 5060 }), std::string("[2001:db8::1]:5060"));
    }

    void directionsOfAFlowDiffer()
    {
        const Endpoint a { IpAddress::v4(1), 1 };
        const Endpoint b { IpAddress::v4(2), 2 };
        QVERIFY(!(FlowKey { a, b } == FlowKey { b, a }));
    }

    // Media addresses of one gateway differ in the port alone, phones of one subnet in the last byte: a table of twice
    // the size must not see them as one. With ideal hashing 65,536 keys occupy 1 - e^-0.5 = 39.3 % of 131,072 slots.
    void neighbouringAddressesSpreadOverTheTable_data()
    {
        QTest::addColumn<bool>("v6");
        QTest::addColumn<bool>("byPort");
        for (const bool v6 : { false, true })
            for (const bool byPort : { false, true })
                QTest::addRow("%s by %s", v6 ? "IPv6" : "IPv4", byPort ? "port" : "address") << v6 << byPort;
    }

    void neighbouringAddressesSpreadOverTheTable()
    {
        QFETCH(bool, v6);
        QFETCH(bool, byPort);
        constexpr std::uint32_t keys = 65536;
        std::unordered_set<std::uint64_t> whole;
        std::unordered_set<std::uint64_t> low;
        std::unordered_set<std::uint64_t> high;
        for (std::uint32_t i = 0; i < keys; ++i) {
            const std::uint32_t host = byPort ? 1 : i;
            std::array<std::byte, 16> bytes {};
            bytes[0] = std::byte(0x20);
            bytes[14] = std::byte(host >> 8);
            bytes[15] = std::byte(host & 0xff);
            const Endpoint endpoint { v6 ? IpAddress::v6(bytes) : IpAddress::v4(0x0a000000 | host),
                static_cast<std::uint16_t>(byPort ? i : 5004) };
            const std::uint64_t hash = hashOf(endpoint);
            whole.insert(hash);
            low.insert(hash & 0x1ffff);
            high.insert(hash >> 47);
        }
        QCOMPARE(whole.size(), std::size_t(keys));
        constexpr double ideal = 0.3935 * 131072;
        QVERIFY2(static_cast<double>(low.size()) > 0.98 * ideal, qPrintable(QString::number(low.size())));
        QVERIFY2(static_cast<double>(high.size()) > 0.98 * ideal, qPrintable(QString::number(high.size())));
    }
};

QTEST_GUILESS_MAIN(FlowKeyTest)
#include "tst_flow_key.moc"
