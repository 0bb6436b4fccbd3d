#include "engine/remote/remote_client.h"

#include "engine/remote/remote_session.h"

namespace callmon {

namespace {

constexpr std::size_t maxFrameFromClient = 256 * 1024; // requests are small
// costOfFrame(): some 100 searches a second and 200 at once, or 2,000 acknowledgements, which is 256 MB a second of
// answers.
constexpr double costPerSecond = 2'000;
constexpr double costAtOnce = 4'000;

}

RemoteClient::RemoteClient(std::unique_ptr<QIODevice> transport, Greeting greeting, RemoteFeeds& feeds)
    : m_greeting(std::move(greeting))
    , m_feeds(feeds)
{
    FrameRules rules;
    rules.maxFrameBytes = maxFrameFromClient;
    rules.complaint = [this](Bytes frame) -> std::optional<QString> {
        const auto complaint = complaintAboutFrame(frame, m_methods);
        return complaint ? std::optional(QString::fromStdString(*complaint)) : std::nullopt;
    };
    rules.costPerSecond = costPerSecond;
    rules.costAtOnce = costAtOnce;
    rules.cost = [this](Bytes frame) { return costOfFrame(frame, m_methods); };
    rules.maxUnsentBytes = m_greeting.maxUnsentBytes;
    m_pipe = std::make_unique<FramePipe>(std::move(transport), std::move(rules));
    connect(m_pipe.get(), &FramePipe::refused, this, &RemoteClient::misbehaved);
    connect(m_pipe.get(), &FramePipe::slowed, this, &RemoteClient::slowed);
    connect(m_pipe.get(), &FramePipe::disconnected, this, &RemoteClient::left);
    m_hello = std::make_unique<HelloObject>(
        m_greeting.protocol, m_greeting.engineVersion, [this](quint32 protocol) { return openSession(protocol); });
    m_host = std::make_unique<QRemoteObjectHost>();
}

RemoteClient::~RemoteClient()
{
    m_pipe->disconnect(this);
    m_host.reset();
    m_session.reset();
    m_hello.reset();
}

void RemoteClient::start()
{
    m_host->addHostSideConnection(m_pipe.get());
    m_methods.push_back(methodsOf(HelloSourceAPI<HelloSource>(m_hello.get())));
    m_host->enableRemoting<HelloSourceAPI>(static_cast<HelloSource*>(m_hello.get()));
    m_pipe->start();
}

QString RemoteClient::openSession(quint32 protocol)
{
    const QString name = QStringLiteral("Session");
    if (m_session)
        return name;
    auto runner = protocol == m_greeting.protocol ? m_greeting.makeRunner() : nullptr;
    if (!runner)
        return {};
    m_session = std::make_unique<RemoteSession>(m_feeds, std::move(runner), m_greeting.gate);
    m_methods.push_back(methodsOf(SessionSourceAPI<SessionSource>(m_session.get(), name)));
    m_host->enableRemoting<SessionSourceAPI>(static_cast<SessionSource*>(m_session.get()));
    return name;
}

void RemoteClient::everySecond(const StatusBlobs& status)
{
    if (m_session)
        m_session->everySecond(status);
}

void RemoteClient::nextStep()
{
    if (m_session)
        m_session->nextStep();
}

std::unique_ptr<QueryRunner> RemoteClient::takeRunner()
{
    return m_session ? m_session->takeRunner() : nullptr;
}

}
