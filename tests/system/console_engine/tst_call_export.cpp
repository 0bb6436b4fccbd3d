// A call exported as a capture by the real window, at a real engine that read a capture of the generator: what tshark
// reads from it is what tshark reads of that call from the capture that the engine read, and callmonctl writes the
// same.
#include "console/source/link_source.h"
#include "console/views/call_page.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "tests/console/own_settings.h"

#include <QFontDatabase>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QtTest>
#include <set>

using namespace callmon;

namespace {

constexpr int soon = 15'000; // ms

}

class TestCallExport : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
        if (QStandardPaths::findExecutable("tshark").isEmpty())
            QSKIP("tshark is not installed");
        QVERIFY(m_folder.isValid());
        useSettingsIn(m_folder.path());
        m_capture = m_folder.filePath("played.pcap");
        QVERIFY(
            run(CALLMON_TRAFFIC, { "--out", m_capture, "--calls", "12", "--seed", "5", "--mix", "clean=2,loss=3" }));
        for (const QStringList& cert : { QStringList { "ca" }, { "engine", "probe", "--host", "127.0.0.1" },
                 { "user", "ada", "--role", "reviewer" }, { "user", "otto", "--role", "operator" },
                 { "user", "eve", "--role", "admin" } })
            QVERIFY(
                run(CALLMON_CTL, QStringList { "cert" } + cert + QStringList { "--dir", m_folder.filePath("site") }));
        QTcpServer free;
        QVERIFY(free.listen(QHostAddress::LocalHost));
        m_port = free.serverPort();
        free.close();
        m_engine.setStandardErrorFile(m_folder.filePath("engine.log"));
        m_engine.setStandardOutputFile(QProcess::nullDevice());
        m_engine.start(CALLMON_ENGINE,
            { "--replay", m_capture, "--stay", "--data", m_folder.filePath("data"), "--listen",
                "local:" + m_folder.filePath("engine.sock"), "--listen-tls", QString("tls://127.0.0.1:%1").arg(m_port),
                "--identity", m_folder.filePath("site/engines/probe") });
        QVERIFY(m_engine.waitForStarted());
    }

    void cleanupTestCase()
    {
        m_window.reset();
        m_source.reset();
        m_engine.kill();
        m_engine.waitForFinished();
    }

    void whatTsharkReadsFromItIsWhatItReadsFromTheCaptureThatWasPlayed()
    {
        CallPage* page = openAnsweredCall("ada");
        const QString path = m_folder.filePath("exported.pcap");
        QSignalSpy exported(page, &CallPage::captureExported);
        page->exportCapture(path);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, soon);
        QVERIFY2(exported.first().first().toBool(), qPrintable(page->said()));
        QVERIFY2(page->said().contains(path), qPrintable(page->said())); // where it is

        const QStringList messages = messagesIn(path);
        QVERIFY(messages.size() >= 5);
        QCOMPARE(messages, messagesIn(m_capture));

        const QStringList streams = streamsIn(path, ssrcsOfCall());
        QCOMPARE(streams.size(), 2);
        QCOMPARE(streams, streamsIn(m_capture, ssrcsOfCall()));
        QCOMPARE(packetsIn(path), messages.size() + packetsOf(streams)); // and nothing else

        const QString byCtl = m_folder.filePath("callmonctl.pcap");
        QVERIFY(run(CALLMON_CTL,
            { "pcap", QString::number(page->call().value), "-o", byCtl, "--engine", urlOf("eve").toString() }));
        QFile own(path), other(byCtl);
        QVERIFY(own.open(QIODevice::ReadOnly) && other.open(QIODevice::ReadOnly));
        QVERIFY(own.readAll() == other.readAll());

        QCOMPARE(exportsOf("ada"), QStringList { QString("pcap of call_key %1").arg(page->call().value) });
    }

    void savingTheSoundIsToldToTheEngineToo()
    {
        CallPage* page = openAnsweredCall("ada");
        QTRY_VERIFY_WITH_TIMEOUT(page->player().hasAudio(), soon);
        const QString path = m_folder.filePath("saved.wav");
        page->saveSound(path);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), soon);
        const QString byCtl = m_folder.filePath("callmonctl.wav");
        QVERIFY(run(CALLMON_CTL,
            { "wav", QString::number(page->call().value), "-o", byCtl, "--engine", urlOf("eve").toString() }));
        QFile own(path), other(byCtl);
        QVERIFY(own.open(QIODevice::ReadOnly) && other.open(QIODevice::ReadOnly));
        QVERIFY(own.readAll() == other.readAll());
        QCOMPARE(exportsOf("ada").last(), QString("wav of call_key %1").arg(page->call().value));
    }

    void whoMayNotIsToldWhichRoleItNeedsAndNothingIsWritten()
    {
        CallPage* page = openAnsweredCall("otto");
        QSignalSpy exported(page, &CallPage::captureExported);
        const QString path = m_folder.filePath("otto.pcap");
        page->exportCapture(path);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, soon);
        QVERIFY(!exported.first().first().toBool());
        QVERIFY2(page->said().contains("needs the role reviewer"), qPrintable(page->said()));
        QTest::qWait(1'500); // the page asks again each second, and what it says of that does not take its place
        QVERIFY2(page->said().contains("No capture was written"), qPrintable(page->said()));
        QVERIFY(!QFile::exists(path));
        QCOMPARE(exportsOf("otto"), QStringList());
    }

    void anEngineThatDiesLeavesNoFileAndItIsSaid() // the last: it is gone then
    {
        CallPage* page = openAnsweredCall("ada");
        QSignalSpy exported(page, &CallPage::captureExported);
        const QString path = m_folder.filePath("never.pcap");
        page->exportCapture(path);
        m_engine.kill();
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, soon);
        QVERIFY(!exported.first().first().toBool());
        QVERIFY2(page->said().contains("connection to the engine was lost"), qPrintable(page->said()));
        QVERIFY(!QFile::exists(path));
        QCOMPARE(QDir(m_folder.path()).entryList({ "*.pcap.*" }).filter("never"), QStringList());
    }

private:
    QUrl urlOf(const QString& user) const
    {
        return QUrl(QString("tls://127.0.0.1:%1?identity=%2").arg(m_port).arg(m_folder.filePath("site/users/" + user)));
    }

    static bool run(const QString& program, const QStringList& arguments, QByteArray* output = nullptr)
    {
        QProcess process;
        process.start(program, arguments);
        const bool ended = QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60'000);
        if (output)
            *output = process.readAllStandardOutput();
        if (!ended || process.exitCode() != 0)
            qWarning("%s: %s", qPrintable(program), process.readAllStandardError().constData());
        return ended && process.exitCode() == 0;
    }

    // In a window of its own; the first one that had media both ways.
    CallPage* openAnsweredCall(const QString& user)
    {
        m_window.reset();
        m_source = std::make_unique<LinkSource>();
        m_window = std::make_unique<MainWindow>(*m_source, ThemeName::Light);
        m_window->resize(1280, 720);
        m_window->show();
        m_source->open(urlOf(user));
        [&] { QTRY_VERIFY_WITH_TIMEOUT(m_source->state() == CallSource::State::Connected, soon); }();
        m_window->showPast();
        const PastCallModel& calls = m_window->past().model();
        const auto find = [&]() -> const CallRecord* {
            if (!m_window->past().isSearching())
                for (int row = calls.rowCount() - 1; row >= 0; --row)
                    if (const CallRecord* call = calls.callAt(row); call->streamCount == 2 && call->mosMean)
                        return call;
            return nullptr;
        };
        const CallRecord* found = nullptr;
        for (int i = 0; i < 20 && !found; ++i) { // the engine may be reading still
            m_window->past().search();
            (void)QTest::qWaitFor([&] { return !m_window->past().isSearching(); }, soon);
            found = find();
            if (!found)
                QTest::qWait(500);
        }
        if (!found)
            qFatal("no answered call is found");
        m_callId = QString::fromStdString(found->callId.str());
        CallPage* page = m_window->openCall(found->key);
        [&] { QTRY_VERIFY_WITH_TIMEOUT(page->hasFigures() && page->hasSeries(), soon); }();
        return page;
    }

    QStringList tshark(const QString& file, const QStringList& arguments) const
    {
        QByteArray output;
        if (!run("tshark", QStringList { "-n", "-r", file } + arguments, &output))
            return {};
        return QString::fromUtf8(output).split('\n', Qt::SkipEmptyParts);
    }

    QStringList messagesIn(const QString& file) const
    {
        QStringList arguments { "-Y", QString("sip.Call-ID == \"%1\"").arg(m_callId), "-T", "fields", "-E",
            "occurrence=f" };
        for (const char* field : { "frame.time_epoch", "ip.src", "udp.srcport", "ip.dst", "udp.dstport", "ip.len",
                 "sip.Request-Line", "sip.Status-Line", "sip.CSeq", "sip.From", "sip.To", "sdp.media" })
            arguments << "-e" << field;
        return tshark(file, arguments);
    }

    // All that it says of each but when in the file it was.
    QStringList streamsIn(const QString& file, const std::set<QString>& ssrcs) const
    {
        QStringList streams;
        for (const QString& line : tshark(file, { "-q", "-z", "rtp,streams" })) {
            const QStringList words = line.simplified().split(' ');
            if (words.size() > 8 && ssrcs.contains(words[6].toLower()))
                streams += words.mid(2).join(' ');
        }
        streams.sort();
        return streams;
    }
    static qsizetype packetsOf(const QStringList& streams)
    {
        qsizetype packets = 0;
        for (const QString& stream : streams) {
            const QStringList words = stream.split(' ');
            for (qsizetype i = 5; i < words.size(); ++i) // behind the payload's name, which may have several words
                if (bool isNumber = false; words[i].toLongLong(&isNumber) > 0 && isNumber) {
                    packets += words[i].toLongLong();
                    break;
                }
        }
        return packets;
    }
    qsizetype packetsIn(const QString& file) const
    {
        return tshark(file, { "-T", "fields", "-e", "frame.number" }).size();
    }

    std::set<QString> ssrcsOfCall() const // as the generator says
    {
        std::set<QString> ssrcs;
        QFile truth(m_capture + ".truth.streams.csv");
        if (!truth.open(QIODevice::ReadOnly))
            return {};
        const QStringList names = QString::fromUtf8(truth.readLine()).trimmed().split(',');
        for (QByteArray line = truth.readLine(); !line.isEmpty(); line = truth.readLine()) {
            const QStringList row = QString::fromUtf8(line).trimmed().split(',');
            if (row[names.indexOf("call_id")] == m_callId)
                ssrcs.insert(row[names.indexOf("ssrc")].toLower());
        }
        return ssrcs;
    }

    QStringList exportsOf(const QString& user) const // oldest first, by the engine's audit log
    {
        QByteArray output;
        run(CALLMON_CTL, { "audit", "--format", "json", "--engine", urlOf("eve").toString() }, &output);
        QStringList exports;
        for (const QJsonValue& line : QJsonDocument::fromJson(output).array())
            if (line["user"] == user && line["action"] == "export")
                exports.append(line["detail"].toString());
        return exports;
    }

    QTemporaryDir m_folder { QDir::tempPath() + "/callmon-XXXXXX" };
    QString m_capture;
    QString m_callId;
    quint16 m_port = 0;
    QProcess m_engine;
    std::unique_ptr<LinkSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestCallExport)
#include "tst_call_export.moc"
