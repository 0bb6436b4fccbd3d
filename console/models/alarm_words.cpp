#include "console/models/alarm_words.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/shared_words.h"
#include "shared/calls/alarm_fields.h"

#include <QCoreApplication>
#include <cmath>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(AlarmWords)
};

// Three digits are enough to judge by, and a count is whole.
QString briefText(double figure)
{
    return decimalText(figure, figure < 99.95 && figure != std::floor(figure) ? 1 : 0);
}

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
    case AlarmEnd::TooFewCalls:
        return Words::tr("too few calls");
    }
    return {};
}

QString figureText(AlarmKind kind, std::string_view metric, double figure)
{
    if (kind == AlarmKind::MosLow)
        return mosText(figure);
    if (!isOfMetric(kind) && unitOf(kind) == "s")
        return spanText(figure);
    if (kind == AlarmKind::RecordsLost)
        return Words::tr("%1/s").arg(briefText(figure));
    const QString unit = unitText(kind, metric);
    return unit.isEmpty() ? briefText(figure) : briefText(figure) + QLatin1Char(' ') + unit;
}

QString spanText(double seconds)
{
    if (seconds >= 60)
        return durationText(Milliseconds(seconds * 1000));
    return briefText(seconds) + QLatin1Char(' ') + titleOfUnit("s");
}

QString unitText(AlarmKind kind, std::string_view metric)
{
    return titleOfUnit(unitOf(kind, metric));
}

QString serviceGroupText(std::string_view group)
{
    const std::size_t blank = group.find(' ');
    const auto grouping = parseServiceGrouping(group.substr(0, blank));
    const QString name = blank == std::string_view::npos ? QString() : text(group.substr(blank + 1));
    if (grouping == ServiceGrouping::Total && name.isEmpty())
        return Words::tr("all calls");
    if (name.isEmpty())
        return text(group);
    if (grouping == ServiceGrouping::Trunk)
        return Words::tr("trunk %1").arg(name);
    if (grouping == ServiceGrouping::Prefix)
        return Words::tr("prefix %1").arg(name);
    if (grouping == ServiceGrouping::Codec)
        return Words::tr("codec %1").arg(name);
    return text(group);
}

QString partText(AlarmKind kind, std::string_view part)
{
    const QString title = text(part);
    if (kind == AlarmKind::DiskNearlyFull)
        return title;
    return QCoreApplication::translate(
        kind == AlarmKind::BufferNearlyFull ? "ProbeBuffer" : "CounterMeaning", title.toUtf8().constData());
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
