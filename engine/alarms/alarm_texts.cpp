#include "engine/alarms/alarm_texts.h"

#include "shared/calls/alarm_fields.h"

namespace callmon {

namespace {

std::string party(Party who)
{
    return "the " + std::string(toText(who));
}

Party other(Party who)
{
    return who == Party::Caller ? Party::Callee : Party::Caller;
}

std::string figureText(const AlarmRule& rule, double figure)
{
    const std::string text = alarmFigureText(rule.kind, figure);
    const std::string_view unit = isOfMetric(rule.kind) ? unitOf(rule.kind, rule.metric) : std::string_view();
    return unit.empty() ? text : text + ' ' + std::string(unit);
}

// ", above 50 ms for 10 s"
std::string against(const AlarmRule& rule)
{
    std::string text = isBelow(rule.kind) ? ", below " : ", above ";
    text += figureText(rule, rule.threshold);
    if (rule.raiseAfter.count() > 0)
        text += " for " + alarmFigureText(AlarmKind::LongCall, static_cast<double>(rule.raiseAfter.count()));
    return text;
}

}

Alarm alarmOf(const AlarmRule& rule, Timestamp raisedAt)
{
    Alarm alarm;
    alarm.rule = rule.name;
    alarm.kind = rule.kind;
    alarm.severity = rule.severity;
    alarm.threshold = rule.threshold;
    alarm.raiseAfter = rule.raiseAfter;
    alarm.since = alarm.raisedAt = raisedAt;
    return alarm;
}

std::string alarmText(const AlarmRule& rule, double figure, std::optional<Party> direction)
{
    const std::string value = figureText(rule, figure);
    const std::string title(titleOf(rule.kind));
    switch (rule.kind) {
    case AlarmKind::OneWayAudio:
        return "Nothing heard from " + party(direction.value_or(Party::Callee)) + " for " + value + " while "
            + party(other(direction.value_or(Party::Callee))) + " sends" + against(rule);
    case AlarmKind::NoMedia:
        return "No media " + value + " after the answer" + against(rule);
    case AlarmKind::MediaAfterBye:
        return "Media of " + party(direction.value_or(Party::Caller)) + " go on " + value + " after the BYE"
            + against(rule);
    case AlarmKind::LongCall:
        return "The call has lasted " + value + against(rule);
    case AlarmKind::NoTraffic:
        return "No frame for " + value + against(rule);
    case AlarmKind::MetricLow:
    case AlarmKind::MetricHigh:
        return value + against(rule); // whose it is, its caller says
    default:
        break;
    }
    if (direction)
        return title + " of " + party(*direction) + "'s media " + value + against(rule);
    return title + ' ' + value + against(rule);
}

}
