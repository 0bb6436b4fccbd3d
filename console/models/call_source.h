// Where the views get calls from. The application puts the connection to an engine behind it (views do not know
// console/link); tests put made-up calls there. Requests and answers as in console/link/engine_link.h.
#pragma once

#include "shared/calls/alarm_rule.h"
#include "shared/calls/call_message.h"
#include "shared/calls/call_query.h"
#include "shared/calls/live_delta.h"
#include "shared/calls/probe_status.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/service_window.h"
#include "shared/calls/stream_record.h"

#include <QByteArray>
#include <QObject>

namespace callmon {

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

signals:
    void stateChanged(callmon::CallSource::State state, const QString& message); // message: a sentence for the user
    void liveChanged(const callmon::LiveDelta& delta);
    void alarmsChanged(const callmon::AlarmDelta& delta); // of the open ones; the first one is a snapshot
    void statusChanged(const callmon::ProbeStatus& status);
    void callsFound(quint64 request, const std::vector<callmon::CallRecord>& calls, quint64 matchesInAll);
    void streamsFound(quint64 request, const std::vector<callmon::StreamRecord>& streams);
    void qualityFound(quint64 request, const std::vector<callmon::QualityPoint>& points);
    void messagesFound(quint64 request, const std::vector<callmon::CallMessage>& messages);
    void mediaArrived(quint64 request, callmon::StreamKey stream, const QByteArray& bytes); // MediaChunk bytes
    void alarmsFound(quint64 request, const std::vector<callmon::Alarm>& alarms, quint64 matchesInAll);
    void alarmRulesFound(quint64 request, const std::vector<callmon::AlarmRule>& rules);
    void alarmRuleChangesFound(quint64 request, const std::vector<callmon::AlarmRuleChange>& changes);
    void serviceFound(quint64 request, const std::vector<callmon::ServiceRow>& rows);
    void finished(quint64 request);
    void failed(quint64 request, const QString& message);
};

}
