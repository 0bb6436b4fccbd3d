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
QString zoneLabel(); // what stands beside times of any season: "UTC", "CET/CEST", "UTC+05:45"
QString zoneLabelAt(qint64 msecsSince1970); // beside a single one: "CEST"

// A text that says UTC, such as a column's title, for the zone that is shown.
QString withZone(const QString& title);
QString withZoneAt(const QString& text, qint64 msecsSince1970);

// "+2", "+5:30" for a time of day that there is twice, because the clock is put back; else empty.
QString whichOfTwo(qint64 msecsSince1970);

}
