#include "engine/capture/dpdk_port.h"
#include "tests/engine/capture/capture_text.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <sched.h>

using namespace callmon;
using namespace capture_text;

namespace {

// A few buffers only: touching more takes its time.
Result<std::unique_ptr<DpdkPort>> openPort(const QString& name)
{
    return DpdkPort::open({ .name = name.toStdString(), .mbufs = 8192, .linkMbps = 10000, .pollBusy = false });
}

std::uint64_t counter(const FrameSource& source, const char* name)
{
    for (const CaptureCounter& each : source.counters())
        if (std::strcmp(each.name, name) == 0)
            return each.value;
    return 0;
}

}

// One process, so one start of DPDK's environment, for all of these.
class TestDpdkPort : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { sched_getaffinity(0, sizeof m_cpusBefore, &m_cpusBefore); }
    void netPcapGivesTheFilesFramesAtTheRecordedTimes();
    void afterTheEndOfItsFileThePortIsIdleAndTimeGoesOn();
    void aJumboFrameInSeveralBuffersIsOneFrame();
    void framesLongerThanAnyAreDroppedAndCounted();
    void netNullFillsBatchesWithDistinctOrderedTimes();
    void buffersThatNobodyGivesBackFillThePool();
    void theLinkRateOfAVirtualPortIsTheOptions();
    void anIdlePortSleeps();
    void startingDpdkLeavesTheCpuAffinityAlone();
    void aPortThatIsOpenIsNotOpenedAgainNorHarmed();
    void whatCannotBeOpenedSaysWhy_data();
    void whatCannotBeOpenedSaysWhy();

private:
    QTemporaryDir m_folder;
    cpu_set_t m_cpusBefore;
};

void TestDpdkPort::netPcapGivesTheFilesFramesAtTheRecordedTimes()
{
    QByteArray capture = pcapHead();
    for (quint32 i = 0; i < 1000; ++i)
        capture += pcapRecord(1'700'000'000, 1'000 * i, "frame" + QByteArray::number(i).rightJustified(60, '.'));
    const QString file = write(m_folder.filePath("a.pcap"), capture);
    const auto port = openPort("net_pcap0,rx_pcap=" + file);
    QVERIFY2(port, port ? "" : port.error().what.c_str());
    QVERIFY(!port.value()->isLive());
    std::vector<Received> frames;
    FrameBatch batch;
    for (int polls = 0; polls < 200 && frames.size() < 1000; ++polls) {
        QVERIFY(port.value()->receive(batch));
        append(frames, batch);
        port.value()->release(batch);
    }
    QCOMPARE(frames.size(), std::size_t(1000));
    for (std::size_t i = 0; i < frames.size(); ++i) {
        QCOMPARE(frames[i].bytes, "frame" + QByteArray::number(int(i)).rightJustified(60, '.'));
        QCOMPARE(frames[i].arrival, 1'700'000'000'000'000'000 + 1'000 * qint64(i));
    }
    QCOMPARE(counter(*port.value(), "port_frames"), std::uint64_t(1000));
}

void TestDpdkPort::afterTheEndOfItsFileThePortIsIdleAndTimeGoesOn()
{
    const QString file = write(m_folder.filePath("one.pcap"), pcapHead() + pcapRecord(1'000, 0, QByteArray(60, 'f')));
    const auto port = openPort("net_pcap1,rx_pcap=" + file);
    QVERIFY2(port, port ? "" : port.error().what.c_str());
    FrameBatch batch;
    QVERIFY(port.value()->receive(batch));
    QCOMPARE(batch.count, std::size_t(1));
    port.value()->release(batch);
    QTest::qSleep(20);
    QVERIFY(port.value()->receive(batch));
    QCOMPARE(batch.count, std::size_t(0));
    QVERIFY(!batch.last);
    QVERIFY(nanosecondsSinceEpoch(batch.now) >= 1'000'020'000'000);
}

void TestDpdkPort::aJumboFrameInSeveralBuffersIsOneFrame()
{
    QByteArray jumbo;
    for (int i = 0; i < 9000; ++i)
        jumbo.append(static_cast<char>(i * 31));
    const QString file = write(m_folder.filePath("jumbo.pcap"),
        pcapHead() + pcapRecord(1, 0, jumbo) + pcapRecord(1, 0, "small") + pcapRecord(2, 0, jumbo));
    const auto port = openPort("net_pcap2,rx_pcap=" + file);
    QVERIFY2(port, port ? "" : port.error().what.c_str());
    FrameBatch batch;
    std::vector<Received> frames;
    QVERIFY(port.value()->receive(batch));
    append(frames, batch);
    port.value()->release(batch);
    QCOMPARE(frames.size(), std::size_t(3));
    QCOMPARE(frames[0].bytes, jumbo);
    QCOMPARE(frames[1].bytes, QByteArray("small"));
    QCOMPARE(frames[2].bytes, jumbo);
}

void TestDpdkPort::framesLongerThanAnyAreDroppedAndCounted()
{
    const QString file = write(m_folder.filePath("long.pcap"),
        pcapHead() + pcapRecord(1, 0, QByteArray(20'000, 'l')) + pcapRecord(1, 0, "small"));
    const auto port = openPort("net_pcap3,rx_pcap=" + file);
    QVERIFY2(port, port ? "" : port.error().what.c_str());
    FrameBatch batch;
    std::vector<Received> frames;
    QVERIFY(port.value()->receive(batch));
    append(frames, batch);
    port.value()->release(batch);
    QCOMPARE(frames.size(), std::size_t(1));
    QCOMPARE(frames[0].bytes, QByteArray("small"));
    QCOMPARE(counter(*port.value(), "port_frames"), std::uint64_t(2));
    QCOMPARE(counter(*port.value(), "port_oversized_frames"), std::uint64_t(1));
}

void TestDpdkPort::netNullFillsBatchesWithDistinctOrderedTimes()
{
    const auto port = openPort("net_null0,size=200");
    QVERIFY2(port, port ? "" : port.error().what.c_str());
    QVERIFY(port.value()->isLive());
    const auto before = std::chrono::system_clock::now();
    FrameBatch batch;
    Timestamp last {};
    for (int polls = 0; polls < 10'000; ++polls) { // more frames than buffers: each must come back to the pool
        QVERIFY(port.value()->receive(batch));
        QCOMPARE(batch.count, FrameBatch::capacity);
        for (const Frame& frame : batch.view()) {
            QVERIFY(frame.arrival >= last);
            last = frame.arrival;
            QCOMPARE(frame.bytes.size(), std::size_t(200));
        }
        QVERIFY(batch.now >= last);
        port.value()->release(batch);
    }
    QVERIFY(last >= before - std::chrono::milliseconds(1));
    QVERIFY(last <= std::chrono::system_clock::now() + std::chrono::milliseconds(1));
}

void TestDpdkPort::buffersThatNobodyGivesBackFillThePool()
{
    const auto port = openPort("net_null3,size=64");
    QVERIFY2(port, port ? "" : port.error().what.c_str());
    QCOMPARE(port.value()->bufferPercent(), 0.0);
    std::vector<std::unique_ptr<FrameBatch>> held;
    for (double before = 0; held.size() < 115; before = port.value()->bufferPercent()) { // 7,360 of 8,191
        held.push_back(std::make_unique<FrameBatch>());
        QVERIFY(port.value()->receive(*held.back()));
        QCOMPARE(held.back()->count, FrameBatch::capacity);
        QVERIFY(port.value()->bufferPercent() >= before);
    }
    QVERIFY2(port.value()->bufferPercent() > 75 && port.value()->bufferPercent() < 100,
        qPrintable(QString::number(port.value()->bufferPercent())));
    for (const auto& batch : held)
        port.value()->release(*batch);
    QCOMPARE(port.value()->bufferPercent(), 0.0);
}

// 200 bytes at 1 Mbit/s take 1.8 ms: a poll's 64 frames cannot all have come at its end.
void TestDpdkPort::theLinkRateOfAVirtualPortIsTheOptions()
{
    const auto port = DpdkPort::open({ .name = "net_null2,size=200", .mbufs = 8192, .linkMbps = 1, .pollBusy = true });
    QVERIFY2(port, port ? "" : port.error().what.c_str());
    FrameBatch batch;
    QVERIFY(port.value()->receive(batch));
    QCOMPARE((batch.frames[63].arrival - batch.frames[62].arrival).count(), 224 * 8 * 1000);
    port.value()->release(batch);
}

void TestDpdkPort::anIdlePortSleeps()
{
    const auto port = openPort("net_ring0");
    QVERIFY2(port, port ? "" : port.error().what.c_str());
    FrameBatch batch;
    QElapsedTimer timer;
    timer.start();
    int polls = 0;
    for (; timer.elapsed() < 300; ++polls) {
        QVERIFY(port.value()->receive(batch));
        QCOMPARE(batch.count, std::size_t(0));
    }
    QVERIFY2(polls < 600, qPrintable(QString::number(polls))); // without sleep it is hundreds of thousands
    QVERIFY(counter(*port.value(), "poll_gap_longest_us") >= 1000);
    QVERIFY(port.value()->takeLongestPollGap() >= std::chrono::milliseconds(1));
    QCOMPARE(port.value()->takeLongestPollGap(), Nanoseconds(0)); // taken
    QVERIFY(std::chrono::abs(batch.now - std::chrono::system_clock::now()) < std::chrono::seconds(1));
}

void TestDpdkPort::startingDpdkLeavesTheCpuAffinityAlone()
{
    if (CPU_COUNT(&m_cpusBefore) == 1)
        QSKIP("one CPU: cannot tell");
    QVERIFY(openPort("net_null1"));
    cpu_set_t cpus;
    QCOMPARE(sched_getaffinity(0, sizeof cpus, &cpus), 0);
    QVERIFY(CPU_EQUAL(&cpus, &m_cpusBefore)); // DPDK would leave one
}

void TestDpdkPort::aPortThatIsOpenIsNotOpenedAgainNorHarmed()
{
    const auto port = openPort("net_null3");
    QVERIFY(port);
    const auto again = openPort("net_null3");
    QVERIFY(!again);
    QVERIFY2(again.error().what.find("open already") != std::string::npos, again.error().what.c_str());
    FrameBatch batch;
    QVERIFY(port.value()->receive(batch));
    QCOMPARE(batch.count, FrameBatch::capacity);
    port.value()->release(batch);
}

void TestDpdkPort::whatCannotBeOpenedSaysWhy_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("says");
    QTest::newRow("no such PCI device") << "0000:fe:1f.7"
                                        << "no PCI device has the address 0000:fe:1f.7";
    QTest::newRow("short PCI address") << "fe:1f.7"
                                       << "no PCI device has the address 0000:fe:1f.7";
    QTest::newRow("no such driver") << "net_nosuch0"
                                    << "net_nosuch0: is neither a PCI address nor";
    QTest::newRow("no such file") << "net_pcap9,rx_pcap=/no/such.pcap"
                                  << "port net_pcap9.*/no/such.pcap";
    QTest::newRow("no such interface") << "net_af_packet9,iface=nosuch0"
                                       << "there is no interface nosuch0; `ip link`";
    QTest::newRow("no interface") << "net_af_packet9"
                                  << "say which interface";
    QTest::newRow("empty name") << ""
                                << "port";
}

void TestDpdkPort::whatCannotBeOpenedSaysWhy()
{
    QFETCH(QString, name);
    QFETCH(QString, says);
    const auto port = openPort(name);
    QVERIFY(!port);
    const QString error = QString::fromStdString(port.error().what);
    QVERIFY2(error.contains(QRegularExpression(says)), qPrintable(error));
}

QTEST_GUILESS_MAIN(TestDpdkPort)
#include "tst_dpdk_port.moc"
