// callmonctl pcap of a call of hours: signalling and media in order of time, in memory that does not grow with it.
#include "engine/ctl/commands.h"
#include "engine/ctl/media_pcap.h"
#include "tests/peak_memory.h"
#include "tests/shared/calls/sample_records.h"
#include "tests/shared/codecs/recorded_media.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <sstream>

using namespace callmon;
using namespace callmon::test;
using namespace std::chrono_literals;

namespace {

FlowKey flowOf(std::uint16_t port)
{
    return { { *IpAddress::parse("10.0.0.1"), port }, { *IpAddress::parse("10.0.0.2"), port } };
}

constexpr std::uint16_t sipPort = 5060;

CallMessage messageAt(Timestamp arrival)
{
    CallMessage message;
    message.text = "OPTIONS sip:a@b SIP/2.0\r\n\r\n";
    message.head.arrival = arrival;
    message.head.flow = flowOf(sipPort);
    message.head.wireSize = static_cast<std::uint32_t>(message.text.size());
    return message;
}

std::vector<std::byte> packetsOf(std::uint32_t ssrc, std::int64_t fromMs, int packets)
{
    std::vector<std::byte> media;
    for (int i = 0; i < packets; ++i) {
        TestPacket packet;
        packet.sequence = static_cast<std::uint16_t>(i);
        packet.ssrc = ssrc;
        packet.payload.resize(160);
        record(media, testStart + std::chrono::milliseconds(fromMs + i * 20), datagramOf(packet));
    }
    return media;
}

// What a pcap file holds: of each packet its time in ms since `testStart` and its source port.
struct Line {
    std::int64_t ms;
    std::uint16_t port;
    bool operator==(const Line&) const = default;
};

std::vector<Line> linesOf(const QString& path)
{
    std::vector<Line> lines;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.read(24).size() != 24)
        return lines;
    for (QByteArray head = file.read(16); head.size() == 16; head = file.read(16)) {
        std::array<std::uint32_t, 4> fields {}; // pcap-savefile(5)
        std::memcpy(fields.data(), head.constData(), 16);
        const QByteArray packet = file.read(fields[2]);
        const std::int64_t time = std::int64_t { fields[0] } * 1'000'000'000 + fields[1];
        lines.push_back({ (time - nanosecondsSinceEpoch(testStart)) / 1'000'000,
            static_cast<std::uint16_t>(
                static_cast<unsigned char>(packet[20]) << 8 | static_cast<unsigned char>(packet[21])) });
    }
    return lines;
}

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
    void whatCameAtTheSameTimeStandsSideBySide()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath("call.pcap");
        const std::vector<std::byte> first = packetsOf(1, 0, 2);
        const std::vector<std::byte> later = packetsOf(1, 40, 1);
        const std::vector<std::byte> other = packetsOf(2, 10, 2);
        std::vector<RecordedStream> media(2);
        media[0].stream.flow = flowOf(4000);
        media[0].pieces = { first, later };
        media[1].stream.flow = flowOf(6000);
        media[1].pieces = { other };
        const std::vector<CallMessage> messages { messageAt(testStart - 5ms), messageAt(testStart + 20ms),
            messageAt(testStart + 1s) };
        const auto written = writeCallPcap(messages, media, path.toStdString());
        QVERIFY2(written.has_value(), written ? "" : written.error().what.c_str());
        QCOMPARE(written.value().packets, 8u);
        QVERIFY(!written.value().damaged);
        const std::vector<Line> expected { { -5, sipPort }, { 0, 4000 }, { 10, 6000 }, { 20, sipPort }, { 20, 4000 },
            { 30, 6000 }, { 40, 4000 }, { 1000, sipPort } };
        QVERIFY(linesOf(path) == expected);
    }

    void whatIsDamagedCostsTheRestOfItsPieceAndIsSaid()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath("call.pcap");
        std::vector<std::byte> cut = packetsOf(1, 0, 2);
        cut.resize(cut.size() - 1);
        const std::vector<std::byte> whole = packetsOf(1, 40, 1);
        std::vector<RecordedStream> media(1);
        media[0].stream.flow = flowOf(4000);
        media[0].pieces = { cut, whole };
        const auto written = writeCallPcap({}, media, path.toStdString());
        QVERIFY(written.has_value() && written.value().damaged);
        const std::vector<Line> expected { { 0, 4000 }, { 40, 4000 } };
        QVERIFY(linesOf(path) == expected);
    }

    void aFullDiskIsSaid()
    {
        const std::vector<std::byte> media = packetsOf(1, 0, 500);
        std::vector<RecordedStream> streams(1);
        streams[0].pieces = { media };
        QVERIFY(!writeCallPcap({}, streams, "/dev/full"));
    }

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
