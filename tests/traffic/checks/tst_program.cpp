// callmon-traffic as a user runs it: same seed same file, a live stream that starts at once and stops when told.
#include "tool.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/types.h>

using namespace callmon::test;

class Program : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString path(const QString& name) const { return m_folder.filePath(name); }

private slots:
    void sameSeedWritesTheSameBytes()
    {
        const QStringList options { "--calls", "25", "--rate", "3", "--ipv6-share", "0.3", "--other-share", "0.3" };
        for (const char* name : { "a", "b" })
            QCOMPARE(runTraffic(QStringList { "--out", path(name), "--seed", "42" } + options).exitCode, 0);
        QCOMPARE(runTraffic(QStringList { "--out", path("c"), "--seed", "43" } + options).exitCode, 0);
        for (const QString& part : QStringList { "", ".truth.csv", ".truth.streams.csv", ".truth.other.csv" }) {
            QVERIFY(!readAll(path("a" + part)).isEmpty());
            QVERIFY(readAll(path("a" + part)) == readAll(path("b" + part)));
            QVERIFY(readAll(path("a" + part)) != readAll(path("c" + part)));
        }
    }

    void wrongUseIsExplainedAndExitsWithTwo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing to do") << QStringList {};
        QTest::newRow("both ways") << QStringList { "--live", "--out", path("x") };
        QTest::newRow("no such sort") << QStringList { "--out", path("x"), "--mix", "clean=1,noise=2" };
        QTest::newRow("no weight") << QStringList { "--out", path("x"), "--mix", "clean=0" };
        QTest::newRow("no such codec") << QStringList { "--out", path("x"), "--codecs", "opus" };
        QTest::newRow("no such option") << QStringList { "--out", path("x"), "--loud" };
        QTest::newRow("no speech") << QStringList { "--out", path("x"), "--speech", path("nowhere") };
        QTest::newRow("start not a time") << QStringList { "--out", path("x"), "--start", "yesterday" };
    }

    void wrongUseIsExplainedAndExitsWithTwo()
    {
        QFETCH(QStringList, arguments);
        const Finished run = runTraffic(arguments);
        QCOMPARE(run.exitCode, 2);
        QVERIFY(!run.errors.isEmpty());
    }

    void unwritableFileExitsWithOne()
    {
        const Finished run = runTraffic({ "--out", path("no/such/folder/x.pcap") });
        QCOMPARE(run.exitCode, 1);
        QVERIFY(run.errors.contains("x.pcap"));
    }

    void liveStreamShowsCallsWithinThreeSeconds()
    {
        QProcess live;
        live.start(CALLMON_TRAFFIC, { "--live" });
        QVERIFY(live.waitForStarted());
        QElapsedTimer clock;
        clock.start();
        QByteArray stream;
        while (stream.count("INVITE sip:") < 3 && clock.elapsed() < 10'000) {
            live.waitForReadyRead(100);
            stream += live.readAllStandardOutput();
        }
        QVERIFY2(clock.elapsed() < 3000, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(stream.left(4).toHex(), QByteArray("4d3cb2a1")); // pcap, nanoseconds
        live.kill();
        QVERIFY(live.waitForFinished(3000));
    }

    void liveStreamEndsInPeaceWhenItsReaderGoes()
    {
        const QString command = "timeout 10 \"$0\" --live | head -c 200000 | wc -c; echo ${PIPESTATUS[0]}";
        const Finished run = runTool("bash", { "-c", command, CALLMON_TRAFFIC });
        QCOMPARE(run.output.simplified(), QByteArray("200000 0"));
        QCOMPARE(run.errors, QByteArray());
    }

    void liveStreamStopsOnInterruptWithWholeFramesAndItsTruth()
    {
        QProcess live;
        live.setStandardOutputFile(path("live.pcap"));
        live.start(CALLMON_TRAFFIC, { "--live", "--truth", path("live"), "--concurrent", "20" });
        QVERIFY(live.waitForStarted());
        QTest::qWait(2500);
        ::kill(static_cast<pid_t>(live.processId()), SIGINT);
        QVERIFY(live.waitForFinished(3000));
        QCOMPARE(live.exitCode(), 0);
        const QByteArray bytes = readAll(path("live.pcap"));
        qsizetype at = 24;
        while (at + 16 <= bytes.size()) {
            quint32 length = 0;
            std::memcpy(&length, bytes.constData() + at + 8, 4);
            at += 16 + length;
        }
        QCOMPARE(at, bytes.size());
        QVERIFY(readCsv(path("live.truth.csv")).size() >= 5);
    }
};

QTEST_GUILESS_MAIN(Program)
#include "tst_program.moc"
