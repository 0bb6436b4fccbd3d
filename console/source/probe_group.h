// Any number of engines as one source: lists are of all of them, searches and metrics are asked of all that are
// connected and joined here, and what belongs to one call is asked of the engine that has it (of()). An engine that is
// gone or slow holds nobody up: its part is said to be missing, and the others' is there.
#pragma once

#include "console/models/call_source.h"
#include "console/models/probe_list.h"

#include <functional>
#include <memory>
#include <set>

namespace callmon {

class ProbeGroup : public CallSource, public ProbeRegistry {
    Q_OBJECT

public:
    using Open = std::function<std::unique_ptr<CallSource>(const QString& address)>;

    explicit ProbeGroup(Open open, QObject* parent = nullptr);
    ~ProbeGroup() override;

    // How long the others' part of an answer waits for one that says nothing.
    void setPatience(std::chrono::milliseconds patience) { m_patience = patience; }

    std::vector<ProbeAddress> addresses() const override { return m_addresses; }
    void setAddresses(const std::vector<ProbeAddress>& probes) override;
    QString complaintAboutAddress(const QString& address) const override;

    State state() const override;
    std::vector<Probe> probes() const override;
    CallSource& of(ProbeId probe) override;

    quint64 search(const CallQuery& query) override;
    quint64 alarms(const AlarmQuery& query) override;
    quint64 serviceHistory(const ServiceQuery& query) override;
    quint64 serviceWindows() override;
    quint64 searchOf(ProbeId probe, const CallQuery& query) override;
    quint64 acknowledgeAlarmOf(ProbeId probe, AlarmId alarm, const QString& comment) override;
    quint64 shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment) override;
    quint64 shelveAlarmOf(ProbeId probe, AlarmId alarm, std::chrono::seconds time, const QString& comment) override;
    void cancel(quint64 request) override;

    // Of one engine each: where there are several they fail, for of() says which is meant.
    quint64 streams(CallKey call) override;
    quint64 quality(CallKey call) override;
    quint64 messages(CallKey call) override;
    quint64 media(CallKey call) override;
    quint64 alarmRules() override;
    quint64 alarmRuleChanges() override;
    quint64 acknowledgeAlarm(AlarmId alarm, const QString& comment) override;
    quint64 putAlarmRule(const AlarmRule& rule) override;
    quint64 removeAlarmRule(const QString& name) override;

private:
    struct Member {
        ProbeId id;
        ProbeAddress address;
        std::unique_ptr<CallSource> source;
        QString message;
        bool wasConnected = false;
    };
    struct Request;
    using Send = std::function<quint64(CallSource& source)>;
    enum class Join { AsItComes, ServiceSteps, ServiceWindows };

    void add(const ProbeAddress& address);
    void follow(Member& member);
    void retire(Member& member);
    Member* find(ProbeId probe);
    QString summary() const;
    void announce();
    quint64 askAll(const Send& send, Join join);
    quint64 askOne(const Send& send);
    quint64 askMember(Member& member, const Send& send);
    Request* requestOf(ProbeId probe, quint64 part, quint64* id);
    template <typename... Args> void passOn(Member& member, void (CallSource::*found)(quint64, Args...));
    void partEnded(ProbeId probe, quint64 part, const QString* failure);
    void endPart(quint64 id, ProbeId probe, const QString* failure);
    void giveUp(quint64 id);
    void conclude(quint64 id);
    quint64 matchesOf(Request& request, ProbeId probe, quint64 matches);

    Open m_open;
    std::vector<ProbeAddress> m_addresses;
    std::vector<std::unique_ptr<Member>> m_members; // in the order of the list
    std::vector<std::unique_ptr<Member>> m_retired; // closed, but pages may still look at them
    std::map<quint64, Request> m_requests;
    std::map<std::pair<ProbeId, quint64>, quint64> m_parts; // an engine's request -> ours
    std::chrono::milliseconds m_patience { 5000 };
    quint64 m_last = 0;
    std::uint16_t m_nextId = 0;
};

}
