// The objects that one client sees. Internal to the remote service.
#pragma once

#include "engine/remote/list_pusher.h"
#include "engine/remote/query_runner.h"
#include "engine/remote/request_gate.h"

#include "rep_probe_source.h"

#include <functional>

namespace callmon {

class HelloObject : public HelloSimpleSource {
    Q_OBJECT

public:
    HelloObject(quint32 protocol, const QString& engineVersion, std::function<QString(quint32)> open)
        : m_open(std::move(open))
    {
        setProtocol(protocol);
        setEngineVersion(engineVersion);
    }
    QString openSession(quint32 clientProtocol, QString) override { return m_open(clientProtocol); }

private:
    std::function<QString(quint32)> m_open;
};

struct StatusBlobs { // the same second, encoded once for all clients of a kind
    QByteArray whole;
    QByteArray withoutAddresses; // for viewers
};

class RemoteSession : public SessionSource {
    Q_OBJECT

public:
    RemoteSession(RemoteFeeds& feeds, std::unique_ptr<QueryRunner> runner, RequestGate gate);

    void everySecond(const StatusBlobs& status);
    void nextStep(); // of the lists that are followed
    std::unique_ptr<QueryRunner> takeRunner();

    void alive() override { } // that bytes came is the sign
    void followLive(bool follow) override;
    void livePartTaken() override;
    void followAlarms(bool follow) override;
    void alarmPartTaken() override;
    void search(quint64 request, QByteArray query) override;
    void streams(quint64 request, qint64 call) override;
    void quality(quint64 request, qint64 call) override;
    void messages(quint64 request, qint64 call) override;
    void media(quint64 request, qint64 call) override;
    void listen(quint64 request, qint64 call, bool fromStart) override;
    void serviceHistory(quint64 request, QByteArray query) override;
    void serviceWindows(quint64 request) override;
    void answerTaken(quint64 request) override;
    void cancel(quint64 request) override;
    void alarms(quint64 request, QByteArray query) override;
    void alarmRules(quint64 request) override;
    void alarmRuleChanges(quint64 request) override;
    void acknowledgeAlarm(quint64 request, qint64 alarm, QString comment) override;
    void shelveAlarm(quint64 request, qint64 alarm, quint32 seconds, QString comment) override;
    void putAlarmRule(quint64 request, QByteArray rule) override;
    void removeAlarmRule(quint64 request, QString name) override;
    void recordingRules(quint64 request) override;
    void putRecordingRules(quint64 request, QByteArray rules) override;
    void holds(quint64 request) override;
    void addHold(quint64 request, qint64 call, QString reason) override;
    void releaseHold(quint64 request, qint64 call, QString reason) override;
    void deleteNumber(quint64 request, QByteArray what) override;
    void callNotes(quint64 request, qint64 call) override;
    void tagNames(quint64 request) override;
    void addTag(quint64 request, qint64 call, QString tag) override;
    void removeTag(quint64 request, qint64 call, QString tag) override;
    void addNote(quint64 request, qint64 call, QString text) override;
    void whoAmI(quint64 request) override;
    void audit(quint64 request, QByteArray query) override;
    void noteExport(quint64 request, QString what) override;
    void retentionClock(quint64 request) override;
    void confirmClock(quint64 request) override;

private:
    void changeTag(quint64 request, const char* action, CallKey call, const QString& tag, bool add);
    bool mayNot(quint64 request, const std::optional<Sentence>& refusal); // tells the client, if so
    void refuse(quint64 request, const Sentence& why);
    void start(quint64 request, RemoteJob job);

    RequestGate m_gate;
    ListPusher m_live;
    ListPusher m_alarms;
    std::unique_ptr<QueryRunner> m_runner;
};

}
