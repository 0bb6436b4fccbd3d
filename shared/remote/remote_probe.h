// A client of one engine: the live list, its status, and requests for what is stored. Reconnects by itself.
// Used by console/link and by callmonctl.
#pragma once

#include "shared/remote/wire.h"

#include <QObject>
#include <QTimer>
#include <QUrl>
#include <memory>
#include <set>

namespace callmon {

class RemoteConnection;

struct RemoteProbeOptions {
    bool followLive = true; // without it no snapshot and no deltas: searches and status only
    bool followAlarms = true; // likewise
    std::chrono::milliseconds silence {
        5000
    }; // an engine that says nothing for so long (it speaks every second) is gone
    std::chrono::milliseconds retry { 250 }; // first pause before connecting again; doubles up to retryMax
    std::chrono::milliseconds retryMax { 2000 };
    quint32 protocol = remoteProtocolVersion; // tests only
};

// Main thread. All signals come from the event loop, never from inside a call made to this object.
class RemoteProbe : public QObject {
    Q_OBJECT

public:
    enum class State {
        Disconnected, // open() was not called, failed, or close() was
        Connecting, // also while an engine that went away is tried again and again
        Connected,
        Incompatible, // engine and client speak different protocols: tried again slowly, for it may be updated
    };
    Q_ENUM(State)

    explicit RemoteProbe(QObject* parent = nullptr);
    explicit RemoteProbe(RemoteProbeOptions options, QObject* parent = nullptr);
    ~RemoteProbe() override;

    void open(const QUrl& url); // ends in failedToOpen() when the URL can never work
    void close();
    State state() const { return m_state; }
    QString engineVersion() const { return m_engineVersion; } // of the last engine that said hello
    // Why there is no connection, or the last one ended: for who does not wait until it is tried again.
    const Sentence& reason() const { return m_reason; }

    // Each returns a number that its answers carry; they end with finished() or failed(), unless it is cancelled:
    // then nothing more comes. Without a connection, or when it is lost, requests fail.
    quint64 search(const CallQuery& query);
    quint64 streams(CallKey call);
    quint64 quality(CallKey call);
    quint64 messages(CallKey call);
    quint64 media(CallKey call); // of every stream of the call, stream by stream
    // Of a call that is on, until it is over: streamsFound() of each stream before its media, mediaArrived() as they
    // are recorded, a few seconds behind the call; with empty bytes each time that all streams came up to the same
    // time.
    quint64 listen(CallKey call, bool fromStart);
    quint64 alarms(const AlarmQuery& query);
    quint64 alarmRules();
    quint64 alarmRuleChanges(); // oldest first
    // Changes: they are kept once finished() has come, with this program's user and the time.
    quint64 acknowledgeAlarm(AlarmId alarm, const QString& comment);
    quint64 shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment); // no time takes it back
    quint64 putAlarmRule(const AlarmRule& rule);
    quint64 removeAlarmRule(const QString& name);
    quint64 recordingRules();
    quint64 putRecordingRules(const RecordingRules& rules); // in the place of that version's; a change, likewise
    quint64 serviceHistory(const ServiceQuery& query);
    quint64 serviceWindows(); // of every group
    quint64 holds(); // with those that were released
    quint64 addHold(CallKey call, const QString& reason); // answered by the hold
    quint64 releaseHold(CallKey call, const QString& reason);
    quint64 deleteNumber(const DeletionRequest& request);
    quint64 retentionClock();
    quint64 confirmClock(); // answered by the clock, likewise
    quint64 callNotes(CallKey call);
    quint64 tagNames(); // in use
    quint64 addTag(CallKey call, const QString& tag); // these three are answered by what the call has then
    quint64 removeTag(CallKey call, const QString& tag);
    quint64 addNote(CallKey call, const QString& text);
    quint64 whoAmI();
    quint64 audit(const AuditQuery& query);
    quint64 noteExport(const QString& what); // "past calls as csv": before it is written
    void cancel(quint64 request);

    void followLive(bool follow); // on: begins with a snapshot. Overrides the option of that name

signals:
    void stateChanged(callmon::RemoteProbe::State state, const callmon::Sentence& message);
    void failedToOpen(const callmon::Sentence& message);
    // In order and without gaps: a snapshot after each connect (and whenever a gap was found), then deltas.
    void liveChanged(const callmon::LiveDelta& delta);
    void alarmsChanged(const callmon::AlarmDelta& delta); // of the open ones, likewise
    void statusChanged(const callmon::ProbeStatus& status);
    void callsFound(quint64 request, const std::vector<callmon::CallRecord>& calls, quint64 matchesInAll);
    void streamsFound(quint64 request, const std::vector<callmon::StreamRecord>& streams);
    void messagesFound(quint64 request, const std::vector<callmon::CallMessage>& messages);
    void qualityFound(quint64 request, const std::vector<callmon::QualityPoint>& points);
    void serviceFound(quint64 request, const std::vector<callmon::ServiceRow>& rows);
    void mediaArrived(quint64 request, callmon::StreamKey stream, const QByteArray& bytes);
    void alarmsFound(quint64 request, const std::vector<callmon::Alarm>& alarms, quint64 matchesInAll);
    void alarmRulesFound(quint64 request, const std::vector<callmon::AlarmRule>& rules);
    void recordingRulesFound(quint64 request, const callmon::RecordingRules& rules);
    void alarmRuleChangesFound(quint64 request, const std::vector<callmon::AlarmRuleChange>& changes);
    void holdsFound(quint64 request, const std::vector<callmon::Hold>& holds);
    void deletionReported(quint64 request, const callmon::DeletionReport& part);
    void retentionClockFound(quint64 request, const callmon::RetentionClock& clock);
    void remarked(quint64 request,
        const std::vector<callmon::Sentence>& remarks); // what the answer lacks, and why: before its end
    void tagsFound(quint64 request, const std::vector<callmon::TagsOfCall>& tags); // before the calls that they are of
    void callNotesFound(quint64 request, const callmon::CallNotes& notes);
    void tagNamesFound(quint64 request, const std::vector<callmon::TagUse>& names);
    void identityFound(quint64 request, const callmon::RemoteIdentity& identity);
    void auditFound(quint64 request, const callmon::AuditPage& part);
    void finished(quint64 request);
    void failed(quint64 request, const callmon::Sentence& why);

private:
    friend class RemoteConnection;

    void connectNow();
    void setState(State state, const Sentence& message);
    void established(const QString& engineVersion);
    void lost(const Sentence& why); // try again
    void incompatible(const Sentence& message);
    void dropConnection();
    void takeAnswer(quint64 request, const QByteArray& blob);
    void takeEnd(quint64 request, const Sentence* failure);
    template <typename Send> quint64 request(Send send);
    void failLater(quint64 request, const Sentence& why);

    RemoteProbeOptions m_options;
    QUrl m_url;
    State m_state = State::Disconnected;
    Sentence m_message;
    Sentence m_reason;
    QString m_engineVersion;
    RemoteConnection* m_connection = nullptr;
    QTimer m_retryTimer;
    std::chrono::milliseconds m_retry {};
    quint64 m_lastRequest = 0;
    std::set<quint64> m_requests; // not yet ended
};

}
