// One of every blob of the remote interface, with every field set: for the tests of damage, and as seeds for fuzzing.
#pragma once

#include "shared/remote/wire.h"
#include "tests/shared/calls/sample_alarms.h"

namespace callmon::sample {

inline std::vector<QByteArray> blobs()
{
    const Timestamp start = at("2026-03-01T10:00:00Z");
    LiveDelta live;
    live.fromVersion = 5;
    live.toVersion = 9;
    live.changed.resize(3);
    live.changed[1].caller = "alice";
    live.changed[1].answeredAt = start;
    live.figures = { { { 4 }, { LiveDirection { true, 4.3F, 3.9F, 0.5F, 2.F }, {} } } };
    live.removed = { { 1 }, { 2 } };
    AlarmDelta alarms;
    alarms.snapshot = true;
    alarms.toVersion = 9;
    alarms.changed = { fullAlarm(), Alarm {} };
    alarms.removed = { { 3 } };
    CallQuery calls;
    calls.from = start;
    calls.caller = "+34*";
    calls.outcome = CallOutcome::NoAnswer;
    calls.minMos = 1.5;
    AlarmQuery asked;
    asked.to = start;
    asked.id = AlarmId { 7 };
    asked.severity = AlarmSeverity::Major;
    asked.kind = AlarmKind::DiskLate;
    asked.rule = "disk-late";
    asked.call = CallKey { 8 };
    asked.openOnly = true;
    ProbeStatus status;
    status.source = "eth0";
    status.counters = { { "frames_received", 1 }, { "frames_dropped", 2 } };
    status.unboundFlows.resize(2);
    CallMessage message;
    message.text = "BYE sip:a SIP/2.0\r\n";

    std::vector<QByteArray> all = encode(live);
    all.push_back(encode(alarms)[0]);
    all.push_back(encode(calls));
    all.push_back(encode(asked));
    all.push_back(encode(fullRule()));
    all.push_back(encode(status));
    status.addressesWithheld = true;
    all.push_back(encode(status));
    all.push_back(encode(FoundCalls { 4, { fullCall(start, "a@b"), CallRecord {} },
        { { { 77 }, "bad-line billing", sentence("kept by hold, %1: %2", "ada", "case 17") } } }));
    all.push_back(
        encode(CallNotes { { 77 }, { { "bad-line", start, "ada" } }, { { start, "ada", "hears herself" } } }));
    all.push_back(encode(RemoteIdentity { "ada", RemoteRole::Reviewer }));
    all.push_back(encode(AuditQuery { start, {}, 7 }));
    all.push_back(encode(AuditPage { { { start, "ada", "admin", "local", "search", "all calls" }, {} }, 2, 1 }));
    all.push_back(encode(TagNamePage { { { "bad-line", 3 }, {} } }));
    all.push_back(encode(StreamPage { { fullStream({ 77 }, 4, start), StreamRecord {} } }));
    all.push_back(encode(MessagePage { { message, CallMessage {} } }));
    all.push_back(encode(QualityPage { { point({ { 77 }, 4 }, start), QualityPoint {} } }));
    all.push_back(encode(FoundAlarms { 4, { fullAlarm(), Alarm {} } }));
    ServiceRow service;
    service.group = { ServiceGrouping::Trunk, std::string_view("north") };
    service.sums.figures.attempts = 7;
    all.push_back(encode(ServiceQuery { start, {}, ServiceGrouping::Codec, 5 }));
    all.push_back(encode(ServiceRowPage { { service, ServiceRow {} } }));
    Hold hold;
    hold.call = { 77 };
    hold.state = HoldState::Released;
    hold.setBy = "ada";
    hold.reason = "case 17";
    hold.releasedAt = start;
    hold.releasedBy = "grace";
    hold.missing = { sentence("%1 of %2 is gone.", 1, 2), plainText("More is.") };
    hold.caller = "+34910000001";
    hold.callee = "200";
    all.push_back(encode(HoldPage { { hold, Hold {} } }));
    all.push_back(encode(RetentionClock { start, start, true }));
    const Sentence why = sentence("Calls of %1 are left out: %2.", "2026-11-02", sentence("it expired at %1", start));
    all.push_back(encode(why));
    all.push_back(encode(AnswerRemarks { { why, plainText("a day is damaged"), Sentence {} } }));
    all.push_back(encode(DeletionRequest { "+34910000001", start, {}, true }));
    DeletedCall deleted;
    deleted.call = { 77 };
    deleted.state = DeletionState::Held;
    deleted.why = plainText("a hold");
    deleted.mediaBytes = 1;
    all.push_back(encode(DeletionPage { { { deleted, DeletedCall {} }, { plainText("a note"), Sentence {} } } }));
    all.push_back(encode(AlarmRulePage { { fullRule(), AlarmRule {} } }));
    all.push_back(encode(AlarmRuleChangePage { { { fullRule(), true }, {} } }));
    all.push_back(encode(RecordingRules { 7, { fullRecordingRule(), RecordingRule {} } }));
    return all;
}

}
