// What a user turns at the player, and what then comes out of the sound device, of a call whose sound is known: one
// side is a tone of 440 Hz, the other of 1000 Hz, in turns, and between them both are silent.
#include "console/source/link_source.h"
#include "console/views/call_page.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "paced_sound_device.h"
#include "read_capture.h"
#include "tests/console/own_settings.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFontDatabase>
#include <QToolButton>
#include <QtTest>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

using namespace callmon;

namespace {

constexpr int soon = 20'000; // ms
constexpr int rate = 8000; // Hz
constexpr double callerTone = 440;
constexpr double calleeTone = 1000;
// Seconds of each turn: caller, callee, nobody.
constexpr int turn = 3;
constexpr int loud = 12'000;

using Samples = std::vector<std::int16_t>;

struct Stereo {
    Samples left;
    Samples right;
    double seconds() const { return static_cast<double>(left.size()) / rate; }
};

void putLittle(QByteArray& into, quint32 value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        into.append(static_cast<char>(value >> 8 * i & 0xff));
}

// A tone in one of three turns, 16 bits, mono.
bool writeTurns(const QString& path, double tone, int which)
{
    QByteArray samples;
    for (int i = 0; i < 3 * turn * rate; ++i) {
        const bool on = i / (turn * rate) == which;
        const double value = on ? loud * std::sin(2 * std::numbers::pi * tone * i / rate) : 0;
        putLittle(samples, static_cast<quint16>(static_cast<qint16>(std::lround(value))), 2);
    }
    QByteArray wav("RIFF");
    putLittle(wav, static_cast<quint32>(36 + samples.size()), 4);
    wav.append("WAVEfmt ");
    putLittle(wav, 16, 4);
    putLittle(wav, 1, 2); // PCM
    putLittle(wav, 1, 2);
    putLittle(wav, rate, 4);
    putLittle(wav, 2 * rate, 4);
    putLittle(wav, 2, 2);
    putLittle(wav, 16, 2);
    wav.append("data");
    putLittle(wav, static_cast<quint32>(samples.size()), 4);
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(wav + samples) == wav.size() + samples.size();
}

// The device is opened before the first sample, and the end is padded to a whole buffer.
Stereo withoutSilenceAround(const QByteArray& raw)
{
    Stereo sound;
    const auto* samples = reinterpret_cast<const std::int16_t*>(raw.constData());
    qsizetype begin = 0;
    qsizetype end = raw.size() / 4;
    const auto silent = [&](qsizetype frame) { return samples[2 * frame] == 0 && samples[2 * frame + 1] == 0; };
    while (begin < end && silent(begin))
        ++begin;
    while (end > begin && silent(end - 1))
        --end;
    for (qsizetype frame = begin; frame < end; ++frame) {
        sound.left.push_back(samples[2 * frame]);
        sound.right.push_back(samples[2 * frame + 1]);
    }
    return sound;
}

// From the first to the last zero crossing of each tenth of a second that sounds throughout; 0 where there is none.
double frequencyOf(const Samples& samples)
{
    constexpr std::size_t tenth = rate / 10;
    constexpr std::size_t part = tenth / 10;
    double crossings = 0;
    double seconds = 0;
    for (std::size_t at = 0; at + tenth <= samples.size(); at += tenth) {
        bool sounds = true;
        for (std::size_t from = at; from < at + tenth && sounds; from += part)
            sounds = std::any_of(samples.begin() + static_cast<std::ptrdiff_t>(from),
                samples.begin() + static_cast<std::ptrdiff_t>(from + part),
                [](std::int16_t sample) { return std::abs(int { sample }) > loud / 4; });
        if (!sounds)
            continue;
        std::size_t first = 0;
        std::size_t last = 0;
        for (std::size_t i = at + 1; i < at + tenth; ++i)
            if ((samples[i - 1] < 0) != (samples[i] < 0)) {
                crossings += first != 0;
                first = first == 0 ? i : first;
                last = i;
            }
        seconds += static_cast<double>(last - first) / rate;
    }
    return seconds > 0 ? crossings / 2 / seconds : 0;
}

int peakOf(const Samples& samples)
{
    int peak = 0;
    for (const std::int16_t sample : samples)
        peak = std::max(peak, std::abs(int { sample }));
    return peak;
}

bool isAbout(double value, double wanted, double share)
{
    return std::abs(value - wanted) <= share * wanted;
}

}

class TestPlayerWork : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
        useSettingsIn(m_engine.file("settings"));
        useDevice();
        QVERIFY(QDir().mkpath(m_engine.file("speech")));
        QVERIFY(writeTurns(m_engine.file("speech/caller.wav"), callerTone, 0));
        QVERIFY(writeTurns(m_engine.file("speech/callee.wav"), calleeTone, 1));
        const QString failed =
            m_engine.read({ "--calls", "1", "--mix", "clean=1", "--codecs", "pcma=1", "--seed", "3", "--hold-mean",
                              "40", "--hold-shape", "4000", "--speech", m_engine.file("speech") },
                {});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        m_window = std::make_unique<MainWindow>(m_source, ThemeName::Light);
        m_window->resize(1280, 720);
        m_window->show();
        m_source.open(QUrl(m_engine.url()));
        QTRY_VERIFY_WITH_TIMEOUT(m_source.state() == CallSource::State::Connected, soon);
        m_window->showPast();
        m_window->past().search();
        QTRY_VERIFY_WITH_TIMEOUT(m_window->past().model().rowCount() == 1, soon);
        m_page = m_window->openCall(m_window->past().model().callAt(0)->key);
        QTRY_VERIFY_WITH_TIMEOUT(m_page->player().hasAudio(), soon);
        m_whole = wavOf(m_page->call());
        QVERIFY2(m_whole.seconds() > 30 && m_whole.seconds() < 50, qPrintable(QString::number(m_whole.seconds())));
        QVERIFY(isAbout(frequencyOf(m_whole.left), callerTone, 0.005));
        QVERIFY(isAbout(frequencyOf(m_whole.right), calleeTone, 0.005));
    }

    void cleanup()
    {
        choose("Speed; the pitch stays", 2);
        choose("Which side is heard", 0);
        check("Skip silence", false);
        seekTo(0);
    }

    void anotherSpeedIsAnotherDurationAndTheSamePitch_data()
    {
        QTest::addColumn<int>("choice");
        QTest::addColumn<double>("speed");
        const std::vector<double> speeds { 0.5, 0.75, 1, 1.25, 1.5, 2, 3 };
        for (std::size_t i = 0; i < speeds.size(); ++i)
            QTest::addRow("%g", speeds[i]) << static_cast<int>(i) << speeds[i];
    }
    void anotherSpeedIsAnotherDurationAndTheSamePitch()
    {
        QFETCH(int, choice);
        QFETCH(double, speed);
        choose("Speed; the pitch stays", choice);
        const Stereo heard = play();
        QVERIFY2(std::abs(heard.seconds() - m_whole.seconds() / speed) < 0.1,
            qPrintable(QString("%1 s in place of %2").arg(heard.seconds()).arg(m_whole.seconds() / speed)));
        const double left = frequencyOf(heard.left);
        const double right = frequencyOf(heard.right);
        QVERIFY2(isAbout(left, callerTone, 0.005), qPrintable(QString::number(left)));
        QVERIFY2(isAbout(right, calleeTone, 0.005), qPrintable(QString::number(right)));
        if (speed == 1)
            QVERIFY(heard.left == m_whole.left && heard.right == m_whole.right);
    }

    // Of each silence of three seconds a fifth of one is left at either end.
    void skippedSilenceIsNotHeardAndAllElseIs()
    {
        check("Skip silence", true);
        const Stereo heard = play();
        int silences = 0;
        double wanted = m_whole.seconds();
        double silentFor = 0;
        for (std::size_t i = 0; i <= m_whole.left.size(); ++i) {
            const bool ends = i == m_whole.left.size();
            if (!ends && std::abs(int { m_whole.left[i] }) < 200 && std::abs(int { m_whole.right[i] }) < 200) {
                silentFor += 1.0 / rate;
                continue;
            }
            silences += silentFor > 1;
            wanted -= silentFor > 1 ? silentFor - 0.4 : 0;
            silentFor = 0;
        }
        QVERIFY2(silences >= 3, qPrintable(QString::number(silences)));
        QVERIFY2(std::abs(heard.seconds() - wanted) < 0.05 * silences,
            qPrintable(QString("%1 s in place of %2").arg(heard.seconds()).arg(wanted)));
        QVERIFY(isAbout(frequencyOf(heard.left), callerTone, 0.005));
        const auto loudOf = [](const Samples& samples) {
            return std::count_if(samples.begin(), samples.end(), [](std::int16_t one) { return std::abs(one) > 500; });
        };
        QCOMPARE(loudOf(heard.left), loudOf(m_whole.left));
        QCOMPARE(loudOf(heard.right), loudOf(m_whole.right));
    }

    void oneSideAloneIsHeardInBothEars()
    {
        choose("Which side is heard", 1);
        const Stereo caller = play();
        QVERIFY(caller.left == caller.right);
        QVERIFY2(isAbout(frequencyOf(caller.right), callerTone, 0.005),
            qPrintable(QString("%1 Hz for %2 s").arg(frequencyOf(caller.right)).arg(caller.seconds())));
        seekTo(0);
        choose("Which side is heard", 2);
        const Stereo callee = play();
        QVERIFY(callee.left == callee.right);
        QVERIFY(isAbout(frequencyOf(callee.left), calleeTone, 0.005));
    }

    void upAndDownTurnTheVolume()
    {
        m_page->player().setFocus();
        for (int i = 0; i < 5; ++i)
            QTest::keyClick(&m_page->player(), Qt::Key_Down);
        const int half = peakOf(play().left);
        QVERIFY2(isAbout(half, peakOf(m_whole.left) / 2.0, 0.01), qPrintable(QString::number(half)));
        for (int i = 0; i < 5; ++i)
            QTest::keyClick(&m_page->player(), Qt::Key_Up);
        seekTo(0);
        QVERIFY(play().left == m_whole.left);
    }

    void fiveSecondsOnIsFiveSecondsLess()
    {
        m_page->player().setFocus();
        QTest::keyClick(&m_page->player(), Qt::Key_Right);
        QTest::keyClick(&m_page->player(), Qt::Key_Right);
        QTest::keyClick(&m_page->player(), Qt::Key_Left);
        const Stereo heard = play();
        QVERIFY(heard.left == Samples(m_whole.left.begin() + 5 * rate, m_whole.left.end()));
    }

    // Last: from here on the device is as slow as the sound. The passage is longer than a turn, so it has the edge of
    // one and what follows it sounds otherwise.
    void aPassageIsHeardAgainAndAgainUntilItIsEnded()
    {
        constexpr std::ptrdiff_t length = 33 * rate / 10;
        const auto from = m_whole.left.begin() + 5 * rate;
        PacedSoundDevice device(m_engine.folder(), rate);
        const auto soFar = [&] { return std::ssize(withoutSilenceAround(device.played()).left); };
        seekTo(5);
        pressRepeat("Repeat from here");
        seekTo(8.3);
        pressRepeat("Repeat: to here");
        m_page->setFocus();
        QTest::keyClick(m_page, Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(soFar() > 2 * length + rate, soon);
        pressRepeat("End repeat");
        QTRY_VERIFY_WITH_TIMEOUT(soFar() > 3 * length + 2 * rate, soon);
        m_page->setFocus();
        QTest::keyClick(m_page, Qt::Key_Space);
        QTRY_VERIFY(!m_page->player().isPlaying());
        const Samples heard = withoutSilenceAround(device.played()).left;
        for (int time = 0; time < 3; ++time) // the last of them goes on behind its end
            QVERIFY2(std::equal(from, from + length + (time == 2 ? rate : 0), heard.begin() + time * length),
                qPrintable(QString::number(time)));
        QVERIFY(!std::equal(from, from + rate, heard.begin() + 3 * length));
    }

private:
    void pressRepeat(const QString& says)
    {
        for (QToolButton* one : m_page->player().findChildren<QToolButton*>())
            if (one->text() == says) {
                one->setFocus();
                QTest::keyClick(one, Qt::Key_Space);
                return;
            }
        QFAIL(qPrintable(says));
    }
    // A file that takes what is played as fast as it comes.
    void useDevice()
    {
        QFile config(m_engine.file("asound.conf"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("pcm.recorder { type file slave.pcm { type null } file \"" + m_engine.file("played.raw").toUtf8()
            + "\" format raw }\npcm.!default { type plug slave.pcm recorder }\n");
        qputenv("ALSA_CONFIG_PATH", QFile::encodeName(config.fileName()));
    }
    Stereo wavOf(CallKey call)
    {
        QProcess ctl;
        const QString path = m_engine.file("call.wav");
        ctl.start(CALLMON_CTL, { "wav", QString::number(call.value), "-o", path, "--engine", m_engine.url() });
        if (!ctl.waitForFinished(60'000) || ctl.exitCode() != 0)
            qFatal("callmonctl wav: %s", ctl.readAllStandardError().constData());
        QFile wav(path);
        return wav.open(QIODevice::ReadOnly) ? withoutSilenceAround(wav.readAll().mid(44)) : Stereo();
    }
    // By the keyboard, as all of this.
    void choose(const QString& name, int index)
    {
        for (QComboBox* one : m_page->player().findChildren<QComboBox*>())
            if (one->accessibleName() == name) {
                one->setFocus();
                QTest::keyClick(one, Qt::Key_Home);
                for (int i = 0; i < index; ++i)
                    QTest::keyClick(one, Qt::Key_Down);
                QCOMPARE(one->currentIndex(), index);
                return;
            }
        QFAIL(qPrintable(name));
    }
    void check(const QString& text, bool on)
    {
        for (QCheckBox* one : m_page->player().findChildren<QCheckBox*>())
            if (one->text() == text) {
                one->setFocus();
                if (one->isChecked() != on)
                    QTest::keyClick(one, Qt::Key_Space);
                QCOMPARE(one->isChecked(), on);
                return;
            }
        QFAIL(qPrintable(text));
    }
    void seekTo(double seconds) { m_page->player().seek(seconds); }
    // From where it stands to its end.
    Stereo play()
    {
        QFile::remove(m_engine.file("played.raw"));
        m_page->setFocus();
        QTest::keyClick(m_page, Qt::Key_Space);
        (void)QTest::qWaitFor([this] { return m_page->player().isPlaying(); }, 2'000);
        (void)QTest::qWaitFor([this] { return !m_page->player().isPlaying(); }, soon);
        QFile file(m_engine.file("played.raw"));
        return file.open(QIODevice::ReadOnly) ? withoutSilenceAround(file.readAll()) : Stereo();
    }

    ReadCapture m_engine;
    LinkSource m_source;
    std::unique_ptr<MainWindow> m_window;
    CallPage* m_page = nullptr;
    Stereo m_whole; // as callmonctl writes it
};

QTEST_MAIN(TestPlayerWork)
#include "tst_player_work.moc"
