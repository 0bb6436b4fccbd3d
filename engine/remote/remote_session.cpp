#include "engine/remote/remote_session.h"

#include "shared/remote/wire.h"

namespace callmon {

RemoteSession::RemoteSession(RemoteFeeds& feeds, std::unique_ptr<QueryRunner> runner)
    : m_live(feeds.live, [this](const QByteArray& part) { emit livePart(part); })
    , m_alarms(feeds.alarms, [this](const QByteArray& part) { emit alarmPart(part); })
    , m_runner(std::move(runner))
{
    // Queued: they come from the runner's threads.
    connect(m_runner.get(), &QueryRunner::answered, this, &SessionSource::answered, Qt::QueuedConnection);
    connect(m_runner.get(), &QueryRunner::finished, this, &SessionSource::finished, Qt::QueuedConnection);
    connect(m_runner.get(), &QueryRunner::failed, this, &SessionSource::failed, Qt::QueuedConnection);
}

std::unique_ptr<QueryRunner> RemoteSession::takeRunner()
{
    m_runner->disconnect(this);
    m_runner->stop();
    return std::move(m_runner);
}

void RemoteSession::everySecond(const QByteArray& status)
{
    emit statusChanged(status);
    m_live.everySecond();
    m_alarms.everySecond();
}

void RemoteSession::followLive(bool follow)
{
    m_live.follow(follow);
}

void RemoteSession::livePartTaken()
{
    m_live.partTaken();
}

void RemoteSession::followAlarms(bool follow)
{
    m_alarms.follow(follow);
}

void RemoteSession::alarmPartTaken()
{
    m_alarms.partTaken();
}

void RemoteSession::start(quint64 request, RemoteJob job)
{
    if (!m_runner->start(request, std::move(job)))
        emit failed(request, tr("The engine has too many requests of this client already."));
}

void RemoteSession::search(quint64 request, QByteArray query)
{
    if (const auto wanted = decodeCallQuery(query))
        start(request, *wanted);
    else
        emit failed(request, tr("The engine could not read the search."));
}

void RemoteSession::streams(quint64 request, qint64 call)
{
    start(request, StreamsOf { CallKey { call } });
}

void RemoteSession::quality(quint64 request, qint64 call)
{
    start(request, QualityOf { CallKey { call } });
}

void RemoteSession::messages(quint64 request, qint64 call)
{
    start(request, MessagesOf { CallKey { call } });
}

void RemoteSession::media(quint64 request, qint64 call)
{
    start(request, MediaOf { CallKey { call } });
}

void RemoteSession::alarms(quint64 request, QByteArray query)
{
    if (const auto wanted = decodeAlarmQuery(query))
        start(request, *wanted);
    else
        emit failed(request, tr("The engine could not read the search."));
}

void RemoteSession::alarmRules(quint64 request)
{
    start(request, AlarmRulesWanted {});
}

void RemoteSession::alarmRuleChanges(quint64 request)
{
    start(request, AlarmRuleChangesWanted {});
}

void RemoteSession::acknowledgeAlarm(quint64 request, qint64 alarm, QString comment)
{
    start(request, AcknowledgeAlarm { { alarm }, comment.toStdString() });
}

void RemoteSession::putAlarmRule(quint64 request, QByteArray rule)
{
    if (const auto wanted = decodeAlarmRule(rule))
        start(request, PutAlarmRule { *wanted });
    else
        emit failed(request, tr("The engine could not read the rule."));
}

void RemoteSession::removeAlarmRule(quint64 request, QString name)
{
    start(request, RemoveAlarmRule { name.toStdString() });
}

void RemoteSession::answerTaken(quint64 request)
{
    m_runner->taken(request);
}

void RemoteSession::cancel(quint64 request)
{
    m_runner->cancel(request);
}

}
