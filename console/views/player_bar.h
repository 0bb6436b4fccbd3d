// Hearing a call: play, pause, seek, which side; says what is missing when there is nothing to hear.
#pragma once

#include "console/playback/player.h"
#include "console/views/theme.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QToolButton;

namespace callmon {

class ElidedLabel;
class WaveformSlider;

class PlayerBar : public QWidget {
    Q_OBJECT

public:
    explicit PlayerBar(QWidget* parent = nullptr);

    void setAudio(CallAudio audio);
    void say(const QString& message); // in place of the notes: "Loading the sound…"
    bool hasAudio() const { return m_loaded; }
    bool hasDeviceProblem() const { return !m_deviceProblem.isEmpty(); } // said in the bar
    bool isPlaying() const { return m_player.isPlaying(); }
    void play(); // as soon as there is a sound: loadWanted() when there is none yet
    void toggle();
    void stop();
    void seek(double seconds); // of the sound
    double position() const { return static_cast<double>(m_player.position()) / 1000; }
    const CallAudio& audio() const { return m_player.audio(); }
    void setTheme(const Theme& theme);

signals:
    void loadWanted();
    void positionChanged(double seconds);
    void saveWanted(); // the sound as a WAV file

private:
    void showTime();
    void showNotes();

    Player m_player;
    QToolButton* m_play;
    QToolButton* m_save;
    WaveformSlider* m_wave;
    QLabel* m_time;
    QComboBox* m_side;
    ElidedLabel* m_notes;
    QString m_message;
    QString m_deviceProblem;
    bool m_loaded = false;
    bool m_playWhenLoaded = false;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
