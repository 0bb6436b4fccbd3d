// What stands in each column of a list of alarms, as people read it and as it is sorted.
#pragma once

#include "shared/calls/alarm.h"

#include <QString>
#include <optional>

namespace callmon {

struct AlarmColumns {
    enum Column { // in the order of alarmFieldNames()
        Id,
        Severity,
        Kind,
        Rule,
        Since,
        RaisedAt,
        ClearedAt,
        End,
        Call,
        Direction,
        Caller,
        Callee,
        Metric,
        Group,
        Calls,
        Figure,
        Worst,
        Threshold,
        Unit,
        Text,
        AcknowledgedAt,
        AcknowledgedBy,
        Comment,
        ShelvedUntil,
        ShelvedBy,
        ShelfComment,
        Probe, // the console's own
        ColumnCount
    };
};

QString titleOfAlarmColumn(int column); // in two lines where it is long; with the zone of its times
bool isAlarmNumber(int column); // read from the right
std::optional<double> alarmNumber(const Alarm& alarm, int column); // that it is sorted by; else by its text
QString alarmCellText(const Alarm& alarm, int column); // of what the engine says: not the probe

}
