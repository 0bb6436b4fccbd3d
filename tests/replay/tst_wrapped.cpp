// The same calls give the same records however their packets are wrapped and cut, and by however many threads they are
// read.
#include "shared/calls/call_fields.h"
#include "tests/replay/lane_reading.h"
#include "tests/replay/replay_capture.h"
#include "tests/replay/rewrapped_signalling.h"
#include "tests/replay/tshark_truth.h"

#include <QTemporaryDir>
#include <QTest>

using namespace callmon;
using namespace callmon::wrapping;

namespace {

// The capture's frames are plain Ethernet.
Packets packetsIn(const char* capture)
{
    Packets packets;
    auto source = PcapFile::open({ qgetenv("CALLMON_WRAPPED").toStdString() + '/' + capture }, Pace::AsFastAsPossible);
    FrameBatch batch;
    while (source && !batch.last) {
        if (!source.value()->receive(batch))
            return {};
        for (const Frame& frame : batch.view())
            packets.push_back({ frame.arrival, pieces::textOf(frame.bytes).substr(14), packets.size() });
        source.value()->release(batch);
    }
    return packets;
}

std::unique_ptr<Replayed> replay(
    const Packets& packets, const Wrapping& wrapping, Mirrored mirrored = Mirrored::AsRecorded)
{
    FrameReplay replay(64, mirrored);
    constexpr std::size_t batch = 64;
    for (std::size_t from = 0; from < packets.size(); from += batch) {
        std::vector<std::string> bytes;
        std::vector<Frame> frames;
        for (std::size_t i = from; i < std::min(from + batch, packets.size()); ++i)
            bytes.push_back(wrapping.frameOf(packets[i].ip));
        for (std::size_t i = 0; i < bytes.size(); ++i)
            frames.push_back({ .arrival = packets[from + i].at,
                .bytes = pieces::bytesOf(bytes[i]),
                .wireSize = static_cast<std::uint32_t>(bytes[i].size()),
                .linkType = wrapping.linkType,
                .udp = {} });
        replay.read(frames, frames.back().arrival);
    }
    return replay.finish();
}

// Of every call, stream, second and message, a line each.
QStringList recordsOf(const CollectingSink& sink)
{
    QStringList lines;
    const auto add = [&](std::span<const char* const> names, const std::vector<FieldValue>& fields) {
        QString line;
        for (std::size_t i = 0; i < fields.size(); ++i)
            line += QString("%1=%2 ").arg(names[i], QString::fromStdString(fields[i].text));
        lines << line;
    };
    for (const CallRecord& call : sink.ended)
        add(callFieldNames(), callFields(call));
    for (const auto& [key, stream] : sink.streams)
        add(streamFieldNames(), streamFields(stream, ""));
    for (const auto& [key, points] : sink.points) {
        for (const QualityPoint& point : points)
            add(qualityFieldNames(), qualityFields(point, "", Party::Caller));
    }
    for (const auto& [key, messages] : sink.messages) {
        for (const CallMessage& message : messages)
            lines << QString("%1 ").arg(nanosecondsSinceEpoch(message.head.arrival))
                    + QString::fromStdString(message.text);
    }
    return lines;
}

const Wrapping& named(std::string_view name)
{
    return *std::ranges::find(allWrappings(), name, [](const Wrapping& w) { return std::string_view(w.name); });
}

struct Variant {
    std::string name;
    Packets (*packetsOf)(const Packets& plain);
    const char* transport = "udp";
    std::string_view in = "Ethernet"; // a name of allWrappings()
};

std::vector<Variant> allVariants()
{
    using P = const Packets&;
    constexpr auto shuffled = Order::Shuffled;
    std::vector<Variant> all {
        { "TCP", [](P p) { return overTcp(p, {}); }, "tcp" },
        { "TCP, byte by byte", [](P p) { return overTcp(p, { .size = 1 }); }, "tcp" },
        { "TCP, 7 bytes", [](P p) { return overTcp(p, { .size = 7 }); }, "tcp" },
        { "TCP, 100 bytes", [](P p) { return overTcp(p, { .size = 100 }); }, "tcp" },
        { "TCP, 100 bytes, in disorder", [](P p) { return overTcp(p, { .size = 100, .order = shuffled }); }, "tcp" },
        { "TCP, 536 bytes, with the next message's first", [](P p) { return overTcp(p, { .size = 536, .ahead = 50 }); },
            "tcp" },
        { "TCP, with all but the next message's last byte", [](P p) { return overTcp(p, { .ahead = 9'999 }); }, "tcp" },
        { "TCP in VXLAN", [](P p) { return overTcp(p, { .size = 300 }); }, "tcp", "VXLAN" },
        { "TCP in fragments", [](P p) { return inFragments(overTcp(p, { .size = 600 }), { .size = 256 }); }, "tcp" },
        { "TCP at another port", [](P p) { return onAnotherPort(overTcp(p, { .size = 300 })); }, "tcp" },
        { "SCTP", [](P p) { return overSctp(p, {}, 1); }, "sctp" },
        { "SCTP in chunks of 100 bytes", [](P p) { return overSctp(p, { .size = 100 }, 3); }, "sctp" },
        { "SCTP, bundled with the next message's first",
            [](P p) { return overSctp(p, { .size = 333, .ahead = 64 }, 2); }, "sctp" },
        { "SCTP, in disorder", [](P p) { return overSctp(p, { .size = 100, .order = shuffled }, 2); }, "sctp" },
        { "SCTP, I-DATA", [](P p) { return overSctp(p, { .size = 200 }, 3, SctpPiece::IData); }, "sctp" },
        { "SCTP, I-DATA, in disorder",
            [](P p) { return overSctp(p, { .size = 100, .order = shuffled }, 2, SctpPiece::IData); }, "sctp" },
        { "SCTP, I-DATA, bundled with the next message's first",
            [](P p) { return overSctp(p, { .size = 333, .ahead = 64 }, 1, SctpPiece::IData); }, "sctp" },
        { "SCTP, I-DATA, in Geneve", [](P p) { return overSctp(p, { .size = 150 }, 2, SctpPiece::IData); }, "sctp",
            "Geneve with IP and an option" },
        { "SCTP in GTP-U", [](P p) { return overSctp(p, { .size = 200 }, 2); }, "sctp", "GTP-U" },
        { "SCTP in fragments", [](P p) { return inFragments(overSctp(p, {}, 2), { .size = 128 }); }, "sctp" },
        { "WebSocket", [](P p) { return overWebSocket(p, {}, 99'999); }, "ws" },
        { "WebSocket, byte by byte", [](P p) { return overWebSocket(p, { .size = 1 }, 99'999); }, "ws" },
        { "WebSocket, fragmented, with the next message's first",
            [](P p) { return overWebSocket(p, { .size = 400, .ahead = 60 }, 150); }, "ws" },
        { "WebSocket at another port, byte by byte",
            [](P p) { return onAnotherPort(overWebSocket(p, { .size = 1 }, 99'999)); }, "ws" },
        { "fragments", [](P p) { return inFragments(p, { .size = 512 }); } },
        { "fragments of 8 bytes", [](P p) { return inFragments(p, { .size = 8 }); } },
        { "fragments, in disorder and some twice",
            [](P p) { return inFragments(p, { .size = 64, .order = shuffled }); } },
        { "fragments in VXLAN", [](P p) { return inFragments(p, { .size = 128 }); }, "udp", "VXLAN" },
        { "fragments in 802.1Q", [](P p) { return inFragments(p, { .size = 128 }); }, "udp", "802.1Q" },
    };
    for (const Wrapping& wrapping : allWrappings())
        all.push_back({ wrapping.name, [](P p) { return p; }, "udp", wrapping.name });
    return all;
}

bool atAnotherPort(const Variant& variant)
{
    return variant.name.find("at another port") != std::string::npos;
}

// Of calls by Skinny: what does something to their connections, and some wrappings.
std::vector<Variant> skinnyVariants()
{
    std::vector<Variant> all;
    for (const Variant& variant : allVariants()) {
        const bool cuts =
            (variant.name.starts_with("TCP") && !atAnotherPort(variant)) || variant.name.starts_with("fragments");
        if (cuts || variant.name == "QinQ" || variant.name == "Linux cooked v2" || variant.name == "ERSPAN II"
            || variant.name == "L2TP")
            all.push_back(variant);
    }
    return all;
}

// What a wrapping may change in the records of the plain calls: what they were wrapped in.
QStringList expectedOf(QStringList plain, const Variant& variant, Encapsulation encapsulation)
{
    const auto word = toText(encapsulation);
    for (QString& line : plain) {
        if (atAnotherPort(variant))
            line.replace("_port=5060 ", QString("_port=%1 ").arg(anotherPort));
        line.replace(" transport=udp ", QString(" transport=%1 ").arg(variant.transport));
        line.replace(" encapsulation= ",
            QString(" encapsulation=%1 ").arg(QLatin1StringView(word.data(), static_cast<qsizetype>(word.size()))));
    }
    return plain;
}

// pcapng (draft-ietf-opsawg-pcapng): an interface of its own for every frame's link type, times in nanoseconds.
class WrappedFile {
public:
    void add(const TimedPacket& packet, const Wrapping& wrapping)
    {
        const auto type = static_cast<std::uint16_t>(wrapping.linkType);
        auto known = std::ranges::find(m_types, type);
        if (known == m_types.end()) {
            m_types.push_back(type);
            known = m_types.end() - 1;
            const std::string resolution = little16(9) + little16(1) + "\x09\0\0\0"s + pieces::little32(0);
            m_blocks += block(1, little16(type) + little16(0) + pieces::little32(65'535) + resolution);
        }
        const std::string frame = wrapping.frameOf(packet.ip);
        const auto ns = static_cast<std::uint64_t>(nanosecondsSinceEpoch(packet.at));
        const auto size = pieces::little32(static_cast<std::uint32_t>(frame.size()));
        m_blocks += block(6,
            pieces::little32(static_cast<std::uint32_t>(known - m_types.begin()))
                + pieces::little32(static_cast<std::uint32_t>(ns >> 32))
                + pieces::little32(static_cast<std::uint32_t>(ns)) + size + size + frame
                + std::string((4 - frame.size() % 4) % 4, '\0'));
    }
    bool write(const QString& path) const
    {
        QFile file(path);
        const std::string all =
            block(0x0a0d0d0a, pieces::little32(0x1a2b3c4d) + little16(1) + little16(0) + std::string(8, '\xff'))
            + m_blocks;
        return file.open(QIODevice::WriteOnly)
            && file.write(all.data(), static_cast<qint64>(all.size())) == static_cast<qint64>(all.size())
            && file.flush();
    }
    // The frames that a filter finds.
    qsizetype count(const QString& filter, const QStringList& options = {}) const
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("wrapped.pcapng");
        if (!write(path))
            return -1;
        const QStringList arguments { "-n", "-r", path, "--enable-heuristic", "rtp_udp", "-o", "ip.check_checksum:TRUE",
            "-o", "tcp.check_checksum:TRUE", "-o", "sctp.checksum:CRC 32c", "-Y", filter };
        return runTshark(arguments + options).count('\n');
    }

private:
    static std::string little16(unsigned value)
    {
        return { static_cast<char>(value & 0xff), static_cast<char>(value >> 8) };
    }
    static std::string block(std::uint32_t type, const std::string& body)
    {
        const std::string size = pieces::little32(static_cast<std::uint32_t>(12 + body.size()));
        return pieces::little32(type) + size + body + size;
    }

    std::vector<std::uint16_t> m_types;
    std::string m_blocks;
};

const QString complaints = "_ws.malformed || _ws.expert.severity >= 0x600000"; // warnings and worse

}

class WrappedTest : public QObject {
    Q_OBJECT

private:
    Packets m_plain;
    QStringList m_records;
    Packets m_skinny;
    QStringList m_skinnyRecords;

    static void compare(
        const Packets& packets, const QStringList& plain, const Variant& variant, const Wrapping& wrapping)
    {
        const auto replayed = replay(packets, wrapping);
        compare(recordsOf(replayed->sink), expectedOf(plain, variant, wrapping.encapsulation));
    }
    static void compare(const QStringList& records, const QStringList& expected)
    {
        for (qsizetype i = 0; i < std::min(records.size(), expected.size()); ++i)
            QCOMPARE(records[i], expected[i]);
        QCOMPARE(records.size(), expected.size());
    }

private slots:
    void initTestCase()
    {
        if (qEnvironmentVariableIsEmpty("CALLMON_WRAPPED"))
            QSKIP("no calls to wrap: set CALLMON_WRAPPED");
        m_plain = packetsIn("plain.pcap");
        QVERIFY(m_plain.size() > 2000);
        const auto plain = replay(m_plain, named("Ethernet"));
        m_records = recordsOf(plain->sink);
        QVERIFY(plain->sink.ended.size() > 10 && plain->sink.streams.size() > 10);
        m_skinny = packetsIn("skinny.pcap");
        const auto skinny = replay(m_skinny, named("Ethernet"));
        m_skinnyRecords = recordsOf(skinny->sink);
        QVERIFY(skinny->sink.ended.size() > 10 && skinny->sink.streams.size() > 10);
        QVERIFY(std::ranges::any_of(m_plain, [](const TimedPacket& p) { return isV4(p.ip); }));
        QVERIFY(std::ranges::any_of(m_plain, [](const TimedPacket& p) { return !isV4(p.ip); }));
    }

    void recordsAreThoseOfThePlainCalls_data()
    {
        QTest::addColumn<int>("number");
        for (int i = 0; const Variant& variant : allVariants())
            QTest::newRow(variant.name.c_str()) << i++;
    }
    void recordsAreThoseOfThePlainCalls()
    {
        QFETCH(int, number);
        const Variant variant = allVariants()[static_cast<std::size_t>(number)];
        compare(variant.packetsOf(m_plain), m_records, variant, named(variant.in));
    }

    void recordsBySkinnyAreThoseOfThePlainCalls_data()
    {
        QTest::addColumn<int>("number");
        for (int i = 0; const Variant& variant : skinnyVariants())
            QTest::newRow(variant.name.c_str()) << i++;
    }
    void recordsBySkinnyAreThoseOfThePlainCalls()
    {
        QFETCH(int, number);
        const Variant variant = skinnyVariants()[static_cast<std::size_t>(number)];
        compare(variant.packetsOf(m_skinny), m_skinnyRecords, variant, named(variant.in));
    }

    // Capture thread and processing threads and all: pieces are lane 0's, and what they carry may be another lane's.
    void severalProcessingThreadsGiveTheSameRecords_data()
    {
        QTest::addColumn<int>("number");
        for (int i = 0; const Variant& variant : allVariants())
            QTest::newRow(variant.name.c_str()) << i++;
    }
    void severalProcessingThreadsGiveTheSameRecords()
    {
        QFETCH(int, number);
        const Variant variant = allVariants()[static_cast<std::size_t>(number)];
        const Wrapping& wrapping = named(variant.in);
        WrappedFile file;
        for (const TimedPacket& packet : variant.packetsOf(m_plain))
            file.add(packet, wrapping);
        QTemporaryDir folder;
        const QString path = folder.filePath("wrapped.pcapng");
        QVERIFY(file.write(path));
        for (const std::uint32_t lanes : { 1u, 2u, 3u }) {
            const auto run = readWithLanes(path, lanes);
            QVERIFY(run);
            QCOMPARE(run->busyLanes, std::size_t { lanes });
            compare(recordsOf(run->all), expectedOf(m_records, variant, wrapping.encapsulation));
        }
    }

    // As tunnels whose ends do not know the path's MTU send it: the outer packet is cut.
    void tunnelsInFragmentsChangeNoRecord_data()
    {
        QTest::addColumn<int>("number");
        for (int i = 0; const Wrapping& wrapping : allWrappings()) {
            const bool overIp = wrapping.encapsulation > Encapsulation::Pppoe;
            const std::string outer = wrapping.frameOf(m_plain.front().ip).substr(14);
            if (overIp && (isV4(outer) ? outer[0] == '\x45' : outer[6] != 0)) // no options
                QTest::newRow(wrapping.name) << i;
            ++i;
        }
    }
    void tunnelsInFragmentsChangeNoRecord()
    {
        QFETCH(int, number);
        const Wrapping& wrapping = allWrappings()[static_cast<std::size_t>(number)];
        Packets outer;
        for (const TimedPacket& packet : m_plain)
            outer.push_back({ packet.at, wrapping.frameOf(packet.ip).substr(14), packet.order });
        Wrapping plain = named("Ethernet");
        plain.encapsulation = wrapping.encapsulation;
        compare(inFragments(outer, { .size = 96 }), m_records, {}, plain);
    }

    // As a mirror sees them that watches both sides of a router.
    void callsSeenOnBothSidesOfARouterHaveTheSameRecords()
    {
        const Packets mirrored = packetsIn("mirrored.pcap");
        QCOMPARE(mirrored.size(), 2 * m_plain.size());
        const auto once = replay(m_plain, named("Ethernet"), Mirrored::Once);
        QCOMPARE(once->mirrorCopies, 0u);
        const auto seenTwice = replay(mirrored, named("Ethernet"), Mirrored::Once);
        QCOMPARE(recordsOf(seenTwice->sink), m_records);
        QFile truth(qEnvironmentVariable("CALLMON_WRAPPED") + "/mirrored.pcap.truth.other.csv");
        QVERIFY(truth.open(QIODevice::ReadOnly));
        const QByteArray row =
            "mirror_copies," + QByteArray::number(static_cast<qulonglong>(seenTwice->mirrorCopies)) + ',';
        QVERIFY(truth.readAll().contains('\n' + row));
    }

    // The way in which frames are wrapped here, by a reader that shares no code with us.
    void tsharkReadsTheWrappings()
    {
        if (runTshark({ "--version" }).isEmpty())
            QSKIP("tshark is not installed");
        Packets some; // of each IP version, and of each kind
        for (const bool v4 : { true, false }) {
            for (const bool sip : { true, false }) {
                for (int left = 6; const TimedPacket& packet : m_plain)
                    if (left > 0 && isV4(packet.ip) == v4 && isSignalling(packet.ip) == sip) {
                        some.push_back(packet);
                        --left;
                    }
            }
        }
        WrappedFile file;
        for (const Wrapping& wrapping : allWrappings())
            for (const TimedPacket& packet : some)
                file.add(packet, wrapping);
        const QStringList as { "-d", "mpls.label==18,pwethnocw", "-d", "mpls.label==20,pwethcw", "-d",
            "udp.port==8472,vxlan" };
        const auto each = static_cast<qsizetype>(allWrappings().size());
        QCOMPARE(file.count(complaints, as), 0);
        QCOMPARE(file.count("sip", as), 12 * each);
        QCOMPARE(file.count("rtp || rtcp", as), 12 * each);
    }

    void tsharkReadsTheSipOfOtherTransports_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("as");
        for (const char* name : { "TCP, 100 bytes", "SCTP in chunks of 100 bytes", "SCTP, I-DATA",
                 "SCTP, I-DATA, bundled with the next message's first", "fragments, in disorder and some twice" })
            QTest::newRow(name) << name << QStringList {};
        QTest::newRow("WebSocket") << "WebSocket" << QStringList { "-d", "tcp.port==5060,http" };
    }
    void tsharkReadsTheSipOfOtherTransports()
    {
        if (runTshark({ "--version" }).isEmpty())
            QSKIP("tshark is not installed");
        QFETCH(QString, name);
        QFETCH(QStringList, as);
        Packets sip;
        std::ranges::copy_if(m_plain, std::back_inserter(sip), [](const TimedPacket& p) { return isSignalling(p.ip); });
        const auto variants = allVariants();
        const auto variant = std::ranges::find(variants, name.toStdString(), &Variant::name);
        QVERIFY(variant != variants.end());
        WrappedFile file;
        for (const TimedPacket& packet : variant->packetsOf(sip))
            file.add(packet, named("Ethernet"));
        QCOMPARE(file.count(complaints, as), 0);
        QCOMPARE(file.count("sip", as), static_cast<qsizetype>(sip.size()));
    }
};

QTEST_GUILESS_MAIN(WrappedTest)
#include "tst_wrapped.moc"
