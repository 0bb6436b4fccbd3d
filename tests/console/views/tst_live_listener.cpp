// "Listen live": the player asks for a call that is on and plays what comes of it.
#include "console/views/live_listener.h"
#include "console/views/player_bar.h"
#include "console/views/waveform_slider.h"
#include "tests/console/views/demo_source.h"
#include "tests/shared/codecs/recorded_media.h"

#include <QCheckBox>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace callmon;

namespace {

class SourceOfOneCall : public DemoSource {
public:
    quint64 listen(CallKey call) override
    {
        asked.push_back(call);
        return request;
    }
    void cancel(quint64 number) override { cancelled.push_back(number); }

    quint64 request = 4711;
    std::vector<CallKey> asked;
    std::vector<quint64> cancelled;
};

class LiveListenerTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_source = std::make_unique<SourceOfOneCall>();
        m_player = std::make_unique<PlayerBar>();
        m_listener = std::make_unique<LiveListener>(*m_source, CallKey { 17 }, *m_player);
        for (QToolButton* button : m_player->findChildren<QToolButton*>())
            if (button->text() == QStringLiteral("Listen live"))
                m_button = button;
        QVERIFY(m_button);
    }
    void cleanup()
    {
        m_listener.reset();
        m_player.reset();
        m_source.reset();
    }

    void isOfferedWhileTheCallIsOn()
    {
        m_player->show();
        QVERIFY(!m_button->isVisible());
        m_player->offerLive(true);
        QVERIFY(m_button->isVisible());
        m_player->offerLive(false);
        QVERIFY(!m_button->isVisible());
    }

    void isOfferedNoMoreWhenTheCallIsOver()
    {
        m_player->show();
        QVERIFY(QTest::qWaitForWindowActive(m_player.get()));
        m_player->offerLive(true);
        m_button->setFocus();
        m_button->click();
        send(0, 200);
        m_player->offerLive(false); // the call has ended; what came of it is heard still
        QVERIFY(m_button->isVisible());
        emit m_source->finished(m_source->request);
        QVERIFY(!m_button->isVisible());
        const auto* next = qobject_cast<QToolButton*>(m_player->focusWidget());
        QVERIFY(next && (next->text() == "Play" || next->text() == "Pause")); // what Space is expected to do
    }

    void howFarBehindItIsStandsWhereThereIsNoWaveform()
    {
        m_button->click();
        send(0, 200);
        const auto* wave = m_player->findChild<WaveformSlider*>();
        QVERIFY2(wave->accessibleDescription().contains("behind the call"), qPrintable(wave->accessibleDescription()));
    }

    void whatComesIsPlayedUntilTheCallIsOver()
    {
        m_button->click();
        QCOMPARE(m_source->asked.size(), std::size_t { 1 });
        QVERIFY(m_source->asked.front() == CallKey { 17 });
        QVERIFY(m_player->isLive());
        QVERIFY(!m_player->hasAudio());
        send(0, 200);
        QVERIFY(m_player->hasAudio());
        QVERIFY(m_player->sound().caller.size() >= 600u * 8000u); // room for what is to come
        QSignalSpy wanted(m_player.get(), &PlayerBar::listenWanted);
        emit m_source->finished(m_source->request + 1); // another's
        QVERIFY(m_player->isLive());
        emit m_source->finished(m_source->request);
        QVERIFY(!m_player->isLive());
        QVERIFY(!m_button->isChecked());
        QVERIFY(m_source->cancelled.empty());
        for (const QToolButton* skip : m_player->findChildren<QToolButton*>())
            if (skip->text().endsWith("5 s"))
                QVERIFY(!skip->isEnabled()); // there is nothing to go through until the recording is fetched
    }

    void whoEndsItCancelsIt()
    {
        m_button->click();
        send(0, 100);
        m_button->click();
        QVERIFY(!m_player->isLive());
        QCOMPARE(m_source->cancelled, std::vector<quint64> { m_source->request });
        send(100, 100); // on its way then
        QVERIFY(!m_player->hasAudio());
    }

    void asHeardItComesThroughTheJitterBuffer()
    {
        constexpr std::size_t buffer = 320; // 40 ms
        m_button->click();
        send(0, 200);
        QVERIFY(m_player->sound().caller[0] != 0);
        QCheckBox* heard = m_player->findChild<QCheckBox*>(QStringLiteral("asHeard"));
        QVERIFY(heard);
        heard->click(); // listens anew
        QVERIFY(m_player->isLive());
        QCOMPARE(m_source->cancelled, std::vector<quint64> { m_source->request });
        QCOMPARE(m_source->asked.size(), std::size_t { 2 });
        send(0, 200);
        QVERIFY(m_player->hasAudio());
        QCOMPARE(m_player->sound().caller[buffer - 1], std::int16_t { 0 });
        QVERIFY(m_player->sound().caller[buffer] != 0);
    }

    void aPageThatIsClosedListensNoMore()
    {
        m_button->click();
        m_listener.reset();
        QCOMPARE(m_source->cancelled, std::vector<quint64> { m_source->request });
    }

    void aCallThatIsNotRecordedIsSaidSo()
    {
        m_button->click();
        emit m_source->failed(m_source->request, QStringLiteral("this call is not being recorded (rule none)"));
        QVERIFY(!m_player->isLive());
        QVERIFY(!m_button->isChecked());
    }

private:
    void send(int first, int count)
    {
        std::vector<test::TestPacket> packets;
        for (int i = first; i < first + count; ++i) {
            test::TestPacket packet;
            packet.arrivalMs = 20 * i;
            packet.sequence = static_cast<std::uint16_t>(i);
            packet.ticks = static_cast<std::uint32_t>(160 * i);
            packet.payload.assign(160, std::byte { 0x55 });
            packets.push_back(packet);
        }
        const StreamMedia media = test::streamOf(packets);
        emit m_source->streamsFound(m_source->request, { media.stream });
        emit m_source->mediaArrived(m_source->request, media.stream.key,
            QByteArray(reinterpret_cast<const char*>(media.bytes.data()), static_cast<qsizetype>(media.bytes.size())));
        emit m_source->mediaArrived(m_source->request, media.stream.key, {});
    }

    std::unique_ptr<SourceOfOneCall> m_source;
    std::unique_ptr<PlayerBar> m_player;
    std::unique_ptr<LiveListener> m_listener;
    QToolButton* m_button = nullptr;
};

}

QTEST_MAIN(LiveListenerTest)
#include "tst_live_listener.moc"
