// An alarm and a rule with every field set to a value of its own, for round trips.
#pragma once

#include "tests/shared/calls/sample_records.h"

#include "shared/calls/alarm_rule.h"
#include "shared/calls/recording_rule.h"

namespace callmon::sample {

inline Alarm fullAlarm()
{
    Alarm alarm;
    alarm.id = { 1'795'413'600'000'000'007 };
    alarm.rule = std::string(47, 'r');
    alarm.kind = AlarmKind::MetricHigh;
    alarm.severity = AlarmSeverity::Minor;
    alarm.end = AlarmEnd::TooFewCalls;
    alarm.since = timestampFromNanoseconds(1);
    alarm.raisedAt = timestampFromNanoseconds(2);
    alarm.clearedAt = timestampFromNanoseconds(3);
    alarm.call = CallKey { 4 };
    alarm.direction = Party::Callee;
    alarm.caller = "José O'Hara";
    alarm.callee = "200";
    alarm.metric = "asr";
    alarm.group = "trunk north";
    alarm.calls = 4'000'000'000u;
    alarm.figure = 0.1;
    alarm.worst = 0.2;
    alarm.threshold = 0.3;
    alarm.text = std::string(254, 't');
    alarm.raiseAfter = std::chrono::seconds(61);
    alarm.windowMinutes = 15;
    alarm.part = std::string(127, 'p');
    alarm.partCalls = 3'000'000'000u;
    alarm.callThreshold = 0.4;
    alarm.acknowledgedAt = timestampFromNanoseconds(5);
    alarm.acknowledgedBy = "anna";
    alarm.comment = "told the carrier";
    alarm.shelvedUntil = timestampFromNanoseconds(6);
    alarm.shelvedBy = "bert";
    alarm.shelfComment = "works on Sunday";
    return alarm;
}

inline RecordingRule fullRecordingRule()
{
    RecordingRule rule;
    rule.name = "board";
    rule.enabled = false;
    rule.percent = 12.5;
    rule.caller = "+34*";
    rule.callee = "*99";
    rule.number = "34910001*";
    rule.address = "2001:db8:17::/48";
    rule.trunk = "north";
    rule.header = "X-Record: yes";
    rule.changedBy = "bert";
    rule.changedAt = timestampFromNanoseconds(1'795'413'600'000'000'001);
    return rule;
}

inline AlarmRule fullRule()
{
    AlarmRule rule;
    rule.name = "asr-north";
    rule.kind = AlarmKind::MetricLow;
    rule.severity = AlarmSeverity::Critical;
    rule.enabled = false;
    rule.threshold = 40.5;
    rule.clearThreshold = 50.25;
    rule.raiseAfter = std::chrono::seconds(61);
    rule.clearAfter = std::chrono::seconds(121);
    rule.together = 7;
    rule.metric = "asr";
    rule.group = "trunk north";
    rule.windowMinutes = 15;
    rule.leastCalls = 50;
    rule.changedBy = "bert";
    rule.changedAt = timestampFromNanoseconds(1'795'413'600'000'000'001);
    return rule;
}

}
