// What the generator puts into a DPDK ring: tshark, which shares no code with us, reads it, and counts what the ground
// truth says.
#include "tshark.h"

#include "engine/capture/dpdk_port.h"
#include "engine/packet/mirror_copies.h"
#include "tests/traffic/capture_writer.h"
#include "tests/traffic/ring/ring_traffic.h"

#include <QCryptographicHash>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace callmon;
using namespace callmon::test;

namespace {

constexpr RingTrafficOptions few { .calls = 40,
    .holdMean = 3,
    .holdShape = 2,
    .setUpPerSecond = 100,
    .lostShare = 0.03,
    .lateShare = 0.02,
    .jitteredShare = 0.1,
    .duplicateShare = 0.02,
    .paced = false,
    .buffers = 8192 };

// A port of its own each time: a ring keeps what nobody took.
struct Source {
    std::unique_ptr<DpdkPort> port;
    std::unique_ptr<RingTraffic> traffic;

    explicit Source(const RingTrafficOptions& options)
    {
        static int number = 50;
        const std::string device = "net_ring" + std::to_string(number++);
        auto opened = DpdkPort::open({ .name = device, .mbufs = 8192, .linkMbps = 10'000, .pollBusy = true });
        if (!opened)
            qFatal("%s", opened.error().what.c_str());
        port = std::move(opened.value());
        std::array<double, codecCount> all { 1, 1, 1 };
        static const auto speech = loadSpeech(CALLMON_SAMPLE_FOLDER, all);
        auto made = RingTraffic::create(options, speech.value(), device);
        if (!made)
            qFatal("%s", made.error().what.c_str());
        traffic = std::move(made.value());
    }

    // Until so many frames have come, then until nothing more is on its way.
    void read(std::uint64_t atLeast, const auto& take)
    {
        FrameBatch batch;
        std::uint64_t frames = 0;
        for (bool drained = false; !drained || batch.count > 0;) {
            port->release(batch);
            drained = frames >= atLeast && traffic->drain();
            traffic->pump(0);
            QVERIFY(port->receive(batch));
            for (const Frame& frame : batch.view())
                take(frame.bytes);
            frames += batch.count;
        }
        traffic->finish();
    }
};

QByteArray hashOf(const RingTrafficOptions& options)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    Source(options).read(20'000, [&](Bytes frame) {
        hash.addData(QByteArrayView(reinterpret_cast<const char*>(frame.data()), qsizetype(frame.size())));
    });
    return hash.result();
}

}

class TestRingTraffic : public QObject {
    Q_OBJECT

private slots:
    void nothingIsTakenForAMirrorsCopy()
    {
        RingTrafficOptions options = few;
        options.ipv6Share = 0.5;
        Source source(options);
        FrameClassifier classifier { std::array<std::uint16_t, 1> { 5060 } };
        MirrorCopies copies(1);
        std::uint64_t found = 0;
        source.read(20'000, [&](Bytes frame) { // all at one time, the closest that can be
            const FrameClass frameClass = classifier.classify(1, frame);
            if (frameClass.kind != FrameKind::Drop)
                found += copies.isCopy(copies.packetOf(frame, frameClass), Timestamp()) ? 1 : 0;
        });
        QCOMPARE(found, 0u);
        std::uint64_t duplicates = 0;
        for (const auto& stream : source.traffic->truth().streams)
            duplicates += stream.duplicates;
        QVERIFY(duplicates > 50);
    }

    void tsharkFindsWhatTheTruthSays_data()
    {
        QTest::addColumn<int>("codec");
        QTest::addColumn<double>("ipv6Share");
        QTest::addColumn<bool>("tagged");
        QTest::newRow("G.711, IPv4") << int(Codec::Pcma) << 0.0 << false;
        QTest::newRow("G.711, IPv4 and IPv6, tagged") << int(Codec::Pcma) << 0.5 << true;
        QTest::newRow("G.729, IPv4 and IPv6") << int(Codec::G729) << 0.5 << false;
    }

    void tsharkFindsWhatTheTruthSays()
    {
        if (QStandardPaths::findExecutable("tshark").isEmpty())
            QSKIP("tshark is not installed");
        QFETCH(int, codec);
        QFETCH(double, ipv6Share);
        QFETCH(bool, tagged);
        RingTrafficOptions options = few;
        options.codec = static_cast<Codec>(codec);
        options.ipv6Share = ipv6Share;
        if (tagged)
            options.vlan = 7;
        QTemporaryDir folder;
        const QString file = folder.filePath("ring.pcap");
        auto writer = CaptureWriter::toFile(file.toStdString(), CaptureFormat::PcapNanoseconds);
        QVERIFY(writer);
        std::int64_t time = 1'700'000'000'000'000'000;
        Source source(options);
        source.read(
            30'000, [&](Bytes frame) { writer.value().write(timestampFromNanoseconds(time += 100'000), frame); });
        QVERIFY(writer.value().flush());

        const auto complained = fields(file, complaints, { "frame.number", "_ws.expert.message" });
        QVERIFY2(complained.isEmpty(), qPrintable(complained.value(0).join(" ")));

        const RingTruth& truth = source.traffic->truth();
        QCOMPARE(truth.refused, std::uint64_t(0));
        QHash<QString, int> messages;
        const auto sip = fields(file, "sip", { "sip.Method", "sip.Status-Code", "sip.CSeq.method" });
        for (const QStringList& row : sip)
            ++messages[row[0] + row[1] + " " + row[2]];
        QCOMPARE(std::uint64_t(sip.size()), truth.messages);
        QCOMPARE(std::uint64_t(messages["INVITE INVITE"]), truth.callsBegun);
        QCOMPARE(std::uint64_t(messages["200 INVITE"]), truth.callsAnswered);
        QCOMPARE(std::uint64_t(messages["BYE BYE"]), truth.callsEnded);
        QVERIFY(truth.callsEnded > 20);

        QHash<QString, Counted> counted;
        QSet<QString> versions;
        for (const QStringList& row :
            fields(file, "rtp", { "rtp.ssrc", "rtp.seq", "ip.version", "vlan.id", "rtp.p_type" })) {
            counted[row[0].toLower()].add(row[1].toUShort());
            versions.insert(row[2] == "4" ? "4" : "6");
            QCOMPARE(row[3], QString(tagged ? "7" : ""));
            QCOMPARE(row[4].toInt(), int(payloadTypeOf(options.codec)));
        }
        QCOMPARE(versions.size(), ipv6Share > 0 ? 2 : 1);
        qint64 reordered = 0;
        qint64 lost = 0;
        qint64 duplicates = 0;
        std::uint64_t packets = 0;
        for (const RingStreamTruth& stream : truth.streams) {
            packets += stream.packets;
            if (stream.packets == 0)
                continue;
            const Counted found = counted.take(QString("0x%1").arg(stream.ssrc, 8, 16, QChar('0')));
            QCOMPARE(found.packets, qint64(stream.packets));
            QCOMPARE(found.duplicates, qint64(stream.duplicates));
            QCOMPARE(found.reordered, qint64(stream.reordered));
            QCOMPARE(found.expected(), qint64(stream.expected));
            reordered += found.reordered;
            duplicates += found.duplicates;
            lost += found.lost();
        }
        QVERIFY(counted.isEmpty());
        QCOMPARE(packets, truth.mediaPackets);
        // Shares as asked for, within a third.
        const auto about = [&](qint64 found, double share) {
            return std::abs(double(found) / double(packets) / share - 1) < 0.33;
        };
        QVERIFY(about(lost, options.lostShare));
        QVERIFY(about(reordered, options.lateShare));
        QVERIFY(about(duplicates, options.duplicateShare * (1 - ipv6Share))); // over IPv6 nothing is sent twice
    }

    void otherTrafficIsItsShareOfTheFrames()
    {
        if (QStandardPaths::findExecutable("tshark").isEmpty())
            QSKIP("tshark is not installed");
        RingTrafficOptions options = few;
        options.otherShare = 0.3;
        QTemporaryDir folder;
        const QString file = folder.filePath("ring.pcap");
        auto writer = CaptureWriter::toFile(file.toStdString(), CaptureFormat::PcapNanoseconds);
        QVERIFY(writer);
        std::int64_t time = 1'700'000'000'000'000'000;
        Source source(options);
        source.read(
            10'000, [&](Bytes frame) { writer.value().write(timestampFromNanoseconds(time += 100'000), frame); });
        QVERIFY(writer.value().flush());
        const RingTruth& truth = source.traffic->truth();
        const auto count = [&](const char* filter) {
            return std::uint64_t(fields(file, filter, { "frame.number" }).size());
        };
        QCOMPARE(count("tcp"), truth.otherTcp);
        QCOMPARE(count("udp && !sip && !rtp"), truth.otherUdp);
        QCOMPARE(count("sip || rtp"), truth.messages + truth.mediaPackets);
        QCOMPARE(truth.refused, std::uint64_t(0));
        const auto others = double(truth.otherTcp + truth.otherUdp);
        QVERIFY(std::abs(others / (others + double(truth.messages + truth.mediaPackets)) - 0.3) < 0.01);
    }

    void sameSeedSameFrames()
    {
        RingTrafficOptions other = few;
        other.seed = 2;
        QCOMPARE(hashOf(few), hashOf(few));
        QVERIFY(hashOf(few) != hashOf(other));
    }

    // 200 streams are 19 Mb/s on the wire. A second after which nobody pumps, a link of 25 Mb/s needs more than two
    // for.
    void whatWasHeldUpComesNoFasterThanTheLink()
    {
        Source source({ .calls = 100, .holdMean = 1e6, .holdShape = 1e6, .setUpPerSecond = 1000, .linkMbps = 25 });
        FrameBatch batch;
        const double cyclesPerSecond = RingTraffic::cyclesPerSecond();
        std::uint64_t bits = 0; // in the tenth of a second that is on
        std::uint64_t most = 0;
        source.traffic->start(0);
        for (int step = 0; step <= 16'000; ++step) { // of 0.5 ms
            if (step == 4'000)
                step = 6'000;
            source.traffic->pump(static_cast<std::uint64_t>(step * cyclesPerSecond / 2000));
            QVERIFY(source.port->receive(batch));
            for (const Frame& frame : batch.view())
                bits += 8 * (frame.bytes.size() + 24);
            source.port->release(batch);
            if (step % 200 == 199) {
                most = std::max(most, bits);
                if (step == 3'999)
                    QVERIFY2(most < 2'000'000, "it is not held up before");
                bits = 0;
            }
        }
        QVERIFY2(most > 2'400'000 && most < 2'600'000, QByteArray::number(qulonglong(most)));
        source.traffic->forgetLateness();
        source.traffic->pump(static_cast<std::uint64_t>(8.001 * cyclesPerSecond));
        QVERIFY(source.traffic->latestMilliseconds() < 2); // all has come in the end
    }

    // On a clock of our own: the time that a pump is told is all that it knows.
    void eachStreamSendsFiftyPacketsASecond()
    {
        Source source({ .calls = 100, .holdMean = 1e6, .holdShape = 1e6, .setUpPerSecond = 1000 });
        FrameBatch batch;
        const double cyclesPerSecond = RingTraffic::cyclesPerSecond();
        std::uint64_t before = 0;
        source.traffic->start(0);
        for (int step = 0; step <= 20'000; ++step) { // of 0.5 ms
            source.traffic->pump(static_cast<std::uint64_t>(step * cyclesPerSecond / 2000));
            QVERIFY(source.port->receive(batch));
            source.port->release(batch);
            if (step == 10'000)
                before = source.traffic->truth().mediaPackets;
        }
        QCOMPARE(source.traffic->streamsOn(), std::size_t(200));
        const auto sent = static_cast<qint64>(source.traffic->truth().mediaPackets - before);
        QVERIFY2(std::abs(sent - 5 * 50 * 200) <= 200, qPrintable(QString::number(sent)));
    }

    void aReaderThatStopsIsWaitedFor()
    {
        Source source({ .calls = 100, .holdMean = 1e6, .holdShape = 1e6, .setUpPerSecond = 1000, .paced = false });
        for (int i = 0; i < 10'000; ++i)
            source.traffic->pump(0);
        QVERIFY(source.traffic->truth().mediaPackets < 1000);
        QCOMPARE(source.traffic->truth().refused, std::uint64_t(0));
        source.read(10'000, [](Bytes) {});
        QCOMPARE(source.traffic->truth().refused, std::uint64_t(0));
    }

    void whatIsNoRingIsSaid()
    {
        const SpeechTable speech;
        const auto made = RingTraffic::create({}, speech, "net_nosuch0");
        QVERIFY(!made);
        QVERIFY(made.error().what.find("net_nosuch0") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestRingTraffic)
#include "tst_ring_traffic.moc"
