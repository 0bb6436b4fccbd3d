// A call of four hours through the window: opened, heard, saved and closed, in memory that is given back, and the
// window answers all the time.
#include "console/plots/call_timeline.h"
#include "console/views/call_exports.h"
#include "console/views/call_page.h"
#include "console/views/main_window.h"
#include "console/views/messages_panel.h"
#include "console/views/player_bar.h"
#include "demo_source.h"
#include "tests/console/own_settings.h"
#include "tests/console/stall_watch.h"
#include "tests/peak_memory.h"
#include "tests/shared/codecs/recorded_media.h"

#include <QApplication>
#include <QFile>
#include <QPointer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace callmon;
using namespace callmon::test;

namespace {

constexpr int minutes = 4 * 60;

class LongSource : public DemoSource {
public:
    LongSource()
    {
        seconds = minutes * 60;
        CallRecord call = record(0);
        call.endedAt = *call.answeredAt + std::chrono::minutes(minutes);
        call.lastPacketAt = *call.endedAt;
        stored = call;
    }
    std::vector<StreamRecord> streamsOf(CallKey call) const override
    {
        std::vector<StreamRecord> streams = DemoSource::streamsOf(call);
        for (StreamRecord& stream : streams) {
            stream.packets = stream.expected = minutes * 3'000;
            stream.bytes = stream.packets * 200;
            stream.lost = 0;
            stream.codec = "PCMA";
            stream.payloadType = 8;
            stream.lastPacketAt = *stored->endedAt;
        }
        return streams;
    }
    quint64 media(CallKey call) override
    {
        const quint64 id = ++m_own;
        sendMinute(id, call, 0);
        return id;
    }

private:
    void sendMinute(quint64 id, CallKey call, int minute) // a minute of each side a turn, as an engine's pages come
    {
        QTimer::singleShot(0, this, [this, id, call, minute] {
            if (minute == minutes)
                return emit finished(id);
            const std::vector<StreamRecord> streams = streamsOf(call);
            for (const StreamRecord& stream : streams) {
                const std::vector<std::byte> bytes = minuteOf(stream, minute);
                emit mediaArrived(id, stream.key,
                    QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())));
            }
            sendMinute(id, call, minute + 1);
        });
    }
    static std::vector<std::byte> minuteOf(const StreamRecord& stream, int minute)
    {
        std::vector<std::byte> bytes;
        TestPacket packet;
        packet.ssrc = stream.ssrc.value;
        for (int i = 0; i < 3'000; ++i) {
            const int number = minute * 3'000 + i;
            packet.sequence = static_cast<std::uint16_t>(number);
            packet.ticks = static_cast<std::uint32_t>(number) * 160;
            packet.payload.assign(160, static_cast<std::byte>(minute * 7 + i / 50));
            test::record(bytes, stream.firstPacketAt + std::chrono::milliseconds(20LL * number), datagramOf(packet));
        }
        return bytes;
    }

    quint64 m_own = 1'000'000; // of requests that DemoSource does not answer
};

long residentKiB()
{
    QFile status("/proc/self/status");
    if (!status.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').first().toLong();
    return -1;
}

}

class TestLongCall : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        useSettingsIn(m_folder.path());
        QFile config(m_folder.filePath("asound.conf")); // takes what is played as fast as it comes
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("pcm.recorder { type file slave.pcm { type null } file \"/dev/null\" format raw }\n"
                     "pcm.!default { type plug slave.pcm recorder }\n");
        config.close();
        qputenv("ALSA_CONFIG_PATH", config.fileName().toUtf8());
    }

    void fourHoursAreHeardAndSavedAndTheMemoryIsGivenBack()
    {
        LongSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(1280, 720);
        window.show();
        source.connectNow(5);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        { // what the first call page of all takes for good is not this call's
            CallPage* page = window.openCall(source.record(1).key);
            QTRY_VERIFY(page->hasSeries());
            QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
            QTest::qWait(100);
        }
        const long before = residentKiB();
        if (!forgetPeak())
            QSKIP("this kernel does not let a process forget its peak");

        StallWatch watch;
        QPointer<CallPage> page = window.openCall(source.stored->key);
        QTRY_VERIFY(page->hasSeries() && page->messages().ladder().count() > 0);
        page->player().toggle(); // fetched, decoded and played
        QTRY_VERIFY_WITH_TIMEOUT(page->player().hasAudio(), 110'000);
        QVERIFY(page->player().sound().caller.size() >= std::size_t { minutes } * 60 * 8000);
        QTRY_VERIFY_WITH_TIMEOUT(page->player().position() > 600, 60'000);
        QSignalSpy saved(&page->exports(), &CallExports::soundSaved);
        page->saveSound(m_folder.filePath("long.wav"));
        QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 1, 60'000);
        QVERIFY2(saved[0][0].toBool(), qPrintable(page->said()));
        QVERIFY(QFileInfo(m_folder.filePath("long.wav")).size() > qint64 { minutes } * 60 * 8000 * 4);
        page->player().stop();
        const long peak = peakKiB() - before;
        QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
        QTRY_VERIFY(page.isNull());
        QTest::qWait(200);
        const long kept = residentKiB() - before;
        qInfo("%ld KiB at most, %ld KiB kept, stalls %lld ms (%lld by the clock)", peak, kept,
            static_cast<long long>(watch.longest()), static_cast<long long>(watch.longestWall()));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they hold more than the program does
        QVERIFY2(peak < 160 * 1024, qPrintable(QString("%1 KiB at most").arg(peak)));
        QVERIFY2(kept < 48 * 1024, qPrintable(QString("%1 KiB kept").arg(kept)));
        QVERIFY2(watch.longest() < mostStall, qPrintable(QString("%1 ms").arg(watch.longest())));
#endif
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(TestLongCall)
#include "tst_long_call.moc"
