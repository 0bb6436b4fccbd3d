#include "console/models/alarm_words.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/shared_words.h"

#include <QCoreApplication>

namespace callmon {

namespace {

QString tr(const char* source)
{
    return QCoreApplication::translate("AlarmWords", source);
}

}

QString word(AlarmSeverity severity)
{
    switch (severity) {
    case AlarmSeverity::Critical:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "critical"));
    case AlarmSeverity::Major:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "major"));
    case AlarmSeverity::Minor:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "minor"));
    case AlarmSeverity::Warning:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "warning"));
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
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "open"));
    case AlarmEnd::Recovered:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "recovered"));
    case AlarmEnd::MediaEnded:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "media ended"));
    case AlarmEnd::CallEnded:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "call ended"));
    case AlarmEnd::RuleChanged:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "rule changed"));
    case AlarmEnd::ProbeStopped:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "probe stopped"));
    case AlarmEnd::ProbeRestarted:
        return tr(QT_TRANSLATE_NOOP("AlarmWords", "probe restarted"));
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
    return isBelow(rule.kind) ? tr(QT_TRANSLATE_NOOP("AlarmWords", "below %1")).arg(figure)
                              : tr(QT_TRANSLATE_NOOP("AlarmWords", "above %1")).arg(figure);
}

QString alarmsText(quint64 count)
{
    return count == 1 ? tr(QT_TRANSLATE_NOOP("AlarmWords", "1 alarm"))
                      : tr(QT_TRANSLATE_NOOP("AlarmWords", "%1 alarms")).arg(countText(count));
}

}
