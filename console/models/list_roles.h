// What the call lists tell a view beside the display text: both list models answer these roles.
#pragma once

#include <Qt>

namespace callmon {

enum ListRole {
    BandRole = Qt::UserRole, // MosBand as int, for MOS cells
    GlyphRole, // a sign before the text: state and outcome say themselves without colour
    ToneRole, // Tone as int: how much the cell asks to be looked at
    ExportRole, // the cell as CSV holds it (QString), times in UTC; of a header: the column's stable name
    CallKeyRole, // qint64: CallKey::value of the row
    ProbeRole, // int: ProbeId::value of the engine that it came from
    StaleRole, // bool: that engine does not answer, and what is shown is the last that was known
};

enum class Tone { Plain, Quiet, Good, Warning, Bad };

}
