// callmonctl hold, callmonctl delete and callmonctl retention.
#include "engine/ctl/commands.h"
#include "engine/ctl/counted.h"
#include "engine/ctl/option_words.h"
#include "shared/base/utc_time.h"
#include "shared/calls/keeping_fields.h"

#include <array>
#include <map>

namespace callmon {

namespace {

constexpr std::array holdTable {
    TableColumn { "hold", "hold" },
    TableColumn { "call_key", "call_key" },
    TableColumn { "started_at", "call started (UTC)", 20 },
    TableColumn { "caller", "caller", 20 },
    TableColumn { "callee", "callee", 20 },
    TableColumn { "state", "state" },
    TableColumn { "set_at", "set (UTC)", 20 },
    TableColumn { "set_by", "by", 16 },
    TableColumn { "reason", "reason", 40 },
    TableColumn { "released_at", "released (UTC)", 20 },
    TableColumn { "released_by", "by", 16 },
    TableColumn { "release_reason", "reason", 30 },
};

constexpr std::array deletedTable {
    TableColumn { "call_key", "call_key" },
    TableColumn { "started_at", "call started (UTC)", 20 },
    TableColumn { "state", "what became of it" },
    TableColumn { "streams", "streams" },
    TableColumn { "messages", "messages" },
    TableColumn { "media_chunks", "media chunks" },
    TableColumn { "media_bytes", "media bytes" },
    TableColumn { "alarms", "alarms" },
    TableColumn { "notes", "tags, notes" },
    TableColumn { "why", "why", 60 },
};

// A held call may be all that is left of its day, and one that waits may be on: its key says enough.
Result<CallKey> callMeant(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto call = theCall(source, options, output);
    if (call)
        return call.value().key;
    CallKey key;
    if (options.keeping.action == KeepingCommand::Action::ReleaseHold && readNumber(options.call, key.value))
        return key;
    return call.error();
}

}

int editHolds(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    using Action = KeepingCommand::Action;
    if (options.keeping.action == Action::ListHolds) {
        const auto holds = source.holds();
        if (!holds)
            return fail(output, holds.error());
        const auto rows = makeRowOutput(options.format, holdFieldNames(), holdTable, output.out, options.signs());
        for (const Hold& hold : holds.value())
            rows->row(holdFields(hold));
        rows->end();
        return 0;
    }
    const auto call = callMeant(source, options, output);
    if (!call)
        return fail(output, call.error());
    const bool add = options.keeping.action == Action::AddHold;
    const auto hold = add ? source.addHold(call.value(), options.keeping.reason)
                          : source.releaseHold(call.value(), options.keeping.reason);
    if (!hold)
        return fail(output, hold.error());
    const Hold& done = hold.value();
    output.err << "callmonctl: call " << done.call.value;
    if (!add)
        output.err << " is held no more; what was copied of it is deleted\n";
    else if (done.state == HoldState::Waiting)
        output.err << " is on: it is copied when it is over, and nothing of it is deleted until then\n";
    else
        output.err << " is held: " << counted(done.messages, "message", "messages") << " and "
                   << counted(done.mediaPackets, "packet", "packets") << " of media are copied, with its records\n";
    if (add)
        for (const Sentence& missing : done.missing)
            output.err << "callmonctl: " << toText(missing) << '\n';
    return 0;
}

int deleteNumber(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto report = source.deleteNumber(options.keeping.deletion);
    if (!report)
        return fail(output, report.error());
    const auto rows = makeRowOutput(options.format, deletedCallFieldNames(), deletedTable, output.out, options.signs());
    std::map<DeletionState, std::uint64_t> calls;
    DeletedCall all;
    for (const DeletedCall& call : report.value().calls) {
        rows->row(deletedCallFields(call));
        ++calls[call.state];
        if (call.state != DeletionState::Deleted && call.state != DeletionState::WouldGo)
            continue;
        all.streams += call.streams;
        all.messages += call.messages;
        all.messageBytes += call.messageBytes;
        all.mediaChunks += call.mediaChunks;
        all.mediaBytes += call.mediaBytes;
        all.alarms += call.alarms;
        all.notes += call.notes;
    }
    rows->end();
    const bool dry = options.keeping.deletion.dryRun;
    output.err << "callmonctl: "
               << counted(calls[dry ? DeletionState::WouldGo : DeletionState::Deleted], "call", "calls")
               << (dry ? " would go" : " deleted") << ", with " << counted(all.streams, "stream", "streams") << ", "
               << counted(all.messages, "message", "messages") << " (" << counted(all.messageBytes, "byte", "bytes")
               << "), " << counted(all.mediaChunks, "chunk", "chunks") << " of media ("
               << counted(all.mediaBytes, "byte", "bytes") << "), " << counted(all.alarms, "alarm", "alarms") << " and "
               << counted(all.notes, "tag or note", "tags and notes") << "; " << calls[DeletionState::Held]
               << " kept by a hold, " << calls[DeletionState::On] << " still on, " << calls[DeletionState::Failed]
               << " failed\n";
    for (const Sentence& note : report.value().notes)
        output.err << "callmonctl: " << toText(note) << '\n';
    return calls[DeletionState::Failed] > 0 ? 1 : 0;
}

int showRetention(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const bool confirm = options.keeping.confirmClock;
    const auto clock = confirm ? source.confirmClock() : source.retentionClock();
    if (!clock)
        return fail(output, clock.error());
    const auto& last = clock.value().lastBelieved;
    output.out << "clock now              " << toIso8601(clock.value().now) << '\n'
               << "clock last believed in " << (last ? toIso8601(*last) : "never") << '\n';
    if (clock.value().doubted)
        output.err << "callmonctl: the clock stepped: nothing is deleted by age until it is confirmed; set it right, "
                      "then run callmonctl retention --confirm-clock\n";
    if (confirm)
        output.err << "callmonctl: the clock is confirmed: an engine that held back deletes by age again, within a "
                      "minute\n";
    return 0;
}

}
