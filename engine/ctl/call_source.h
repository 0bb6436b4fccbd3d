// Where callmonctl takes its answers from: a data directory, or a running engine. Everything blocks until it is done;
// one thread.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/alarm_rule.h"
#include "shared/calls/audit_entry.h"
#include "shared/calls/call_message.h"
#include "shared/calls/call_notes.h"
#include "shared/calls/call_query.h"
#include "shared/calls/deletion.h"
#include "shared/calls/hold.h"
#include "shared/calls/live_delta.h"
#include "shared/calls/media_chunk.h"
#include "shared/calls/probe_status.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/recording_rule.h"
#include "shared/calls/retention_clock.h"
#include "shared/calls/service_window.h"
#include "shared/calls/stream_record.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace callmon {

struct LiveUpdate {
    LiveDelta delta; // changes since the previous update; no change at all is an update too
    ProbeStatus status; // the newest known
};

class CallSource {
public:
    virtual ~CallSource() = default;

    // In the order of the query, one at a time, so that a large answer is never held whole; the sink returns false to
    // stop early. Returns the number of matches in all, beyond the limit too.
    virtual Result<std::uint64_t> calls(const CallQuery& query, const std::function<bool(const CallRecord&)>& sink) = 0;
    // Of a call that calls() gives: asked from within its sink.
    virtual std::string tagsOf(CallKey) { return {}; }
    virtual std::string legalHoldOf(CallKey) { return {}; }
    virtual Result<std::vector<StreamRecord>> streams(CallKey call) = 0; // by index
    virtual Result<std::vector<QualityPoint>> quality(CallKey call) = 0; // by stream and time
    virtual bool answersWithinSink() const { return false; } // streams() may be called from the sink of calls()
    // The call's signalling messages, in order of time; the sink returns false to stop early. When some are missing or
    // damaged the rest is given, and the error says so.
    virtual Result<void> messages(CallKey call, const std::function<bool(const CallMessage&)>& sink) = 0;
    // The alarms that are stored, as calls(); of an engine open ones as they are now.
    virtual Result<std::uint64_t> alarms(const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink) = 0;
    // Of a running engine; changes are kept there with this program's user and the time.
    virtual Result<void> acknowledgeAlarm(AlarmId, const std::string& /*comment*/) { return onlyEngine(); }
    virtual Result<void> shelveAlarm(AlarmId, std::chrono::seconds /*none: taken back*/, const std::string& /*comment*/)
    {
        return onlyEngine();
    }
    virtual Result<std::vector<AlarmRule>> alarmRules() { return onlyEngine(); }
    virtual Result<std::vector<AlarmRuleChange>> alarmRuleChanges() { return onlyEngine(); } // oldest first
    virtual Result<void> putAlarmRule(const AlarmRule&) { return onlyEngine(); }
    virtual Result<void> removeAlarmRule(const std::string& /*name*/) { return onlyEngine(); }
    // Likewise; see RecordingAccess.
    virtual Result<RecordingRules> recordingRules() { return onlyEngine(); }
    virtual Result<void> putRecordingRules(const RecordingRules&) { return onlyEngine(); }
    // Legal holds, and deletion of the calls of a number; kept with this program's user and the time.
    virtual Result<std::vector<Hold>> holds() { return onlyEngine(); }
    virtual Result<Hold> addHold(CallKey, const std::string& /*reason*/) { return onlyEngine(); }
    virtual Result<Hold> releaseHold(CallKey, const std::string& /*reason*/) { return onlyEngine(); }
    virtual Result<DeletionReport> deleteNumber(const DeletionRequest&) { return onlyEngine(); }
    // That ages are counted by; confirmed, it is right as it is now.
    virtual Result<RetentionClock> retentionClock() { return onlyEngine(); }
    virtual Result<RetentionClock> confirmClock() { return onlyEngine(); }
    // What people said of a call; kept likewise. A change gives what the call has then.
    virtual Result<CallNotes> callNotes(CallKey) { return onlyEngine(); }
    virtual Result<std::vector<TagUse>> tagNames() { return onlyEngine(); }
    virtual Result<CallNotes> addTag(CallKey, const std::string& /*tag*/) { return onlyEngine(); }
    virtual Result<CallNotes> removeTag(CallKey, const std::string& /*tag*/) { return onlyEngine(); }
    virtual Result<CallNotes> addNote(CallKey, const std::string& /*text*/) { return onlyEngine(); }
    // Who asked the engine for what, oldest first; the sink returns false to stop early. The page has no entries, but
    // what is told of the whole log.
    virtual Result<AuditPage> audit(const AuditQuery&, const std::function<bool(const AuditEntry&)>&)
    {
        return onlyEngine();
    }
    // Before what was fetched is written: an engine puts it into its audit log, and may refuse.
    virtual Result<void> noteExport(const std::string& /*what*/) { return {}; }
    // Service metrics of the past, by time and then by group, one row at a time; the sink returns false to stop early.
    virtual Result<void> serviceHistory(const ServiceQuery&, const std::function<bool(const ServiceRow&)>&)
    {
        return Error { "what was measured minute by minute is read from a data directory: give --data DIR" };
    }
    // Those of the sliding windows as they are now, of every group.
    virtual Result<std::vector<ServiceRow>> serviceWindows()
    {
        return Error { "only an engine knows what is on now: give --engine URL" };
    }
    // Every stream's media: MediaChunk bytes, each stream's in order of time; the streams may be interleaved.
    // The sink returns false to stop early.
    virtual Result<void> media(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink) = 0;

    // The same of a call that is on, as it is recorded, until it is over; each stream is told before its
    // media, and again when its payload types mean something else, as are seconds in which the probe itself lost
    // frames; no bytes come each time that all streams came up to the same time.
    virtual Result<void> listen(CallKey, bool /*fromStart*/, const std::function<void(const StreamRecord&)>& /*begins*/,
        const std::function<void(std::span<const QualityPoint>)>& /*blind*/,
        const std::function<bool(StreamKey, Bytes)>& /*sink*/)
    {
        return onlyEngine();
    }

    // The live list: the first update is a snapshot, the next ones follow on each other and come at least once a
    // second, also when nothing changed. When the engine goes away this returns an error. Ends without one when the
    // sink returns false.
    virtual Result<void> live(const std::function<bool(const LiveUpdate&)>& sink) = 0;
    virtual Result<ProbeStatus> status() = 0;

    virtual std::vector<std::string> takeNotes() { return {}; } // sentences for the user since the last time

private:
    static Error onlyEngine() { return Error { "that is asked of a running engine: give --engine URL" }; }
};

// Opens a running engine by its URL ("local:/run/callmon/engine.sock"); fails with a sentence when nobody answers.
// Implemented in remote_source.cpp; main hands it to the commands, so that tests can put their own in its place.
using OpenEngine = std::function<Result<std::unique_ptr<CallSource>>(const std::string& url)>;

}
