// Runs one client's requests on threads of its own, so that neither the event loop nor other clients wait for them.
#pragma once

#include "engine/remote/alarm_access.h"
#include "engine/remote/recording_access.h"
#include "engine/storage/call_noting.h"
#include "engine/storage/record_keeping.h"
#include "engine/storage/record_query.h"
#include "shared/calls/audit_entry.h"
#include "shared/remote/remote_role.h"

#include <QByteArray>
#include <QObject>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <variant>

namespace callmon {

using OpenQuery = std::function<Result<std::unique_ptr<RecordQuery>>()>;

struct StreamsOf {
    CallKey call;
};
struct QualityOf {
    CallKey call;
};
struct MessagesOf {
    CallKey call;
};
struct MediaOf {
    CallKey call;
};
struct ListenTo {
    Listening listening;
    std::set<StreamKey> announced; // to the client
};
struct AlarmRulesWanted { };
struct AlarmRuleChangesWanted { };
struct AcknowledgeAlarm {
    AlarmId alarm;
    std::string comment;
};
struct ShelveAlarm {
    AlarmId alarm;
    std::chrono::seconds time;
    std::string comment;
};
struct PutAlarmRule {
    AlarmRule rule;
};
struct RemoveAlarmRule {
    std::string name;
};
struct ServiceWindowsWanted { };
struct RecordingRulesWanted { };
struct PutRecordingRules {
    RecordingRules rules;
};
struct HoldsWanted { };
struct AddHold {
    CallKey call;
    std::string reason;
};
struct ReleaseHold {
    CallKey call;
    std::string reason;
};
struct ClockWanted { };
struct ConfirmClock { };
struct IdentityWanted {
    RemoteRole role;
};
struct NotesOf {
    CallKey call;
};
struct TagNamesWanted { };
struct ChangeTag {
    CallKey call;
    std::string tag;
    bool add = true; // else it is removed
};
struct AddNote {
    CallKey call;
    std::string text;
};
using RemoteJob = std::variant<CallQuery, StreamsOf, QualityOf, MessagesOf, MediaOf, ListenTo, AlarmQuery,
    AlarmRulesWanted, AlarmRuleChangesWanted, AcknowledgeAlarm, PutAlarmRule, RemoveAlarmRule, ServiceQuery,
    ServiceWindowsWanted, RecordingRulesWanted, PutRecordingRules, HoldsWanted, AddHold, ReleaseHold, DeletionRequest,
    ShelveAlarm, NotesOf, TagNamesWanted, ChangeTag, AddNote, IdentityWanted, AuditQuery, ClockWanted, ConfirmClock>;
using ServiceWindows = std::function<std::vector<ServiceRow>()>; // from any thread

// Lives on the main thread; its signals are emitted on its threads, so connect them queued. A request answers in
// messages of about remoteMessageBytes; it waits when a few of them were not taken by the client yet.
class QueryRunner : public QObject {
    Q_OBJECT

public:
    // `alarms` may be null, and outlives this; `user` says who asks, for what is kept with that.
    QueryRunner(OpenQuery open, AlarmAccess* alarms, std::string user);
    ~QueryRunner() override; // waits for the threads: stop() first and delete when stopped() does not block

    void setServiceWindows(ServiceWindows windows) { m_serviceWindows = std::move(windows); } // before start()
    void setRecording(RecordingAccess* recording) { m_recording = recording; } // likewise; may be null
    std::string wordsOfRecordingRules(const RecordingRules& rules) const; // of a change, for the audit log
    void setKeeping(RecordKeeping* keeping) { m_keeping = keeping; } // likewise; it outlives this
    void setNotes(CallNoting* notes) { m_notes = notes; } // likewise
    void setAuditDirectory(std::filesystem::path directory) { m_auditDirectory = std::move(directory); } // likewise
    bool start(quint64 request, RemoteJob job); // false: that number is in use, or too many requests wait
    void taken(quint64 request);
    void cancel(quint64 request); // nothing more is emitted for it, but for what is under way
    void stop(); // cancels everything, for good
    bool stopped() const { return m_running == 0; }

signals:
    void answered(quint64 request, const QByteArray& answer);
    void finished(quint64 request);
    void failed(quint64 request, const QByteArray& why);

private:
    using Clock = std::chrono::steady_clock;
    struct Request {
        RemoteJob job;
        bool goesOn = false; // its thread's: answered for now, and to be taken up again after a while
        std::atomic<bool> cancelled { false };
        int untaken = 0; // under m_mutex
    };

    void run();
    std::optional<quint64> nextDue(std::unique_lock<std::mutex>& lock); // waits for it; nothing: stop
    Result<void> answer(RecordQuery& query, quint64 number, Request& request);
    Result<void> answerCalls(RecordQuery& query, const CallQuery& wanted, quint64 number, Request& request);
    Result<void> answerMessages(RecordQuery& query, CallKey call, quint64 number, Request& request);
    Result<void> answerMedia(RecordQuery& query, CallKey call, quint64 number, Request& request);
    Result<void> answerListen(RecordQuery& query, ListenTo& wanted, quint64 number, Request& request);
    // In alarm_answers.cpp.
    Result<void> answerAlarms(RecordQuery& query, const AlarmQuery& wanted, quint64 number, Request& request);
    Result<void> answerRules(quint64 number, Request& request);
    Result<void> answerRuleChanges(quint64 number, Request& request);
    Result<void> acknowledge(RecordQuery& query, const AcknowledgeAlarm& wanted);
    Result<void> shelve(RecordQuery& query, const ShelveAlarm& wanted);
    Result<void> changeRules(const RemoteJob& job);
    // In recording_answers.cpp.
    Result<void> answerRecordingRules(quint64 number, Request& request);
    Result<void> changeRecordingRules(const PutRecordingRules& wanted);
    // In service_answers.cpp.
    Result<void> answerService(RecordQuery& query, const ServiceQuery& wanted, quint64 number, Request& request);
    Result<void> answerServiceWindows(quint64 number, Request& request);
    Result<void> answerKeeping(RecordQuery& query, quint64 number, Request& request); // in keeping_answers.cpp
    Result<void> answerNotes(RecordQuery& query, quint64 number, Request& request); // in note_answers.cpp
    Result<void> answerAudit(const AuditQuery& wanted, quint64 number, Request& request); // in audit_answers.cpp
    Result<void> answerAllAudit(const AuditQuery& wanted, quint64 number, Request& request);
    void tellRemarks(const std::vector<Sentence>& remarks, quint64 number, Request& request);
    bool send(quint64 number, Request& request, const QByteArray& answer); // false: cancelled

    OpenQuery m_open;
    AlarmAccess* m_alarms;
    std::string m_user;
    ServiceWindows m_serviceWindows;
    RecordingAccess* m_recording = nullptr;
    RecordKeeping* m_keeping = nullptr;
    CallNoting* m_notes = nullptr;
    std::filesystem::path m_auditDirectory; // empty: none is kept
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<quint64, std::shared_ptr<Request>> m_requests; // waiting and running
    std::deque<quint64> m_waiting;
    std::multimap<Clock::time_point, quint64> m_later; // those that go on, by when
    int m_idle = 0;
    bool m_stop = false;
    std::atomic<int> m_running { 0 };
    std::vector<std::thread> m_threads;
};

}
