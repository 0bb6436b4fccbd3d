#include "console/source/link_source.h"

#include "console/models/sentence_words.h"
#include "shared/calls/kept_no_more.h"

namespace callmon {

LinkSource::LinkSource(QObject* parent)
    : CallSource(parent)
    , m_desk(m_link.probe())
{
    connect(&m_link, &EngineLink::stateChanged, this, [this](EngineLink::State state, const Sentence& message) {
        emit stateChanged(stateOf(state), wordsOf(message));
    });
    connect(&m_link, &EngineLink::failedToOpen, this, [this](const Sentence& message) {
        m_failed = true;
        emit stateChanged(State::Disconnected, wordsOf(message));
    });
    connect(&m_link, &EngineLink::liveChanged, this, [this](const LiveDelta& delta) { emit liveChanged(delta); });
    connect(
        &m_link, &EngineLink::statusChanged, this, [this](const ProbeStatus& status) { emit statusChanged(status); });
    connect(&m_link, &EngineLink::tagsFound, this,
        [this](quint64 request, const std::vector<TagsOfCall>& tags) { emit tagsFound(request, tags); });
    connect(&m_link, &EngineLink::callsFound, this,
        [this](quint64 request, const std::vector<CallRecord>& calls, quint64 matches) {
            emit callsFound(request, calls, matches);
        });
    connect(&m_link, &EngineLink::streamsFound, this, &CallSource::streamsFound);
    connect(&m_link, &EngineLink::qualityFound, this, &CallSource::qualityFound);
    connect(&m_link, &EngineLink::messagesFound, this, &CallSource::messagesFound);
    connect(&m_link, &EngineLink::serviceFound, this, &CallSource::serviceFound);
    connect(&m_link, &EngineLink::mediaArrived, this, &CallSource::mediaArrived);
    connect(&m_link, &EngineLink::alarmsChanged, this, [this](const AlarmDelta& delta) { emit alarmsChanged(delta); });
    connect(&m_link, &EngineLink::alarmsFound, this,
        [this](quint64 request, const std::vector<Alarm>& alarms, quint64 matches) {
            emit alarmsFound(request, alarms, matches);
        });
    connect(&m_link, &EngineLink::alarmRulesFound, this, &CallSource::alarmRulesFound);
    connect(&m_link, &EngineLink::alarmRuleChangesFound, this, &CallSource::alarmRuleChangesFound);
    connect(&m_link, &EngineLink::remarked, this, [this](quint64 request, const std::vector<Sentence>& remarks) {
        QStringList words;
        for (const Sentence& remark : remarks)
            words += wordsOf(remark);
        emit remarked(request, words);
    });
    connect(&m_link, &EngineLink::finished, this, &CallSource::finished);
    connect(&m_link, &EngineLink::failed, this,
        [this](quint64 request, const Sentence& why) { emit failed(request, wordsOf(why), isKeptNoMore(why)); });
}

CallSource::State LinkSource::stateOf(EngineLink::State state)
{
    switch (state) {
    case EngineLink::State::Connecting:
        return State::Connecting;
    case EngineLink::State::Connected:
        return State::Connected;
    case EngineLink::State::Incompatible:
        return State::Incompatible;
    case EngineLink::State::Disconnected:
        break;
    }
    return State::Disconnected;
}

}
