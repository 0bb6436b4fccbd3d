// Where tests find their files. The paths are compiled into one small file alone, so that a clone elsewhere compiles no
// test anew.
#pragma once

#include <QString>

namespace callmon {

QString projectSource(); // the folder of the repository, without a slash at its end
QString captureFolder(); // CALLMON_CAPTURES, else ../shared/captures beside the repository; need not exist

}
