// The console's connection to one engine: plain values out, requests in. Reconnects by itself.
#pragma once

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
#include <QUrl>
#include <memory>
#include <vector>

namespace callmon {

class RemoteProbe;

class EngineLink : public QObject {
    Q_OBJECT

public:
    enum class State { Disconnected, Connecting, Connected, Incompatible };
    Q_ENUM(State)

    explicit EngineLink(QObject* parent = nullptr);
    ~EngineLink() override;

    void open(const QUrl& url); // local:<socket path>; a refused scheme ends in failedToOpen()
    State state() const;

    // Each request returns an id; its answers carry it and end with finished() or failed().
    quint64 search(const CallQuery& query);
    quint64 streams(CallKey call);
    quint64 quality(CallKey call);
    quint64 messages(CallKey call); // in order of time
    quint64 media(CallKey call); // every stream of the call
    quint64 listen(CallKey call); // that is on, from now on: see RemoteProbe::listen()
    quint64 alarms(const AlarmQuery& query);
    quint64 alarmRules();
    quint64 alarmRuleChanges(); // oldest first
    quint64 acknowledgeAlarm(AlarmId alarm, const QString& comment);
    quint64 shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment); // no time: taken back
    quint64 putAlarmRule(const AlarmRule& rule);
    quint64 removeAlarmRule(const QString& name);
    quint64 serviceHistory(const ServiceQuery& query);
    quint64 serviceWindows(); // that slide, of every group
    void close();
    void cancel(quint64 request);
    RemoteProbe& probe() { return *m_probe; } // for what is no request of a page

signals:
    void stateChanged(callmon::EngineLink::State state, const callmon::Sentence& message);
    void failedToOpen(const callmon::Sentence& message);
    void liveChanged(const callmon::LiveDelta& delta);
    void alarmsChanged(const callmon::AlarmDelta& delta); // of the open ones; the first one is a snapshot
    void statusChanged(const callmon::ProbeStatus& status);
    void tagsFound(quint64 request, const std::vector<callmon::TagsOfCall>& tags);
    void callsFound(quint64 request, const std::vector<callmon::CallRecord>& calls, quint64 matchesInAll);
    void streamsFound(quint64 request, const std::vector<callmon::StreamRecord>& streams);
    void qualityFound(quint64 request, const std::vector<callmon::QualityPoint>& points);
    void messagesFound(quint64 request, const std::vector<callmon::CallMessage>& messages);
    void serviceFound(quint64 request, const std::vector<callmon::ServiceRow>& rows);
    void mediaArrived(quint64 request, callmon::StreamKey stream, const QByteArray& bytes); // MediaChunk bytes
    void alarmsFound(quint64 request, const std::vector<callmon::Alarm>& alarms, quint64 matchesInAll);
    void alarmRulesFound(quint64 request, const std::vector<callmon::AlarmRule>& rules);
    void alarmRuleChangesFound(quint64 request, const std::vector<callmon::AlarmRuleChange>& changes);
    void remarked(quint64 request,
        const std::vector<callmon::Sentence>& remarks); // what the answer lacks, and why: before its end
    void finished(quint64 request);
    void failed(quint64 request, const callmon::Sentence& why);

private:
    std::unique_ptr<RemoteProbe> m_probe;
};

}
