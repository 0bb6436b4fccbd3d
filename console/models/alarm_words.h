// Words and signs for alarms, in the user's language.
#pragma once

#include "console/models/list_roles.h"
#include "shared/calls/alarm_rule.h"

#include <QStringList>

namespace callmon {

QString word(AlarmSeverity severity);
QString glyph(AlarmSeverity severity); // a shape per severity: read without colour
Tone tone(AlarmSeverity severity);
QString word(AlarmEnd end); // "open" for AlarmEnd::None
// Of what a rule compares with its threshold: "Jitter", "NER".
QString lookedAt(AlarmKind kind, std::string_view metric);
QString unitText(AlarmKind kind, std::string_view metric); // empty: it has none
QString figureText(AlarmKind kind, std::string_view metric, double figure); // "63 ms", "80 %", "4:00:00"
QString spanText(double seconds); // "10 s", "0:01:30"
QString serviceGroupText(std::string_view group); // "trunk north"
QString partText(AlarmKind kind, std::string_view part); // Alarm::part: a counter or a buffer by its title, or a disk
QString conditionText(const AlarmRule& rule, double threshold); // "above 50 ms", "below 3.10"
QString alarmsText(quint64 count); // "1 alarm", "2,000 alarms"

}
