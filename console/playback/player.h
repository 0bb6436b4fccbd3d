// Plays the sound of a call: what the call page's buttons are connected to.
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>

#include "console/playback/playhead.h"
#include "console/playback/sound_output.h"

namespace callmon {

// Without a sound device everything but sound works: load, seek, position. Times in milliseconds of the call's sound.
class Player : public QObject {
    Q_OBJECT

public:
    explicit Player(QObject* parent = nullptr);
    ~Player() override;

    void load(CallAudio audio); // stops what plays; position 0
    // Of a call that is on: load() with nothing yet, and what comes is heard behind it. Of the past ten minutes are kept.
    void beginLive(std::uint32_t sampleRate);
    void addLive(const CallAudio& piece); // of that rate
    void endLive() { m_playhead.endLive(); } // what is there is played to its end
    const CallAudio& audio() const { return m_playhead.audio(); }
    bool isPlaying() const { return m_playing; }
    qint64 position() const; // handed to the device, up to its latency ahead of what is heard
    qint64 duration() const;
    QStringList devices(); // names, the default one first
    PeakLevels takeLevels() { return m_playhead.takeLevels(); } // since last taken, for a meter

public slots:
    void play(); // from the beginning when at the end
    void pause();
    void seek(qint64 milliseconds);
    void setSide(callmon::AudibleSide side) { m_playhead.setSide(side); }
    void setGain(double factor); // 0 to 8, 1 as recorded
    void setSpeed(double factor); // 0.5 to 3 without another pitch
    void setSkipPauses(bool skip) { m_playhead.setSkipPauses(skip); }
    void setLoop(qint64 begin, qint64 end); // milliseconds; none when end <= begin; load() ends it
    void setBalance(double balance); // -1 left to 1 right
    void setDevice(const QString& name); // empty: the default one; heard from the next play

signals:
    void positionChanged(qint64 milliseconds); // about 20 times a second while playing, and on seek
    void durationChanged(qint64 milliseconds);
    void playingChanged(bool playing);
    void finished(); // played to the end
    void deviceError(const QString& whatToDo); // a sentence for the user

private:
    void watch();
    qint64 rate() const { return m_playhead.audio().sampleRate; } // Hz
    void setPlaying(bool playing);

    Playhead m_playhead;
    SoundOutput m_output; // after the playhead, which its audio thread reads
    QTimer m_watch;
    QString m_device;
    bool m_playing = false;
};

}
