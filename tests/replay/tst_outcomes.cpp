// How the calls of real captures ended, by which transport they came and in which codecs they spoke: against tshark's
// rows of their messages, and what the SIPp that made some of them counted itself.
#include "tests/replay/replay_capture.h"
#include "tests/replay/tshark_truth.h"
#include "tests/test_folders.h"

#include <QDir>
#include <QMap>
#include <QTest>

using namespace callmon;

namespace {

QStringList linesOf(const QString& name)
{
    QFile file(captureFolder() + '/' + name);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts)
                                          : QStringList();
}

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

// Of an INVITE's Call-ID: its final statuses as tshark saw them, in order, and whether it was cancelled.
struct Dialogue {
    QList<int> finals;
    bool cancelled = false;
    bool clear = true; // no row of it held several messages
};

QMap<QString, Dialogue> dialoguesIn(const QString& capture)
{
    QMap<QString, Dialogue> dialogues;
    QStringList unclear;
    for (const QString& line : linesOf(capture + ".sip.csv").mid(1)) {
        const QStringList row = line.trimmed().split(',');
        if (row.size() != 10) {
            unclear << line;
            continue;
        }
        Dialogue& dialogue = dialogues[row[6]];
        dialogue.cancelled |= row[7] == "CANCEL";
        if (row[9].endsWith(" INVITE") && row[8].toInt() >= 200)
            dialogue.finals << row[8].toInt();
    }
    for (auto it = dialogues.begin(); it != dialogues.end(); ++it)
        for (const QString& line : unclear)
            it->clear &= !line.contains(it.key());
    return dialogues;
}

// shared/calls/call_record.h
CallOutcome outcomeOf(int code)
{
    static const QMap<int, CallOutcome> named { { 486, CallOutcome::Busy }, { 600, CallOutcome::Busy },
        { 487, CallOutcome::Cancelled }, { 408, CallOutcome::NoAnswer }, { 480, CallOutcome::NoAnswer },
        { 403, CallOutcome::Rejected }, { 433, CallOutcome::Rejected }, { 488, CallOutcome::Rejected },
        { 603, CallOutcome::Rejected }, { 606, CallOutcome::Rejected } };
    return code == 0 ? CallOutcome::Incomplete
        : code < 300 ? CallOutcome::Answered
                     : named.value(code, CallOutcome::Failed);
}

}

class OutcomesTest : public QObject {
    Q_OBJECT

private slots:
    void finalCodesAndTransportsAreThoseOfTheMessages_data() { filesWith(".sip.csv"); }
    void finalCodesAndTransportsAreThoseOfTheMessages();
    void callsAreThoseThatSippCounted_data() { filesWith(".stat.csv"); }
    void callsAreThoseThatSippCounted();
    void codecsAreTsharks_data() { filesWith(".rtpstreams.txt"); }
    void codecsAreTsharks();

private:
    static void filesWith(const QString& suffix)
    {
        QTest::addColumn<QString>("file");
        const QDir all(captureFolder());
        for (const QString& name : all.entryList({ "*.pcap", "*.pcapng", "*.cap" }, QDir::Files, QDir::Name))
            if (all.exists(name + suffix))
                QTest::newRow(qPrintable(name)) << name;
    }
};

void OutcomesTest::finalCodesAndTransportsAreThoseOfTheMessages()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    const auto dialogues = dialoguesIn(file);
    const auto replayed = replayCapture((captureFolder() + '/' + file).toStdString());
    const bool overTcp = file.contains("tcp") || file == "ipip.pcap";
    const Transport transport = file.startsWith("sctp") ? Transport::Sctp : overTcp ? Transport::Tcp : Transport::Udp;
    for (const CallRecord& call : replayed->sink.ended) {
        const QString callId = text(call.callId.view());
        QVERIFY2(dialogues.contains(callId), qPrintable(callId));
        const Dialogue& truth = dialogues[callId];
        QVERIFY(call.transport == transport);
        if (!truth.clear)
            continue;
        // A 2xx wins, else what came last.
        const auto success = std::ranges::find_if(truth.finals, [](int code) { return code < 300; });
        const int code = success != truth.finals.end() ? *success : truth.finals.isEmpty() ? 0 : truth.finals.last();
        QVERIFY2(
            call.finalCode == code, qPrintable(QString("%1: %2, tshark %3").arg(callId).arg(call.finalCode).arg(code)));
        const bool cancelled = truth.cancelled && call.outcome == CallOutcome::Cancelled && (code == 0 || code >= 300);
        QVERIFY2(cancelled || call.outcome == outcomeOf(code), qPrintable(callId));
    }
}

// The number in a capture's name is the status that its callee answers with.
void OutcomesTest::callsAreThoseThatSippCounted()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    const QStringList lines = linesOf(file + ".stat.csv");
    const QStringList names = lines.value(0).split(';');
    const QStringList last = lines.value(lines.size() - 1).split(';');
    const auto counted = [&](const char* name) { return last.value(names.indexOf(name)).toInt(); };
    const auto replayed = replayCapture((captureFolder() + '/' + file).toStdString());
    if (file == "sipp_refer.pcap" || file == "sipp_vq_publish6035.pcap") { // REFER and PUBLISH alone are no calls
        QCOMPARE(replayed->sink.ended.size(), std::size_t { 0 });
        return;
    }
    QCOMPARE(static_cast<int>(replayed->sink.ended.size()), counted("TotalCallCreated"));
    static const QRegularExpression number(R"((302|407|408|480|487|503|603)\.pcap$)");
    const auto match = number.match(file);
    const int code = match.hasMatch() ? match.captured(1).toInt() : 200;
    const auto ended = std::ranges::count_if(replayed->sink.ended,
        [&](const CallRecord& call) { return call.finalCode == code && call.outcome == outcomeOf(code); });
    QCOMPARE(static_cast<int>(ended), counted("SuccessfulCall(C)"));
}

void OutcomesTest::codecsAreTsharks()
{
    if (!QTest::currentDataTag())
        QSKIP("no captures: set CALLMON_CAPTURES");
    QFETCH(QString, file);
    static const QMap<QString, QString> names { { "g711A", "PCMA" }, { "g711U", "PCMU" }, { "g722", "G722" },
        { "h263", "H263" } };
    const auto replayed = replayCapture((captureFolder() + '/' + file).toStdString());
    int compared = 0;
    for (const TsharkStream& truth : parseRtpStreams(linesOf(file + ".rtpstreams.txt").join('\n'))) {
        const QString payload = truth.payload.section(',', 0, 0);
        for (const auto& [key, stream] : replayed->sink.streams) {
            if (stream.ssrc != truth.ssrc || stream.flow != FlowKey { truth.src, truth.dst })
                continue;
            QCOMPARE(text(stream.codec.view()).toUpper(), names.value(payload, payload).toUpper());
            ++compared;
        }
    }
    QVERIFY(compared > 0);
}

QTEST_APPLESS_MAIN(OutcomesTest)
#include "tst_outcomes.moc"
