// The status line: what the probe reads, how much, and whether it loses anything.
#pragma once

#include "console/models/call_source.h"
#include "console/views/theme.h"

#include <QWidget>

class QLabel;

namespace callmon {

class ElidedLabel;

class ProbeBar : public QWidget {
    Q_OBJECT

public:
    explicit ProbeBar(QWidget* parent = nullptr);
    void show(const ProbeStatus& status);
    void setState(CallSource::State state);
    void setTheme(const Theme& theme);

signals:
    void clicked();

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    void style();

    QLabel* m_state;
    ElidedLabel* m_source;
    QLabel* m_time;
    QLabel* m_frames;
    QLabel* m_bits;
    QLabel* m_calls;
    ElidedLabel* m_losses;
    CallSource::State m_current = CallSource::State::Disconnected;
    bool m_seen = false; // any status yet
    bool m_losing = false;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
