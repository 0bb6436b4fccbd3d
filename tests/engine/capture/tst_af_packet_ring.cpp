#include "engine/capture/af_packet_ring.h"

#include <QTest>

using namespace callmon;

class TestAfPacketRing : public QObject {
    Q_OBJECT
private slots:
    void placesHoldADatagramThatTheKernelPutTogether();
    void whatTheUserSaysStays();
    void otherDevicesAreLeftAlone();
};

void TestAfPacketRing::placesHoldADatagramThatTheKernelPutTogether()
{
    const std::string device = withLongPlaces("net_af_packet0,iface=eth1");
    QCOMPARE(device, std::string("net_af_packet0,iface=eth1,framesz=16384,blocksz=65536,framecnt=4096"));
    QCOMPARE(placeSizeOf(device), std::size_t(16384));
    QCOMPARE(withLongPlaces("net_af_packet0,iface=eth1,framecnt=512"),
        std::string("net_af_packet0,iface=eth1,framecnt=512,framesz=16384,blocksz=65536"));
}

void TestAfPacketRing::whatTheUserSaysStays()
{
    const std::string device = "net_af_packet0,iface=eth1,framesz=4096,blocksz=4096";
    QCOMPARE(withLongPlaces(device), device);
    QCOMPARE(placeSizeOf(device), std::size_t(4096));
    // DPDK refuses these in its own words.
    QCOMPARE(placeSizeOf("net_af_packet0,framesz=many"), std::size_t(2048));
    QCOMPARE(placeSizeOf("net_af_packet0,framesz="), std::size_t(2048));
}

void TestAfPacketRing::otherDevicesAreLeftAlone()
{
    QCOMPARE(withLongPlaces("0000:03:00.0"), std::string("0000:03:00.0"));
    QCOMPARE(withLongPlaces("net_pcap0,iface=eth1"), std::string("net_pcap0,iface=eth1"));
    QCOMPARE(placeSizeOf("net_tap0,framesz=9000"), std::size_t(2048));
}

QTEST_APPLESS_MAIN(TestAfPacketRing)
#include "tst_af_packet_ring.moc"
