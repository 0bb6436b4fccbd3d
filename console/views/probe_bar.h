// The status line: what the probe reads, how much, and whether it loses anything.
#pragma once

#include "console/models/probe_health.h"
#include "console/views/theme.h"

#include <QWidget>
#include <chrono>
#include <optional>

class QLabel;

namespace callmon {

class ElidedLabel;

class ProbeBar : public QWidget {
    Q_OBJECT

public:
    explicit ProbeBar(QWidget* parent = nullptr);
    void show(const ProbeStatus& status);
    void setState(CallSource::State state);
    void setHealth(const ProbeHealth& health, std::chrono::milliseconds now); // whether it is late, and its disk
    void setTheme(const Theme& theme);

signals:
    void clicked();

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    void style();
    void showState();

    QLabel* m_state;
    ElidedLabel* m_source;
    QLabel* m_time;
    QLabel* m_frames;
    QLabel* m_bits;
    QLabel* m_calls;
    QLabel* m_disk;
    ElidedLabel* m_losses;
    CallSource::State m_current = CallSource::State::Disconnected;
    bool m_seen = false; // any status yet
    Timestamp m_now {}; // of the newest
    bool m_losing = false;
    bool m_diskWaits = false;
    std::optional<std::chrono::seconds> m_late; // since when nothing was heard of it, though it is connected
    Theme m_theme = themeOf(ThemeName::Light);
};

}
