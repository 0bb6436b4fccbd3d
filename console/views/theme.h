// The two looks of the console. Every text colour keeps a contrast of at least 4.5:1 on its background (WCAG 2.1 AA).
#pragma once

#include "console/models/figures.h"
#include "console/models/list_roles.h"
#include "shared/calls/call_record.h"

#include <QColor>
#include <QPalette>

class QApplication;

namespace callmon {

constexpr int cellMargin = 6; // pixels, left and right in the cells and titles of every table

enum class ThemeName { Light, Dark };

struct Theme {
    ThemeName name = ThemeName::Light;
    QColor window, base, alternate, raised;
    QColor text, quiet;
    QColor line; // borders and grids
    QColor accent, accentText;
    QColor good, fair, bad;
    QColor warningBack, errorBack; // behind a message
    QColor caller, callee; // who sent it

    QColor of(MosBand band) const;
    QColor of(Tone tone) const;
    QColor of(Party party) const { return party == Party::Caller ? caller : callee; }
    QPalette palette() const;
};

Theme themeOf(ThemeName name);
ThemeName themeNamed(const QString& name); // "light", "dark"; else light
QString nameOf(ThemeName name);
void useTheme(QApplication& application, const Theme& theme); // Fusion with the theme's palette and air in its tables

}
