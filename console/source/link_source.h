// The connection to an engine as the views want it: console/link behind console/models/call_source.h.
#pragma once

#include "console/link/engine_link.h"
#include "console/models/call_source.h"
#include "console/source/link_desk.h"

namespace callmon {

class LinkSource : public CallSource {
    Q_OBJECT

public:
    explicit LinkSource(QObject* parent = nullptr);

    void open(const QUrl& url) { m_link.open(url); }
    void shutDown() override
    {
        m_failed = true;
        m_link.close();
    }
    State state() const override { return m_failed ? State::Disconnected : stateOf(m_link.state()); }
    quint64 search(const CallQuery& query) override { return m_link.search(query); }
    quint64 streams(CallKey call) override { return m_link.streams(call); }
    quint64 quality(CallKey call) override { return m_link.quality(call); }
    quint64 messages(CallKey call) override { return m_link.messages(call); }
    quint64 media(CallKey call) override { return m_link.media(call); }
    quint64 listen(CallKey call) override { return m_link.listen(call); }
    quint64 alarms(const AlarmQuery& query) override { return m_link.alarms(query); }
    quint64 alarmRules() override { return m_link.alarmRules(); }
    quint64 alarmRuleChanges() override { return m_link.alarmRuleChanges(); }
    quint64 acknowledgeAlarm(AlarmId alarm, const QString& comment) override
    {
        return m_link.acknowledgeAlarm(alarm, comment);
    }
    quint64 shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment) override
    {
        return m_link.shelveAlarm(alarm, time, comment);
    }
    quint64 putAlarmRule(const AlarmRule& rule) override { return m_link.putAlarmRule(rule); }
    quint64 removeAlarmRule(const QString& name) override { return m_link.removeAlarmRule(name); }
    quint64 serviceHistory(const ServiceQuery& query) override { return m_link.serviceHistory(query); }
    void cancel(quint64 request) override { m_link.cancel(request); }
    quint64 serviceWindows() override { return m_link.serviceWindows(); }
    ProbeDesk* desk() override { return &m_desk; }

private:
    static State stateOf(EngineLink::State state);

    EngineLink m_link;
    LinkDesk m_desk;
    bool m_failed = false; // the address itself is no good, or nothing is wanted of it any more
};

}
