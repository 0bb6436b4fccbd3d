// The binary blobs inside the calls and signals of probe.rep.
//
// Each begins with u8 kind | u8 version of that kind; then the fields in the order of their struct, big-endian;
// an optional is u8 present (0 or 1) and, if so, its value; a text is u16 length and bytes; a list is u32 count and
// elements; the place in a list, its text. Decoding believes nothing: a count larger than the bytes left can hold, an
// enumerator that does not exist, a text too long for its field, bytes left over: the result is empty.
#pragma once

#include "shared/base/sentence.h"
#include "shared/calls/alarm_rule.h"
#include "shared/calls/audit_entry.h"
#include "shared/calls/call_message.h"
#include "shared/calls/call_notes.h"
#include "shared/calls/call_query.h"
#include "shared/calls/deletion.h"
#include "shared/calls/hold.h"
#include "shared/calls/live_delta.h"
#include "shared/calls/probe_status.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/recording_rule.h"
#include "shared/calls/retention_clock.h"
#include "shared/calls/stream_record.h"
#include "shared/remote/remote_role.h"
#include "shared/remote/wire_service.h"

#include <QByteArray>
#include <utility>
#include <variant>

namespace callmon {

// Goes up with every change of Session in probe.rep or of a blob. Engine and client must have the same.
constexpr quint32 remoteProtocolVersion = 14;

// Messages are kept near this size: large ones block their connection and double memory.
constexpr std::size_t remoteMessageBytes = 128 * 1024;

// A delta travels in parts: all of one delta, in order, each with some of its rows.
template <typename Delta> struct DeltaPart {
    std::uint32_t number = 0; // 0, 1 ... parts - 1
    std::uint32_t parts = 1;
    Delta delta; // versions and snapshot mark as of the whole
};

// Puts the parts together again.
template <typename Delta> class DeltaAssembler {
public:
    // The whole delta with its last part. A part out of order throws away what was begun and sets broken().
    std::optional<Delta> add(DeltaPart<Delta> part)
    {
        const bool fits = part.number == m_next
            && (m_next == 0
                || (part.delta.snapshot == m_delta.snapshot && part.delta.fromVersion == m_delta.fromVersion
                    && part.delta.toVersion == m_delta.toVersion));
        if (!fits) {
            clear();
            m_broken = true;
            return std::nullopt;
        }
        if (m_next == 0) {
            m_delta = std::move(part.delta);
        } else {
            append(m_delta.changed, part.delta.changed);
            append(m_delta.removed, part.delta.removed);
            if constexpr (HasFigures<Delta>)
                append(m_delta.figures, part.delta.figures);
        }
        if (++m_next < part.parts)
            return std::nullopt;
        m_next = 0;
        return std::exchange(m_delta, {});
    }
    bool broken() const { return m_broken; }
    void clear()
    {
        m_delta = {};
        m_next = 0;
        m_broken = false;
    }

private:
    template <typename T> static void append(std::vector<T>& to, const std::vector<T>& rows)
    {
        to.insert(to.end(), rows.begin(), rows.end());
    }

    Delta m_delta;
    std::uint32_t m_next = 0;
    bool m_broken = false;
};

using LiveDeltaPart = DeltaPart<LiveDelta>;
std::vector<QByteArray> encode(const LiveDelta& delta, std::size_t messageBytes = remoteMessageBytes);
std::optional<LiveDeltaPart> decodeLiveDeltaPart(const QByteArray& blob);

using AlarmDeltaPart = DeltaPart<AlarmDelta>;
std::vector<QByteArray> encode(const AlarmDelta& delta, std::size_t messageBytes = remoteMessageBytes);
std::optional<AlarmDeltaPart> decodeAlarmDeltaPart(const QByteArray& blob);

QByteArray encode(const AlarmQuery& query);
std::optional<AlarmQuery> decodeAlarmQuery(const QByteArray& blob);

QByteArray encode(const AlarmRule& rule);
std::optional<AlarmRule> decodeAlarmRule(const QByteArray& blob); // that it makes sense, checkRule() says

QByteArray encode(const RecordingRules& rules); // a request, and an answer
std::optional<RecordingRules> decodeRecordingRules(const QByteArray& blob); // likewise checkRecordingRules()

QByteArray encode(const CallQuery& query);
std::optional<CallQuery> decodeCallQuery(const QByteArray& blob);

QByteArray encode(const DeletionRequest& request);
std::optional<DeletionRequest> decodeDeletionRequest(const QByteArray& blob);

QByteArray encode(const AuditQuery& query);
std::optional<AuditQuery> decodeAuditQuery(const QByteArray& blob);

QByteArray encode(const ProbeStatus& status);
std::optional<ProbeStatus> decodeProbeStatus(const QByteArray& blob);

QByteArray encode(const Sentence& sentence); // why a request failed
std::optional<Sentence> decodeSentence(const QByteArray& blob);

// What answers a request. matchesInAll is exact on the last page of a search, on earlier ones what is counted so far.
struct FoundCalls { // not CallPage and AlarmPage: the console's views have classes of these names
    std::uint64_t matchesInAll = 0;
    std::vector<CallRecord> calls;
    std::vector<TagsOfCall> tags {}; // of those of them that have any
};
struct StreamPage {
    std::vector<StreamRecord> streams;
};
struct QualityPage {
    std::vector<QualityPoint> points;
};
struct MessagePage {
    std::vector<CallMessage> messages;
};
struct MediaPage { // whole packets of one stream, as MediaReader reads them
    StreamKey stream;
    QByteArray bytes;
};
struct FoundAlarms {
    std::uint64_t matchesInAll = 0; // as in FoundCalls
    std::vector<Alarm> alarms;
};
struct AlarmRulePage {
    std::vector<AlarmRule> rules;
};
struct AlarmRuleChangePage {
    std::vector<AlarmRuleChange> changes;
};
struct HoldPage {
    std::vector<Hold> holds;
};
struct DeletionPage { // of a report: some of its calls, or its notes
    DeletionReport report;
};
struct TagNamePage {
    std::vector<TagUse> names;
};
struct RemoteIdentity { // who a client is to the engine
    std::string name;
    RemoteRole role = RemoteRole::Viewer;
};
struct AnswerRemarks { // what an answer lacks, and why
    std::vector<Sentence> remarks;
};
using RemoteAnswer = std::variant<FoundCalls, StreamPage, QualityPage, MediaPage, MessagePage, FoundAlarms,
    AlarmRulePage, AlarmRuleChangePage, ServiceRowPage, RecordingRules, HoldPage, DeletionPage, CallNotes, TagNamePage,
    RemoteIdentity, AuditPage, RetentionClock, AnswerRemarks>;

QByteArray encode(const FoundCalls& page);
QByteArray encode(const StreamPage& page);
QByteArray encode(const QualityPage& page);
QByteArray encode(const MediaPage& page);
QByteArray encode(const MessagePage& page);
QByteArray encode(const FoundAlarms& page);
QByteArray encode(const AlarmRulePage& page);
QByteArray encode(const AlarmRuleChangePage& page);
QByteArray encode(const HoldPage& page);
QByteArray encode(const DeletionPage& page);
QByteArray encode(const CallNotes& notes);
QByteArray encode(const TagNamePage& page);
QByteArray encode(const RemoteIdentity& identity);
QByteArray encode(const AuditPage& page);
QByteArray encode(const RetentionClock& clock);
QByteArray encode(const AnswerRemarks& remarks);
std::optional<RemoteAnswer> decodeAnswer(const QByteArray& blob);

}
