// tshark, which shares no code with us, must find in a generated capture what its ground truth says.
#include "tshark.h"

#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <numeric>

using namespace callmon::test;

namespace {

QString number(qint64 value)
{
    return QString::number(value);
}

}

class TruthAgainstTshark : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_file;
    QList<Row> m_calls;
    QList<Row> m_streams;

    void generate(const QStringList& options)
    {
        m_file = m_folder.filePath("sample.pcap");
        const Finished made = runTraffic(QStringList { "--out", m_file } + options);
        QVERIFY2(made.exitCode == 0, made.errors.constData());
        m_calls = readCsv(m_file + ".truth.csv");
        m_streams = readCsv(m_file + ".truth.streams.csv");
        QVERIFY(m_calls.size() > 20);
        QVERIFY(m_streams.size() > 20);
    }

private slots:
    void initTestCase()
    {
        if (QStandardPaths::findExecutable("tshark").isEmpty())
            QSKIP("tshark is not installed");
    }

    void tsharkFindsTheSameCallsAndStreams_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("every sort") << QStringList { "--calls", "90", "--rate", "4", "--hold-mean", "5", "--seed",
            "11" };
        QTest::newRow("IPv6, tagged, pcapng, with RTCP") << QStringList { "--calls", "40", "--rate", "4", "--hold-mean",
            "5", "--seed", "12", "--ipv6", "--vlan", "7", "--format", "pcapng", "--rtcp-share", "1" };
        QTest::newRow("cut after 10 s, microseconds") << QStringList { "--duration", "12", "--concurrent", "80",
            "--hold-mean", "8", "--format", "pcap-us", "--seed", "13" };
        QTest::newRow("every sort over IPv4 and IPv6 among other traffic, tagged")
            << QStringList { "--calls", "60", "--rate", "4", "--hold-mean", "4", "--seed", "14", "--ipv6-share", "0.4",
                   "--vlan", "9", "--other-share", "0.4" };
        QTest::newRow("the carrier's hold times") << QStringList { "--duration", "6", "--concurrent", "40", "--steady",
            "--hold-mean", "117", "--hold-shape", "19" };
        QTest::newRow("steady load") << QStringList { "--duration", "6", "--concurrent", "40", "--steady" };
    }

    void tsharkFindsTheSameCallsAndStreams()
    {
        QFETCH(QStringList, options);
        generate(options);

        QSet<QString> callIds;
        QHash<QString, QString> finalCodes;
        QHash<QString, QString> firstTimes;
        QHash<QString, Counted> counted;
        QByteArray summaryText;
        for (const QStringList& row : fields(m_file, "sip || rtp",
                 { "sip.Call-ID", "sip.Method", "sip.Status-Code", "sip.CSeq.method", "frame.time_epoch", "rtp.ssrc",
                     "rtp.seq" },
                 &summaryText)) {
            if (!row[5].isEmpty()) {
                counted[row[5].toLower()].add(row[6].toUShort());
                continue;
            }
            if (row[1] == "INVITE")
                callIds.insert(row[0]);
            if (!firstTimes.contains(row[0]))
                firstTimes[row[0]] = row[4];
            if (row[3] == "INVITE" && row[2].toInt() >= 200 && row[2] != "407")
                finalCodes[row[0]] = row[2];
        }
        QCOMPARE(callIds.size(), m_calls.size());
        for (const Row& call : m_calls) {
            QVERIFY2(callIds.contains(call["call_id"]), qPrintable(call["call_id"]));
            QCOMPARE(finalCodes.value(call["call_id"]), call["final_code"]);
            const QDateTime started = QDateTime::fromString(call["started_at"].left(23) + "Z", Qt::ISODateWithMs);
            QCOMPARE(firstTimes[call["call_id"]].left(14), number(started.toMSecsSinceEpoch()).insert(10, '.'));
        }

        QCOMPARE(counted.size(), m_streams.size());
        for (const Row& stream : m_streams) {
            const Counted& rtp = counted[stream["ssrc"].toLower()];
            QCOMPARE(number(rtp.packets), stream["packets"]);
            QCOMPARE(number(rtp.duplicates), stream["duplicates"]);
            QCOMPARE(number(rtp.reordered), stream["reordered"]);
            QCOMPARE(number(rtp.expected()), stream["expected"]);
            QCOMPARE(number(rtp.lost()), stream["lost"]);
        }

        // tshark's own summary counts duplicates as received, and counts up to the packet that came last.
        static const QRegularExpression streamLine(
            R"(^\s*[\d.]+\s+[\d.]+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(0x[0-9A-F]+)\s.*?\s(\d+)\s+(-?\d+) \()",
            QRegularExpression::MultilineOption);
        QHash<QString, QStringList> summary;
        for (auto match = streamLine.globalMatch(QString::fromUtf8(summaryText)); match.hasNext();) {
            const QStringList captured = match.next().capturedTexts();
            summary[captured[5].toLower()] = captured;
        }
        QCOMPARE(summary.size(), m_streams.size());
        int lastWasLate = 0;
        for (const Row& stream : m_streams) {
            const QString ssrc = stream["ssrc"].toLower();
            const QStringList& row = summary[ssrc];
            QCOMPARE(row[1], stream["src_ip"]);
            QCOMPARE(row[2], stream["src_port"]);
            QCOMPARE(row[3], stream["dst_ip"]);
            QCOMPARE(row[4], stream["dst_port"]);
            QCOMPARE(row[6], stream["packets"]);
            if (counted[ssrc].last == counted[ssrc].highest)
                QCOMPARE(number(row[7].toLongLong() + stream["duplicates"].toLongLong()), stream["lost"]);
            else
                ++lastWasLate;
        }
        QVERIFY(lastWasLate <= m_streams.size() / 10);
    }

    // Its own reading of the blocks, and its own round trip: from the frame of a sender report to that of its echo,
    // less what the receiver says it took, in whole milliseconds.
    void tsharkReadsTheReportsOfTheTruth()
    {
        generate({ "--calls", "50", "--rate", "4", "--hold-mean", "12", "--seed", "17", "--rtcp-share", "0.8" });
        struct Reported {
            int blocks = 0;
            qint64 lost = 0; // of the last
            double jitter = 0; // sum, in ticks
            QList<double> delays;
        };
        QHash<QString, Reported> reported;
        for (const QStringList& row : fields(m_file, "rtcp",
                 { "rtcp.ssrc.identifier", "rtcp.ssrc.cum_nr", "rtcp.ssrc.jitter", "rtcp.roundtrip-delay" })) {
            if (row[0].isEmpty())
                continue;
            Reported& stream = reported[row[0].toLower()];
            ++stream.blocks;
            stream.lost = row[1].toLongLong();
            stream.jitter += row[2].toDouble();
            if (!row[3].isEmpty())
                stream.delays << row[3].toDouble();
        }
        QVERIFY(reported.size() > 20);
        QHash<QString, QStringList> ofCall; // SSRC
        for (const Row& stream : m_streams)
            ofCall[stream["call_id"]] << stream["ssrc"].toLower();
        int withLoss = 0;
        int withRoundTrip = 0;
        for (const Row& stream : m_streams) {
            const QString ssrc = stream["ssrc"].toLower();
            const Reported& truth = reported[ssrc];
            QCOMPARE(number(truth.blocks), stream["rtcp_reports"]);
            if (truth.blocks == 0)
                continue;
            QVERIFY(std::abs(truth.jitter / truth.blocks / 8 - stream["far_end_jitter_ms"].toDouble()) < 0.001);
            QCOMPARE(truth.lost > 0, stream["far_end_lost_percent"].toDouble() > 0);
            withLoss += truth.lost > 0;
            const auto meanOf = [&](const QString& of) {
                const QList<double>& delays = reported[of].delays;
                return std::accumulate(delays.begin(), delays.end(), 0.0) / static_cast<double>(delays.size());
            };
            const auto& both = ofCall[stream["call_id"]];
            if (stream["rtcp_rtt_ms"].isEmpty()
                || std::ranges::any_of(both, [&](const QString& of) { return reported[of].delays.isEmpty(); }))
                continue; // or tshark has nothing to subtract from
            ++withRoundTrip;
            double sum = 0;
            for (const QString& each : both)
                sum += meanOf(each);
            QVERIFY2(std::abs(sum - stream["rtcp_rtt_ms"].toDouble()) < 2,
                qPrintable(QString("%1, truth %2").arg(sum).arg(stream["rtcp_rtt_ms"])));
        }
        QVERIFY2(withLoss > 10 && withRoundTrip > 20, qPrintable(QString("%1 %2").arg(withLoss).arg(withRoundTrip)));
    }

    void everySortOccursAndSaysWhatItIs()
    {
        generate({ "--calls", "200", "--rate", "10", "--hold-mean", "2", "--seed", "5" });
        QHash<QString, QSet<QString>> outcomes;
        for (const Row& call : m_calls)
            outcomes[call["sort"]].insert(call["outcome"] + " " + call["final_code"]);
        QCOMPARE(outcomes.size(), 13);
        QCOMPARE(outcomes["busy"], QSet<QString> { "busy 486" });
        QCOMPARE(outcomes["cancelled"], QSet<QString> { "cancelled 487" });
        QCOMPARE(outcomes["unanswered"], QSet<QString> { "no_answer 480" });
        QCOMPARE(outcomes["rejected"], QSet<QString> { "rejected 603" });
        QCOMPARE(outcomes["failed"], QSet<QString> { "failed 503" });
        QCOMPARE(outcomes["auth"], QSet<QString> { "answered 200" });
        QVERIFY(!fields(m_file, "rtpevent", { "rtpevent.event_id" }).isEmpty());
        QVERIFY(!fields(m_file, "sdp.media_attr contains \"sendonly\"", { "sip.Call-ID" }).isEmpty());
        QHash<QString, int> sides;
        for (const Row& stream : m_streams)
            ++sides[stream["call_id"]];
        for (const Row& call : m_calls) {
            const int expected = call["outcome"] != "answered" ? 0 : call["sort"] == "one_way" ? 1 : 2;
            QCOMPARE(sides.value(call["call_id"]), expected);
        }
    }

    void otherTrafficIsWhatItsTruthSays()
    {
        generate({ "--calls", "30", "--rate", "6", "--seed", "31", "--ipv6-share", "0.4", "--other-share", "0.35",
            "--vlan", "9", "--hold-mean", "6" });
        QHash<QString, Row> other;
        for (const Row& row : readCsv(m_file + ".truth.other.csv"))
            other[row["protocol"]] = row;
        qint64 all = fields(m_file, "sip || rtp", { "frame.number" }).size();
        qint64 smallest = 100'000;
        qint64 largest = 0;
        qint64 overIpv6 = 0;
        qint64 sum = 0;
        for (const QString& protocol : { QString("tcp"), QString("udp") }) {
            qint64 bytes = 0;
            const auto rows = fields(m_file, protocol + " && !sip && !rtp", { "frame.len", "ipv6.version" });
            for (const QStringList& row : rows) {
                bytes += row[0].toLongLong();
                smallest = std::min(smallest, row[0].toLongLong());
                largest = std::max(largest, row[0].toLongLong());
                overIpv6 += !row[1].isEmpty();
            }
            QCOMPARE(number(rows.size()), other[protocol]["frames"]);
            QCOMPARE(number(bytes), other[protocol]["bytes"]);
            QVERIFY(rows.size() > 1000);
            sum += rows.size();
        }
        all += sum;
        QCOMPARE(fields(m_file, "frame", { "frame.number" }).size(), qsizetype(all));
        QCOMPARE(smallest, qint64(64 + 4));
        QCOMPARE(largest, qint64(1514 + 4));
        const double share = double(sum) / double(all);
        QVERIFY2(std::abs(share - 0.35) < 0.01, qPrintable(QString::number(share)));
        QVERIFY(std::abs(double(overIpv6) / double(sum) - 0.4) < 0.1);
        QVERIFY(fields(m_file, "_ws.malformed || _ws.expert.severity >= 0x600000", { "frame.number" }).isEmpty());
        QVERIFY(fields(m_file, "frame.time_delta < 0", { "frame.number" }).isEmpty());
    }

    // Poisson of mean 600 at any time, so within 5 standard deviations of 24.5. Whole calls that all begin at once
    // would be a third fewer by the end. The carrier's law, four times as fast: 117 and 19.
    void steadyLoadStaysAtItsNumberOfCalls()
    {
        generate({ "--duration", "9", "--concurrent", "600", "--steady", "--hold-mean", "29", "--hold-shape", "4.75",
            "--mix", "clean", "--codecs", "g729" });
        const QDateTime begin = QDateTime::fromString("2026-01-15T09:00:00Z", Qt::ISODate);
        const auto secondOf = [&](const Row& stream, const char* column) {
            return begin.secsTo(QDateTime::fromString(stream[column].left(19) + "Z", Qt::ISODate));
        };
        for (int second = 3; second < 8; ++second) {
            const auto on = std::count_if(m_streams.begin(), m_streams.end(), [&](const Row& stream) {
                return secondOf(stream, "first_packet_at") <= second && secondOf(stream, "last_packet_at") > second;
            });
            QVERIFY2(std::abs(on / 2 - 600) < 122, qPrintable(QString("%1 calls after %2 s").arg(on / 2).arg(second)));
        }
    }

    void tsharkHasNothingToComplainAbout()
    {
        for (const QStringList& options : { QStringList {}, QStringList { "--ipv6", "--vlan", "100" } }) {
            generate(
                QStringList { "--calls", "60", "--rate", "4", "--hold-mean", "3", "--rtcp-share", "1", "--seed", "21" }
                + options);
            const auto rows = fields(m_file, complaints, { "frame.number", "_ws.expert.message" });
            QVERIFY2(rows.isEmpty(), qPrintable(rows.value(0).join(" ")));

            // The same question finds a single wrong byte.
            QByteArray bytes = readAll(m_file);
            bytes[24 + 16 + 14 + 4 + 40 + 8 + 100] = '\x01'; // in the first message, whichever the addresses
            QFile broken(m_file);
            QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write(bytes) == bytes.size());
            broken.close();
            QVERIFY(!fields(m_file, complaints, { "frame.number" }).isEmpty());
        }
    }
};

QTEST_GUILESS_MAIN(TruthAgainstTshark)
#include "tst_truth_against_tshark.moc"
