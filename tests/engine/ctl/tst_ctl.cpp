// callmonctl over a data directory and over an engine: what it prints, writes and answers with.
#include "engine/ctl/commands.h"
#include "engine/ctl/live_view.h"
#include "engine/ctl/text_width.h"
#include "engine/storage/record_writer.h"
#include "shared/export/call_pcap.h"
#include "tests/shared/calls/sample_records.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <sstream>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

struct Answer {
    int status = 0;
    QString out;
    QString err;
};

// An engine of two calls, of which one ends.
class FakeEngine : public CallSource {
public:
    Result<std::uint64_t> calls(const CallQuery&, const std::function<bool(const CallRecord&)>&) override
    {
        return std::uint64_t { 0 };
    }
    Result<std::vector<StreamRecord>> streams(CallKey) override { return std::vector<StreamRecord>(); }
    Result<std::vector<QualityPoint>> quality(CallKey) override { return std::vector<QualityPoint>(); }
    Result<void> messages(CallKey, const std::function<bool(const CallMessage&)>&) override { return {}; }
    Result<std::uint64_t> alarms(const AlarmQuery&, const std::function<bool(const Alarm&)>&) override
    {
        return std::uint64_t { 0 };
    }
    Result<void> media(CallKey, const std::function<bool(StreamKey, Bytes)>&) override { return {}; }
    Result<void> live(const std::function<bool(const LiveUpdate&)>& sink) override
    {
        LiveUpdate update;
        update.status = status().value();
        update.delta.snapshot = true;
        for (int i = 0; i < 2; ++i) {
            LiveCall call;
            call.key = { i + 1 };
            call.caller = i ? "J\xc3\xbcrgen" : "+34910123456";
            call.startedAt = sample::at("2026-03-01T10:00:00Z");
            call.answeredAt = call.startedAt + 2s;
            call.state = CallState::Answered;
            call.sent[0] = { true, 4.25f, 3.5f, 1.25f, 7.5f };
            update.delta.changed.push_back(call);
        }
        if (!sink(update))
            return {};
        update.delta = {};
        update.delta.removed.push_back({ 1 });
        sink(update);
        return {};
    }
    Result<ProbeStatus> status() override
    {
        ProbeStatus status;
        status.source = "net_ring0";
        status.version = "1.2 \"x\"";
        status.now = sample::at("2026-03-01T10:01:05Z");
        status.liveCalls = 2;
        status.counters = { { "nic_missed", 2, 1 }, { "frames_received", 12345678901, 5000 },
            { "frames_handed_on", 12345678890, 4990 }, { "ring_full_dropped", 1 }, { "poll_gap_longest_us", 250 },
            { "remote_clients_dropped", 9 } };
        UnboundFlow flow { { { IpAddress::parse("192.0.2.1").value(), 4000 },
                               { IpAddress::parse("2001:db8::2").value(), 6002 } },
            Ssrc { 0xa1b2c3d }, 18, sample::at("2026-03-01T10:00:00Z"), sample::at("2026-03-01T10:01:04.5Z"), 3225,
            193500 };
        status.unboundFlows.push_back(flow);
        return status;
    }
};

class ViewersEngine final : public FakeEngine { // as an engine tells it to a viewer
public:
    Result<ProbeStatus> status() override
    {
        auto status = FakeEngine::status();
        status.value().source.clear();
        status.value().unboundFlows.clear();
        status.value().addressesWithheld = true;
        return status;
    }
};

std::vector<std::byte> rtp(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc, std::size_t payload)
{
    std::vector<std::byte> packet { std::byte { 0x80 }, std::byte { 8 }, std::byte(sequence >> 8),
        std::byte(sequence & 0xff) };
    for (const std::uint32_t word : { timestamp, ssrc })
        for (int shift = 24; shift >= 0; shift -= 8)
            packet.push_back(std::byte(word >> shift & 0xff));
    for (std::size_t i = 0; i < payload; ++i)
        packet.push_back(std::byte(i * 7 & 0xff));
    return packet;
}

}

class TestCtl : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        auto opened = RecordWriter::open(data());
        QVERIFY(opened.has_value());
        RecordWriter& writer = *opened.value();
        // The first call: two directions of A-law, one IPv4 and one IPv6, the caller's without its packet 7.
        CallRecord call = sample::ended(sample::call(m_start, "media@host"), 30s);
        call.answeredAt = m_start + 1s;
        call.mosMean = 4.2;
        writer.liveCall(call);
        for (std::uint32_t index = 0; index < 2; ++index) {
            StreamRecord stream = sample::stream(call.key, index, m_start);
            if (index == 1)
                stream.flow = { { *IpAddress::parse("2001:db8::1"), 6000 },
                    { *IpAddress::parse("2001:db8::2"), 7000 } };
            MediaChunk chunk;
            chunk.clear(stream.key);
            stream.packets = 0;
            for (std::uint16_t i = 0; i < 50; ++i) {
                if (index == 0 && i == 7)
                    continue;
                const auto packet = rtp(i, i * 160u, 0x1000 + index, index ? 160 : 161); // an odd length too
                const auto arrival = m_start + i * 20ms + index * 5ms + 123ns;
                if (i == 25) {
                    writer.media(chunk);
                    chunk.clear(stream.key);
                }
                QVERIFY(chunk.append({ arrival, 0ns, static_cast<std::uint16_t>(packet.size()), packet }));
                ++stream.packets;
            }
            writer.media(chunk);
            writer.stream(stream);
        }
        writer.quality(sample::point({ call.key, 0 }, m_start)); // the probe itself lost frames in it
        for (int second = 0; second < 3; ++second)
            writer.quality(sample::point({ call.key, 1 }, m_start + second * 1s));
        writer.callEnded(call);
        // Two under one Call-ID, without media; the second with hostile texts, the first's Call-ID of digits alone.
        CallRecord busy = sample::ended(sample::call(m_start + 1s, "12345"));
        busy.outcome = CallOutcome::Busy;
        writer.callEnded(busy);
        for (int i = 0; i < 2; ++i) {
            CallRecord twin = sample::ended(sample::call(m_start + (10 + i) * 1s, "twin"));
            twin.outcome = CallOutcome::Failed;
            twin.caller = i ? "=cmd|'/c calc'!A0" : "\x1b[2J\xff\"quoted\", comma";
            twin.callee = "+34910123456";
            writer.callEnded(twin);
        }
        QVERIFY(writer.close().has_value());
        m_key = QString::number(call.key.value);
    }

    void exitStatusIsTwoForUsageOneForFailures_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("said");
        const QString directory = QString::fromStdString(data());
        QTest::newRow("nothing") << QStringList {} << 2 << "subcommand";
        QTest::newRow("unknown command") << QStringList { "frob" } << 2 << "";
        QTest::newRow("unknown option") << QStringList { "calls", "--frob" } << 2 << "--frob";
        QTest::newRow("no time") << QStringList { "calls", "--from", "noon" } << 2 << "noon";
        QTest::newRow("no outcome") << QStringList { "calls", "--outcome", "odd" } << 2 << "odd";
        QTest::newRow("no trust") << QStringList { "calls", "--trust", "blind" } << 2 << "lossy";
        QTest::newRow("no number") << QStringList { "calls", "--min-mos", "x" } << 2 << "--min-mos";
        QTest::newRow("negative limit") << QStringList { "calls", "--limit", "-1" } << 2 << "--limit";
        QTest::newRow("no condition") << QStringList { "calls", "--where", "mos" } << 2 << "mos_mean<3.5";
        QTest::newRow("no such field") << QStringList { "calls", "--where", "colour=red" } << 2 << "no field";
        QTest::newRow("sorted by nothing") << QStringList { "calls", "--sort", "colour" } << 2 << "colour";
        QTest::newRow("after nothing") << QStringList { "calls", "--after", "x" } << 2 << "no place";
        QTest::newRow("no format") << QStringList { "calls", "--format", "xml" } << 2 << "xml";
        QTest::newRow("both sources") << QStringList { "calls", "--data", "a", "--engine", "b" } << 2 << "excludes";
        QTest::newRow("no directory") << QStringList { "calls", "--data", "/nonexistent/d" } << 2 << "/nonexistent/d";
        QTest::newRow("wav of no such channels")
            << QStringList { "wav", "1", "-o", "x.wav", "--channels", "both" } << 2 << "both";
        QTest::newRow("wav of nothing") << QStringList { "wav", "-o", "x.wav" } << 2 << "call";
        QTest::newRow("live of a directory") << QStringList { "live", "--data", directory } << 2 << "--engine";
        QTest::newRow("no address") << QStringList { "streams", "--address", "10.0.0.1:0" } << 2 << "10.0.0.1:0";
        QTest::newRow("no SSRC") << QStringList { "streams", "--ssrc", "0x123456789" } << 2 << "0x123456789";
        QTest::newRow("unbound of a directory") << QStringList { "unbound", "--data", directory } << 2 << "--engine";
        QTest::newRow("no engine") << QStringList { "status", "--engine", "local:/refuse" } << 1 << "nobody answers";
        QTest::newRow("no engine here") << QStringList { "status" } << 1 << "--data DIR";
        QTest::newRow("no such call") << QStringList { "wav", "nobody", "-o", "x.wav", "--data", directory } << 1
                                      << "nobody";
        QTest::newRow("no media") << QStringList { "wav", "12345", "-o", "x.wav", "--data", directory } << 1
                                  << "no media";
        QTest::newRow("file cannot be written") << QStringList { "pcap", "media@host", "-o", "/nonexistent/x.pcap",
            "--data", directory } << 1 << "/nonexistent/x.pcap";
        QTest::newRow("zero rows") << QStringList { "calls", "--caller", "none", "--data", directory } << 0 << "";
        QTest::newRow("no grouping") << QStringList { "report", "--by", "moon" } << 2 << "moon";
        QTest::newRow("no prefixes") << QStringList { "report", "--by", "prefix" } << 2 << "--prefix";
        QTest::newRow("trunks of no report by them")
            << QStringList { "report", "--trunk", "north=10.0.0.0/8" } << 2 << "--by trunk";
        QTest::newRow("no name of a trunk") << QStringList { "calls", "--trunk", "" } << 2 << "--trunk";
        QTest::newRow("trunk of no address")
            << QStringList { "report", "--by", "trunk", "--trunk", "north=moon" } << 2 << "north=moon";
        QTest::newRow("history by caller") << QStringList { "report", "--history", "--by", "caller" } << 2 << "prefix";
        QTest::newRow("history of a caller") << QStringList { "report", "--history", "--caller", "1" } << 2 << "--from";
        QTest::newRow("windows of a directory") << QStringList { "report", "--live", "--data", "a" } << 2 << "--engine";
        QTest::newRow("step of no history")
            << QStringList { "report", "--step", "5m", "--data", directory } << 2 << "--history";
        QTest::newRow("no time between") << QStringList { "calls", "--from", "2026-03-02", "--to", "2026-03-01" } << 2
                                         << "not before";
        QTest::newRow("no step") << QStringList { "report", "--history", "--step", "7m" } << 2 << "7m";
        QTest::newRow("prefixes of nothing") << QStringList { "report", "--prefix", "+34" } << 2 << "--by prefix";
        QTest::newRow("help") << QStringList { "--help" } << 0 << "";
    }

    void exitStatusIsTwoForUsageOneForFailures()
    {
        QFETCH(const QStringList, arguments);
        QFETCH(const int, status);
        QFETCH(const QString, said);
        const Answer answer = run(arguments);
        QCOMPARE(answer.status, status);
        QVERIFY2(answer.err.contains(said), qPrintable(answer.err));
        QCOMPARE(answer.err.isEmpty(), status == 0);
        if (status != 0)
            QCOMPARE(answer.err.count('\n'), 1);
    }

    void csvHasEveryColumnAndQuotesWhatASpreadsheetWouldRun()
    {
        const Answer answer = run({ "calls", "--format", "csv", "--data", QString::fromStdString(data()) });
        QCOMPARE(answer.status, 0);
        const QStringList lines = answer.out.split("\r\n");
        QCOMPARE(lines.size(), 6); // heading, four calls, the end
        QVERIFY(lines[0].startsWith("call_key,call_id,signalling,transport,"));
        for (const char* column : { "caller_ip", "started_at", "duration_s", "outcome", "mos_min" })
            QVERIFY2(lines[0].split(',').contains(column), column);
        QVERIFY(lines[1].contains(",2026-03-01T10:00:00.123456789Z,"));
        QVERIFY(lines[1].contains(",29.000,answered,"));
        QVERIFY(lines[4].contains(",'=cmd|'/c calc'!A0,+34910123456,"));
    }

    void jsonHasNumbersAsNumbersAndNullForWhatIsAbsent()
    {
        const Answer answer = run({ "calls", "--format", "json", "--data", QString::fromStdString(data()) });
        QJsonParseError error;
        const auto rows = QJsonDocument::fromJson(answer.out.toUtf8(), &error).array();
        QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(error.errorString()));
        QCOMPARE(rows.size(), 4);
        const QJsonObject first = rows[0].toObject();
        QCOMPARE(first["call_id"].toString(), QString("media@host"));
        QCOMPARE(first["call_key"].toInteger(), m_key.toLongLong());
        QCOMPARE(first["mos_mean"].toDouble(), 4.2);
        QVERIFY(first["mos_min"].isNull() && first.contains("mos_min"));
        QVERIFY(rows[2].toObject()["caller"].toString().endsWith("\"quoted\", comma"));
        const Answer none =
            run({ "calls", "--call", "z", "--format", "json", "--data", QString::fromStdString(data()) });
        QVERIFY(QJsonDocument::fromJson(none.out.toUtf8()).isArray());
    }

    void aTableIsAlignedAndHarmless()
    {
        const Answer answer = run({ "calls", "--data", QString::fromStdString(data()) });
        const QStringList lines = answer.out.split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 5);
        const auto place = lines[0].indexOf("Call-ID");
        QVERIFY(place > 0);
        QCOMPARE(lines[1].mid(place), QString("media@host"));
        QCOMPARE(lines[3].mid(place), QString("twin"));
        QVERIFY(!answer.out.contains('\x1b'));
        for (const QString& line : lines)
            QVERIFY2(line.size() <= 160, qPrintable(line));
    }

    // One answered for 29 s, one busy, two failed without a code: ASR 1 of 4, NER 2 of 4.
    void reportSumsUpAllCalls()
    {
        const auto rows = report({});
        QCOMPARE(rows.size(), 1);
        const QJsonObject total = rows[0].toObject();
        QCOMPARE(total["group"].toString(), QString("total"));
        QCOMPARE(total["attempts"].toInt(), 4);
        QCOMPARE(total["asr_percent"].toDouble(), 25.0);
        QCOMPARE(total["ner_percent"].toDouble(), 50.0);
        QCOMPARE(total["acd_s"].toDouble(), 29.0);
        QCOMPARE(total["mos_high"].toInt(), 1); // 4.2
        QVERIFY(total["answer_delay_mean_ms"].isNull());
    }

    void emptyReportSaysThatNothingWasThere()
    {
        const QString data = QString::fromStdString(this->data());
        const Answer calls = run({ "report", "--by", "codec", "--caller", "nobody", "--data", data });
        QCOMPARE(calls.status, 0);
        QCOMPARE(calls.err, QString("callmonctl: no call fits\n"));
        const Answer total = run({ "report", "--history", "--data", data });
        QCOMPARE(total.err, QString("callmonctl: nothing was measured in that period\n"));
        const Answer trunks = run({ "report", "--history", "--by", "trunk", "--format", "json", "--data", data });
        QCOMPARE(trunks.status, 0);
        QCOMPARE(trunks.out.trimmed(), QString("[]"));
        QVERIFY2(trunks.err.contains("by trunk in that period; trunks are those that"), qPrintable(trunks.err));
    }

    void reportHasARowForEachGroup_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("groups"); // with their attempts
        QTest::newRow("outcome") << QStringList { "--by", "outcome" } << "answered 1, busy 1, failed 2";
        QTest::newRow("code") << QStringList { "--by", "outcome-code" } << "answered 1, none 3";
        QTest::newRow("callee") << QStringList { "--by", "callee" } << "+34910123456 2, 200 2";
        QTest::newRow("hour") << QStringList { "--by", "hour" } << "2026-03-01T10:00Z 4";
        QTest::newRow("day") << QStringList { "--by", "day" } << "2026-03-01 4";
        QTest::newRow("address") << QStringList { "--by", "caller-address" } << "10.0.0.1 4";
        QTest::newRow("longest prefix") << QStringList { "--by", "prefix", "--prefix", "+3", "--prefix", "+3491" }
                                        << "+3491 2, other 2";
        QTest::newRow("codec") << QStringList { "--by", "codec" } << "PCMA 1, none 3";
        QTest::newRow("trunk") << QStringList { "--by", "trunk", "--trunk", "north=10.0.0.0/8", "--trunk",
            "site=10.0.0.2" } << "north 4, site 4"; // of both ends: caller 10.0.0.1, callee 10.0.0.2
        QTest::newRow("no trunk") << QStringList { "--by", "trunk", "--trunk", "north=192.0.2.0/24" } << "other 4";
        QTest::newRow("trunks that no record names") << QStringList { "--by", "trunk" } << "unknown 4";
        QTest::newRow("the most") << QStringList { "--by", "callee", "--top", "1" } << "+34910123456 2, (1 other) 2";
        QTest::newRow("period") << QStringList { "--by", "outcome", "--from", "2026-03-01T10:00:05Z" } << "failed 2";
        QTest::newRow("none in the period") << QStringList { "--to", "2026-03-01" } << "total 0";
    }

    void reportHasARowForEachGroup()
    {
        QFETCH(const QStringList, arguments);
        QStringList groups;
        for (const auto& row : report(arguments))
            groups << row.toObject()["group"].toString() + ' ' + QString::number(row.toObject()["attempts"].toInt());
        QTEST(groups.join(", "), "groups");
    }

    void aCallIsFoundByItsCallIdAndByItsKey()
    {
        const QString directory = QString::fromStdString(data());
        for (const QString& name : { QString("media@host"), m_key }) {
            const Answer answer = run({ "streams", "--call", name, "--format", "csv", "--data", directory });
            QCOMPARE(answer.out.count("\r\n"), 3);
            QVERIFY(answer.out.contains(",media@host,caller,10.0.0.1,4000,10.0.0.2,5000,0x00001000,8,PCMA,8000,"));
            QVERIFY(answer.out.contains(",callee,2001:db8::1,6000,"));
        }
        QCOMPARE(run({ "calls", "--call", "12345", "--format", "csv", "--data", directory }).out.count("\r\n"), 2);
        QCOMPARE(run({ "streams", "--outcome", "busy", "--format", "csv", "--data", directory }).out.count("\r\n"), 1);
    }

    // The call has a stream 10.0.0.1:4000 -> 10.0.0.2:5000 of SSRC 0x1000, and one of 2001:db8::1 port 6000.
    void aStreamIsFoundByEitherEndAndBySource_data()
    {
        QTest::addColumn<QStringList>("filter");
        QTest::addColumn<int>("streams");
        QTest::newRow("source's host") << QStringList { "--address", "10.0.0.1" } << 1;
        QTest::newRow("destination and port") << QStringList { "--address", "10.0.0.2:5000" } << 1;
        QTest::newRow("another port") << QStringList { "--address", "10.0.0.2:5002" } << 0;
        QTest::newRow("the port of the other end") << QStringList { "--address", "10.0.0.2:4000" } << 0;
        QTest::newRow("IPv6") << QStringList { "--address", "2001:db8::1" } << 1;
        QTest::newRow("IPv6 and port") << QStringList { "--address", "[2001:db8::1]:6000" } << 1;
        QTest::newRow("IPv6 and another port") << QStringList { "--address", "[2001:db8::1]:6001" } << 0;
        QTest::newRow("source") << QStringList { "--ssrc", "0x1000" } << 1;
        QTest::newRow("source, decimal") << QStringList { "--ssrc", "4096" } << 1;
        QTest::newRow("source elsewhere") << QStringList { "--ssrc", "0x1000", "--address", "2001:db8::1" } << 0;
    }

    void aStreamIsFoundByEitherEndAndBySource()
    {
        QFETCH(const QStringList, filter);
        QFETCH(const int, streams);
        const Answer answer =
            run(QStringList { "streams", "--format", "csv", "--data", QString::fromStdString(data()) } + filter);
        QCOMPARE(answer.err, QString());
        QCOMPARE(answer.out.count("\r\n"), streams + 1);
        QCOMPARE(answer.out.count(",media@host,"), streams);
    }

    void aStreamThatWasAskedForTellsWhatBoundIt()
    {
        const Answer answer = run({ "streams", "--ssrc", "0x1000", "--data", QString::fromStdString(data()) });
        QVERIFY2(answer.out.contains("bound by") && answer.out.contains("sure %"), qPrintable(answer.out));
        QVERIFY(answer.out.contains("media@host"));
    }

    void unboundListsTheRtpThatNoCallHas()
    {
        const Answer csv = run({ "unbound", "--format", "csv", "--engine", "local:/fake" });
        QCOMPARE(csv.out,
            QString("src_ip,src_port,dst_ip,dst_port,ssrc,payload_type,first_packet_at,last_packet_at,packets,bytes\r\n"
                    "192.0.2.1,4000,2001:db8::2,6002,0x0A1B2C3D,18,2026-03-01T10:00:00.000000000Z,"
                    "2026-03-01T10:01:04.500000000Z,3225,193500\r\n"));
        const Answer table = run({ "unbound", "--engine", "local:/fake" });
        QVERIFY2(table.out.contains("[2001:db8::2]:6002") && table.out.contains("3225"), qPrintable(table.out));
    }

    void aViewerIsToldWhatIsWithheldAndWhoSeesIt()
    {
        const Answer unbound = run({ "unbound", "--engine", "local:/viewer" });
        QCOMPARE(unbound.status, 1);
        QVERIFY2(unbound.err.contains("the role operator"), qPrintable(unbound.err));
        QVERIFY(unbound.out.isEmpty()); // a list without rows would say that there is no such RTP
        const Answer status = run({ "status", "--engine", "local:/viewer" });
        QCOMPARE(status.status, 0);
        QVERIFY2(status.out.startsWith("(what the probe reads is for operators)"), qPrintable(status.out));
        const Answer live = run({ "live", "--engine", "local:/viewer" });
        QVERIFY2(live.out.section('\n', 0, 0).endsWith(" dropped"), qPrintable(live.out));
    }

    void qualityListsTheSecondsOfACall()
    {
        const QString directory = QString::fromStdString(data());
        const Answer answer = run({ "quality", "media@host", "--format", "csv", "--data", directory });
        const QStringList lines = answer.out.split("\r\n", Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 5);
        QVERIFY2(lines[3].endsWith(",1,media@host,callee,2026-03-01T10:00:01.123456789Z,50,1,2,3,4,0.500000,0.125000,"
                                   "21.250000,4.250,5,10000,80000,46,1,1,2,1.250000,4.500000,52.100000,1"),
            qPrintable(lines[3]));
        QVERIFY(run({ "quality", "media@host", "--data", directory }).out.contains("second from (UTC)"));
        QCOMPARE(run({ "quality", "nobody", "--data", directory }).status, 1);
    }

    void trustNarrowsTheCalls()
    {
        const QString directory = QString::fromStdString(data());
        QCOMPARE(run({ "calls", "--trust", "whole", "--format", "csv", "--data", directory }).out.count("\r\n"), 5);
        QCOMPARE(run({ "calls", "--trust", "lossy", "--format", "csv", "--data", directory }).out.count("\r\n"), 1);
    }

    void aLimitIsTold()
    {
        const Answer answer = run({ "calls", "--limit", "3", "--data", QString::fromStdString(data()) });
        QCOMPARE(answer.out.count('\n'), 4);
        QVERIFY(answer.err.contains("4 calls match; the first 3 are shown"));
    }

    void pagesTogetherAreTheSortedList()
    {
        const QStringList all { "calls", "--sort", "callee", "--descending", "--format", "csv", "--data",
            QString::fromStdString(data()) };
        const QStringList rows = run(all).out.split("\r\n");
        QStringList paged { rows.first() };
        QStringList page = all + QStringList { "--limit", "3" };
        while (true) {
            const Answer answer = run(page);
            QCOMPARE(answer.status, 0);
            paged += answer.out.split("\r\n").mid(1);
            paged.removeLast();
            const QString place = answer.err.section('\'', 1, 1);
            if (place.isEmpty())
                break;
            page = all + QStringList { "--limit", "3", "--after", place };
        }
        QCOMPARE(paged + QStringList { "" }, rows);
    }

    void conditionsOnAnyFieldNarrowTheCalls()
    {
        const QString directory = QString::fromStdString(data());
        const auto rows = [&](const QStringList& conditions) {
            QStringList arguments { "calls", "--format", "csv", "--data", directory };
            for (const QString& condition : conditions)
                arguments += { "--where", condition };
            return run(arguments).out.count("\r\n") - 1;
        };
        QCOMPARE(rows({ "call_id=twin" }), 2);
        QCOMPARE(rows({ "call_id=twin", "caller==cmd*" }), 1);
        QCOMPARE(rows({ "call_id!=twin" }), 2);
        QCOMPARE(rows({ "call_id=nobody" }), 0);
    }

    void ofSeveralCallsTheNewestIsTakenAndSaid()
    {
        const Answer answer =
            run({ "pcap", "twin", "-o", m_directory.filePath("t.pcap"), "--data", QString::fromStdString(data()) });
        QCOMPARE(answer.status, 1); // no media
        QVERIFY(answer.err.contains("2 calls have this Call-ID; taking the newest, of 2026-03-01T10:00:11.123456789Z"));
    }

    void wavOfOneSideIsThatChannelOfTheStereoFile()
    {
        const auto soundOf = [&](const QString& channels) {
            const QString file = m_directory.filePath(channels + ".wav");
            run({ "wav", m_key, "-o", file, "--channels", channels, "--data", QString::fromStdString(data()) });
            QFile wav(file);
            return wav.open(QIODevice::ReadOnly) ? wav.readAll().mid(44) : QByteArray();
        };
        const QByteArray stereo = soundOf("stereo");
        const QByteArray caller = soundOf("caller");
        const QByteArray callee = soundOf("callee");
        QVERIFY(caller.size() > 8000);
        QCOMPARE(stereo.size(), caller.size() + callee.size());
        QCOMPARE(soundOf("mono").size(), caller.size());
        for (qsizetype i = 0; i < caller.size(); i += 2) {
            QCOMPARE(stereo.mid(2 * i, 2), caller.mid(i, 2));
            QCOMPARE(stereo.mid(2 * i + 2, 2), callee.mid(i, 2));
        }
    }

    // Nothing came late, so all of it is heard: 40 ms later, by the buffer that is taken where the record names none.
    // The caller's packet 7 is missing from a second in which the probe lost frames: concealed as sent, silence as
    // heard.
    void wavAsHeardIsLaterByTheJitterBuffer()
    {
        const auto sound = [&](const QStringList& more) {
            const QString file = m_directory.filePath("heard.wav");
            const Answer answer =
                run(QStringList { "wav", m_key, "-o", file, "--data", QString::fromStdString(data()) } + more);
            const bool said = answer.err.contains(QString("1 packet is missing from seconds in which the probe itself "
                                                          "lost frames: ")
                + (more.isEmpty() ? "concealed" : "silence"));
            if (!said)
                qWarning("%s", qPrintable(answer.err));
            QFile wav(file);
            if (!said)
                return QByteArray();
            return wav.open(QIODevice::ReadOnly) ? wav.readAll().mid(44) : QByteArray();
        };
        QByteArray sent = sound({});
        QVERIFY(sent.size() > 8000);
        constexpr qsizetype delay = 320 * 4; // bytes of 16-bit stereo; packets of the caller are a sample too long
        for (qsizetype at = (7 * 160 + 1) * 4; at < 8 * 160 * 4; at += 4)
            sent[at] = sent[at + 1] = 0;
        QCOMPARE(sound({ "--heard" }), QByteArray(delay, 0) + sent);
    }

    void wavIsStereoAtEightKilohertzAndAsLongAsTheCall()
    {
        const QString file = m_directory.filePath("call.wav");
        const Answer answer = run({ "wav", m_key, "-o", file, "--data", QString::fromStdString(data()) });
        QVERIFY2(answer.status == 0, qPrintable(answer.err));
        QFile wav(file);
        QVERIFY(wav.open(QIODevice::ReadOnly));
        const QByteArray bytes = wav.readAll();
        QCOMPARE(bytes.left(4), QByteArray("RIFF"));
        QCOMPARE(bytes[22], char(2));
        QCOMPARE(static_cast<unsigned char>(bytes[24]) | static_cast<unsigned char>(bytes[25]) << 8, 8000);
        QVERIFY(std::abs((bytes.size() - 44) / 4 - 8000) < 200); // 50 packets of 20 ms
    }

    void pcapOpensInTsharkWithTheSamePacketsTimesAndLoss()
    {
        const QString tshark = QStandardPaths::findExecutable("tshark");
        if (tshark.isEmpty())
            QSKIP("tshark is not installed");
        const QString file = m_directory.filePath("call.pcap");
        const Answer answer = run({ "pcap", "media@host", "-o", file, "--data", QString::fromStdString(data()) });
        QVERIFY2(answer.status == 0, qPrintable(answer.err));
        const auto ask = [&](QStringList arguments) {
            QProcess process;
            process.start(tshark,
                QStringList { "-r", file, "-n", "-d", "udp.port==4000,rtp", "-d", "udp.port==6000,rtp", "-o",
                    "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE" }
                    + arguments);
            process.waitForFinished();
            return QString::fromUtf8(process.readAllStandardOutput());
        };
        const QStringList packets = ask({ "-T", "fields", "-e", "frame.time_epoch", "-e", "rtp.seq", "-e", "ip.src",
                                            "-e", "ipv6.src", "-e", "ip.checksum.status", "-e", "udp.checksum.status" })
                                        .split('\n', Qt::SkipEmptyParts);
        QCOMPARE(packets.size(), 99);
        const QString start = QString::number(nanosecondsSinceEpoch(m_start) / 1'000'000'000);
        QCOMPARE(packets[0], start + ".123456912\t0\t10.0.0.1\t\t1\t1"); // 1: the checksum is good
        QCOMPARE(packets[1], start + ".128456912\t0\t\t2001:db8::1\t\t1");
        for (const QString& packet : packets)
            QVERIFY2(packet.endsWith("\t1"), qPrintable(packet));
        const QString streams = ask({ "-q", "-z", "rtp,streams" }).simplified();
        QVERIFY2(streams.contains(QRegularExpression("10\\.0\\.0\\.1 4000 10\\.0\\.0\\.2 5000 0x00001000 \\S+ 49 1 ")),
            qPrintable(streams));
        QVERIFY2(streams.contains(QRegularExpression("2001:db8::1 6000 2001:db8::2 7000 0x00001001 \\S+ 50 0 ")),
            qPrintable(streams));
    }

    void aCutDatagramKeepsItsLengthAndClaimsNoChecksum()
    {
        const std::vector<std::byte> kept(100);
        const FlowKey flow { { *IpAddress::parse("10.0.0.1"), 1 }, { *IpAddress::parse("10.0.0.2"), 2 } };
        const auto headers = ipAndUdpHeaders(flow, 172, kept);
        QCOMPARE(headers.size(), 28u);
        QCOMPARE(std::to_integer<int>(headers[3]), 200); // total length
        QCOMPARE(std::to_integer<int>(headers[25]), 180); // UDP length
        QVERIFY(headers[26] == std::byte {} && headers[27] == std::byte {});
    }

    void liveWithoutATerminalPrintsOneSnapshot()
    {
        const Answer answer = run({ "live", "--engine", "local:/fake" });
        QCOMPARE(answer.status, 0);
        const QStringList lines = answer.out.split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 4);
        QVERIFY(lines[0].startsWith("2026-03-01 10:01:05 UTC  2 calls on"));
        QVERIFY(lines[0].endsWith("3 dropped  net_ring0"));
        QVERIFY(lines[2].startsWith("answered 10:00:00    1:03 J\u00fcrgen"));
        QVERIFY(lines[3].contains("+34910123456"));
        QVERIFY(lines[3].contains("4.25 3.50"));
        QVERIFY(!answer.out.contains('\x1b'));
    }

    void liveOnATerminalFollowsTheChangesAndGivesTheScreenBack()
    {
        qputenv("TERM", "xterm");
        const Answer answer = run({ "live", "--engine", "local:/fake" }, true);
        QVERIFY(answer.out.startsWith("\x1b[?1049h\x1b[?25l\x1b[H"));
        QVERIFY(answer.out.endsWith("\x1b[?25h\x1b[?1049l"));
        const auto second = answer.out.lastIndexOf("\x1b[H");
        QVERIFY(second > 20);
        QVERIFY(answer.out.mid(second).contains("1 call on"));
        QVERIFY(answer.out.mid(second).contains("Ctrl-C ends"));
        QVERIFY(!answer.out.mid(second).contains("+34910123456"));
    }

    void dumbTerminalGetsOneTableWithoutEscapes()
    {
        qputenv("TERM", "dumb");
        const Answer answer = run({ "live", "--engine", "local:/fake" }, true);
        QVERIFY(answer.out.contains("+34910123456"));
        QVERIFY(!answer.out.contains('\x1b'));
    }

    void liveTableFitsTheTerminal_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<QStringList>("headings"); // that are there
        QTest::addColumn<QStringList>("leftOut");
        const QString right = QString::fromUtf8("\xe2\x86\x92");
        const QStringList few { "state", "lasts", "caller", "callee", "MOS" + right };
        const QStringList more { "codec", "loss%" + right, "code" };
        const QStringList most { "started", "min" + right };
        QTest::newRow("phone") << 10 << 60 << few << more;
        QTest::newRow("80x24") << 23 << 80 << few + more << most;
        QTest::newRow("100x30") << 29 << 100 << few + more + most << QStringList { "jit ms" + right };
        QTest::newRow("wide") << 40 << 140 << few + more + most + QStringList { "jit ms" + right } << QStringList {};
        QTest::newRow("tiny") << 3 << 20 << QStringList { "state" } << more;
    }

    void liveTableFitsTheTerminal()
    {
        QFETCH(const int, rows);
        QFETCH(const int, columns);
        QFETCH(const QStringList, headings);
        QFETCH(const QStringList, leftOut);
        LiveDelta delta;
        delta.snapshot = true;
        for (int i = 0; i < 50; ++i) {
            LiveCall call;
            call.key = { i + 1 };
            call.caller = "+34910" + std::to_string(100000 + i);
            call.callee = i % 2 ? "sip:someone.with.a.long.name@example.com" : "1234";
            call.startedAt = sample::at("2026-03-01T10:00:00Z") + std::chrono::seconds(i);
            call.state = CallState::OnHold;
            delta.changed.push_back(call);
        }
        LiveView view;
        view.apply(delta);
        ProbeStatus status;
        status.source = "net_af_packet0,iface=eth1";
        status.now = sample::at("2026-03-01T10:01:05Z");
        const auto text = view.text(status, std::size_t(rows), std::size_t(columns));
        const QStringList lines = QString::fromStdString(text).split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), std::min(rows, 52));
        for (const QString& line : lines)
            QVERIFY2(textWidth(line.toStdString()) <= std::size_t(columns), qPrintable(line));
        const QStringList found = lines[1].simplified().remove(QString::fromUtf8("\xe2\x80\xa6")).split(' ');
        for (const QString& heading : headings)
            QVERIFY2(lines[1].contains(heading), qPrintable(heading + " in " + found.join('|')));
        for (const QString& heading : leftOut)
            QVERIFY2(!found.contains(heading) && !lines[1].contains(heading + ' '), qPrintable(heading));
        QVERIFY(lines[0].contains("10:01:05 UTC"));
        if (lines.size() > 3) {
            QVERIFY(lines[2].contains("+34910100049")); // the newest first
            QVERIFY(lines[2].startsWith("on hold "));
        }
        QCOMPARE(lines.last(), QString::fromUtf8("\xe2\x80\xa6 %1 more").arg(50 - (lines.size() - 3)));
    }

    void statusCarriesEveryCounter()
    {
        const auto json =
            QJsonDocument::fromJson(run({ "status", "--engine", "local:/fake", "--format", "json" }).out.toUtf8());
        QCOMPARE(json["frames_received"].toInteger(), 12345678901);
        QCOMPARE(json["version"].toString(), QString("1.2 \"x\""));
        QVERIFY(run({ "status", "--engine", "local:/fake" })
                    .out.contains(QRegularExpression("frames_received +12345678901 +5000")));
        QVERIFY(run({ "status", "--engine", "local:/fake", "--format", "csv" })
                    .out.contains("frames_received,12345678901,5000\r\n"));
        QCOMPARE(json["per_second"]["frames_handed_on"].toInteger(), 4990);
        QCOMPARE(json["per_second"].toObject().size(), 6);
    }

    void statusSaysWhatIsLostAndWhatHelpsAndThatTheSumHolds()
    {
        const QString text = run({ "status", "--engine", "local:/fake" }).out;
        QVERIFY2(text.contains(QString::fromUtf8("⚠ Missed by the port: 2, 1 in the last second.")), qPrintable(text));
        QVERIFY(text.contains("--poll busy"));
        QVERIFY(text.contains(QString::fromUtf8("⚠ Ring full: 1, none of them lately.")));
        QVERIFY(text.contains("--ring-batches"));
        QVERIFY(text.contains(
            "frames_received 12345678901 = frames_handed_on 12345678890 + ring_full_dropped 1 + 10 on their way\n"));
        // In groups, in the order of a packet's way.
        qsizetype before = 0;
        for (const char* heading : { "\nReceived ", "\nHanded on ", "\nNot handed on ", "\nTimes ", "\nRemote " }) {
            const qsizetype place = text.indexOf(heading);
            QVERIFY2(place > before, heading);
            before = place;
        }
        QVERIFY(text.contains(QRegularExpression("poll_gap_longest_us +250 +Time"))); // has no rate
        for (const QString& line : text.split('\n'))
            QVERIFY2(line.size() <= 120, qPrintable(line));
    }

private:
    std::string data() const { return m_directory.filePath("data").toStdString(); }

    Answer run(const QStringList& arguments, bool terminal = false)
    {
        std::ostringstream out;
        std::ostringstream err;
        std::vector<std::string> words;
        for (const QString& argument : arguments)
            words.push_back(argument.toStdString());
        const OpenEngine openFake = [](const std::string& url) -> Result<std::unique_ptr<CallSource>> {
            if (url == "local:/viewer")
                return std::unique_ptr<CallSource>(std::make_unique<ViewersEngine>());
            if (url != "local:/fake")
                return Error { "nobody answers at " + url };
            return std::unique_ptr<CallSource>(std::make_unique<FakeEngine>());
        };
        const int status = runCtl(words, openFake, { out, err, terminal });
        return { status, QString::fromStdString(out.str()), QString::fromStdString(err.str()) };
    }

    QJsonArray report(const QStringList& arguments)
    {
        const Answer answer =
            run(QStringList { "report", "--format", "json", "--data", QString::fromStdString(data()) } + arguments);
        return QJsonDocument::fromJson(answer.out.toUtf8()).array();
    }

    QTemporaryDir m_directory;
    Timestamp m_start = sample::at("2026-03-01T10:00:00.123456789Z");
    QString m_key;
};

QTEST_GUILESS_MAIN(TestCtl)
#include "tst_ctl.moc"
