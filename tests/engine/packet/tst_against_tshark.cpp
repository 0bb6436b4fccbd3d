// The decoder's datagrams against tshark's, frame by frame, on captures that were made elsewhere.
#include "tests/engine/packet/frame_text.h"
#include "tests/engine/packet/packet_decoder.h"
#include "tests/test_folders.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

using namespace callmon;
using namespace frame_text;

namespace {

QString capturesFolder()
{
    const QString folder = captureFolder();
    return QFile::exists(folder) ? folder : QString();
}

quint32 little32(const QByteArray& bytes, qsizetype at)
{
    quint32 value = 0;
    for (qsizetype i = 3; i >= 0; --i)
        value = value << 8 | static_cast<quint8>(bytes[at + i]);
    return value;
}

// "number src dst srcport dstport udp-length ip-size" of each datagram in a pcap file of this machine's byte order.
QStringList decodedLines(const QByteArray& capture)
{
    constexpr qsizetype headSize = 24;
    constexpr qsizetype recordSize = 16;
    const auto linkType = static_cast<std::uint16_t>(little32(capture, 20));
    PacketDecoder decoder;
    QStringList lines;
    int number = 0;
    for (qsizetype at = headSize; at + recordSize <= capture.size();) {
        const qsizetype size = little32(capture, at + 8);
        const QByteArray frame = capture.mid(at + recordSize, size);
        at += recordSize + size;
        ++number;
        if (const auto datagram = decoder.decode(linkType, bytes(frame), {}, {}))
            lines << QStringLiteral("%1 %2 %3 %4 %5 %6 %7")
                         .arg(number)
                         .arg(QString::fromStdString(datagram->flow.src.ip.toString()))
                         .arg(QString::fromStdString(datagram->flow.dst.ip.toString()))
                         .arg(datagram->flow.src.port)
                         .arg(datagram->flow.dst.port)
                         .arg(datagram->wirePayloadSize + 8)
                         .arg(datagram->ipSize);
    }
    return lines;
}

// UDP directly above the innermost IP header. What ICMP quotes is nobody's datagram, and a tunnel's own datagram, of
// which tshark found nothing within that is UDP over IP, is not what is asked for.
bool endsInUdp(const QStringList& protocols, qsizetype innermostIp)
{
    static const QRegularExpression tunnel("^(vxlan|geneve|gtp|l2tp|mpls)$");
    const qsizetype udp = protocols.lastIndexOf("udp");
    return innermostIp >= 0 && udp > innermostIp && !protocols.contains("icmp") && !protocols.contains("icmpv6")
        && protocols.indexOf(tunnel, udp) < 0;
}

QStringList tsharkLines(const QString& file)
{
    QProcess tshark;
    QStringList arguments { "-n", "-r", file, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-T",
        "fields", "-E", "occurrence=l" };
    for (const char* field : { "frame.number", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "udp.srcport", "udp.dstport",
             "udp.length", "ip.len", "ipv6.plen", "ip.flags.mf", "ip.frag_offset", "frame.protocols" })
        arguments << "-e" << field;
    tshark.start("tshark", arguments);
    if (!tshark.waitForFinished(60'000))
        qFatal("tshark does not end");
    QStringList lines;
    for (const QByteArray& line : tshark.readAllStandardOutput().split('\n')) {
        const QStringList fields = QString::fromLatin1(line).split('\t');
        if (fields.size() < 13)
            continue;
        const QStringList protocols = fields[12].split(':');
        const qsizetype v4 = protocols.lastIndexOf("ip");
        const bool isV4 = v4 > protocols.lastIndexOf("ipv6");
        const bool isFragment = isV4 && (fields[10] == "1" || fields[11].toInt() > 0);
        if (isFragment || !endsInUdp(protocols, qMax(v4, protocols.lastIndexOf("ipv6"))))
            continue;
        lines << QStringList { fields[0], isV4 ? fields[1] : fields[3], isV4 ? fields[2] : fields[4], fields[5],
            fields[6], fields[7], isV4 ? fields[8] : QString::number(fields[9].toInt() + 40) }
                     .join(' ');
    }
    return lines;
}

}

class TestAgainstTshark : public QObject {
    Q_OBJECT
private slots:
    void datagramsAreTsharks_data();
    void datagramsAreTsharks();
    void thereWereDatagramsToCompare();

private:
    qsizetype m_datagrams = 0;
};

void TestAgainstTshark::datagramsAreTsharks_data()
{
    QTest::addColumn<QString>("file");
    if (capturesFolder().isEmpty())
        QSKIP("no captures: set CALLMON_CAPTURES");
    if (QStandardPaths::findExecutable("tshark").isEmpty())
        QSKIP("no tshark");
    // One of each kind that differs below UDP, and a large one; pcap only. Each start of tshark takes its second.
    for (const char* name : { "802.1ad_QinQ.pcap", "vlan_MagicJack.pcap", "SIP_CALL_RTP_G711.pcap", "SIP_DTMF2.cap",
             "sipp_basic_udp6.pcap", "sipp_basic_tcp.pcap", "sipp_ipfrag.pcap", "sipp_vxlan.pcap", "vxlan.pcap",
             "ipip.pcap", "erspan-type-ii-2.pcap", "mpls-over-udp.pcap", "dtmf_2833_5.pcap" })
        QTest::newRow(name) << QDir(capturesFolder()).filePath(name);
}

void TestAgainstTshark::datagramsAreTsharks()
{
    QFETCH(QString, file);
    QFile capture(file);
    QVERIFY(capture.open(QFile::ReadOnly));
    const QStringList ours = decodedLines(capture.readAll());
    const QStringList theirs = tsharkLines(file);
    for (qsizetype i = 0; i < qMin(ours.size(), theirs.size()); ++i)
        QCOMPARE(ours[i], theirs[i]);
    QCOMPARE(ours.size(), theirs.size());
    m_datagrams += ours.size();
}

// Two empty lists are equal too.
void TestAgainstTshark::thereWereDatagramsToCompare()
{
    if (m_datagrams == 0 && capturesFolder().isEmpty())
        QSKIP("no captures: set CALLMON_CAPTURES");
    if (QStandardPaths::findExecutable("tshark").isEmpty())
        QSKIP("no tshark");
    QVERIFY2(m_datagrams > 4000, qPrintable(QString::number(m_datagrams)));
}

QTEST_GUILESS_MAIN(TestAgainstTshark)
#include "tst_against_tshark.moc"
