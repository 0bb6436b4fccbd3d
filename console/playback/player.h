// Plays the sound of a call: what the call page's buttons are connected to.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include "console/playback/playhead.h"
#include "console/playback/sound_output.h"

#include <memory>

namespace callmon {

// Without a sound device everything but sound works: load, seek, position; and nothing here waits for one. Times in
// milliseconds of the call's sound.
class Player : public QObject {
    Q_OBJECT

public:
    explicit Player(QObject* parent = nullptr);
    ~Player() override;

    void load(PlayableSound sound); // stops what plays; position 0
    // Of a call that is on: load() with nothing yet, and what comes is heard behind it. Of the past ten minutes are
    // kept.
    void beginLive(std::uint32_t sampleRate);
    void addLive(const CallAudio& piece); // of that rate
    void endLive() { m_playhead->endLive(); } // what is there is played to its end
    const CallSound& sound() const { return m_playhead->sound(); }
    bool isPlaying() const { return m_playing; } // or will, as soon as the device is open
    qint64 position() const; // handed to the device, up to its latency ahead of what is heard
    qint64 duration() const;
    void listDevices(); // devicesListed()

public slots:
    void play(); // from the beginning when at the end
    void pause();
    void seek(qint64 milliseconds);
    void setSide(callmon::AudibleSide side) { m_playhead->setSide(side); }
    void setGain(double factor); // 0 to 8, 1 as recorded
    void setSpeed(double factor); // 0.5 to 3 without another pitch
    void setSkipPauses(bool skip) { m_playhead->setSkipPauses(skip); }
    void setLoop(qint64 begin, qint64 end); // milliseconds; none when end <= begin; load() ends it
    void setDevice(const QString& name); // empty: the default one; heard from the next play

signals:
    void positionChanged(qint64 milliseconds); // about 20 times a second while playing, and on seek
    void durationChanged(qint64 milliseconds);
    void playingChanged(bool playing);
    void finished(); // played to the end
    void devicesListed(const QStringList& names); // the default one first
    void deviceError(const QString& whatToDo); // a sentence for the user

private:
    std::shared_ptr<Playhead> newPlayhead();
    void watch();
    void takeEnd();
    void giveUp(const QString& whatToDo);
    QString doesNotAnswer() const;
    qint64 rate() const { return m_playhead->sound().sampleRate; } // Hz
    void setPlaying(bool playing);

    std::shared_ptr<Playhead> m_playhead; // another for each sound: a device may hold on to the one before
    SoundOutput m_output;
    QTimer m_watch;
    QElapsedTimer m_moved; // since the position did; begins when the device has started
    std::int64_t m_movedTo = 0;
    std::int64_t m_forgottenAt = 0; // what was played before that
    QString m_device;
    bool m_playing = false;
};

}
