#include "engine/capture/packet_pool.h"

#include <QTest>

using namespace callmon;

namespace {

constexpr std::size_t mebibyte = 1 << 20;
constexpr std::size_t usualData = 2048; // DPDK's

// As findEalMemory() says: three quarters of what is free.
EalMemory hugePagesFree(std::size_t mebibytes)
{
    return { .hugePages = true, .availableBytes = mebibytes * mebibyte / 4 * 3 };
}

}

class TestPacketPool : public QObject {
    Q_OBJECT
private slots:
    void unaskedItGrowsWithTheHugePages_data();
    void unaskedItGrowsWithTheHugePages();
    void whatWasAskedForIsHalvedUntilItFits();
    void longPlacesTakeTheSameMemory();
};

void TestPacketPool::unaskedItGrowsWithTheHugePages_data()
{
    QTest::addColumn<std::size_t>("freeMebibytes");
    QTest::addColumn<std::size_t>("buffers");
    QTest::newRow("half does not hold twice as many") << std::size_t(1200) << std::size_t(131'072);
    QTest::newRow("half holds twice as many") << std::size_t(1400) << std::size_t(262'144);
    QTest::newRow("4 GiB") << std::size_t(4096) << std::size_t(524'288);
    QTest::newRow("the most") << std::size_t(5200) << std::size_t(1'048'576);
    QTest::newRow("never more") << std::size_t(64 * 1024) << std::size_t(1'048'576);
}

void TestPacketPool::unaskedItGrowsWithTheHugePages()
{
    QFETCH(const std::size_t, freeMebibytes);
    QFETCH(const std::size_t, buffers);
    const PoolPlan plan = planPool(0, usualData, hugePagesFree(freeMebibytes));
    QCOMPARE(plan.fitting, buffers);
    QCOMPARE(plan.wanted, std::size_t(131'072)); // no complaint that there could be more
    if (buffers > plan.wanted)
        QVERIFY(plan.bytes() <= freeMebibytes * mebibyte / 2); // recordings need some, too
}

void TestPacketPool::whatWasAskedForIsHalvedUntilItFits()
{
    QCOMPARE(planPool(0, usualData, { .hugePages = false, .availableBytes = 64'000 * mebibyte }).fitting,
        std::size_t(131'072)); // ordinary memory is others' too
    QCOMPARE(planPool(0, usualData, hugePagesFree(400)).fitting, std::size_t(65'536));
    const PoolPlan asked = planPool(1'000'000, usualData, hugePagesFree(2048));
    QCOMPARE(asked.wanted, std::size_t(1'000'000));
    QCOMPARE(asked.fitting, std::size_t(500'000));
    QVERIFY(asked.bytes() <= std::size_t(2048) * mebibyte / 4 * 3);
    QCOMPARE(planPool(1'000'000, usualData, hugePagesFree(64)).fitting, std::size_t(15'625));
    QCOMPARE(planPool(1024, usualData, hugePagesFree(2048)).fitting, std::size_t(8192)); // no card does with fewer
}

void TestPacketPool::longPlacesTakeTheSameMemory()
{
    const PoolPlan usual = planPool(0, usualData, hugePagesFree(8192));
    const PoolPlan jumbo = planPool(0, 4 * usualData, hugePagesFree(8192));
    QCOMPARE(jumbo.fitting, usual.fitting / 4);
    QVERIFY(jumbo.bytes() <= usual.bytes());
}

QTEST_APPLESS_MAIN(TestPacketPool)
#include "tst_packet_pool.moc"
