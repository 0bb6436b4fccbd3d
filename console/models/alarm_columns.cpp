#include "console/models/alarm_columns.h"

#include "console/models/alarm_sentence.h"
#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/shared_words.h"
#include "console/zone/display_zone.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace callmon {

namespace {

constexpr std::array<const char*, AlarmColumns::ColumnCount> titles { QT_TRANSLATE_NOOP("AlarmModel", "Alarm id"),
    QT_TRANSLATE_NOOP("AlarmModel", "Severity"), QT_TRANSLATE_NOOP("AlarmModel", "Kind"),
    QT_TRANSLATE_NOOP("AlarmModel", "Rule"), QT_TRANSLATE_NOOP("AlarmModel", "Since\nUTC"),
    QT_TRANSLATE_NOOP("AlarmModel", "Raised\nUTC"), QT_TRANSLATE_NOOP("AlarmModel", "Cleared\nUTC"),
    QT_TRANSLATE_NOOP("AlarmModel", "How it\nended"), QT_TRANSLATE_NOOP("AlarmModel", "Call"),
    QT_TRANSLATE_NOOP("AlarmModel", "Direction"), QT_TRANSLATE_NOOP("AlarmModel", "Caller"),
    QT_TRANSLATE_NOOP("AlarmModel", "Callee"), QT_TRANSLATE_NOOP("AlarmModel", "Metric"),
    QT_TRANSLATE_NOOP("AlarmModel", "Group"), QT_TRANSLATE_NOOP("AlarmModel", "Calls"),
    QT_TRANSLATE_NOOP("AlarmModel", "Figure"), QT_TRANSLATE_NOOP("AlarmModel", "Worst\nsince"),
    QT_TRANSLATE_NOOP("AlarmModel", "Threshold"), QT_TRANSLATE_NOOP("AlarmModel", "Unit"),
    QT_TRANSLATE_NOOP("AlarmModel", "Alarm"), QT_TRANSLATE_NOOP("AlarmModel", "Acknowledged\nUTC"),
    QT_TRANSLATE_NOOP("AlarmModel", "Acknow-\nledged by"), QT_TRANSLATE_NOOP("AlarmModel", "Comment"),
    QT_TRANSLATE_NOOP("AlarmModel", "Shelved\nuntil"), QT_TRANSLATE_NOOP("AlarmModel", "Shelved\nby"),
    QT_TRANSLATE_NOOP("AlarmModel", "Why\nshelved"), QT_TRANSLATE_NOOP("AlarmModel", "Probe") };

QString orDash(std::string_view value)
{
    return value.empty() ? unknownFigure() : text(value);
}

QString timeOrDash(std::optional<Timestamp> time)
{
    return time ? dateTimeText(*time) : unknownFigure();
}

QString figureIn(const Alarm& alarm, double figure) // of many calls at once it is how many
{
    return alarm.isSummary() ? callsText(static_cast<quint64>(std::max(figure, 0.0)))
                             : figureText(alarm.kind, alarm.metric, figure);
}

}

QString titleOfAlarmColumn(int column)
{
    return withZone(QCoreApplication::translate("AlarmModel", titles[static_cast<std::size_t>(column)]));
}

bool isAlarmNumber(int column)
{
    return column == AlarmColumns::Calls || column == AlarmColumns::Figure || column == AlarmColumns::Worst
        || column == AlarmColumns::Threshold;
}

std::optional<double> alarmNumber(const Alarm& alarm, int column)
{
    switch (column) {
    case AlarmColumns::Id:
        return static_cast<double>(alarm.id.value);
    case AlarmColumns::Severity:
        return static_cast<double>(alarm.severity);
    case AlarmColumns::Calls:
        return alarm.calls;
    case AlarmColumns::Figure:
        return alarm.figure;
    case AlarmColumns::Worst:
        return alarm.worst;
    case AlarmColumns::Threshold:
        return alarm.threshold;
    default:
        return std::nullopt;
    }
}

QString alarmCellText(const Alarm& alarm, int column)
{
    switch (column) {
    case AlarmColumns::Id:
        return QString::number(alarm.id.value);
    case AlarmColumns::Severity:
        return word(alarm.severity);
    case AlarmColumns::Kind:
        return titleText(alarm.kind);
    case AlarmColumns::Rule:
        return text(alarm.rule);
    case AlarmColumns::Since:
        return dateTimeText(alarm.since);
    case AlarmColumns::RaisedAt:
        return dateTimeText(alarm.raisedAt);
    case AlarmColumns::ClearedAt:
        return timeOrDash(alarm.clearedAt);
    case AlarmColumns::End:
        return word(alarm.end);
    case AlarmColumns::Call:
        return alarm.call ? QString::number(alarm.call->value) : unknownFigure();
    case AlarmColumns::Direction:
        return alarm.direction ? word(*alarm.direction) : unknownFigure();
    case AlarmColumns::Caller:
        return orDash(alarm.caller);
    case AlarmColumns::Callee:
        return orDash(alarm.callee);
    case AlarmColumns::Metric:
        return orDash(alarm.metric);
    case AlarmColumns::Group:
        return alarm.group.empty() ? unknownFigure() : serviceGroupText(alarm.group);
    case AlarmColumns::Calls:
        return alarm.isSummary() ? countText(alarm.calls) : unknownFigure();
    case AlarmColumns::Figure:
        return figureIn(alarm, alarm.figure);
    case AlarmColumns::Worst:
        return figureIn(alarm, alarm.worst);
    case AlarmColumns::Threshold:
        return figureIn(alarm, alarm.threshold);
    case AlarmColumns::Unit:
        return alarm.isSummary()                           ? titleOfUnit("calls")
            : unitText(alarm.kind, alarm.metric).isEmpty() ? unknownFigure()
                                                           : unitText(alarm.kind, alarm.metric);
    case AlarmColumns::Text: // beside open ones it is not to be taken for one that nobody has seen to
        return alarm.shelvedUntil ? QCoreApplication::translate("AlarmModel", "(shelved) %1").arg(sentenceOf(alarm))
                                  : sentenceOf(alarm);
    case AlarmColumns::AcknowledgedAt:
        return timeOrDash(alarm.acknowledgedAt);
    case AlarmColumns::AcknowledgedBy:
        return orDash(alarm.acknowledgedBy);
    case AlarmColumns::Comment:
        return orDash(alarm.comment);
    case AlarmColumns::ShelvedUntil:
        return timeOrDash(alarm.shelvedUntil);
    case AlarmColumns::ShelvedBy:
        return orDash(alarm.shelvedBy);
    case AlarmColumns::ShelfComment:
        return orDash(alarm.shelfComment);
    default:
        return {};
    }
}

}
