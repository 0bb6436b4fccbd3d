// A call's messages and media in one capture file.
#include "shared/export/call_pcap.h"
#include "tests/shared/export/pcap_lines.h"

#include <QTemporaryDir>
#include <QTest>

using namespace callmon;
using namespace callmon::test;
using namespace std::chrono_literals;

class TestCallPcap : public QObject {
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

    void whoIsToldHowFarItIsMayGiveItUp()
    {
        const QTemporaryDir folder;
        const std::vector<std::byte> first = packetsOf(1, 0, 5'000);
        const std::vector<std::byte> second = packetsOf(1, 100'000, 5'000);
        std::vector<RecordedStream> media(1);
        media[0].pieces = { first, second };
        const std::string path = folder.filePath("call.pcap").toStdString();
        std::vector<std::uint64_t> told;
        const auto whole = writeCallPcap({}, media, path, [&](std::uint64_t bytes) {
            told.push_back(bytes);
            return true;
        });
        QVERIFY(whole.has_value());
        QCOMPARE(whole.value().packets, 10'000u);
        const std::vector<std::uint64_t> expected { first.size(), first.size(), first.size() + second.size() };
        QVERIFY(told == expected); // each 4,096 packets
        const auto givenUp = writeCallPcap({}, media, path, [&](std::uint64_t bytes) { return bytes == first.size(); });
        QVERIFY(!givenUp);
        QCOMPARE(linesOf(folder.filePath("call.pcap")).size(), std::size_t { 8'192 });
    }
};

QTEST_GUILESS_MAIN(TestCallPcap)
#include "tst_call_pcap.moc"
