#include "tests/test_folders.h"

namespace callmon {

QString projectSource()
{
    return QStringLiteral(CALLMON_SOURCE_DIR);
}

QString captureFolder()
{
    const QString set = qEnvironmentVariable("CALLMON_CAPTURES");
    return set.isEmpty() ? projectSource() + QStringLiteral("/../shared/captures") : set;
}

}
