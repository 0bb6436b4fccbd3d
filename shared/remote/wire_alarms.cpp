#include "shared/remote/wire_alarms.h"

namespace callmon {

using namespace wire;

namespace {

template <typename Archive, typename T> void visitAlarm(Archive& archive, T& alarm)
{
    archive.field(alarm.id);
    archive.field(alarm.rule);
    archive.enumeration(alarm.kind, AlarmKind::MetricHigh);
    archive.enumeration(alarm.severity, AlarmSeverity::Warning);
    archive.enumeration(alarm.end, AlarmEnd::TooFewCalls);
    archive.field(alarm.since);
    archive.field(alarm.raisedAt);
    archive.field(alarm.clearedAt);
    archive.field(alarm.call);
    archive.enumeration(alarm.direction, Party::Callee);
    archive.field(alarm.caller);
    archive.field(alarm.callee);
    archive.field(alarm.metric);
    archive.field(alarm.group);
    archive.field(alarm.calls);
    archive.field(alarm.figure);
    archive.field(alarm.worst);
    archive.field(alarm.threshold);
    archive.field(alarm.text);
    archive.field(alarm.raiseAfter);
    archive.field(alarm.windowMinutes);
    archive.field(alarm.part);
    archive.field(alarm.partCalls);
    archive.field(alarm.callThreshold);
    archive.field(alarm.acknowledgedAt);
    archive.field(alarm.acknowledgedBy);
    archive.field(alarm.comment);
    archive.field(alarm.shelvedUntil);
    archive.field(alarm.shelvedBy);
    archive.field(alarm.shelfComment);
}
constexpr std::size_t alarmMinBytes = 99;

template <typename Archive, typename T> void visitRule(Archive& archive, T& rule)
{
    archive.field(rule.name);
    archive.enumeration(rule.kind, AlarmKind::MetricHigh);
    archive.enumeration(rule.severity, AlarmSeverity::Warning);
    archive.field(rule.enabled);
    archive.field(rule.threshold);
    archive.field(rule.clearThreshold);
    archive.field(rule.raiseAfter);
    archive.field(rule.clearAfter);
    archive.field(rule.together);
    archive.field(rule.metric);
    archive.field(rule.group);
    archive.field(rule.windowMinutes);
    archive.field(rule.leastCalls);
    archive.field(rule.changedBy);
    archive.field(rule.changedAt);
}
constexpr std::size_t ruleMinBytes = 63;

template <typename Archive, typename T> void visitChange(Archive& archive, T& change)
{
    visitRule(archive, change.rule);
    archive.field(change.removed);
}

template <typename Archive, typename Query> void visitQuery(Archive& archive, Query& query)
{
    archive.field(query.from);
    archive.field(query.to);
    archive.field(query.id);
    archive.enumeration(query.severity, AlarmSeverity::Warning);
    archive.enumeration(query.kind, AlarmKind::MetricHigh);
    archive.field(query.rule);
    archive.field(query.call);
    archive.field(query.openOnly);
    archive.field(query.limit);
    archive.field(query.newestFirst);
}

}

std::vector<QByteArray> encode(const AlarmDelta& delta, std::size_t messageBytes)
{
    return encodeParts(
        Kind::AlarmDelta, delta, messageBytes, [](Writer& w, const Alarm& alarm) { visitAlarm(w, alarm); });
}

std::optional<AlarmDeltaPart> decodeAlarmDeltaPart(const QByteArray& blob)
{
    return decodePart<AlarmDeltaPart>(
        blob, Kind::AlarmDelta, alarmMinBytes, [](Reader& r, Alarm& alarm) { visitAlarm(r, alarm); });
}

QByteArray encode(const AlarmQuery& query)
{
    Writer out(Kind::AlarmQuery);
    visitQuery(out, query);
    return out.out().take();
}

std::optional<AlarmQuery> decodeAlarmQuery(const QByteArray& blob)
{
    Reader in(blob, Kind::AlarmQuery);
    AlarmQuery query;
    visitQuery(in, query);
    return in.complete() ? std::optional(std::move(query)) : std::nullopt;
}

QByteArray encode(const AlarmRule& rule)
{
    Writer out(Kind::AlarmRule);
    visitRule(out, rule);
    return out.out().take();
}

std::optional<AlarmRule> decodeAlarmRule(const QByteArray& blob)
{
    Reader in(blob, Kind::AlarmRule);
    AlarmRule rule;
    visitRule(in, rule);
    return in.complete() ? std::optional(rule) : std::nullopt;
}

QByteArray encode(const FoundAlarms& page)
{
    Writer out(Kind::FoundAlarms);
    out.field(page.matchesInAll);
    return writePage(std::move(out), page.alarms, [](Writer& w, const Alarm& alarm) { visitAlarm(w, alarm); });
}

QByteArray encode(const AlarmRulePage& page)
{
    return writePage(
        Writer(Kind::AlarmRulePage), page.rules, [](Writer& w, const AlarmRule& rule) { visitRule(w, rule); });
}

QByteArray encode(const AlarmRuleChangePage& page)
{
    return writePage(Writer(Kind::AlarmRuleChangePage), page.changes,
        [](Writer& w, const AlarmRuleChange& change) { visitChange(w, change); });
}

void wire::readPage(Reader& in, FoundAlarms& page)
{
    in.field(page.matchesInAll);
    readList(in, page.alarms, alarmMinBytes, [](Reader& r, Alarm& alarm) { visitAlarm(r, alarm); });
}

void wire::readPage(Reader& in, AlarmRulePage& page)
{
    readList(in, page.rules, ruleMinBytes, [](Reader& r, AlarmRule& rule) { visitRule(r, rule); });
}

void wire::readPage(Reader& in, AlarmRuleChangePage& page)
{
    readList(in, page.changes, ruleMinBytes + 1, [](Reader& r, AlarmRuleChange& change) { visitChange(r, change); });
}

}
