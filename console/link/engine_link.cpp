#include "console/link/engine_link.h"

#include "shared/remote/remote_probe.h"

namespace callmon {

namespace {

EngineLink::State linkState(RemoteProbe::State state)
{
    switch (state) {
    case RemoteProbe::State::Disconnected:
        return EngineLink::State::Disconnected;
    case RemoteProbe::State::Connecting:
        return EngineLink::State::Connecting;
    case RemoteProbe::State::Connected:
        return EngineLink::State::Connected;
    case RemoteProbe::State::Incompatible:
        return EngineLink::State::Incompatible;
    }
    return EngineLink::State::Disconnected;
}

}

EngineLink::EngineLink(QObject* parent)
    : QObject(parent)
    , m_probe(std::make_unique<RemoteProbe>())
{
    const RemoteProbe* probe = m_probe.get();
    connect(probe, &RemoteProbe::stateChanged, this,
        [this](RemoteProbe::State state, const Sentence& message) { emit stateChanged(linkState(state), message); });
    connect(probe, &RemoteProbe::failedToOpen, this, &EngineLink::failedToOpen);
    connect(probe, &RemoteProbe::liveChanged, this, &EngineLink::liveChanged);
    connect(probe, &RemoteProbe::statusChanged, this, &EngineLink::statusChanged);
    connect(probe, &RemoteProbe::tagsFound, this, &EngineLink::tagsFound);
    connect(probe, &RemoteProbe::callsFound, this, &EngineLink::callsFound);
    connect(probe, &RemoteProbe::streamsFound, this, &EngineLink::streamsFound);
    connect(probe, &RemoteProbe::qualityFound, this, &EngineLink::qualityFound);
    connect(probe, &RemoteProbe::messagesFound, this, &EngineLink::messagesFound);
    connect(probe, &RemoteProbe::serviceFound, this, &EngineLink::serviceFound);
    connect(probe, &RemoteProbe::mediaArrived, this, &EngineLink::mediaArrived);
    connect(probe, &RemoteProbe::alarmsChanged, this, &EngineLink::alarmsChanged);
    connect(probe, &RemoteProbe::alarmsFound, this, &EngineLink::alarmsFound);
    connect(probe, &RemoteProbe::alarmRulesFound, this, &EngineLink::alarmRulesFound);
    connect(probe, &RemoteProbe::alarmRuleChangesFound, this, &EngineLink::alarmRuleChangesFound);
    connect(probe, &RemoteProbe::remarked, this, &EngineLink::remarked);
    connect(probe, &RemoteProbe::finished, this, &EngineLink::finished);
    connect(probe, &RemoteProbe::failed, this, &EngineLink::failed);
}

EngineLink::~EngineLink() = default;

void EngineLink::open(const QUrl& url)
{
    m_probe->open(url);
}

EngineLink::State EngineLink::state() const
{
    return linkState(m_probe->state());
}

quint64 EngineLink::search(const CallQuery& query)
{
    return m_probe->search(query);
}

quint64 EngineLink::streams(CallKey call)
{
    return m_probe->streams(call);
}

quint64 EngineLink::quality(CallKey call)
{
    return m_probe->quality(call);
}

quint64 EngineLink::messages(CallKey call)
{
    return m_probe->messages(call);
}

quint64 EngineLink::media(CallKey call)
{
    return m_probe->media(call);
}

quint64 EngineLink::listen(CallKey call)
{
    return m_probe->listen(call, false);
}

quint64 EngineLink::alarms(const AlarmQuery& query)
{
    return m_probe->alarms(query);
}

quint64 EngineLink::alarmRules()
{
    return m_probe->alarmRules();
}

quint64 EngineLink::alarmRuleChanges()
{
    return m_probe->alarmRuleChanges();
}

quint64 EngineLink::acknowledgeAlarm(AlarmId alarm, const QString& comment)
{
    return m_probe->acknowledgeAlarm(alarm, comment);
}

quint64 EngineLink::shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment)
{
    return m_probe->shelveAlarm(alarm, time, comment);
}

quint64 EngineLink::putAlarmRule(const AlarmRule& rule)
{
    return m_probe->putAlarmRule(rule);
}

quint64 EngineLink::removeAlarmRule(const QString& name)
{
    return m_probe->removeAlarmRule(name);
}

quint64 EngineLink::serviceHistory(const ServiceQuery& query)
{
    return m_probe->serviceHistory(query);
}

quint64 EngineLink::serviceWindows()
{
    return m_probe->serviceWindows();
}

void EngineLink::close()
{
    m_probe->close();
}

void EngineLink::cancel(quint64 request)
{
    m_probe->cancel(request);
}

}
