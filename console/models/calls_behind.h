// The calls that a figure is of, for a search.
#pragma once

#include "shared/base/units.h"

#include <QString>

namespace callmon {

struct CallsBehind {
    Timestamp from; // begun since
    Timestamp to; // and before
    QString calleePrefix {};
    QString codec {};
};

}
