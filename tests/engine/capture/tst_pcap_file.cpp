#include "engine/capture/pcap_file.h"
#include "tests/engine/capture/capture_text.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace callmon;
using namespace capture_text;

namespace {

std::unique_ptr<FrameSource> mustOpen(const QStringList& paths, Pace pace = Pace::AsFastAsPossible)
{
    std::vector<std::string> list;
    for (const QString& path : paths)
        list.push_back(path.toStdString());
    auto opened = PcapFile::open(list, pace);
    if (!opened)
        qFatal("%s", opened.error().what.c_str());
    return std::move(opened.value());
}

std::string openError(const QString& path)
{
    const auto opened = PcapFile::open({ path.toStdString() }, Pace::AsFastAsPossible);
    return opened ? std::string("opened") : opened.error().what;
}

QByteArray gzipped(const QString& path)
{
    QProcess gzip;
    gzip.start("gzip", { "-c", path });
    if (!gzip.waitForFinished())
        qFatal("gzip does not run");
    return gzip.readAllStandardOutput();
}

// Standard input of this process for the time of its life: what is written to it can be read from "-".
class StandardInputPipe {
public:
    StandardInputPipe()
        : m_saved(dup(STDIN_FILENO))
    {
        if (pipe(m_ends) != 0 || dup2(m_ends[0], STDIN_FILENO) < 0)
            qFatal("no pipe");
    }
    ~StandardInputPipe()
    {
        close();
        dup2(m_saved, STDIN_FILENO);
        ::close(m_saved);
        ::close(m_ends[0]);
    }
    void write(const QByteArray& bytes)
    {
        if (::write(m_ends[1], bytes.data(), static_cast<std::size_t>(bytes.size())) != bytes.size())
            qFatal("the pipe takes nothing");
    }
    void close()
    {
        if (m_ends[1] >= 0)
            ::close(m_ends[1]);
        m_ends[1] = -1;
    }

private:
    int m_ends[2] = { -1, -1 };
    int m_saved;
};

}

class TestPcapFile : public QObject {
    Q_OBJECT
private slots:
    void nanosecondsAreKept_data();
    void nanosecondsAreKept();
    void filesAreReadInTheirOrder();
    void aFrameCutBySnaplenKeepsItsSizeOnTheWire();
    void framesOf256KibFit();
    void linkTypesAreTheFilesNumbers_data();
    void linkTypesAreTheFilesNumbers();
    void gzipIsUndone();
    void joinedGzipMembersAreOneCapture();
    void everyCutYieldsTheWholeFramesAndSaysWhere_data();
    void everyCutYieldsTheWholeFramesAndSaysWhere();
    void aCutFileDoesNotHideTheNext();
    void whatIsNoCaptureIsRefusedByName_data();
    void whatIsNoCaptureIsRefusedByName();
    void interfacesOfDifferentKindsAreSaidSo();
    void aPipeGivesEachWholeFrameAtOnce_data();
    void aPipeGivesEachWholeFrameAtOnce();
    void aSilentPipeGivesIdleBatches();
    void aNamedPipeIsReadOnceItsWriterComes();
    void recordedPaceTakesTheRecordedTime();
    void recordedPaceMovesNowOnWhileThePipeIsIdle();
    void aDayBetweenTwoFilesIsNotWaitedFor();
    void countsAndTimesAreTsharks_data();
    void countsAndTimesAreTsharks();

private:
    QString path(const char* name) const { return m_folder.filePath(name); }
    QTemporaryDir m_folder;
};

void TestPcapFile::nanosecondsAreKept_data()
{
    QTest::addColumn<QByteArray>("capture");
    QTest::addColumn<qint64>("arrival");
    const QByteArray frame(60, 'f');
    QTest::newRow("pcap") << pcapHead() + pcapRecord(1'700'000'000, 123'456'789, frame)
                          << qint64(1'700'000'000'123'456'789);
    QTest::newRow("pcapng") << pcapngHead() + pcapngInterface(1) + pcapngPacket(0, 1'700'000'000'987'654'321, frame)
                            << qint64(1'700'000'000'987'654'321);
    QByteArray micro = pcapHead();
    micro.replace(0, 4, little(0xa1b2c3d4));
    QTest::newRow("microseconds") << micro + pcapRecord(1'700'000'000, 123'456, frame)
                                  << qint64(1'700'000'000'123'456'000);
    QTest::newRow("a time beyond 2262 is held at 2255") << pcapngHead()
            + pcapngBlock(
                1, little(1, 2) + little(0, 2) + little(0) + little(9, 2) + little(1, 2) + little(0) + little(0))
            + pcapngPacket(0, 0x7fff'ffff'ffff'ffff, frame)
                                                        << qint64(9'000'000'000'000'000'000);
}

void TestPcapFile::nanosecondsAreKept()
{
    QFETCH(QByteArray, capture);
    QFETCH(qint64, arrival);
    const auto frames = receiveAll(*mustOpen({ write(path("times"), capture) }));
    QCOMPARE(frames.size(), std::size_t(1));
    QCOMPARE(frames[0].arrival, arrival);
}

void TestPcapFile::filesAreReadInTheirOrder()
{
    QByteArray first = pcapHead();
    for (quint32 i = 0; i < 200; ++i) // more than one batch
        first += pcapRecord(10, i, "first" + QByteArray::number(i));
    const QByteArray second = pcapngHead() + pcapngInterface(101) + pcapngPacket(0, 20, "second");
    const auto source = mustOpen({ write(path("a.pcap"), first), write(path("b.pcapng"), second) });
    const auto frames = receiveAll(*source);
    QCOMPARE(frames.size(), std::size_t(201));
    for (std::size_t i = 0; i < 200; ++i)
        QCOMPARE(frames[i].bytes, "first" + QByteArray::number(int(i)));
    QCOMPARE(frames[200].bytes, QByteArray("second"));
    QCOMPARE(int(frames[200].linkType), int(LinkType::RawIp));
    QCOMPARE(source->counters().at(0).value, std::uint64_t(201));
}

void TestPcapFile::aFrameCutBySnaplenKeepsItsSizeOnTheWire()
{
    const auto source = mustOpen(
        { write(path("cut"), pcapHead() + pcapRecord(1, 0, QByteArray(96, 'c'), 1514) + pcapRecord(1, 0, "whole")) });
    const auto frames = receiveAll(*source);
    QCOMPARE(frames[0].bytes.size(), 96);
    QCOMPARE(frames[0].wireSize, 1514u);
    QCOMPARE(std::string(source->counters().at(2).name), std::string("file_cut_frames"));
    QCOMPARE(source->counters().at(2).value, std::uint64_t(1));
}

void TestPcapFile::framesOf256KibFit()
{
    QByteArray capture = pcapHead();
    const QByteArray large(262144, 'L');
    for (int i = 0; i < 3; ++i)
        capture += pcapRecord(1, 0, large) + pcapRecord(1, 0, QByteArray(65550, 'M'));
    const auto frames = receiveAll(*mustOpen({ write(path("large"), capture) }));
    QCOMPARE(frames.size(), std::size_t(6));
    for (std::size_t i = 0; i < 6; ++i)
        QCOMPARE(frames[i].bytes, i % 2 == 0 ? large : QByteArray(65550, 'M'));
}

void TestPcapFile::linkTypesAreTheFilesNumbers_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("linkType");
    for (const int number : { 0, 1, 101, 108, 113, 228, 229, 276 })
        QTest::addRow("%d", number) << number << number;
    QTest::newRow("IEEE 802.11 is unknown") << 105 << 0xffff;
}

void TestPcapFile::linkTypesAreTheFilesNumbers()
{
    QFETCH(int, number);
    QFETCH(int, linkType);
    const QByteArray capture = pcapHead(static_cast<quint32>(number)) + pcapRecord(1, 0, "f");
    const auto frames = receiveAll(*mustOpen({ write(path("link"), capture) }));
    QCOMPARE(int(frames.at(0).linkType), linkType);
}

void TestPcapFile::gzipIsUndone()
{
    QByteArray capture = pcapHead();
    for (quint32 i = 0; i < 5000; ++i)
        capture += pcapRecord(i, i, QByteArray(200, static_cast<char>(i * 7919)) + QByteArray::number(i));
    const QByteArray zipped = gzipped(write(path("plain"), capture));
    const auto frames = receiveAll(*mustOpen({ write(path("zipped.pcap.gz"), zipped) }));
    const auto plain = receiveAll(*mustOpen({ path("plain") }));
    QCOMPARE(plain.size(), std::size_t(5000));
    QCOMPARE(frames.size(), plain.size());
    for (std::size_t i = 0; i < frames.size(); ++i)
        QCOMPARE(frames[i].bytes, plain[i].bytes);

    std::string error;
    const auto cut = receiveAll(*mustOpen({ write(path("cut.gz"), zipped.left(zipped.size() / 2)) }), &error);
    QVERIFY(cut.size() > 100 && cut.size() < 5000);
    QVERIFY2(error.find("truncated after frame " + std::to_string(cut.size())) != std::string::npos, error.c_str());
}

void TestPcapFile::joinedGzipMembersAreOneCapture()
{
    const QByteArray head = gzipped(write(path("head"), pcapHead() + pcapRecord(1, 0, "one")));
    const QByteArray tail = gzipped(write(path("tail"), pcapRecord(2, 0, "two")));
    const auto frames = receiveAll(*mustOpen({ write(path("joined.gz"), head + tail) }));
    QCOMPARE(frames.size(), std::size_t(2));
    QCOMPARE(frames[1].bytes, QByteArray("two"));
}

void TestPcapFile::everyCutYieldsTheWholeFramesAndSaysWhere_data()
{
    QTest::addColumn<QByteArray>("capture");
    QTest::addColumn<int>("head");
    QTest::addColumn<int>("record");
    const QByteArray head = pcapHead();
    const QByteArray record = pcapRecord(1, 2, QByteArray(20, 'r'));
    QTest::newRow("pcap") << head + record.repeated(3) << int(head.size()) << int(record.size());
    const QByteArray ngHead = pcapngHead() + pcapngInterface(1);
    const QByteArray ngRecord = pcapngPacket(0, 7, QByteArray(20, 'r'));
    QTest::newRow("pcapng") << ngHead + ngRecord.repeated(3) << int(ngHead.size()) << int(ngRecord.size());
}

void TestPcapFile::everyCutYieldsTheWholeFramesAndSaysWhere()
{
    QFETCH(QByteArray, capture);
    QFETCH(int, head);
    QFETCH(int, record);
    for (int size = head; size <= capture.size(); ++size) {
        const int whole = (size - head) / record;
        std::string error;
        const auto frames = receiveAll(*mustOpen({ write(path("cut.pcap"), capture.left(size)) }), &error);
        QCOMPARE(int(frames.size()), whole);
        if ((size - head) % record == 0)
            QCOMPARE(error, std::string());
        else
            QVERIFY2(error.find("cut.pcap: truncated after frame " + std::to_string(whole) + ":") != std::string::npos,
                error.c_str());
    }
    for (int size = 0; size < head; ++size) {
        const std::string error = openError(write(path("cut.pcap"), capture.left(size)));
        QVERIFY2(error.find("cut.pcap: is ") != std::string::npos, error.c_str());
    }
}

void TestPcapFile::aCutFileDoesNotHideTheNext()
{
    const QString cut = write(path("cut"), pcapHead() + pcapRecord(1, 0, "whole") + pcapRecord(2, 0, "lost").left(17));
    const QString next = write(path("next"), pcapHead() + pcapRecord(3, 0, "next"));
    std::string error;
    const auto frames = receiveAll(*mustOpen({ cut, next }), &error);
    QCOMPARE(frames.size(), std::size_t(2));
    QCOMPARE(frames[1].bytes, QByteArray("next"));
    QVERIFY(error.find("cut: truncated after frame 1:") != std::string::npos);
}

void TestPcapFile::whatIsNoCaptureIsRefusedByName_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("says");
    QTest::newRow("missing") << path("missing") << "cannot read .*/missing: No such file or directory";
    QTest::newRow("a folder") << m_folder.path() << "cannot read .*: Is a directory";
    QTest::newRow("empty") << write(path("empty"), {}) << "/empty: is empty";
    QTest::newRow("text") << write(path("text"), QByteArray(500, 't'))
                          << "/text: is not a capture .*unknown file format";
    QTest::newRow("zipped text") << write(path("t.gz"), gzipped(path("text"))) << "/t.gz: is not a capture";
    QTest::newRow("damaged gzip") << write(path("d.gz"), "\x1f\x8b\x08" + QByteArray(50, '\xff'))
                                  << "/d.gz: the gzip data is damaged";
}

void TestPcapFile::whatIsNoCaptureIsRefusedByName()
{
    QFETCH(QString, file);
    QFETCH(QString, says);
    const QString error = QString::fromStdString(openError(file));
    QVERIFY2(error.contains(QRegularExpression(says)), qPrintable(error));
}

void TestPcapFile::interfacesOfDifferentKindsAreSaidSo()
{
    const QByteArray capture = pcapngHead() + pcapngInterface(1) + pcapngPacket(0, 5, "ethernet") + pcapngInterface(113)
        + pcapngPacket(1, 6, "cooked");
    std::string error;
    const auto frames = receiveAll(*mustOpen({ write(path("two.pcapng"), capture) }), &error);
    QCOMPARE(frames.size(), std::size_t(1));
    QVERIFY2(error.find("interfaces of one kind only") != std::string::npos, error.c_str());
}

void TestPcapFile::aPipeGivesEachWholeFrameAtOnce_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<QList<QByteArray>>("records");
    QList<QByteArray> records;
    QList<QByteArray> blocks;
    for (quint32 i = 0; i < 3; ++i) {
        records << pcapRecord(i, 0, "frame" + QByteArray::number(i));
        blocks << pcapngPacket(0, i, "frame" + QByteArray::number(i));
    }
    QTest::newRow("pcap") << pcapHead() << records;
    QTest::newRow("pcapng") << pcapngHead() + pcapngInterface(1) << blocks;
}

// Byte by byte: however a pipe is cut, a frame is there with its last byte and not before.
void TestPcapFile::aPipeGivesEachWholeFrameAtOnce()
{
    QFETCH(QByteArray, head);
    QFETCH(QList<QByteArray>, records);
    StandardInputPipe pipe;
    const auto source = mustOpen({ "-" });
    FrameBatch batch;
    const auto receiveOne = [&] {
        std::vector<Received> received;
        if (!source->receive(batch) || batch.last)
            qFatal("the stream ended");
        append(received, batch);
        source->release(batch);
        return received;
    };
    for (const char byte : head) {
        QVERIFY(receiveOne().empty());
        pipe.write(QByteArray(1, byte));
    }
    for (int i = 0; i < records.size(); ++i) {
        for (const char byte : records[i]) {
            QVERIFY(receiveOne().empty());
            pipe.write(QByteArray(1, byte));
        }
        const auto received = receiveOne();
        QCOMPARE(received.size(), std::size_t(1));
        QCOMPARE(received[0].bytes, "frame" + QByteArray::number(i));
    }
    pipe.write(records[0] + records[1] + records[2].left(9));
    QCOMPARE(receiveOne().size(), std::size_t(2)); // the piece of the third holds nothing up
    pipe.write(records[2].mid(9));
    pipe.close();
    QCOMPARE(receiveAll(*source).size(), std::size_t(1));
}

void TestPcapFile::aSilentPipeGivesIdleBatches()
{
    StandardInputPipe pipe;
    const auto source = mustOpen({ "-" });
    FrameBatch batch;
    QElapsedTimer timer;
    timer.start();
    QVERIFY(source->receive(batch));
    QVERIFY(timer.elapsed() < 1000);
    QCOMPARE(batch.count, std::size_t(0));
    QVERIFY(!batch.last);
    pipe.close();
    std::string error;
    receiveAll(*source, &error);
    QVERIFY2(error.find("standard input: is empty") != std::string::npos, error.c_str());
}

void TestPcapFile::aNamedPipeIsReadOnceItsWriterComes()
{
    const QString fifo = path("fifo");
    QCOMPARE(mkfifo(qPrintable(fifo), 0600), 0);
    const auto source = mustOpen({ fifo }); // returns without a writer
    FrameBatch batch;
    QVERIFY(source->receive(batch));
    QVERIFY(batch.count == 0 && !batch.last);
    const int writer = ::open(qPrintable(fifo), O_WRONLY | O_NONBLOCK);
    QVERIFY(writer >= 0);
    const QByteArray capture = pcapHead() + pcapRecord(1, 0, "f");
    QCOMPARE(::write(writer, capture.data(), static_cast<std::size_t>(capture.size())), capture.size());
    QVERIFY(source->receive(batch));
    QVERIFY(batch.count == 1 && !batch.last);
    ::close(writer);
    QVERIFY(receiveAll(*source).empty());
}

void TestPcapFile::recordedPaceTakesTheRecordedTime()
{
    QByteArray capture = pcapHead();
    for (quint32 i = 0; i < 10; ++i)
        capture += pcapRecord(1'000, 20'000'000 * i, "f");
    const auto source = mustOpen({ write(path("paced"), capture) }, Pace::Recorded);
    QElapsedTimer timer;
    timer.start();
    FrameBatch batch;
    std::size_t count = 0;
    do {
        QVERIFY(source->receive(batch));
        for (const Frame& frame : batch.view()) {
            const qint64 due = 20'000'000 * static_cast<qint64>(count);
            QCOMPARE(nanosecondsSinceEpoch(frame.arrival), 1'000'000'000'000 + due);
            QVERIFY(timer.nsecsElapsed() >= due);
            ++count;
        }
        source->release(batch);
        QVERIFY(nanosecondsSinceEpoch(batch.now) <= 1'000'000'000'000 + 180'000'000 + 50'000'000 || count == 10);
    } while (!batch.last);
    QCOMPARE(count, std::size_t(10));
    QVERIFY(timer.elapsed() >= 180);
}

void TestPcapFile::recordedPaceMovesNowOnWhileThePipeIsIdle()
{
    StandardInputPipe pipe;
    const auto source = mustOpen({ "-" }, Pace::Recorded);
    pipe.write(pcapHead() + pcapRecord(1'000, 0, "f"));
    FrameBatch batch;
    QVERIFY(source->receive(batch));
    QCOMPARE(batch.count, std::size_t(1));
    source->release(batch);
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    QVERIFY(source->receive(batch));
    QCOMPARE(batch.count, std::size_t(0));
    QVERIFY(nanosecondsSinceEpoch(batch.now) >= 1'000'030'000'000);
    QVERIFY(!source->isLive());
}

void TestPcapFile::aDayBetweenTwoFilesIsNotWaitedFor()
{
    const QString today = write(path("today"), pcapHead() + pcapRecord(1'000, 0, "a"));
    const QString tomorrow = write(path("tomorrow"), pcapHead() + pcapRecord(1'000 + 86'400, 0, "b"));
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(receiveAll(*mustOpen({ today, tomorrow, today }, Pace::Recorded)).size(), std::size_t(3));
    QVERIFY(timer.elapsed() < 5000);
}

void TestPcapFile::countsAndTimesAreTsharks_data()
{
    QTest::addColumn<QString>("file");
    if (capturesFolder().isEmpty())
        QSKIP("no captures: set CALLMON_CAPTURES");
    if (QStandardPaths::findExecutable("tshark").isEmpty())
        QSKIP("no tshark");
    // One of each kind: pcap, pcapng, VLAN, cut, cooked, raw IP.
    for (const char* name : { "40msalaw.pcap", "b2bua-asterisk.pcapng", "vlan_MagicJack.pcap", "gre.pcapng",
             "SIP_DTMF2.cap", "sip-488-codec-reject.pcapng", "sipp_basic_udp6.pcap", "skinny.pcapng", "aaa.pcap" })
        QTest::newRow(name) << QDir(capturesFolder()).filePath(name);
}

void TestPcapFile::countsAndTimesAreTsharks()
{
    QFETCH(QString, file);
    QProcess tshark;
    tshark.start("tshark",
        { "-n", "-r", file, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len" });
    QVERIFY(tshark.waitForFinished(60'000));
    const QList<QByteArray> lines = tshark.readAllStandardOutput().trimmed().split('\n');
    const auto frames = receiveAll(*mustOpen({ file }));
    QCOMPARE(qsizetype(frames.size()), lines.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const QList<QByteArray> fields = lines[qsizetype(i)].split('\t');
        QCOMPARE(QByteArray::number(frames[i].arrival), QByteArray(fields[0]).replace(".", "")); // 9 decimals
        QCOMPARE(QByteArray::number(frames[i].wireSize), fields[1]);
        QCOMPARE(QByteArray::number(frames[i].bytes.size()), fields[2]);
    }
}

QTEST_GUILESS_MAIN(TestPcapFile)
#include "tst_pcap_file.moc"
