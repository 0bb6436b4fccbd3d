// callmonctl alarms.
#include "engine/ctl/list_found.h"
#include "shared/calls/alarm_fields.h"

#include <array>

namespace callmon {

namespace {

constexpr std::array alarmTable {
    TableColumn { "raised_at", "raised (UTC)" },
    TableColumn { "cleared_at", "cleared (UTC)" },
    TableColumn { "end_reason", "ended by" },
    TableColumn { "severity", "severity" },
    TableColumn { "text", "alarm", 90 },
    TableColumn { "caller", "caller", 20 },
    TableColumn { "callee", "callee", 20 },
    TableColumn { "call_key", "call_key" },
    TableColumn { "acknowledged_by", "acknowledged", 16 },
    TableColumn { "shelved_until", "shelved until (UTC)" },
    TableColumn { "alarm_id", "alarm_id" },
};
}

int listAlarms(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    AlarmQuery query = options.alarms;
    query.from = options.query.from;
    query.to = options.query.to;
    query.limit = options.query.limit;
    query.newestFirst = options.query.newestFirst;
    if (!options.call.empty()) {
        const auto call = theCall(source, options, output);
        if (!call)
            return fail(output, call.error());
        query.call = call.value().key;
    }
    const auto rows = makeRowOutput(options.format, alarmFieldNames(), alarmTable, output.out, options.signs());
    return listFound<Alarm>(
        options, output, *rows, "alarms", [&](const auto& sink) { return source.alarms(query, sink); }, alarmFields);
}

int acknowledgeAlarm(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto done = source.acknowledgeAlarm(*options.acknowledge, options.comment);
    return done ? 0 : fail(output, done.error());
}

int shelveAlarm(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto done = options.shelve ? source.shelveAlarm(*options.shelve, options.shelfTime, options.comment)
                                     : source.shelveAlarm(*options.unshelve, std::chrono::seconds(0), {});
    return done ? 0 : fail(output, done.error());
}
}
