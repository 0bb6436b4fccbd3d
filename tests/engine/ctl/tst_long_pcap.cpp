// callmonctl pcap of a call of hours: signalling and media in order of time, in memory that does not grow with it.
#include "engine/ctl/commands.h"
#include "tests/peak_memory.h"
#include "tests/shared/calls/sample_records.h"
#include "tests/shared/export/pcap_lines.h"

#include <QTemporaryDir>
#include <QTest>
#include <sstream>

using namespace callmon;
using namespace callmon::test;
using namespace std::chrono_literals;

namespace {

// A call of so many minutes, a message each minute; the media come as from a disk, a second at a time.
class LongCall final : public CallSource {
public:
    explicit LongCall(int minutes)
        : m_minutes(minutes)
    {
    }
    Result<std::uint64_t> calls(const CallQuery&, const std::function<bool(const CallRecord&)>& sink) override
    {
        sink(sample::call(testStart, "long"));
        return std::uint64_t { 1 };
    }
    Result<std::vector<StreamRecord>> streams(CallKey call) override
    {
        std::vector<StreamRecord> both { sample::stream(call, 0, testStart), sample::stream(call, 1, testStart) };
        both[0].flow = flowOf(4000);
        both[1].flow = flowOf(6000);
        return both;
    }
    Result<std::vector<QualityPoint>> quality(CallKey) override { return std::vector<QualityPoint>(); }
    Result<void> messages(CallKey, const std::function<bool(const CallMessage&)>& sink) override
    {
        for (int minute = 0; minute < m_minutes; ++minute)
            sink(messageAt(testStart + minute * 60s));
        return {};
    }
    Result<std::uint64_t> alarms(const AlarmQuery&, const std::function<bool(const Alarm&)>&) override
    {
        return std::uint64_t { 0 };
    }
    Result<void> media(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink) override
    {
        for (std::uint32_t side = 0; side < 2; ++side)
            for (int second = 0; second < m_minutes * 60; ++second)
                if (!sink({ call, side }, packetsOf(side, second * 1000, 50)))
                    return {};
        return {};
    }
    Result<void> live(const std::function<bool(const LiveUpdate&)>&) override { return {}; }
    Result<ProbeStatus> status() override { return ProbeStatus(); }

private:
    int m_minutes;
};

}

class TestLongPcap : public QObject {
    Q_OBJECT

private slots:
    void fourHoursTakeNoMoreThanSixtyFourMebibytes()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath("long.pcap");
        constexpr int minutes = 4 * 60;
        LongCall source(minutes);
        CtlOptions options;
        options.command = CtlOptions::Command::Pcap;
        options.call = "long";
        options.output = path.toStdString();
        std::ostringstream out, err;
        if (!forgetPeak())
            QSKIP("this kernel does not let a process forget its peak");
        const long before = peakKiB();
        QCOMPARE(exportPcap(source, options, { out, err }), 0);
        const long grown = peakKiB() - before;
        QCOMPARE(err.str(), std::string());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they hold more than the program does
        QVERIFY2(grown < 64 * 1024, qPrintable(QString("%1 KiB").arg(grown)));
#endif
        const std::vector<Line> lines = linesOf(path);
        QCOMPARE(lines.size(), std::size_t { minutes } * (2 * 60 * 50 + 1));
        QVERIFY(std::ranges::is_sorted(lines, {}, &Line::ms));
        QCOMPARE(std::ranges::count(lines, sipPort, &Line::port), minutes);
    }
};

QTEST_GUILESS_MAIN(TestLongPcap)
#include "tst_long_pcap.moc"
