#include "engine/remote/remote_session.h"

#include "shared/remote/wire.h"

namespace callmon {

namespace {

constexpr int maxLivePartsUntaken = 8; // 1 MiB on its way to one client

}

RemoteSession::RemoteSession(LiveFeed& feed, std::unique_ptr<QueryRunner> runner)
    : m_feed(feed)
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
    // A client that has not taken the last step gets a larger one later.
    if (m_following && m_liveParts.empty() && m_livePartsUntaken == 0)
        pushLive(m_liveVersion);
}

void RemoteSession::followLive(bool follow)
{
    m_following = follow;
    m_liveParts.clear();
    if (follow)
        pushLive(0);
}

void RemoteSession::pushLive(std::uint64_t since)
{
    const LiveFeed::Step& step = m_feed.since(since);
    m_liveVersion = step.toVersion;
    m_liveParts.insert(m_liveParts.end(), step.parts.begin(), step.parts.end());
    sendLiveParts();
}

void RemoteSession::livePartTaken()
{
    m_livePartsUntaken = std::max(0, m_livePartsUntaken - 1);
    sendLiveParts();
}

void RemoteSession::sendLiveParts()
{
    while (!m_liveParts.empty() && m_livePartsUntaken < maxLivePartsUntaken) {
        ++m_livePartsUntaken;
        const QByteArray part = std::move(m_liveParts.front());
        m_liveParts.pop_front();
        emit livePart(part);
    }
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

void RemoteSession::answerTaken(quint64 request)
{
    m_runner->taken(request);
}

void RemoteSession::cancel(quint64 request)
{
    m_runner->cancel(request);
}

}
