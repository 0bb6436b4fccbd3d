// The console's settings of a test: a folder of its own, none of the user's.
#pragma once

#include <QCoreApplication>
#include <QSettings>

namespace callmon {

inline void useSettingsIn(const QString& folder)
{
    QCoreApplication::setOrganizationName("VoIPCallMon");
    QCoreApplication::setApplicationName("callmon-console-test");
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, folder);
}

}
