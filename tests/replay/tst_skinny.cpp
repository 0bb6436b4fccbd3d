// Skinny as telephones and a call manager really sent it, message by message against tshark; and the same calls once
// by SIP and once by Skinny.
#include "engine/signalling/skinny_message.h"
#include "shared/calls/call_fields.h"
#include "tests/replay/replay_capture.h"
#include "tests/replay/tshark_truth.h"
#include "tests/test_folders.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace callmon;

namespace {

QString capture(const QString& name)
{
    const QString folder = captureFolder();
    const QString path = QDir(folder).filePath(name);
    return QFile::exists(path) ? path : QString();
}

QList<QStringList> tsharkRows(const QString& path, const QString& filter, const QStringList& fields)
{
    QStringList arguments { "-n", "-r", path, "-Y", filter, "-T", "fields" };
    for (const QString& field : fields)
        arguments << "-e" << field;
    QList<QStringList> rows;
    for (const QString& line : runTshark(arguments).split('\n', Qt::SkipEmptyParts))
        rows << line.split('\t');
    return rows;
}

QString isoTime(const std::optional<Timestamp>& time)
{
    return time ? QString::number(nanosecondsSinceEpoch(*time)) : QString();
}

QString nanoseconds(QString epoch) // of frame.time_epoch
{
    return epoch.remove('.');
}

}

class TestSkinny : public QObject {
    Q_OBJECT

private slots:
    void aRealCallIsReadAsTsharkReadsIt()
    {
        const QString path = capture("skinny.pcapng");
        if (path.isEmpty() || runTshark({ "--version" }).isEmpty())
            QSKIP("needs the capture skinny.pcapng and tshark");
        const auto replayed = replayCapture(path.toStdString());
        QCOMPARE(replayed->sink.ended.size(), std::size_t { 1 });
        const CallRecord& record = replayed->sink.ended[0];
        QVERIFY(record.signalling == Signalling::Skinny && record.outcome == CallOutcome::Answered);

        const auto out = tsharkRows(
            path, "skinny.callType == 2", { "skinny.callingParty", "skinny.calledParty", "ip.dst", "tcp.dstport" });
        const auto in = tsharkRows(path, "skinny.callType == 1", { "ip.dst", "tcp.dstport" });
        QVERIFY(!out.isEmpty() && !in.isEmpty());
        QCOMPARE(QString::fromStdString(record.caller.str()), out[0][0]);
        QCOMPARE(QString::fromStdString(record.callee.str()), out[0][1]);
        QCOMPARE(QString::fromStdString(toString(record.callerAddress)), out[0][2] + ':' + out[0][3]);
        QCOMPARE(QString::fromStdString(toString(record.calleeAddress)), in[0][0] + ':' + in[0][1]);

        const auto first = [&](const QString& filter) {
            return nanoseconds(tsharkRows(path, filter, { "frame.time_epoch" }).value(0).value(0));
        };
        QCOMPARE(isoTime(record.startedAt), first("skinny.messageId == 6"));
        QCOMPARE(isoTime(record.ringingAt), first("skinny.callState == 3 || skinny.callState == 4"));
        QCOMPARE(isoTime(record.answeredAt), first("skinny.callState == 5"));
        const auto last =
            tsharkRows(path, "skinny.callReference == 9 || skinny.callReference == 10", { "frame.time_epoch" });
        QCOMPARE(isoTime(record.lastPacketAt), nanoseconds(last.last()[0])); // it is on when the capture ends
        // Of those, the messages that are read; the rest are displays, ringers and video.
        const auto ours = tsharkRows(path,
            "(skinny.callReference == 9 || skinny.callReference == 10) && skinny.messageId in {3, 4, 6, 7, 34, 35, 38, "
            "49, 130, "
            "138, 139, 143, 261, 262, 263, 272, 273, 285, 306, 330, 340, 341}",
            { "frame.number" });
        QCOMPARE(record.messages, static_cast<std::uint32_t>(ours.size()));
    }

    // The same seed draws the same talk, losses and delays.
    void theSameCallsHaveTheSameMediaFiguresAsBySip()
    {
        const QString folder = qEnvironmentVariable("CALLMON_EXTRA_CAPTURES");
        if (folder.isEmpty())
            QSKIP("no generated captures: set CALLMON_EXTRA_CAPTURES");
        const auto figures = [&](const char* name) {
            const auto replayed = replayCapture(QDir(folder).filePath(name).toStdString());
            QSet<QString> rows;
            for (const auto& [key, stream] : replayed->sink.streams) {
                StreamRecord record = stream;
                record.key = {};
                record.farEndLostPercent.reset(); // telephones of Skinny say it
                record.farEndJitter.reset();
                record.rtt.reset(); // that of SIP's INVITE; the one-way delay and with it the MOS follow
                record.rFactor.reset();
                record.mosMean.reset();
                record.mosMin.reset();
                record.oneWayDelay.reset();
                record.delaySource = DelaySource::None;
                record.mosLostToLoss.reset(); // the scale from R to MOS is bent: what one takes depends on the others
                record.mosLostToDiscards.reset();
                record.mosLostToBursts.reset();
                record.mosLostToDelay.reset();
                record.earlyPackets = 0; // the answer is another message's
                QString text;
                for (const FieldValue& field : streamFields(record, {}))
                    text += QString::fromStdString(field.text) + '|';
                rows.insert(text);
            }
            return rows;
        };
        const QSet<QString> sip = figures("same_by_sip.pcap");
        const QSet<QString> skinny = figures("same_by_skinny.pcap");
        QVERIFY(sip.size() > 20);
        const QSet<QString> onlySkinny = skinny - sip;
        QVERIFY2(onlySkinny.isEmpty(),
            qPrintable(onlySkinny.values().value(0) + "\nSIP: " + (sip - skinny).values().value(0)));
        QCOMPARE(skinny.size(), sip.size());
    }
};

QTEST_APPLESS_MAIN(TestSkinny)
#include "tst_skinny.moc"
