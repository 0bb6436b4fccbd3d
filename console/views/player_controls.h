// How a call is heard: ±5 s, which side, how loud, how fast, without pauses, a passage again and again, on which
// device.
#pragma once

#include "console/playback/player.h"

#include <QWidget>
#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace callmon {

class PlayerControls : public QWidget {
    Q_OBJECT

public:
    explicit PlayerControls(Player& player, QWidget* parent = nullptr); // outlives this

    void setLoaded(bool loaded, bool live = false); // there is a sound; of a live one no passage is kept
    void turnVolume(int percent); // up, or down when negative
    void nextLoopStep(); // of a passage that is repeated: its begin, its end, no more
    void endLoop();
    void keepLoop(); // through a sound that is fetched again

signals:
    void skipWanted(double seconds);
    void passageChanged(double begin, double end); // that is repeated; both 0: none
    void deviceProblem(const QString& whatToDo);

private:
    void makeChoices();
    void connectAll();
    void beginLoop(double begin, double end);
    void showDevices(const QStringList& devices);
    double position() const { return static_cast<double>(m_player.position()) / 1000; }

    Player& m_player;
    QToolButton* m_back;
    QToolButton* m_forward;
    QComboBox* m_side;
    QLabel* m_volumeName;
    QSlider* m_volume;
    QComboBox* m_speed;
    QCheckBox* m_skipPauses;
    QToolButton* m_loop;
    QComboBox* m_device;
    std::optional<double> m_loopBegin; // seconds; without an end: chosen, and waiting for it
    std::optional<double> m_loopEnd;
};

}
