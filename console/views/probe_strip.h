// The status line where there are several probes: each with its name, how it is, and what it carries. A click, or
// Enter, leads to its page.
#pragma once

#include "console/models/probe_id.h"
#include "console/views/theme.h"

#include <QWidget>
#include <map>

class QHBoxLayout;
class QToolButton;

namespace callmon {

class ProbeWatch;

class ProbeStrip : public QWidget {
    Q_OBJECT

public:
    explicit ProbeStrip(const ProbeWatch& watch, QWidget* parent = nullptr);
    void setTheme(const Theme& theme);

signals:
    void probeWanted(callmon::ProbeId probe);

private:
    void rebuild();
    void refresh();

    const ProbeWatch& m_watch;
    QHBoxLayout* m_row;
    std::map<ProbeId, QToolButton*> m_badges;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
