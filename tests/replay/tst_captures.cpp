// Real captures against what tshark says of them.
#include "engine/capture/arrival_clock.h"
#include "shared/calls/call_fields.h"
#include "tests/replay/known_differences.h"
#include "tests/replay/replay_capture.h"
#include "tests/replay/tshark_truth.h"
#include "tests/test_folders.h"

#include <QDir>
#include <QMap>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>
#include <tuple>

using namespace callmon;

namespace {

constexpr int mostDisorder = 128; // a greater step back is a restart: known_differences.h, as is
constexpr qint64 mostLost = 65'000; // of a shorter stream: tshark took disorder for whole rounds

QString readText(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// Of a capture, or of one that was made from it: its name goes on after that of the first.
bool isKnown(const QString& file, Differs what, std::uint32_t ssrc = 0)
{
    for (const KnownDifference& known : knownDifferences) {
        if (file.startsWith(known.file) && what == known.what && ssrc == known.ssrc)
            return true;
    }
    return false;
}

// Equal to the three decimals that tshark prints.
bool agrees(std::optional<Milliseconds> ours, double printed)
{
    return std::abs(ours.value_or(Milliseconds(0)).count() - printed) < 0.0005 + 1e-6;
}

// What tshark does not expect of a recorded stream: it counts from the packet that came first to the one that came
// last, not from the lowest sequence number to the highest.
qint64 beyondFirstAndLast(const std::vector<std::byte>& recorded)
{
    MediaReader reader(recorded);
    std::optional<std::uint16_t> highest;
    std::optional<std::uint16_t> first;
    qint64 behind = 0;
    qint64 before = 0;
    while (const auto packet = reader.next()) {
        const auto rtp = parseRtp(packet->datagram, packet->wireSize);
        if (!rtp)
            continue;
        if (!first)
            first = rtp->sequence;
        const auto below = static_cast<std::int16_t>(*first - rtp->sequence);
        if (below < mostDisorder)
            before = std::max<qint64>(before, below);
        const auto ahead = static_cast<std::int16_t>(rtp->sequence - highest.value_or(rtp->sequence));
        if (ahead >= 0 || !highest)
            highest = rtp->sequence;
        behind = ahead < 0 ? -ahead : 0;
    }
    return behind + before;
}

QString compare(const TsharkStream& truth, const StreamRecord& ours, qint64 beyond, bool withJitter)
{
    QStringList wrong;
    const auto count = [&](const char* name, qint64 is, qint64 should) {
        if (is != should)
            wrong << QString("%1 %2, tshark %3").arg(name).arg(is).arg(should);
    };
    const auto time = [&](const char* name, std::optional<Milliseconds> is, double should) {
        if (!agrees(is, should))
            wrong << QString("%1 %2, tshark %3").arg(name).arg(is.value_or(Milliseconds(0)).count()).arg(should);
    };
    count("packets", static_cast<qint64>(ours.packets), truth.packets);
    if (truth.lost < mostLost || truth.packets > mostLost)
        count("lost", static_cast<qint64>(ours.lost), truth.lost + static_cast<qint64>(ours.duplicates) + beyond);
    // Of one packet tshark prints -1, 0, 0.
    time("delta min", ours.deltaMin, truth.deltaMin < 0 ? 0 : truth.deltaMin);
    time("delta mean", ours.deltaMean, truth.deltaMean);
    time("delta max", ours.deltaMax, truth.deltaMax);
    if (withJitter) {
        time("jitter mean", ours.jitterMean, truth.jitterMean);
        time("jitter max", ours.jitterMax, truth.jitterMax);
    }
    return wrong.join("; ");
}

const StreamRecord* find(const CollectingSink& sink, const TsharkStream& truth)
{
    for (const auto& [key, record] : sink.streams) {
        if (record.flow == FlowKey { truth.src, truth.dst } && record.ssrc == truth.ssrc)
            return &record;
    }
    return nullptr;
}

// Every field of every record.
QString recordsOf(const Replayed& replayed)
{
    QStringList lines;
    for (const CallRecord& call : replayed.sink.ended) {
        for (const FieldValue& field : callFields(call))
            lines << QString::fromStdString(field.text);
    }
    for (const auto& [key, stream] : replayed.sink.streams) {
        for (const FieldValue& field : streamFields(stream, ""))
            lines << QString::fromStdString(field.text);
    }
    for (const auto& [key, points] : replayed.sink.points) {
        for (const QualityPoint& p : points)
            for (const FieldValue& field : qualityFields(p, "", Party::Caller))
                lines << QString::fromStdString(field.text);
    }
    return lines.join('\n');
}

}

class CapturesTest : public QObject {
    Q_OBJECT

private slots:
    void callsAreTsharksInviteCallIds_data() { filesWith(".sip.csv"); }
    void callsAreTsharksInviteCallIds();
    void messagesOfEachCallAreTsharks_data() { filesWith(".sip.csv"); }
    void messagesOfEachCallAreTsharks();
    void streamsHaveTsharksFigures_data() { filesWith(".rtpstreams.txt"); }
    void streamsHaveTsharksFigures();
    void countersAddUpToTheDatagrams_data() { filesWith(""); }
    void countersAddUpToTheDatagrams();
    void recordsDoNotDependOnTheBatchSize_data() { filesWith(".sip.csv"); }
    void recordsDoNotDependOnTheBatchSize();
    void aMirrorThatDeliversTwiceChangesNoRecord_data() { filesWith(".sip.csv"); }
    void aMirrorThatDeliversTwiceChangesNoRecord();
    void tsharkAgreesOnExtraCaptures_data() { extraCaptures(""); }
    void tsharkAgreesOnExtraCaptures();
    void generatedCallsAreWhatTheirGeneratorMade_data() { extraCaptures(".truth.csv"); }
    void generatedCallsAreWhatTheirGeneratorMade();
    void jitterLiesWithinItsErrorOnAPolledPort_data() { extraCaptures(".truth.csv"); }
    void jitterLiesWithinItsErrorOnAPolledPort();

private:
    void filesWith(const QString& suffix);
    void extraCaptures(const QString& suffix);
    void compareStreams(const Replayed& replayed, const QString& file, const QList<TsharkStream>& truths,
        bool eventsDiffer = false); // of captures that are not in the list of differences
};

void CapturesTest::filesWith(const QString& suffix)
{
    QTest::addColumn<QString>("file");
    const QDir folder(captureFolder());
    for (const QString& name : folder.entryList({ "*.pcap", "*.pcapng", "*.cap" }, QDir::Files, QDir::Name)) {
        if (suffix.isEmpty() || folder.exists(name + suffix))
            QTest::newRow(qPrintable(name)) << name;
    }
}

void CapturesTest::callsAreTsharksInviteCallIds()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    const QString path = captureFolder() + '/' + file;
    const auto replayed = replayCapture(path.toStdString());
    QVERIFY2(replayed->failure.empty(), replayed->failure.c_str());
    QSet<QString> ours;
    for (const CallRecord& call : replayed->sink.ended) {
        QVERIFY(call.trust == CaptureTrust::Whole && call.probeFramesLost == 0); // a file waits for its reader
        ours.insert(QString::fromUtf8(call.callId.view().data(), static_cast<qsizetype>(call.callId.view().size())));
    }
    const QSet<QString> truth = inviteCallIds(readText(path + ".sip.csv"));
    if (isKnown(file, Differs::Calls))
        QVERIFY2(ours != truth, "listed as a difference, and is none");
    else
        QCOMPARE(ours, truth);
}

// Method or status, and CSeq, in order of time, copies and all.
void CapturesTest::messagesOfEachCallAreTsharks()
{
    QFETCH(QString, file);
    const QString path = captureFolder() + '/' + file;
    const auto replayed = replayCapture(path.toStdString());
    QMap<QString, QStringList> truth;
    QStringList unclear; // several messages in one frame: nobody can tell which comma is whose
    const QStringList rows = readText(path + ".sip.csv").split('\n', Qt::SkipEmptyParts);
    for (qsizetype i = 1; i < rows.size(); ++i) {
        const QStringList fields = rows[i].trimmed().split(',');
        if (fields.size() == 10 && !fields[2].contains(';')) // nor in a tunnel: tst_against_tshark knows of those
            truth[fields[6]] << fields[7] + fields[8] + ' ' + fields[9];
        else
            unclear << rows[i];
    }
    static const QRegularExpression cseq(R"(^CSeq\s*:\s*(\d+)\s+(\S+))",
        QRegularExpression::MultilineOption | QRegularExpression::CaseInsensitiveOption);
    for (const CallRecord& call : replayed->sink.ended) {
        const QString callId = QString::fromStdString(call.callId.str());
        if (std::ranges::any_of(unclear, [&](const QString& row) { return row.contains(callId); }))
            continue;
        QStringList ours;
        for (const CallMessage& message : replayed->sink.messages[call.key]) {
            const QString text = QString::fromStdString(message.text);
            const auto sequence = cseq.match(text);
            ours << (text.startsWith("SIP/2.0 ") ? text.mid(8, 3) : text.section(' ', 0, 0)) + ' '
                    + sequence.captured(1) + ' ' + sequence.captured(2);
            QCOMPARE(message.text.size(), std::size_t { message.head.wireSize });
        }
        QCOMPARE(ours, truth[callId]);
        QCOMPARE(call.messages + call.retransmissions, static_cast<std::uint32_t>(ours.size()));
        QCOMPARE(call.messagesNotStored, 0u);
    }
}

void CapturesTest::compareStreams(
    const Replayed& replayed, const QString& file, const QList<TsharkStream>& truths, bool eventsDiffer)
{
    for (const TsharkStream& truth : truths) {
        const StreamRecord* ours = find(replayed.sink, truth);
        const QByteArray name = QByteArray::number(truth.ssrc.value, 16);
        if (isKnown(file, Differs::Stream, truth.ssrc.value)) {
            QVERIFY2(!ours, "listed as not found here, and is: 0x" + name);
            continue;
        }
        QVERIFY2(ours, "no stream 0x" + name);
        const bool jitterDiffers = isKnown(file, Differs::Jitter, truth.ssrc.value);
        const bool withEvents = eventsDiffer && truth.payload.contains("telephone-event");
        const qint64 beyond = beyondFirstAndLast(replayed.sink.recorded.at(ours->key));
        const QString wrong = compare(truth, *ours, beyond, !jitterDiffers && !withEvents);
        QVERIFY2(wrong.isEmpty(), "stream 0x" + name + ": " + wrong.toUtf8());
        QCOMPARE(ours->lostWithProbe, 0u);
        if (jitterDiffers)
            QVERIFY2(!compare(truth, *ours, beyond, true).isEmpty(), "listed as a difference, and is none: 0x" + name);
    }
}

void CapturesTest::streamsHaveTsharksFigures()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    const QString path = captureFolder() + '/' + file;
    const auto replayed = replayCapture(path.toStdString());
    QStringList unread;
    const auto truths = parseRtpStreams(readText(path + ".rtpstreams.txt"), &unread);
    QVERIFY2(unread.isEmpty(), qPrintable(unread.join('\n')));
    QVERIFY(!truths.isEmpty());
    compareStreams(*replayed, file, truths);
    for (const auto& [key, record] : replayed->sink.streams) {
        const bool theirs = std::any_of(truths.begin(), truths.end(), [&, &ours = record](const TsharkStream& truth) {
            return ours.flow == FlowKey { truth.src, truth.dst } && ours.ssrc == truth.ssrc;
        });
        QVERIFY2(theirs, "a stream that tshark does not have: 0x" + QByteArray::number(record.ssrc.value, 16));
    }
}

void CapturesTest::countersAddUpToTheDatagrams()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    const auto replayed = replayCapture((captureFolder() + '/' + file).toStdString());
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < 7; ++i)
        sum += replayed->counters[i].value;
    QCOMPARE(sum, replayed->datagrams);
}

void CapturesTest::recordsDoNotDependOnTheBatchSize()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    const std::string path = (captureFolder() + '/' + file).toStdString();
    const auto one = replayCapture(path, 1);
    const auto many = replayCapture(path, 64);
    QCOMPARE(recordsOf(*one), recordsOf(*many));
    QVERIFY(one->sink.recorded == many->sink.recorded);
    QVERIFY(one->sink.seconds == many->sink.seconds);
    // Which stream's chunk is handed over first may differ: no reader can tell.
    const auto byStream = [](std::vector<CollectingSink::ChunkSpan> spans) {
        std::stable_sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
        return spans;
    };
    QVERIFY(std::ranges::equal(
        byStream(one->sink.chunkSpans), byStream(many->sink.chunkSpans), [](const auto& a, const auto& b) {
            return a.stream == b.stream && a.firstArrival == b.firstArrival && a.packets == b.packets;
        }));
}

void CapturesTest::aMirrorThatDeliversTwiceChangesNoRecord()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    const std::string path = (captureFolder() + '/' + file).toStdString();
    const auto once = replayCapture(path, 64, Mirrored::Once);
    const auto twice = replayCapture(path, 64, Mirrored::Twice);
    QCOMPARE(recordsOf(*twice), recordsOf(*once));
    QCOMPARE(twice->datagrams, once->datagrams);
    QVERIFY(twice->mirrorCopies >= once->mirrorCopies);
}

// Captures that come without tshark's answers: a folder of them in CALLMON_EXTRA_CAPTURES.
void CapturesTest::extraCaptures(const QString& suffix)
{
    QTest::addColumn<QString>("path");
    const QString extra = qEnvironmentVariable("CALLMON_EXTRA_CAPTURES");
    if (extra.isEmpty())
        return;
    const QDir folder(extra);
    for (const QString& name : folder.entryList({ "*.pcap", "*.pcapng", "*.cap" }, QDir::Files, QDir::Name)) {
        if (suffix.isEmpty() || folder.exists(name + suffix))
            QTest::newRow(qPrintable(name)) << folder.filePath(name);
    }
}

void CapturesTest::tsharkAgreesOnExtraCaptures()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_EXTRA_CAPTURES");
    QFETCH(QString, path);
    if (runTshark({ "--version" }).isEmpty())
        QSKIP("tshark is not installed");
    const auto replayed = replayCapture(path.toStdString());
    const QString file = QFileInfo(path).fileName();
    compareStreams(*replayed, file, parseRtpStreams(runTshark({ "-n", "-r", path, "-q", "-z", "rtp,streams" })), true);
    const QString sip = runTshark({ "-n", "-r", path, "-Y", "sip", "-T", "fields", "-E", "header=y", "-E",
        "separator=,", "-e", "frame.number", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "ipv6.src", "-e", "ip.dst",
        "-e", "ipv6.dst", "-e", "sip.Call-ID", "-e", "sip.Method" });
    const QString callIds = runTshark({ "-n", "-r", path, "-Y", "sip", "-T", "fields", "-e", "sip.Call-ID" });
    const QSet<QString> invited = inviteCallIds(sip);
    QSet<QString> ours;
    for (const CallRecord& call : replayed->sink.ended)
        if (call.signalling == Signalling::Sip)
            ours.insert(QString::fromStdString(call.callId.str()));
    QVERIFY2((invited - ours).isEmpty(), qPrintable((invited - ours).values().join(' ')));
    for (const QString& begunBefore : ours - invited)
        QVERIFY2(callIds.contains(begunBefore), qPrintable(begunBefore));
}

// Beside a capture of callmon-traffic lie FILE.truth.csv and FILE.truth.streams.csv, with columns named as the
// exports'.
void CapturesTest::generatedCallsAreWhatTheirGeneratorMade()
{
    if (!QTest::currentDataTag())
        QSKIP("no generated captures: set CALLMON_EXTRA_CAPTURES");
    QFETCH(QString, path);
    const auto replayed = replayCapture(path.toStdString());

    using Row = QMap<QString, QString>;
    const auto fieldsOf = [](std::span<const char* const> names, const std::vector<FieldValue>& values) {
        Row row;
        for (std::size_t i = 0; i < values.size(); ++i)
            row[names[i]] = QString::fromStdString(values[i].text);
        return row;
    };
    const auto check = [](const QString& file, const QMap<QString, Row>& ours, const QStringList& keyColumns) {
        const QStringList lines = readText(file).split('\n', Qt::SkipEmptyParts);
        QVERIFY2(lines.size() > 1, qPrintable(file));
        const QStringList columns = lines[0].trimmed().split(',');
        QCOMPARE(ours.size(), lines.size() - 1);
        for (qsizetype i = 1; i < lines.size(); ++i) {
            const QStringList values = lines[i].trimmed().split(',');
            QStringList key;
            for (const QString& column : keyColumns)
                key << values[columns.indexOf(column)];
            QVERIFY2(ours.contains(key.join(' ')), qPrintable(key.join(' ')));
            const Row& row = ours[key.join(' ')];
            for (qsizetype c = 0; c < columns.size(); ++c) {
                // Delays in RTCP are in units of 15 us (RFC 3550 4), and there are two of them; figures of receivers
                // are kept in 24 bits of mantissa.
                const bool isReported = columns[c].startsWith("far_end_") || columns[c] == "rtcp_rtt_ms";
                if (isReported && !values[c].isEmpty()) {
                    const double difference = row[columns[c]].toDouble() - values[c].toDouble();
                    QVERIFY2(!row[columns[c]].isEmpty() && std::abs(difference) < 0.04,
                        qPrintable(columns[c] + ' ' + row[columns[c]] + ", truth " + values[c]));
                    continue;
                }
                if (columns[c] == "loss_runs" && row["discarded"] != "0")
                    continue; // runs are of what was discarded, too (RFC 3611 4.7.2)
                const bool noCode = columns[c] == "final_code" && values[c] == "0";
                if (row.contains(columns[c]) && !(columns[c] == "codec" && keyColumns.size() == 1))
                    QCOMPARE(row[columns[c]], noCode ? QString() : values[c]);
            }
        }
    };

    QMap<QString, Row> calls;
    QMap<std::int64_t, QString> callIds;
    for (const CallRecord& call : replayed->sink.ended) {
        callIds[call.key.value] = QString::fromStdString(call.callId.str());
        calls[callIds[call.key.value]] = fieldsOf(callFieldNames(), callFields(call));
    }
    QMap<QString, Row> streams;
    for (const auto& [key, stream] : replayed->sink.streams) {
        const Row row = fieldsOf(streamFieldNames(), streamFields(stream, callIds[key.call.value].toStdString()));
        streams[row["call_id"] + ' ' + row["src_ip"] + ' ' + row["src_port"] + ' ' + row["ssrc"]] = row;
    }
    check(path + ".truth.csv", calls, { "call_id" });
    check(path + ".truth.streams.csv", streams, { "call_id", "src_ip", "src_port", "ssrc" });
}

// The same frames as a port gives them that is polled now and then, and not at all for some milliseconds each second:
// their times are guesses then, and each stream's jitter must lie within the error that it is given with.
void CapturesTest::jitterLiesWithinItsErrorOnAPolledPort()
{
    if (!QTest::currentDataTag())
        QSKIP("no generated captures: set CALLMON_EXTRA_CAPTURES");
    QFETCH(QString, path);
    using Stream = std::tuple<std::string, std::string, std::uint32_t, std::uint8_t>; // its call's key is a time
    const auto streamsOf = [](const Replayed& replayed) {
        std::map<Stream, StreamRecord> streams;
        for (const auto& [key, stream] : replayed.sink.streams)
            streams[{ toString(stream.flow.src), toString(stream.flow.dst), stream.ssrc.value, stream.payloadType }] =
                stream;
        return streams;
    };
    const auto truth = streamsOf(*replayCapture(path.toStdString()));

    std::mt19937 random(5);
    const auto below = [&](unsigned limit) { return Nanoseconds(random() % limit); };
    FrameReplay replay;
    ArrivalClock clock(0); // the generator's frames may be closer together than any link's
    std::vector<std::vector<std::byte>> bytes; // of the frames that wait in the port
    std::vector<Frame> waiting;
    std::optional<Nanoseconds> poll;
    Nanoseconds stalled {}; // last time
    const auto nextPoll = [&] {
        const bool stalls = *poll - stalled > std::chrono::seconds(1);
        if (stalls)
            stalled = *poll;
        *poll +=
            stalls ? std::chrono::milliseconds(3) + below(30'000'000) : std::chrono::microseconds(10) + below(400'000);
    };
    const auto pollNow = [&] {
        for (std::size_t i = 0; i < waiting.size(); ++i)
            waiting[i].bytes = bytes[i];
        clock.stamp(waiting, *poll, ArrivalClock::drained);
        if (!waiting.empty())
            replay.read(waiting, clock.toUtc(*poll));
        waiting.clear();
        bytes.clear();
        nextPoll();
    };
    auto source = PcapFile::open({ path.toStdString() }, Pace::AsFastAsPossible);
    QVERIFY(source);
    FrameBatch batch;
    do {
        QVERIFY(source.value()->receive(batch));
        for (const Frame& frame : batch.view()) {
            const Nanoseconds at = frame.arrival.time_since_epoch();
            if (!poll) {
                poll = at - std::chrono::milliseconds(1);
                stalled = *poll;
                clock.begin(*poll);
                nextPoll();
            }
            while (*poll < at)
                pollNow();
            bytes.emplace_back(frame.bytes.begin(), frame.bytes.end());
            waiting.push_back(frame);
        }
        source.value()->release(batch);
    } while (!batch.last);
    pollNow();
    const auto seen = streamsOf(*replay.finish());

    QCOMPARE(seen.size(), truth.size());
    std::size_t judged = 0;
    std::size_t within = 0;
    double worst = 0;
    double errors = 0;
    for (const auto& [key, stream] : seen) {
        const auto exact = truth.find(key);
        QVERIFY(exact != truth.end());
        if (!stream.jitterMean || !stream.jitterError)
            continue;
        const double off = std::abs((*stream.jitterMean - *exact->second.jitterMean).count());
        ++judged;
        within += off <= stream.jitterError->count() + 1e-6;
        worst = std::max(worst, off);
        errors += stream.jitterError->count();
    }
    QVERIFY(judged > 10);
    QVERIFY2(within * 100 >= judged * 99, qPrintable(QString("%1 of %2").arg(within).arg(judged)));
    QVERIFY(worst > 0.01); // the error was put to the test
    QVERIFY2(errors / double(judged) < 1, qPrintable(QString::number(errors / double(judged)))); // and says something
}

QTEST_APPLESS_MAIN(CapturesTest)
#include "tst_captures.moc"
