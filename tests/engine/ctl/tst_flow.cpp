// callmonctl flow and the signalling in callmonctl pcap. The dialog is that of RFC 3665 3.2 (through one proxy), cut
// down; what tshark reads from the pcap is the truth about that.
#include "engine/ctl/commands.h"
#include "engine/storage/record_writer.h"
#include "shared/base/utc_time.h"
#include "tests/shared/calls/sample_records.h"

#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <sstream>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

struct Answer {
    int status = 0;
    QString out;
    QString err;
};

const Endpoint alice { *IpAddress::parse("10.0.0.1"), 5060 };
const Endpoint proxy { *IpAddress::parse("10.0.0.9"), 5060 };
const Endpoint bob { *IpAddress::parse("10.0.0.2"), 5062 };

std::string withSdp(const std::string& message, const std::string& address)
{
    const std::string sdp = "v=0\r\no=a 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address
        + "\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n";
    return message + "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()) + "\r\n\r\n"
        + sdp;
}

std::string message(const std::string& first, const std::string& cseq)
{
    return first + "\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK" + cseq.substr(0, 1) + "\r\nFrom: <sip:a@a>;tag=1\r\n"
        + "To: <sip:b@b>\r\nCall-ID: flow@host\r\nCSeq: " + cseq + "\r\n";
}

}

class TestFlow : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        auto writer = RecordWriter::open(m_directory.path().toStdString());
        QVERIFY(writer.has_value());
        CallRecord call = sample::call(m_start, "flow@host");
        const auto put = [&](Nanoseconds after, const Endpoint& from, const Endpoint& to, const std::string& text,
                             bool repeated = false, Transport transport = Transport::Udp) {
            MessageHead head;
            head.call = call.key;
            head.arrival = m_start + after;
            head.flow = { from, to };
            head.repeated = repeated;
            head.transport = transport;
            head.wireSize = static_cast<std::uint32_t>(text.size());
            writer.value()->message(head, std::as_bytes(std::span(text)));
        };
        const std::string invite = withSdp(message("INVITE sip:b@b SIP/2.0", "1 INVITE"), "10.0.0.1");
        writer.value()->liveCall(call);
        put(0ms, alice, proxy, invite);
        put(500ms, alice, proxy, invite, true);
        put(501ms, proxy, alice, message("SIP/2.0 100 Trying", "1 INVITE") + "\r\n");
        put(502ms, proxy, bob, invite, false, Transport::Tcp);
        put(600ms, bob, proxy, withSdp(message("SIP/2.0 200 OK", "1 INVITE"), "10.0.0.2"), false, Transport::Tcp);
        put(601ms, proxy, alice, withSdp(message("SIP/2.0 200 Sch\xc3\xb6n\x1b[31m", "1 INVITE"), "10.0.0.2"));
        put(2s, alice, proxy, message("ACK sip:b@b SIP/2.0", "1 ACK") + "\r\n");
        put(3s, bob, proxy, message("BYE sip:a@a SIP/2.0", "2 BYE") + "\r\n", false, Transport::Tcp);
        put(3100ms, proxy, bob, message("SIP/2.0 200 OK", "2 BYE") + "\r\n", false, Transport::Tcp);
        writer.value()->callEnded(sample::ended(call));
        writer.value()->callEnded(sample::ended(sample::call(m_start + 1h, "silent@host")));
        QVERIFY(writer.value()->close());
    }

    void aLadderHasAColumnForEachEndpointAndOneArrowForCopies()
    {
        const Answer answer = run({ "flow", "flow@host" });
        QCOMPARE(answer.err, QString());
        QCOMPARE(answer.status, 0);
        const QStringList lines = answer.out.split('\n');
        const auto expect = [&](qsizetype line, const char* pattern) {
            const QRegularExpression expected(QRegularExpression::anchoredPattern(QString(pattern)));
            QVERIFY2(line < lines.size() && expected.match(lines[line].simplified()).hasMatch(),
                qPrintable(QString::number(line) + ": " + lines.value(line) + "\n\n" + answer.out));
        };
        expect(0, "caller proxy callee");
        expect(1, R"(10\.0\.0\.1:5060 10\.0\.0\.9:5060 10\.0\.0\.2:5062)");
        expect(2, R"(0\.000000 \|-+ INVITE \(x2\) -+>\| \|)");
        expect(3, R"(\| ?audio 10\.0\.0\.1:4000 PCMA telephone-.* ?\| \|)");
        expect(4, R"(0\.501000 \|<-+ 100 Trying -+\| \|)");
        expect(5, R"(0\.502000 \| \|-+ INVITE -+>\|)");
        expect(7, R"(0\.600000 \| \|<-+ 200 OK -+\|)");
        expect(9, R"(0\.601000 \|<-+ 200 Schön\x{FFFD}\[31m -+\| \|)"); // no escape sequence reaches the terminal
        expect(11, R"(2\.000000 \|-+ ACK -+>\| \|)");
        expect(12, R"(3\.000000 \| \|<-+ BYE -+\|)");
        expect(13, R"(3\.100000 \| \|-+ 200 OK \(BYE\) -+>\|)");
        for (const QString& line : { lines[2], lines[4], lines[5], lines[12] })
            QCOMPARE(line.size(), lines[7].size()); // the bars stand below each other
    }

    void textsAndFieldsAreAllThere()
    {
        const Answer text = run({ "flow", "flow@host", "--messages" });
        QCOMPARE(text.out.count("CSeq: 1 INVITE"), 6);
        QVERIFY(text.out.contains("2026-03-01T10:00:00.500000000Z 10.0.0.1:5060 > 10.0.0.9:5060 udp repeated"));
        const Answer csv = run({ "flow", "flow@host", "--format", "csv" });
        QVERIFY2(csv.out.startsWith("call_key,call_id,number,at,src_ip,src_port,dst_ip,dst_port,signalling,transport,"
                                    "repeated,method,status,cseq,first_line,media,size_bytes,stored_bytes,message"),
            qPrintable(csv.out));
        QCOMPARE(csv.out.count("INVITE sip:b@b SIP/2.0\r\n"), 3);
        QVERIFY(csv.out.contains(
            ",5,2026-03-01T10:00:00.600000000Z,10.0.0.2,5062,10.0.0.9,5060,sip,tcp,0,INVITE,200,1 INVITE,"
            "SIP/2.0 200 OK,audio 10.0.0.2:4000 PCMA telephone-event sendonly,"));
    }

    void aCallWithoutMessagesSaysWhy()
    {
        const Answer answer = run({ "flow", "silent@host" });
        QCOMPARE(answer.status, 0);
        QCOMPARE(answer.out, QString());
        QVERIFY2(answer.err.contains("no messages of call silent@host are stored"), qPrintable(answer.err));
    }

    void tsharkReadsTheSameMessagesFromThePcapAndComplainsOfNothing()
    {
        const QString tshark = QStandardPaths::findExecutable("tshark");
        if (tshark.isEmpty())
            QSKIP("tshark is not installed");
        const QString file = m_directory.filePath("flow.pcap");
        const Answer answer = run({ "pcap", "flow@host", "-o", file });
        QVERIFY2(answer.status == 0, qPrintable(answer.err));
        const auto ask = [&](const QStringList& arguments) {
            QProcess process;
            process.start(tshark,
                QStringList { "-r", file, "-n", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE" }
                    + arguments);
            process.waitForFinished();
            return QString::fromUtf8(process.readAllStandardOutput());
        };
        QCOMPARE(ask({ "-Y", "sip", "-T", "fields", "-E", "separator=/s", "-e", "ip.proto", "-e", "sip.CSeq", "-e",
                     "sip.Method", "-e", "sip.Status-Code" }),
            QString("17 1 INVITE INVITE \n17 1 INVITE INVITE \n17 1 INVITE  100\n6 1 INVITE INVITE \n"
                    "6 1 INVITE  200\n17 1 INVITE  200\n17 1 ACK ACK \n6 2 BYE BYE \n6 2 BYE  200\n"));
        QCOMPARE(ask({ "-Y",
                     "tcp.analysis.flags || tcp.checksum.status == 0 || udp.checksum.status == 0 || "
                     "_ws.malformed" }),
            QString());
    }

private:
    Answer run(QStringList arguments)
    {
        std::vector<std::string> words;
        for (const QString& argument : arguments << "--data" << m_directory.path())
            words.push_back(argument.toStdString());
        std::ostringstream out;
        std::ostringstream err;
        const OpenEngine none = [](const std::string&) -> Result<std::unique_ptr<CallSource>> {
            return Error { "none" };
        };
        const int status = runCtl(words, none, { out, err, false });
        return { status, QString::fromStdString(out.str()), QString::fromStdString(err.str()) };
    }

    QTemporaryDir m_directory;
    Timestamp m_start = sample::at("2026-03-01T10:00:00Z");
};

QTEST_GUILESS_MAIN(TestFlow)
#include "tst_flow.moc"
