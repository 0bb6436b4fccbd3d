// RFC 3550 6 and A.2, RFC 5506, RFC 3711 3.4; tshark's opinion on captures made elsewhere.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/media/rtcp_packet.h"
#include "tests/engine/media/rtcp_text.h"
#include "tests/test_folders.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>

using namespace callmon;

Q_DECLARE_METATYPE(RtcpForm)

namespace {

QByteArray hexOf(const std::vector<const char*>& parts)
{
    QByteArray all;
    for (const char* part : parts)
        all += fromHex(part);
    return all;
}

RtcpForm formOfWhole(const QByteArray& bytes)
{
    return formOf(asBytes(bytes), static_cast<std::size_t>(bytes.size()));
}

}

class RtcpPacketTest : public QObject {
    Q_OBJECT

private slots:
    void everyFieldOfASenderReportIsRead();
    void cumulativeLossIsSigned();
    void compoundIsTakenApart();
    void formIsTold_data();
    void formIsTold();
    void paddingBelongsToTheLastPacketOnly();
    void cutCompoundsGiveTheirWholePackets();
    void reportWithFewerBlocksThanItCountsIsNone();
    void profileExtensionsAreLeftOut();
    void everyTruncationIsSafe();
    void tsharkReadsTheSame_data();
    void tsharkReadsTheSame();
};

void RtcpPacketTest::everyFieldOfASenderReportIsRead()
{
    const QByteArray bytes = fromHex(senderReport);
    RtcpParts parts(asBytes(bytes));
    const auto part = parts.next();
    QVERIFY(part && !parts.next());
    const auto report = readReport(*part);
    QVERIFY(report && report->sender);
    QCOMPARE(report->author.value, 0x11223344u);
    QCOMPARE(report->sender->sentAt.units, 0xb7052000u);
    QCOMPARE(report->sender->sent.count, 8000u);
    QCOMPARE(report->sender->packets, 100u);
    QCOMPARE(report->sender->octets, 16000u);
    QCOMPARE(int(report->blocks), 1);
    const RtcpReportBlock block = report->block(0);
    QCOMPARE(block.source.value, 0x55667788u);
    QCOMPARE(int(block.fractionLost), 64);
    QCOMPARE(block.cumulativeLost, -1);
    QCOMPARE(block.highestSequence, 0x1fffeu);
    QCOMPARE(block.jitter.count, 80u);
    QCOMPARE(block.lastSenderReport.units, 0xb7052000u);
    QCOMPARE(durationOf(block.delay).count(), 5250.0); // "5.250 s" of RFC 3550 figure 2
}

void RtcpPacketTest::cumulativeLossIsSigned()
{
    const auto lostOf = [](const char* field) {
        QByteArray bytes = fromHex(receiverReport);
        bytes.replace(13, 3, fromHex(field));
        RtcpParts parts(asBytes(bytes));
        return readReport(*parts.next())->block(0).cumulativeLost;
    };
    QCOMPARE(lostOf("000123"), 0x123);
    QCOMPARE(lostOf("7fffff"), 8'388'607);
    QCOMPARE(lostOf("800000"), -8'388'608);
    QCOMPARE(lostOf("ffffff"), -1);
}

void RtcpPacketTest::compoundIsTakenApart()
{
    const QByteArray bytes = hexOf({ senderReport, sourceDescription, goodbye });
    QCOMPARE(formOfWhole(bytes), RtcpForm::Plain);
    RtcpParts parts(asBytes(bytes));
    QCOMPARE(parts.next()->type, RtcpType::SenderReport);
    QCOMPARE(parts.next()->type, RtcpType::SourceDescription);
    const auto bye = parts.next();
    QCOMPARE(bye->type, RtcpType::Bye);
    QCOMPARE(int(bye->count), 1);
    QCOMPARE(bye->body.size(), std::size_t { 4 });
    QVERIFY(!parts.next());
}

void RtcpPacketTest::formIsTold_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<RtcpForm>("form");
    const auto row = [](const char* name, const std::vector<const char*>& parts, RtcpForm form) {
        QTest::newRow(name) << hexOf(parts) << form;
    };
    using enum RtcpForm;
    row("SR and SDES", { senderReport, sourceDescription }, Plain);
    row("RR without blocks", { "80c90001 55667788" }, Plain);
    row("reduced size: feedback alone (RFC 5506)", { "81cd0003 55667788 11223344 00010000" }, Plain);
    row("length beyond the end", { "81c90008 55667788 11223344 0d000123 0002000a 000000a0 b7052000 00054000" },
        Malformed);
    row("a version of another protocol within", { senderReport, "41ca0001 11223344" }, Malformed);
    row("a type that is no RTCP within", { senderReport, "81640001 11223344" }, Malformed);
    row("odd bytes at the end", { senderReport, "81ca" }, Malformed);
    row("an SDES that goes on for two zeros", { senderReport, sourceDescription, "0000" }, Plain);
    row("nothing", {}, Malformed);
    // The receiver report's header and author in the clear, ciphertext, E flag and index 7, a tag of 80 bits.
    row("SRTCP",
        { "81c90007 55667788 9f1c0f2e7a6b8d3e5510e2c3aa49f6b1d0e8c7714c2f9a66", "80000007", "00112233445566778899" },
        Encrypted);
    row("SRTCP of a compound",
        { "80c80006 11223344 7e1c0f2e7a6b8d3e5510e2c3aa49f6b1d0e8c771", "4f5a0003 5d0f7a11", "800000ff",
            "00112233445566778899" },
        Encrypted);
    row("SRTCP with GCM: the index is last (RFC 7714)",
        { "80c90001 55667788 00112233445566778899aabbccddeeff", "80000007" }, Encrypted);
    row("noise after a header of RTCP", { "80c90001 55667788 00112233445566778899aabbccddeeff", "01020304" },
        Malformed);
}

void RtcpPacketTest::formIsTold()
{
    QFETCH(QByteArray, bytes);
    QFETCH(RtcpForm, form);
    QCOMPARE(formOfWhole(bytes), form);
}

void RtcpPacketTest::paddingBelongsToTheLastPacketOnly() // RFC 3550 6.4.1
{
    const QByteArray padded = fromHex("a1cb0002 11223344 00000004");
    QCOMPARE(formOfWhole(padded), RtcpForm::Plain);
    RtcpParts parts(asBytes(padded));
    QCOMPARE(parts.next()->body.size(), std::size_t { 4 });
    QCOMPARE(formOfWhole(padded + fromHex(goodbye)), RtcpForm::Malformed);
    QCOMPARE(formOfWhole(fromHex("a1cb0002 11223344 00000003")), RtcpForm::Malformed);
    QCOMPARE(formOfWhole(fromHex("a1cb0002 11223344 0000000c")), RtcpForm::Malformed);
    QCOMPARE(formOfWhole(fromHex("a0cb0000")), RtcpForm::Malformed);
}

void RtcpPacketTest::cutCompoundsGiveTheirWholePackets()
{
    const QByteArray bytes = hexOf({ senderReport, sourceDescription });
    const qsizetype first = fromHex(senderReport).size();
    for (qsizetype size = 0; size < bytes.size(); ++size) {
        const bool nextHeaderIsThere = size >= first + 4;
        QCOMPARE(formOf(asBytes(bytes.first(size)), static_cast<std::size_t>(bytes.size())),
            nextHeaderIsThere ? RtcpForm::Plain : RtcpForm::Malformed);
    }
    const QByteArray cut = bytes.first(first + 6); // which the parts are views into
    RtcpParts parts(asBytes(cut));
    QVERIFY(parts.next() && !parts.next());
}

void RtcpPacketTest::reportWithFewerBlocksThanItCountsIsNone()
{
    QByteArray bytes = fromHex(receiverReport);
    bytes[0] = static_cast<char>(0x82);
    RtcpParts parts(asBytes(bytes));
    QVERIFY(!readReport(*parts.next()));
    RtcpParts sdes(asBytes(bytes = fromHex(sourceDescription)));
    QVERIFY(!readReport(*sdes.next()));
}

void RtcpPacketTest::profileExtensionsAreLeftOut() // RFC 3550 6.4.3
{
    const QByteArray bytes =
        fromHex("81c90009 55667788 11223344 0d000123 0002000a 000000a0 b7052000 00054000 deadbeef deadbeef");
    RtcpParts parts(asBytes(bytes));
    const auto report = readReport(*parts.next());
    QVERIFY(report);
    QCOMPARE(int(report->blocks), 1);
    QCOMPARE(report->block(0).jitter.count, 160u);
}

void RtcpPacketTest::everyTruncationIsSafe()
{
    const QByteArray bytes = hexOf({ senderReport, receiverReport, sourceDescription, goodbye });
    for (qsizetype size = 0; size <= bytes.size(); ++size) {
        const QByteArray cut = bytes.first(size);
        formOfWhole(cut);
        RtcpParts parts(asBytes(cut));
        while (const auto part = parts.next())
            readReport(*part);
    }
}

void RtcpPacketTest::tsharkReadsTheSame_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("datagrams");
    QTest::newRow("several packets in a datagram") << "rtcp_multiple_pkts_in_the_same_datagram.pcap" << 5;
    QTest::newRow("a relay between two phones") << "SIP_CALL_RTP_G711.pcap" << 26;
    QTest::newRow("an SR that says BYE") << "aaa.pcap" << 1;
}

void RtcpPacketTest::tsharkReadsTheSame()
{
    QFETCH(QString, file);
    QFETCH(int, datagrams);
    const QString folder = captureFolder();
    if (!QFile::exists(folder + "/" + file) || QStandardPaths::findExecutable("tshark").isEmpty())
        QSKIP("needs the captures made elsewhere, and tshark");
    QStringList arguments { "-r", folder + "/" + file, "-Y", "rtcp", "-T", "fields" };
    for (const char* field : { "udp.payload", "rtcp.pt", "rtcp.timestamp.rtp", "rtcp.sender.packetcount",
             "rtcp.sender.octetcount", "rtcp.ssrc.fraction", "rtcp.ssrc.cum_nr", "rtcp.ssrc.ext_high",
             "rtcp.ssrc.jitter", "rtcp.ssrc.lsr", "rtcp.ssrc.dlsr" })
        arguments << "-e" << field;
    QProcess tshark;
    tshark.start("tshark", arguments);
    QVERIFY(tshark.waitForFinished(60'000));
    const QStringList rows = QString::fromUtf8(tshark.readAllStandardOutput()).split('\n', Qt::SkipEmptyParts);
    QCOMPARE(rows.size(), qsizetype(datagrams));
    for (const QString& row : rows) {
        const QByteArray bytes = QByteArray::fromHex(row.section('\t', 0, 0).toLatin1());
        QCOMPARE(formOfWhole(bytes), RtcpForm::Plain);
        QList<QStringList> ours(10);
        RtcpParts parts(asBytes(bytes));
        while (const auto part = parts.next()) {
            ours[0] << QString::number(static_cast<int>(part->type));
            const auto report = readReport(*part);
            if (!report)
                continue;
            if (report->sender) {
                ours[1] << QString::number(report->sender->sent.count);
                ours[2] << QString::number(report->sender->packets);
                ours[3] << QString::number(report->sender->octets);
            }
            for (std::size_t i = 0; i < report->blocks; ++i) {
                const RtcpReportBlock block = report->block(i);
                ours[4] << QString::number(block.fractionLost);
                ours[5] << QString::number(block.cumulativeLost);
                ours[6] << QString::number(block.highestSequence);
                ours[7] << QString::number(block.jitter.count);
                ours[8] << QString::number(block.lastSenderReport.units);
                ours[9] << QString::number(block.delay.units);
            }
        }
        for (int field = 0; field < ours.size(); ++field)
            QCOMPARE(ours[field].join(','), row.section('\t', field + 1, field + 1));
    }
}

QTEST_GUILESS_MAIN(RtcpPacketTest)
#include "tst_rtcp_packet.moc"
