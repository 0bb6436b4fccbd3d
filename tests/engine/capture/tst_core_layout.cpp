#include "engine/capture/machine.h"

#include <QTest>

#include <sched.h>
#include <thread>

using namespace callmon;

namespace {

// `perNode` cores on each node; with `smt` each core is a second CPU too, numbered behind all first ones as Linux does.
std::vector<Cpu> machine(int nodes, int perNode, bool smt = false)
{
    std::vector<Cpu> cpus;
    const int cores = nodes * perNode;
    for (int id = 0; id < cores * (smt ? 2 : 1); ++id)
        cpus.push_back({ .id = id, .node = id % cores / perNode, .core = id % cores });
    return cpus;
}

CoreLayout mustLayOut(const std::vector<Cpu>& cpus, const CoreWishes& wishes)
{
    const auto layout = layOutCores(cpus, wishes);
    if (!layout)
        qFatal("%s", layout.error().what.c_str());
    return layout.value();
}

using Ids = std::vector<int>;

}

class TestCoreLayout : public QObject {
    Q_OBJECT
private slots:
    void onOneCpuNothingIsPinned();
    void onTwoCpusTheRestSharesProcessing();
    void onTwoCpusTheRestUsesWhatASleepingCaptureLeaves();
    void onFourCpusTheRestKeepsOffBoth();
    void thePortsNodeIsTakenFirst();
    void twoThreadsDoNotShareACoreWhileOthersAreFree();
    void theCapturesCacheIsTakenBeforeOthers();
    void moreThreadsThanCpusShareThem();
    void onlyAllowedCpusAreTaken();
    void theUsersChoiceIsTakenAndChecked();
    void theKernelShowsAtLeastTheCpuThatWeRunOn();
    void aThreadRunsWhereItIsPut();
};

void TestCoreLayout::onOneCpuNothingIsPinned()
{
    const CoreLayout layout = mustLayOut(machine(1, 1), {});
    QVERIFY(!layout.capture);
    QVERIFY(layout.processing.empty() && layout.others.empty());
    QVERIFY(layout.described.find("polled adaptively") != std::string::npos);
}

void TestCoreLayout::onTwoCpusTheRestSharesProcessing()
{
    const CoreLayout layout = mustLayOut(machine(1, 2), {});
    QCOMPARE(*layout.capture, 1); // CPU 0 has the interrupts
    QCOMPARE(layout.processing, Ids { 0 });
    QCOMPARE(layout.others, Ids { 0 });
    QVERIFY(!layout.processingMaySpin);
    QVERIFY(layout.described.find("share CPU 0 with processing") != std::string::npos);
}

void TestCoreLayout::onTwoCpusTheRestUsesWhatASleepingCaptureLeaves()
{
    const CoreLayout layout = mustLayOut(machine(1, 2), { .captureSleeps = true, .chosen = { 1, 0 } });
    QCOMPARE(*layout.capture, 1);
    QCOMPARE(layout.processing, Ids { 0 });
    QCOMPARE(layout.others, (Ids { 0, 1 }));
    QVERIFY(!layout.processingMaySpin);
    QVERIFY(layout.described.find("leave of theirs") != std::string::npos);
    const CoreLayout four = mustLayOut(machine(1, 4), { .captureSleeps = true, .chosen = { 1, 2 } });
    QCOMPARE(four.others, (Ids { 0, 3 })); // enough for all
}

void TestCoreLayout::onFourCpusTheRestKeepsOffBoth()
{
    const CoreLayout one = mustLayOut(machine(1, 4), {});
    QCOMPARE(*one.capture, 1);
    QCOMPARE(one.processing, Ids { 2 });
    QCOMPARE(one.others, (Ids { 0, 3 }));
    QVERIFY(one.processingMaySpin);
    const CoreLayout two = mustLayOut(machine(1, 4), { .portNode = -1, .lanes = 2, .chosen = {} });
    QCOMPARE(two.processing, (Ids { 2, 3 }));
    QCOMPARE(two.others, Ids { 0 });
    const CoreLayout three = mustLayOut(machine(1, 4), { .portNode = -1, .lanes = 3, .chosen = {} });
    QCOMPARE(three.processing, (Ids { 2, 3, 0 }));
    QCOMPARE(three.others, (Ids { 0, 2, 3 })); // never the capture's
}

void TestCoreLayout::thePortsNodeIsTakenFirst()
{
    const CoreLayout second = mustLayOut(machine(2, 4), { .portNode = 1, .lanes = 1, .chosen = {} });
    QCOMPARE(*second.capture, 4);
    QCOMPARE(second.processing, Ids { 5 });
    QCOMPARE(second.others, (Ids { 0, 1, 2, 3, 6, 7 }));
    const CoreLayout full = mustLayOut(machine(2, 2), { .portNode = 0, .lanes = 2, .chosen = {} });
    QCOMPARE(*full.capture, 1);
    QCOMPARE(full.processing, (Ids { 0, 2 })); // CPU 0 rather than the other node
}

void TestCoreLayout::twoThreadsDoNotShareACoreWhileOthersAreFree()
{
    const CoreLayout layout = mustLayOut(machine(1, 3, true), { .portNode = 0, .lanes = 1, .chosen = {} });
    QCOMPARE(*layout.capture, 1);
    QCOMPARE(layout.processing, Ids { 2 });
    const CoreLayout few = mustLayOut(machine(1, 2, true), { .portNode = 0, .lanes = 1, .chosen = {} });
    QCOMPARE(*few.capture, 1); // 0 and 2 are one core, 1 and 3 the other
    QCOMPARE(few.processing, Ids { 2 });
}

// As on processors of several dies: here three cores to a cache, CPU 0 in the first.
void TestCoreLayout::theCapturesCacheIsTakenBeforeOthers()
{
    std::vector<Cpu> cpus = machine(1, 6, true);
    for (Cpu& cpu : cpus)
        cpu.cache = cpu.core < 3 ? 7 : 4;
    std::erase_if(cpus, [](const Cpu& cpu) { return cpu.id == 1; }); // so that the best two are of two caches
    const CoreLayout one = mustLayOut(cpus, { .lanes = 1, .chosen = {} });
    QCOMPARE(*one.capture, 2);
    QCOMPARE(one.processing, Ids { 7 }); // all that is left of core 1, which shares capture's cache
    const CoreLayout four = mustLayOut(cpus, { .lanes = 4, .chosen = {} });
    QCOMPARE(four.processing, (Ids { 7, 3, 4, 5 })); // another cache before a capture core's second half
}

void TestCoreLayout::moreThreadsThanCpusShareThem()
{
    const CoreLayout layout = mustLayOut(machine(1, 2), { .portNode = -1, .lanes = 3, .chosen = {} });
    QCOMPARE(*layout.capture, 1);
    QCOMPARE(layout.processing, (Ids { 0, 0, 0 }));
    QVERIFY(!layout.processingMaySpin);
    QVERIFY(layout.described.find("3 threads") != std::string::npos);
}

void TestCoreLayout::onlyAllowedCpusAreTaken()
{
    std::vector<Cpu> cpus = machine(2, 4);
    std::erase_if(
        cpus, [](const Cpu& cpu) { return cpu.id != 3 && cpu.id != 6 && cpu.id != 7; }); // taskset, a container
    const CoreLayout layout = mustLayOut(cpus, { .portNode = 1, .lanes = 1, .chosen = {} });
    QCOMPARE(*layout.capture, 6);
    QCOMPARE(layout.processing, Ids { 7 });
    QCOMPARE(layout.others, Ids { 3 });
}

void TestCoreLayout::theUsersChoiceIsTakenAndChecked()
{
    const CoreLayout layout = mustLayOut(machine(1, 4), { .portNode = -1, .lanes = 2, .chosen = { 3, 0, 1 } });
    QCOMPARE(*layout.capture, 3);
    QCOMPARE(layout.processing, (Ids { 0, 1 }));
    QCOMPARE(layout.others, Ids { 2 });
    const auto wrong = layOutCores(machine(1, 4), { .portNode = -1, .lanes = 1, .chosen = { 3, 4 } });
    QVERIFY(!wrong);
    QVERIFY(wrong.error().what.find("CPU 4") != std::string::npos);
}

void TestCoreLayout::theKernelShowsAtLeastTheCpuThatWeRunOn()
{
    const std::vector<Cpu> cpus = allowedCpus();
    const int here = sched_getcpu();
    QVERIFY(std::any_of(cpus.begin(), cpus.end(), [here](const Cpu& cpu) { return cpu.id == here; }));
    QCOMPARE(nodeOfPort("net_null0"), -1);
    QCOMPARE(nodeOfPort("net_af_packet0,iface=lo"), -1);
}

void TestCoreLayout::aThreadRunsWhereItIsPut()
{
    const int last = allowedCpus().back().id;
    std::thread([last] {
        runOn(std::span(&last, 1));
        nameThread("capture");
        QCOMPARE(sched_getcpu(), last);
        QCOMPARE(allowedCpus().size(), std::size_t(1));
    }).join();
    QVERIFY(std::thread::hardware_concurrency() == 1 || allowedCpus().size() > 1); // only that thread
}

QTEST_APPLESS_MAIN(TestCoreLayout)
#include "tst_core_layout.moc"
