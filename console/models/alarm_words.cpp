#include "console/models/alarm_words.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/shared_words.h"

#include <QCoreApplication>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(AlarmWords)
};

}

QString word(AlarmSeverity severity)
{
    switch (severity) {
    case AlarmSeverity::Critical:
        return Words::tr("critical");
    case AlarmSeverity::Major:
        return Words::tr("major");
    case AlarmSeverity::Minor:
        return Words::tr("minor");
    case AlarmSeverity::Warning:
        return Words::tr("warning");
    }
    return {};
}

QString glyph(AlarmSeverity severity)
{
    switch (severity) {
    case AlarmSeverity::Critical:
        return QStringLiteral("■");
    case AlarmSeverity::Major:
        return QStringLiteral("▲");
    case AlarmSeverity::Minor:
        return QStringLiteral("◆");
    case AlarmSeverity::Warning:
        return QStringLiteral("○");
    }
    return {};
}

Tone tone(AlarmSeverity severity)
{
    switch (severity) {
    case AlarmSeverity::Critical:
    case AlarmSeverity::Major:
        return Tone::Bad;
    case AlarmSeverity::Minor:
        return Tone::Warning;
    case AlarmSeverity::Warning:
        break;
    }
    return Tone::Plain;
}

QString word(AlarmEnd end)
{
    switch (end) {
    case AlarmEnd::None:
        return Words::tr("open");
    case AlarmEnd::Recovered:
        return Words::tr("recovered");
    case AlarmEnd::MediaEnded:
        return Words::tr("media ended");
    case AlarmEnd::CallEnded:
        return Words::tr("call ended");
    case AlarmEnd::RuleChanged:
        return Words::tr("rule changed");
    case AlarmEnd::ProbeStopped:
        return Words::tr("probe stopped");
    case AlarmEnd::ProbeRestarted:
        return Words::tr("probe restarted");
    }
    return {};
}

QString figureText(AlarmKind kind, std::string_view metric, double figure)
{
    const QString text = QString::fromStdString(alarmFigureText(kind, figure));
    const QString unit = unitText(kind, metric);
    return isOfMetric(kind) && !unit.isEmpty() ? text + QLatin1Char(' ') + unit : text;
}

QString unitText(AlarmKind kind, std::string_view metric)
{
    const ServiceMetric* const known = isOfMetric(kind) ? findServiceMetric(metric) : nullptr;
    return text(known ? known->unit : unitOf(kind));
}

QString lookedAt(AlarmKind kind, std::string_view metric)
{
    return isOfMetric(kind) ? metricName(metric) : titleText(kind);
}

QString conditionText(const AlarmRule& rule, double threshold)
{
    const QString figure = figureText(rule.kind, rule.metric, threshold);
    return isBelow(rule.kind) ? Words::tr("below %1").arg(figure) : Words::tr("above %1").arg(figure);
}

QString alarmsText(quint64 count)
{
    return count == 1 ? Words::tr("1 alarm") : Words::tr("%1 alarms", nullptr, pluralOf(count)).arg(countText(count));
}

}
