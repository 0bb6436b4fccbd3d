// In which time zone times are shown and exported. Everything that is stored or sent is UTC, and stays so; as with
// QLocale's default, there is one for the whole program. The window's thread only.
#pragma once

#include <QDateTime>
#include <QTimeZone>

namespace callmon {

const QTimeZone& displayZone(); // UTC until it is set
void setDisplayZone(const QTimeZone& zone);
bool displaysUtc();

// A zone as settings and users name it: "UTC", "local", or as in "Europe/Madrid". Invalid: there is none of that name.
QTimeZone zoneNamed(const QString& name);

QDateTime inDisplayZone(qint64 msecsSince1970);
QString zoneLabel(); // what stands beside times: "UTC", "CET", "UTC+05:45"

// A text that says UTC, such as a column's title, for the zone that is shown.
QString withZone(const QString& title);

}
