// Generated Skinny calls as tshark's dissector, which shares no code with us, reads them.
#include "tshark.h"

#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace callmon::test;

class SkinnyAgainstTshark : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

private slots:
    void initTestCase()
    {
        if (QStandardPaths::findExecutable("tshark").isEmpty())
            QSKIP("tshark is not installed");
    }

    void tsharkReadsWhatTheGroundTruthSays_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("IPv4") << QStringList { "--seed", "31" };
        QTest::newRow("IPv6, tagged") << QStringList { "--seed", "32", "--ipv6", "--vlan", "7" };
    }
    void tsharkReadsWhatTheGroundTruthSays()
    {
        QFETCH(QStringList, options);
        const QString file = m_folder.filePath("skinny.pcap");
        const Finished made = runTraffic(
            QStringList { "--out", file, "--signalling", "skinny", "--calls", "60", "--rate", "4", "--hold-mean", "4" }
            + options);
        QVERIFY2(made.exitCode == 0, made.errors.constData());
        const auto rows = fields(file, "_ws.malformed || _ws.expert.severity >= 0x600000 || (tcp && !skinny)",
            { "frame.number", "_ws.expert.message" });
        QVERIFY2(rows.isEmpty(), qPrintable(rows.value(0).join(' ')));

        const QList<Row> calls = readCsv(file + ".truth.csv");
        const QList<Row> streams = readCsv(file + ".truth.streams.csv");
        QCOMPARE(calls.size(), 60);
        QHash<QString, Row> ofReference;
        QSet<QString> answered;
        QSet<QString> busy;
        for (const Row& call : calls) {
            const QString reference = call["call_id"].section('@', 0, 0);
            ofReference[reference] = call;
            if (!call["answered_at"].isEmpty())
                answered.insert(reference);
            if (call["outcome"] == "busy")
                busy.insert(reference);
        }
        QVERIFY(answered.size() > 20 && !busy.isEmpty());

        // The caller's half: type 2 goes out. Numbers and states of each.
        int named = 0;
        for (const QStringList& row : fields(file, "skinny.callType == 2",
                 { "skinny.callReference", "skinny.callingParty", "skinny.calledParty" })) {
            const Row call = ofReference.value(row[0]);
            QCOMPARE(row[1].section(',', 0, 0), call["caller"]);
            QCOMPARE(row[2].section(',', 0, 0), call["callee"]);
            ++named;
        }
        QCOMPARE(named, 60);
        const auto callersIn = [&](const char* state) {
            QSet<QString> found;
            for (const QStringList& row :
                fields(file, QString("skinny.callState == ") + state, { "skinny.callReference" }))
                if (ofReference.contains(row[0]))
                    found.insert(row[0]);
            return found;
        };
        QCOMPARE(callersIn("5"), answered);
        QCOMPARE(callersIn("6"), busy);

        // Each telephone is told to send to where the other receives, and tshark reads RTP there.
        QSet<QString> toldToSendTo;
        for (const QStringList& row : fields(file, "skinny.messageId == 0x8a",
                 { "skinny.remoteIpAddr.ipv4", "skinny.remoteIpAddr.ipv6", "skinny.remotePortNumber" }))
            toldToSendTo.insert(row[0] + row[1] + ' ' + row[2]);
        qint64 packets = 0;
        for (const Row& stream : streams) {
            QVERIFY2(toldToSendTo.contains(stream["dst_ip"] + ' ' + stream["dst_port"]), qPrintable(stream["dst_ip"]));
            packets += stream["packets"].toLongLong();
        }
        QCOMPARE(qint64 { fields(file, "rtp", { "rtp.ssrc" }).size() }, packets);
    }
};

QTEST_GUILESS_MAIN(SkinnyAgainstTshark)
#include "tst_skinny_against_tshark.moc"
