// Titles and advice that engine, callmonctl and console share (shared/calls), in the user's language. The English text
// is the key of a translation, under the context CounterMeaning, AlarmKind or ServiceMetric; where there is none it is
// shown.
#pragma once

#include "shared/calls/alarm.h"
#include "shared/calls/counter_meaning.h"
#include "shared/calls/service_metrics.h"

#include <QString>

namespace callmon {

QString titleText(const NamedCounter& counter); // of a family, or of one that is not described: its name
QString helpText(const CounterMeaning& meaning);
QString adviceText(const CounterMeaning& meaning);
QString groupText(CounterGroup group);

QString titleText(AlarmKind kind);
QString adviceText(AlarmKind kind);

QString titleText(const ServiceMetric& metric); // "Network effectiveness (NER)"
QString titleOfUnit(std::string_view unit); // "frames/s"
QString metricName(std::string_view metric); // "NER", or its title where there is no such name; as it is, if unknown

}
