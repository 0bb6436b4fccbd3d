// Messages reassembled from captures that were made elsewhere, against tshark's.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/packet/innermost_packet.h"
#include "tests/engine/reassembly/pieces.h"
#include "tests/test_folders.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>

using namespace callmon;
using namespace callmon::pieces;

namespace {

QString capturesFolder()
{
    const QString folder = captureFolder();
    return QFile::exists(folder) ? folder : QString();
}

QByteArray run(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60'000))
        qFatal("%s does not end", qPrintable(program));
    return process.readAllStandardOutput();
}

quint32 little32At(const QByteArray& bytes, qsizetype at)
{
    quint32 value = 0;
    for (qsizetype i = 3; i >= 0; --i)
        value = value << 8 | static_cast<quint8>(bytes[at + i]);
    return value;
}

// "frame Call-ID first-line" of SIP; "frame id" of Skinny.
QStringList ours(const QByteArray& capture)
{
    struct Lines : SignallingSink {
        QStringList list;
        void message(const SignallingMessage& message) override { add(message.stamp, message.payload); }
        void datagram(const WholeDatagram& whole) override { add(whole.stamp, whole.packet.payload.subspan(8)); }
        void add(const PacketStamp& stamp, Bytes payload)
        {
            const QByteArray text(
                reinterpret_cast<const char*>(payload.data()), static_cast<qsizetype>(payload.size()));
            static const QRegularExpression callId("\\n(?:Call-ID|i) *: *([^\\r\\n]*)");
            const QString id = callId.match(QString::fromLatin1(text)).captured(1);
            if (id.isEmpty())
                list << QStringLiteral("%1 %2").arg(stamp.sequence).arg(little32At(text, 8));
            else
                list << QStringLiteral("%1 %2 %3").arg(stamp.sequence).arg(id, QString(text.left(text.indexOf('\r'))));
        }
    } lines;
    Reassembler reassembler(lines);
    constexpr qsizetype recordSize = 16;
    const auto linkType = static_cast<std::uint16_t>(little32At(capture, 20));
    std::uint64_t number = 0;
    for (qsizetype at = 24; at + recordSize <= capture.size();) {
        const qsizetype size = little32At(capture, at + 8);
        const Timestamp arrival { std::chrono::seconds(little32At(capture, at))
            + std::chrono::microseconds(little32At(capture, at + 4)) };
        const Bytes frame =
            std::as_bytes(std::span(capture.constData() + at + recordSize, static_cast<std::size_t>(size)));
        at += recordSize + size;
        ++number;
        const auto found = findInnermost(linkType, frame);
        const auto* const packet = std::get_if<InnermostPacket>(&found);
        if (packet != nullptr && Reassembler::takes(packet->ip))
            reassembler.add(packet->ip, { arrival, Nanoseconds { 0 }, number });
    }
    reassembler.advance(Timestamp::max(), number);
    return lines.list;
}

// tshark says several messages of one frame as one line with fields of several values.
QStringList tsharks(const QString& file, const QString& filter, bool isSkinny)
{
    QStringList arguments { "-n", "-r", file, "-Y", filter, "-o", "tcp.desegment_tcp_streams:TRUE", "-T", "fields",
        "-E", "aggregator=|", "-e", "frame.number" };
    for (const char* field : { isSkinny ? "skinny.messageId" : "sip.Call-ID", "sip.Request-Line", "sip.Status-Line" })
        arguments << "-e" << field;
    QStringList lines;
    for (const QByteArray& line : run("tshark", arguments).split('\n')) {
        const QStringList fields = QString::fromLatin1(line).split('\t');
        if (fields.size() < 4)
            continue;
        const QStringList ids = fields[1].split('|', Qt::SkipEmptyParts);
        const QStringList firstLines = (fields[2] + '|' + fields[3]).split('|', Qt::SkipEmptyParts);
        for (qsizetype i = 0; i < ids.size(); ++i)
            lines << (isSkinny ? QStringLiteral("%1 %2").arg(fields[0]).arg(ids[i].toUInt(nullptr, 0))
                               : QStringLiteral("%1 %2 %3").arg(fields[0], ids[i], firstLines.value(i)));
    }
    return lines;
}

}

class TestAgainstTshark : public QObject {
    Q_OBJECT
private slots:
    void messagesAreTsharks_data();
    void messagesAreTsharks();
};

void TestAgainstTshark::messagesAreTsharks_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("filter");
    QTest::addColumn<int>("atLeast");
    if (capturesFolder().isEmpty())
        QSKIP("no captures: set CALLMON_CAPTURES");
    if (QStandardPaths::findExecutable("tshark").isEmpty())
        QSKIP("no tshark");
    QTest::newRow("sipp_basic_tcp.pcap") << "sipp_basic_tcp.pcap"
                                         << "sip && tcp" << 50;
    QTest::newRow("sip-tcp.pcap") << "sip-tcp.pcap"
                                  << "sip && tcp" << 2;
    QTest::newRow("sip_resp.pcap") << "sip_resp.pcap"
                                   << "sip && tcp" << 1;
    QTest::newRow("sctp_sip-proxy.pcapng") << "sctp_sip-proxy.pcapng"
                                           << "sip && sctp" << 11;
    QTest::newRow("sipp_ipfrag.pcap") << "sipp_ipfrag.pcap"
                                      << "sip && ip.fragments" << 6;
    QTest::newRow("skinny.pcapng") << "skinny.pcapng"
                                   << "skinny" << 100;
    QTest::newRow("sccp_hw_conf_register.pcapng") << "sccp_hw_conf_register.pcapng"
                                                  << "skinny" << 7;
}

void TestAgainstTshark::messagesAreTsharks()
{
    QFETCH(QString, file);
    QFETCH(QString, filter);
    QFETCH(int, atLeast);
    const QString path = QDir(capturesFolder()).filePath(file);
    const QTemporaryDir folder;
    const QString pcap = folder.filePath("as.pcap");
    run("tshark", { "-r", path, "-F", "pcap", "-w", pcap });
    QFile capture(pcap);
    QVERIFY(capture.open(QFile::ReadOnly));
    const QStringList theirs = tsharks(path, filter, filter == "skinny");
    const QStringList mine = ours(capture.readAll());
    for (qsizetype i = 0; i < qMin(mine.size(), theirs.size()); ++i)
        QCOMPARE(mine[i], theirs[i]);
    QCOMPARE(mine.size(), theirs.size());
    QVERIFY2(mine.size() >= atLeast, qPrintable(QString::number(mine.size())));
}

QTEST_GUILESS_MAIN(TestAgainstTshark)
#include "tst_against_tshark.moc"
