// Where the sound is, over its envelope: caller above the line, callee below; what was lost is marked at
// the edge of its side. A click, a drag or the arrow keys seek.
#pragma once

#include "console/playback/playable_sound.h"
#include "console/views/theme.h"

#include <QWidget>
#include <array>
#include <vector>

namespace callmon {

class WaveformSlider : public QWidget {
    Q_OBJECT

public:
    explicit WaveformSlider(QWidget* parent = nullptr);

    void setSound(const PlayableSound& sound);
    void setHint(const QString& hint); // read where there is no sound
    void setPosition(double seconds);
    void setPassage(double begin, double end); // shaded: what is repeated; nothing when both are 0
    void setTheme(const Theme& theme);
    QSize sizeHint() const override { return { 400, 40 }; }

signals:
    void seekRequested(double seconds);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    double secondsAt(double x) const;

    std::array<std::vector<float>, 2> m_envelope; // by Party: peak of each bin, 0 to 1
    struct Span {
        double begin; // seconds
        double end;
        bool withProbe; // the probe itself lost frames then
    };
    std::array<std::vector<Span>, 2> m_lost; // by Party
    QString m_hint;
    double m_duration = 0;
    double m_position = 0;
    double m_passageBegin = 0;
    double m_passageEnd = 0;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
