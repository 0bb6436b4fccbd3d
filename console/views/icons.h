// The few signs on buttons, drawn in the theme's text colour at any resolution.
#pragma once

#include <QColor>
#include <QIcon>

namespace callmon {

enum class Sign { Play, Pause };
QIcon icon(Sign sign, const QColor& colour);

}
