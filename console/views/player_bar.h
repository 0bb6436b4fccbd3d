// Hearing a call: play, pause, seek, which side; says what is missing when there is nothing to hear.
#pragma once

#include "console/playback/player.h"
#include "console/views/theme.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QToolButton;

namespace callmon {

class ElidedLabel;
class PlayerControls;
class ProgressLine;
class WaveformSlider;

class PlayerBar : public QWidget {
    Q_OBJECT

public:
    explicit PlayerBar(QWidget* parent = nullptr);

    void setAudio(PlayableSound sound);
    void forbid(const QString& why); // what plays, listens and exports is not offered, and why; empty: it is
    // There is no sound, and none will come: Play is not offered, and says why. Until some is fetched all the same.
    void haveNothing(const QString& why);
    bool canPlay() const; // or fetch what is to be played
    // Of a call that is on: offered while `on`. Pieces are played as soon as there is enough of them.
    void offerLive(bool on);
    void addLive(const CallAudio& piece);
    void endLive(const QString& why); // in words; empty: the user ended it
    bool isLive() const { return m_listening; }
    void say(const QString& message); // in place of the notes
    QString message() const { return m_message; }
    QString deviceProblem() const { return m_deviceProblem; } // beside it
    // The sound is on its way, which the user may cancel: until setAudio() or endLoading().
    void beginLoading(const QString& doing);
    void setLoaded(double done); // 0 to 1
    void endLoading(const QString& why); // said; there is no sound to wait for
    ProgressLine& loading() { return *m_loading; }
    QToolButton& saveButton() { return *m_save; }
    QToolButton& captureButton() { return *m_capture; }
    bool hasAudio() const { return m_loaded; }
    bool hasDeviceProblem() const { return !m_deviceProblem.isEmpty(); }
    bool isPlaying() const { return m_player.isPlaying(); }
    void play(); // as soon as there is a sound: loadWanted() when there is none yet
    void toggle();
    void stop();
    void seek(double seconds); // of the sound
    void skip(double seconds); // forwards, or back when negative
    void nextLoopStep(); // of a passage that is repeated: from here, to here, no more
    void turnVolume(double percent); // up, or down when negative
    double position() const { return static_cast<double>(m_player.position()) / 1000; }
    const CallSound& sound() const { return m_player.sound(); }
    Hearing hearing() const; // how the sound that loadWanted() asks for is to be assembled
    void setTheme(const Theme& theme);

signals:
    void loadWanted();
    void listenWanted(bool on); // live
    void positionChanged(double seconds);
    void loadCancelled();
    void saveWanted(); // the sound as a WAV file
    void captureWanted(); // messages and media as a pcap file
    void canPlayChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void showLive();
    void showPlay();
    void showCapture();
    void sayHowToLoad();
    void showTime();
    void showNotes();

    Player m_player;
    QToolButton* m_play;
    QToolButton* m_live;
    QToolButton* m_save;
    QToolButton* m_capture;
    ProgressLine* m_loading;
    QCheckBox* m_heard;
    WaveformSlider* m_wave;
    QLabel* m_time;
    PlayerControls* m_controls;
    bool m_liveOffered = false;
    bool m_listening = false;
    bool m_liveBegun = false; // its first piece has come
    bool m_livePlayed = false;
    ElidedLabel* m_notes;
    ElidedLabel* m_problem; // of the device: with a line of its own, for it says what to do
    QString m_message;
    QString m_deviceProblem;
    QString m_forbidden; // why, where the user may hear nothing
    QString m_nothing; // why, where there is nothing to hear
    bool m_loaded = false;
    bool m_playWhenLoaded = false;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
