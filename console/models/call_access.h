// What of a call the user's certificate withholds, said where it would stand. Empty: it may be read, as far as is
// known.
#pragma once

#include "console/models/probe_desk.h"

#include <QString>

namespace callmon {

struct WithheldPart {
    QString brief; // for a lane of the timeline: "for operators: your certificate says viewer"
    QString what; // a heading
    QString toDo;
    bool isWithheld() const { return !what.isEmpty(); }
};

// `desk`: of the call's engine; nullptr where there are no roles.
WithheldPart withheldFigures(const ProbeDesk* desk); // of streams and seconds
WithheldPart withheldMessages(const ProbeDesk* desk);
WithheldPart withheldSound(const ProbeDesk* desk);

}
