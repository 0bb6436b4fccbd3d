// Real captures against what tshark says of them.
#include "shared/calls/call_fields.h"
#include "tests/replay/known_differences.h"
#include "tests/replay/replay_capture.h"
#include "tests/replay/tshark_truth.h"

#include <QDir>
#include <QProcess>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace callmon;

namespace {

QString capturesFolder()
{
    const QString set = qEnvironmentVariable("CALLMON_CAPTURES");
    return set.isEmpty() ? QStringLiteral(CALLMON_DEFAULT_CAPTURES) : set;
}

QString readText(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

bool isKnown(const QString& file, Differs what, std::uint32_t ssrc = 0)
{
    for (const KnownDifference& known : knownDifferences) {
        if (file == known.file && what == known.what && ssrc == known.ssrc)
            return true;
    }
    return false;
}

// Equal to the three decimals that tshark prints.
bool agrees(std::optional<Milliseconds> ours, double printed)
{
    return std::abs(ours.value_or(Milliseconds(0)).count() - printed) < 0.0005 + 1e-6;
}

QString compare(const TsharkStream& truth, const StreamRecord& ours, bool withJitter)
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
    count("lost", static_cast<qint64>(ours.lost), truth.lost + static_cast<qint64>(ours.duplicates));
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

QString runTshark(const QStringList& arguments)
{
    QProcess tshark;
    tshark.start("tshark", arguments);
    return tshark.waitForFinished(60'000) ? QString::fromUtf8(tshark.readAllStandardOutput()) : QString();
}

}

class CapturesTest : public QObject {
    Q_OBJECT

private slots:
    void callsAreTsharksInviteCallIds_data() { filesWith(".sip.csv"); }
    void callsAreTsharksInviteCallIds();
    void streamsHaveTsharksFigures_data() { filesWith(".rtpstreams.txt"); }
    void streamsHaveTsharksFigures();
    void countersAddUpToTheDatagrams_data() { filesWith(""); }
    void countersAddUpToTheDatagrams();
    void recordsDoNotDependOnTheBatchSize_data() { filesWith(".sip.csv"); }
    void recordsDoNotDependOnTheBatchSize();
    void tsharkAgreesOnExtraCaptures_data();
    void tsharkAgreesOnExtraCaptures();

private:
    void filesWith(const QString& suffix);
    void compareStreams(const Replayed& replayed, const QString& file, const QList<TsharkStream>& truths);
};

void CapturesTest::filesWith(const QString& suffix)
{
    QTest::addColumn<QString>("file");
    const QDir folder(capturesFolder());
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
    const QString path = capturesFolder() + '/' + file;
    const auto replayed = replayCapture(path.toStdString());
    QVERIFY2(replayed->failure.empty(), replayed->failure.c_str());
    QSet<QString> ours;
    for (const CallRecord& call : replayed->sink.ended)
        ours.insert(QString::fromUtf8(call.callId.view().data(), static_cast<qsizetype>(call.callId.view().size())));
    const QSet<QString> truth = inviteCallIds(readText(path + ".sip.csv"));
    if (isKnown(file, Differs::Calls))
        QVERIFY2(ours != truth, "listed as a difference, and is none");
    else
        QCOMPARE(ours, truth);
}

void CapturesTest::compareStreams(const Replayed& replayed, const QString& file, const QList<TsharkStream>& truths)
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
        const QString wrong = compare(truth, *ours, !jitterDiffers);
        QVERIFY2(wrong.isEmpty(), "stream 0x" + name + ": " + wrong.toUtf8());
        if (jitterDiffers)
            QVERIFY2(!compare(truth, *ours, true).isEmpty(), "listed as a difference, and is none: 0x" + name);
    }
}

void CapturesTest::streamsHaveTsharksFigures()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    const QString path = capturesFolder() + '/' + file;
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
    const auto replayed = replayCapture((capturesFolder() + '/' + file).toStdString());
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
    const std::string path = (capturesFolder() + '/' + file).toStdString();
    const auto one = replayCapture(path, 1);
    const auto many = replayCapture(path, 64);
    const auto text = [](const Replayed& replayed) {
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
                lines << QString("%1 %2 %3 %4").arg(nanosecondsSinceEpoch(p.at)).arg(p.packets).arg(p.lost).arg(p.mos);
        }
        return lines.join('\n');
    };
    QCOMPARE(text(*one), text(*many));
    QVERIFY(one->sink.recorded == many->sink.recorded);
    QVERIFY(one->sink.seconds == many->sink.seconds);
    QVERIFY(std::equal(one->sink.chunkSpans.begin(), one->sink.chunkSpans.end(), many->sink.chunkSpans.begin(),
        many->sink.chunkSpans.end(), [](const auto& a, const auto& b) {
            return a.stream == b.stream && a.firstArrival == b.firstArrival && a.packets == b.packets;
        }));
}

// Captures that come without tshark's answers: a folder of them in CALLMON_EXTRA_CAPTURES.
void CapturesTest::tsharkAgreesOnExtraCaptures_data()
{
    QTest::addColumn<QString>("path");
    const QString extra = qEnvironmentVariable("CALLMON_EXTRA_CAPTURES");
    if (extra.isEmpty())
        return;
    const QDir folder(extra);
    for (const QString& name : folder.entryList({ "*.pcap", "*.pcapng", "*.cap" }, QDir::Files, QDir::Name))
        QTest::newRow(qPrintable(name)) << folder.filePath(name);
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
    compareStreams(*replayed, file, parseRtpStreams(runTshark({ "-n", "-r", path, "-q", "-z", "rtp,streams" })));
    const QString sip = runTshark({ "-n", "-r", path, "-Y", "sip", "-T", "fields", "-E", "header=y", "-E",
        "separator=,", "-e", "frame.number", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "ipv6.src", "-e", "ip.dst",
        "-e", "ipv6.dst", "-e", "sip.Call-ID", "-e", "sip.Method" });
    QSet<QString> ours;
    for (const CallRecord& call : replayed->sink.ended)
        ours.insert(QString::fromStdString(call.callId.str()));
    QCOMPARE(ours, inviteCallIds(sip));
}

QTEST_APPLESS_MAIN(CapturesTest)
#include "tst_captures.moc"
