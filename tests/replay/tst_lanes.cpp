// Captures as the probe reads them, capture thread and processing threads and all: every record is the same for one,
// two and three of these.
#include <QDir>
#include <QTemporaryDir>
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "tests/replay/lane_reading.h"
#include "tests/test_folders.h"

using namespace callmon;

namespace {

std::string big16(std::size_t value)
{
    return { static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff) };
}

// RFC 791 3.2: an Ethernet frame's IPv4 packet in two pieces, the first with `size` bytes of its payload, a multiple
// of 8.
std::array<std::string, 2> inTwoPieces(const std::string& frame, std::size_t size, std::size_t identification)
{
    const std::string header = frame.substr(14, 20);
    const std::string payload = frame.substr(34);
    const auto piece = [&](std::size_t from, const std::string& part, bool more) {
        const std::string length = big16(20 + part.size());
        const std::string place = big16((more ? 0x2000u : 0u) | from / 8);
        return frame.substr(0, 14) + header.substr(0, 2) + length + big16(identification) + place + header.substr(8)
            + part;
    };
    return { piece(0, payload.substr(0, size), true), piece(size, payload.substr(size), false) };
}

// A copy of the capture whose media datagrams, but for some, come in fragments.
bool writeWithMediaInFragments(const QString& from, const QString& to)
{
    auto source = PcapFile::open({ from.toStdString() }, Pace::AsFastAsPossible);
    QFile file(to);
    if (!source || !file.open(QIODevice::WriteOnly))
        return false;
    const auto write = [&](auto... numbers) {
        (file.write(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
    };
    // https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html; times in nanoseconds
    write(0xa1b23c4du, std::uint16_t { 2 }, std::uint16_t { 4 }, 0u, 0u, 65535u, 1u);
    FrameClassifier classifier(smallTracker().sipPorts);
    FrameBatch batch;
    std::size_t number = 0;
    do {
        if (!source.value()->receive(batch))
            return false;
        for (const Frame& frame : batch.view()) {
            const std::string whole(reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size());
            std::vector<std::string> parts { whole };
            const FrameClass found = classifier.classify(static_cast<std::uint16_t>(frame.linkType), frame.bytes);
            if (found.kind == FrameKind::Media && found.udp.ip == 14 && found.udp.payload == 42 && ++number % 3 != 0) {
                const auto pieces = inTwoPieces(whole.substr(0, 14u + found.udp.ipSize), 16, number);
                parts.assign(pieces.begin(), pieces.end());
            }
            const std::int64_t at = nanosecondsSinceEpoch(frame.arrival);
            for (const std::string& part : parts) {
                write(static_cast<std::uint32_t>(at / 1'000'000'000), static_cast<std::uint32_t>(at % 1'000'000'000),
                    static_cast<std::uint32_t>(part.size()), static_cast<std::uint32_t>(part.size()));
                file.write(part.data(), static_cast<qint64>(part.size()));
            }
        }
        source.value()->release(batch);
    } while (!batch.last);
    return file.flush();
}

}

class LanesReplayTest : public QObject {
    Q_OBJECT

private slots:
    void recordsAreTheSameForAnyNumberOfProcessingThreads_data();
    void recordsAreTheSameForAnyNumberOfProcessingThreads();
    void mediaInFragmentsIsMeasuredLikeWhole_data();
    void mediaInFragmentsIsMeasuredLikeWhole();
    void cleanupTestCase();

private:
    int m_captures = 0;
    int m_withTwoBusy = 0;
};

void LanesReplayTest::recordsAreTheSameForAnyNumberOfProcessingThreads_data()
{
    QTest::addColumn<QString>("path");
    for (const QString& name : { captureFolder(), qEnvironmentVariable("CALLMON_EXTRA_CAPTURES") }) {
        const QDir folder(name);
        if (name.isEmpty())
            continue;
        for (const QFileInfo& file : folder.entryInfoList({ "*.pcap", "*.pcapng", "*.cap" }, QDir::Files, QDir::Name))
            QTest::newRow(qPrintable(file.fileName())) << file.filePath();
    }
}

void LanesReplayTest::recordsAreTheSameForAnyNumberOfProcessingThreads()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, path);
    const auto one = readWithLanes(path, 1);
    QVERIFY(one);
    ++m_captures;
    for (const std::uint32_t lanes : { 2u, 3u }) {
        const auto several = readWithLanes(path, lanes);
        QVERIFY(several);
        QCOMPARE(firstDifference(*one, *several), std::string());
        m_withTwoBusy += several->busyLanes > 1;
    }
}

void LanesReplayTest::cleanupTestCase()
{
    if (m_captures >= 20)
        QCOMPARE_GE(m_withTwoBusy, 4);
}

void LanesReplayTest::mediaInFragmentsIsMeasuredLikeWhole_data()
{
    QTest::addColumn<int>("lanes");
    for (const int lanes : { 1, 2, 3 })
        QTest::addRow("%d processing threads", lanes) << lanes;
}

void LanesReplayTest::mediaInFragmentsIsMeasuredLikeWhole()
{
    const QString whole = QDir(qEnvironmentVariable("CALLMON_EXTRA_CAPTURES")).filePath("same_by_sip.pcap");
    if (!QFile::exists(whole))
        QSKIP("no generated captures: set CALLMON_EXTRA_CAPTURES");
    QFETCH(int, lanes);
    QTemporaryDir folder;
    const QString pieces = folder.filePath("pieces.pcap");
    QVERIFY(writeWithMediaInFragments(whole, pieces));
    const auto expected = readWithLanes(whole, 1);
    const auto found = readWithLanes(pieces, static_cast<std::uint32_t>(lanes));
    const auto counterOf = [](const LaneRun& run, std::string_view name) {
        return std::ranges::find(run.counters, name, &NamedCounter::name)->value;
    };
    QVERIFY(counterOf(*found, "datagrams_of_fragments") > 1000);
    found->counters = expected->counters; // those of reassembly do differ
    QCOMPARE(firstDifference(*expected, *found), std::string());
}

QTEST_APPLESS_MAIN(LanesReplayTest)
#include "tst_lanes.moc"
