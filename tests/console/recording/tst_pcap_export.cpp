// A call's messages and media as a capture file: what is left when it is cancelled, refused, or nothing can be written.
#include "console/recording/pcap_export.h"
#include "tests/console/views/demo_desk.h"
#include "tests/console/views/demo_source.h"
#include "tests/small_disk.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <optional>

using namespace callmon;
using namespace callmon::test;

namespace {

class Desk : public DemoDesk {
public:
    void noteExport(const QString& what, QObject* context, Reply<void> reply) override
    {
        DemoDesk::noteExport(what, context, [this, reply = std::move(reply)](const Result<void>& noted) {
            reply(noted);
            if (afterNoted)
                afterNoted();
        });
    }
    std::function<void()> afterNoted;
};

class Source : public DemoSource {
public:
    ProbeDesk* desk() override { return &m_desk; }
    Desk& demoDesk() { return m_desk; }
    void fail(quint64 request, const QString& why) { emit failed(request, why); }
    void finish(quint64 request) { emit finished(request); }

private:
    Desk m_desk;
};

constexpr std::uint64_t packetsOfMedia = 2 * 95 * 50; // of DemoSource

}

class TestPcapExport : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder.emplace();
        m_source.emplace();
        m_source->connectNow(0);
        m_export.emplace(*m_source);
        m_ends.clear();
        connect(&*m_export, &PcapExport::ended, this,
            [this](PcapExport::End end, const QString& error, const QStringList& notes) {
                m_ends.push_back({ end, error, notes });
            });
    }
    void cleanup()
    {
        m_export.reset();
        m_source.reset();
    }

    void allThatIsStoredIsInTheFileAndTheEngineIsToldFirst()
    {
        QSignalSpy progress(&*m_export, &PcapExport::progressed);
        start();
        QTRY_COMPARE(m_ends.size(), std::size_t(1));
        QCOMPARE(m_ends[0].error, QString());
        QVERIFY(m_ends[0].end == PcapExport::End::Written && m_ends[0].notes.isEmpty());
        QCOMPARE(packetsIn(path()), packetsOfMedia + DemoSource::messagesOf(call()).size());
        QCOMPARE(leftovers(), QStringList { "call.pcap" });
        QCOMPARE(m_source->demoDesk().exports, QStringList { QString("pcap of call_key %1").arg(call().value) });
        QVERIFY(!progress.isEmpty() && progress.last().first().toDouble() <= 1);
        double before = 0;
        for (const QList<QVariant>& told : progress) {
            QVERIFY(told.first().toDouble() >= before);
            before = told.first().toDouble();
        }
    }

    void whoMayNotExportIsToldSoAndNothingIsWritten()
    {
        m_source->demoDesk().refusal = "Your certificate says viewer; this needs the role operator.";
        start();
        QTRY_COMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Failed);
        QCOMPARE(m_ends[0].error, m_source->demoDesk().refusal);
        QCOMPARE(leftovers(), QStringList());
    }

    void cancelledAmidTheMediaNothingIsLeftAndTheEngineIsAskedForNoMore()
    {
        m_source->mediaStops = true;
        QSignalSpy progress(&*m_export, &PcapExport::progressed);
        start();
        QTRY_VERIFY(!progress.isEmpty());
        QVERIFY(m_export->isRunning());
        m_export->cancel();
        QCOMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Cancelled && !m_export->isRunning());
        QCOMPARE(m_source->cancelled, m_source->mediaRequests);
        m_source->finish(m_source->mediaRequests.front()); // that was on its way
        QTest::qWait(50);
        QCOMPARE(m_ends.size(), std::size_t(1));
        QCOMPARE(leftovers(), QStringList());
        QCOMPARE(m_source->demoDesk().exports, QStringList()); // nothing was exported

        m_source->mediaStops = false; // and it can be had after all
        start();
        QTRY_COMPARE(m_ends.size(), std::size_t(2));
        QVERIFY(m_ends[1].end == PcapExport::End::Written);
        QCOMPARE(packetsIn(path()), packetsOfMedia + DemoSource::messagesOf(call()).size());
    }

    void cancelledWhileItIsWrittenNothingIsLeft()
    {
        QFile before(path()); // what was there stays
        QVERIFY(before.open(QIODevice::WriteOnly) && before.write("before") == 6);
        before.close();
        m_source->demoDesk().afterNoted = [this] { // another thread has begun to write
            QVERIFY(m_export->isRunning());
            m_export->cancel();
        };
        start();
        QTRY_COMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Cancelled);
        QCOMPARE(leftovers(), QStringList { "call.pcap" });
        QVERIFY(before.open(QIODevice::ReadOnly));
        QCOMPARE(before.readAll(), QByteArray("before"));
    }

    void anEngineThatIsGoneAmidTheMediaLeavesNoFile()
    {
        m_source->mediaStops = true;
        QSignalSpy progress(&*m_export, &PcapExport::progressed);
        start();
        QTRY_VERIFY(!progress.isEmpty());
        m_source->loseConnection();
        m_source->fail(m_source->mediaRequests.front(), "The connection to the engine was lost.");
        QCOMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Failed);
        QCOMPARE(m_ends[0].error, QString("The connection to the engine was lost."));
        QCOMPARE(leftovers(), QStringList());
    }

    void mediaThatTheEngineHasInPartAreWrittenAndItIsSaid()
    {
        m_source->mediaStops = true;
        QSignalSpy progress(&*m_export, &PcapExport::progressed);
        start();
        QTRY_VERIFY(!progress.isEmpty() && progress.last().first().toDouble() > 0.4); // all of one direction
        m_source->fail(m_source->mediaRequests.front(), "2 pieces of the recording are damaged.");
        QTRY_COMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Written);
        QCOMPARE(m_ends[0].notes, QStringList { "2 pieces of the recording are damaged." });
        QCOMPARE(packetsIn(path()), packetsOfMedia / 2 + DemoSource::messagesOf(call()).size());
    }

    void aCallThatWasNotRecordedHasItsMessagesAndTheReason()
    {
        m_source->soundNotYetStored = 1;
        CallRecord record = m_source->record(0);
        record.recorded = Recording::No;
        record.recordingRule = "board";
        m_export->start(call(), &record, path());
        QTRY_COMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Written);
        QCOMPARE(m_ends[0].notes, QStringList { "This call was not recorded: rule “board”." });
        QCOMPARE(packetsIn(path()), std::uint64_t(DemoSource::messagesOf(call()).size()));
    }

    void nothingAtAllIsNoFile()
    {
        m_source->soundNotYetStored = 1;
        m_source->keepsMessages = false;
        start();
        QTRY_COMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Failed);
        QVERIFY2(m_ends[0].error.contains("Neither messages nor media"), qPrintable(m_ends[0].error));
        QCOMPARE(leftovers(), QStringList());
    }

    void aDiskThatIsFullIsSaidAndNothingIsLeft_data()
    {
        QTest::addColumn<qulonglong>("room");
        QTest::newRow("for the media, in its temporary file") << 100'000ULL;
        QTest::newRow("for the capture itself") << static_cast<qulonglong>(packetsOfMedia * (16 + 172) + 1'000);
    }
    void aDiskThatIsFullIsSaidAndNothingIsLeft()
    {
        QFETCH(qulonglong, room);
        const SmallDisk disk(room);
        start();
        QTRY_COMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Failed);
        QVERIFY2(m_ends[0].error.contains("File too large") && m_ends[0].error.contains(m_folder->path()),
            qPrintable(m_ends[0].error));
        QCOMPARE(leftovers(), QStringList());
    }

    void whereThereIsNoSuchFolderItIsSaid()
    {
        m_export->start(call(), nullptr, m_folder->filePath("nowhere/call.pcap"));
        QTRY_COMPARE(m_ends.size(), std::size_t(1));
        QVERIFY(m_ends[0].end == PcapExport::End::Failed);
        QVERIFY2(m_ends[0].error.contains("nowhere"), qPrintable(m_ends[0].error));
    }

private:
    struct End {
        PcapExport::End end;
        QString error;
        QStringList notes;
    };

    CallKey call() const { return m_source->record(0).key; }
    QString path() const { return m_folder->filePath("call.pcap"); }
    void start() { m_export->start(call(), nullptr, path()); }
    QStringList leftovers() const
    {
        return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden | QDir::System);
    }
    static std::uint64_t packetsIn(const QString& path) // pcap-savefile(5)
    {
        QFile file(path);
        std::uint64_t packets = 0;
        if (!file.open(QIODevice::ReadOnly) || file.read(24).size() != 24)
            return 0;
        for (QByteArray head = file.read(16); head.size() == 16; head = file.read(16), ++packets) {
            std::uint32_t captured = 0;
            std::memcpy(&captured, head.constData() + 8, sizeof captured);
            if (file.read(captured).size() != static_cast<qsizetype>(captured))
                return 0;
        }
        return packets;
    }

    std::optional<QTemporaryDir> m_folder;
    std::optional<Source> m_source;
    std::optional<PcapExport> m_export;
    std::vector<End> m_ends;
};

QTEST_GUILESS_MAIN(TestPcapExport)
#include "tst_pcap_export.moc"
