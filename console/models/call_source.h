// Where the views get calls from. The application puts the connection to an engine behind it (views do not know
// console/link); tests put made-up calls there. Requests and answers as in console/link/engine_link.h.
#pragma once

#include "console/models/probe_id.h"
#include "shared/calls/alarm_rule.h"
#include "shared/calls/call_message.h"
#include "shared/calls/call_notes.h"
#include "shared/calls/call_query.h"
#include "shared/calls/live_delta.h"
#include "shared/calls/probe_status.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/service_window.h"
#include "shared/calls/stream_record.h"

#include <QByteArray>
#include <QObject>
#include <QStringList>

namespace callmon {

class ProbeDesk;

class CallSource : public QObject {
    Q_OBJECT

public:
    enum class State { Disconnected, Connecting, Connected, Incompatible };
    Q_ENUM(State)

    using QObject::QObject;

    virtual State state() const = 0;
    // Each request returns an id; its answers carry it and end with finished() or failed(), never before the request
    // has returned.
    virtual quint64 search(const CallQuery& query) = 0;
    virtual quint64 streams(CallKey call) = 0;
    virtual quint64 quality(CallKey call) = 0;
    virtual quint64 messages(CallKey call) = 0;
    virtual quint64 media(CallKey call) = 0;
    virtual quint64 alarms(const AlarmQuery& query) = 0;
    virtual quint64 alarmRules() = 0;
    virtual quint64 alarmRuleChanges() = 0; // oldest first
    virtual quint64 acknowledgeAlarm(AlarmId alarm, const QString& comment) = 0;
    virtual quint64 shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment) = 0; // 0: taken back
    virtual quint64 putAlarmRule(const AlarmRule& rule) = 0;
    virtual quint64 removeAlarmRule(const QString& name) = 0;
    virtual quint64 serviceHistory(const ServiceQuery& query) = 0;
    virtual void cancel(quint64 request) = 0;

    // One engine, or several behind one source: then lists, searches and metrics are of all of them, and what belongs
    // to one call or one rule is asked of the engine that has it.
    struct Probe {
        ProbeId id;
        QString name; // empty where there is only one, and nobody named it
        State state = State::Disconnected;
        QString message; // the last that was said of its connection
    };
    virtual std::vector<Probe> probes() const { return { { {}, {}, state(), {} } }; }
    virtual CallSource& of(ProbeId) { return *this; } // that one alone, for as long as this source lives
    virtual quint64 searchOf(ProbeId, const CallQuery& query) { return search(query); }
    virtual quint64 acknowledgeAlarmOf(ProbeId, AlarmId alarm, const QString& comment)
    {
        return acknowledgeAlarm(alarm, comment);
    }
    virtual quint64 shelveAlarmOf(ProbeId, AlarmId alarm, std::chrono::seconds time, const QString& comment)
    {
        return shelveAlarm(alarm, time, comment);
    }
    // Where tags, notes, rules and holds of one engine are kept, asked of of(): as long as that source lives; nullptr:
    // nowhere.
    virtual ProbeDesk* desk() { return nullptr; }
    virtual void shutDown() { } // for good: no connection any more, and nothing comes from it
    // A call that is on, heard as it goes on until it is over: streamsFound() of each stream before its media, and
    // empty media each time that all streams came up to the same time. 0: not told here.
    virtual quint64 listen(CallKey) { return 0; }
    virtual quint64 serviceWindows() { return 0; } // of the sliding windows, every group; 0: not told here

signals:
    void stateChanged(callmon::CallSource::State state, const QString& message); // message: a sentence for the user
    void liveChanged(const callmon::LiveDelta& delta, callmon::ProbeId probe = {});
    // Of the open ones; the first one is a snapshot.
    void alarmsChanged(const callmon::AlarmDelta& delta, callmon::ProbeId probe = {});
    void statusChanged(const callmon::ProbeStatus& status, callmon::ProbeId probe = {});
    // Before the calls that they are of.
    void tagsFound(quint64 request, const std::vector<callmon::TagsOfCall>& tags, callmon::ProbeId probe = {});
    void callsFound(quint64 request, const std::vector<callmon::CallRecord>& calls, quint64 matchesInAll,
        callmon::ProbeId probe = {});
    void streamsFound(quint64 request, const std::vector<callmon::StreamRecord>& streams);
    void qualityFound(quint64 request, const std::vector<callmon::QualityPoint>& points);
    void messagesFound(quint64 request, const std::vector<callmon::CallMessage>& messages);
    void mediaArrived(quint64 request, callmon::StreamKey stream, const QByteArray& bytes); // MediaChunk bytes
    void alarmsFound(
        quint64 request, const std::vector<callmon::Alarm>& alarms, quint64 matchesInAll, callmon::ProbeId probe = {});
    void alarmRulesFound(quint64 request, const std::vector<callmon::AlarmRule>& rules);
    void alarmRuleChangesFound(quint64 request, const std::vector<callmon::AlarmRuleChange>& changes);
    void serviceFound(quint64 request, const std::vector<callmon::ServiceRow>& rows);
    // What the answer lacks, and why, in sentences: before its end.
    void remarked(quint64 request, const QStringList& remarks, callmon::ProbeId probe = {});
    void finished(quint64 request);
    // `keptNoMore`: what is asked for went when its time was over, or for newer: nothing that can be mended.
    void failed(quint64 request, const QString& message, bool keptNoMore = false);
    void probesChanged(); // one came or went, or its connection changed
    // One of several engines gave no answer, or not all of it; the request goes on with the others.
    void partMissing(quint64 request, const QString& message);
};

// What lists say of the probes of a source.
inline ProbeLabels labelsOf(const CallSource& source)
{
    ProbeLabels labels;
    for (const CallSource::Probe& probe : source.probes())
        labels[probe.id] = { probe.name, probe.state == CallSource::State::Connected };
    return labels;
}

}
