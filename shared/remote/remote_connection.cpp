#include "shared/remote/remote_connection.h"

#include "rep_probe_replica.h"

#include <QCoreApplication>
#include <QRemoteObjectPendingCall>

namespace callmon {

namespace {

// What an engine may send: nothing in the protocol is near this, and Qt would buffer 4 GB.
constexpr std::size_t maxFrameFromEngine = 4 * 1024 * 1024;
constexpr quint64 ownRequest = 0; // RemoteProbe counts from 1

}

RemoteConnection::RemoteConnection(RemoteProbe& probe, const RemoteProbeOptions& options, const RemoteAddress& address)
    : QObject(&probe)
    , m_probe(&probe)
    , m_options(options)
    , m_connector(address)
    , m_overTls(address.isTls())
{
    m_begun.start();
    m_second.setInterval(std::min(std::chrono::milliseconds(1000), options.silence / 3));
    connect(&m_second, &QTimer::timeout, this, &RemoteConnection::everySecond);
    m_second.start();

    connect(&m_connector, &Connector::connected, this, &RemoteConnection::begin);
    connect(&m_connector, &Connector::failed, this, &RemoteConnection::end);
    m_connector.start();
}

RemoteConnection::~RemoteConnection()
{
    // Replicas, then the node that feeds them, then the device below.
    m_session.reset();
    m_hello.reset();
    m_node.reset();
    m_pipe.reset();
}

void RemoteConnection::shutDown()
{
    m_probe = nullptr;
    m_second.stop();
    if (m_session)
        m_session->disconnect(this);
    if (m_hello)
        m_hello->disconnect(this);
    if (m_pipe)
        m_pipe->close();
}

void RemoteConnection::end(const Sentence& why)
{
    RemoteProbe* probe = std::exchange(m_probe, nullptr);
    if (probe == nullptr)
        return;
    shutDown();
    probe->lost(why);
}

void RemoteConnection::endIncompatible(const Sentence& message)
{
    RemoteProbe* probe = std::exchange(m_probe, nullptr);
    if (probe == nullptr)
        return;
    shutDown();
    probe->incompatible(message);
}

void RemoteConnection::begin()
{
    if (m_probe == nullptr)
        return;
    m_pipe = std::make_unique<FramePipe>(m_connector.take(), FrameRules { maxFrameFromEngine, {} });
    // Queued: the pipe may find the end while Qt Remote Objects is reading from it.
    connect(m_pipe.get(), &FramePipe::disconnected, this, &RemoteConnection::disconnected, Qt::QueuedConnection);
    m_node = std::make_unique<QRemoteObjectNode>();
    m_hello.reset(m_node->acquire<HelloReplica>(QStringLiteral("Hello")));
    connect(m_hello.get(), &QRemoteObjectReplica::stateChanged, this, &RemoteConnection::helloChanged);
    m_node->addClientSideConnection(m_pipe.get());
    m_pipe->start();
}

// Under TLS 1.3 a client is encrypted before the engine has looked at its certificate.
void RemoteConnection::disconnected()
{
    if (m_overTls && !m_greeted)
        end(sentence(TR("Engine",
            "The engine closed the connection before it said anything: it does not accept this certificate (revoked, "
            "expired, without a role, or of another authority: the engine's administrator makes a new one, callmonctl "
            "cert user), or it has clients enough.")));
    else if (!m_greeted)
        end(sentence(TR("Engine",
            "What listens there ended the connection before it said anything: it is no engine, or one that has clients "
            "enough.")));
    else
        end(sentence(TR("Engine", "The connection to the engine was lost.")));
}

void RemoteConnection::helloChanged()
{
    if (m_probe == nullptr || m_session)
        return;
    if (m_hello->state() == QRemoteObjectReplica::SignatureMismatch)
        return endIncompatible(
            sentence(TR("Engine", "What listens there is not an engine that this program can talk to.")));
    if (m_hello->state() != QRemoteObjectReplica::Valid)
        return;
    m_greeted = true;
    const std::string version = m_hello->engineVersion().toStdString();
    if (m_hello->protocol() > m_options.protocol)
        return endIncompatible(sentence(
            TR("Engine", "The engine (version %1) is newer than this program: update this program."), version));
    if (m_hello->protocol() < m_options.protocol)
        return endIncompatible(
            sentence(TR("Engine", "The engine (version %1) is older than this program: update the engine."), version));
    auto* call = new QRemoteObjectPendingCallWatcher(
        m_hello->openSession(m_options.protocol, QCoreApplication::applicationVersion()), this);
    connect(call, &QRemoteObjectPendingCallWatcher::finished, this, [this](QRemoteObjectPendingCallWatcher* done) {
        done->deleteLater();
        sessionOpened(*done);
    });
}

void RemoteConnection::sessionOpened(QRemoteObjectPendingCallWatcher& call)
{
    if (m_probe == nullptr || m_session)
        return;
    const QString name = call.returnValue().toString();
    if (call.error() != QRemoteObjectPendingCall::NoError || name.isEmpty())
        return end(
            sentence(TR("Engine", "The engine has no session free for this program: too many clients look at it.")));
    m_session.reset(m_node->acquire<SessionReplica>(name));
    connect(m_session.get(), &QRemoteObjectReplica::stateChanged, this, &RemoteConnection::sessionChanged);
    sessionChanged();
}

void RemoteConnection::sessionChanged()
{
    if (m_probe == nullptr)
        return;
    if (m_session->state() == QRemoteObjectReplica::SignatureMismatch)
        return endIncompatible(sentence(
            TR("Engine", "The engine (version %1) and this program do not fit together: update the older one."),
            m_hello->engineVersion().toStdString()));
    if (m_session->state() != QRemoteObjectReplica::Valid)
        return;
    SessionReplica* session = m_session.get();
    session->disconnect(this);
    connect(session, &SessionReplica::livePart, this, &RemoteConnection::takeLivePart);
    connect(session, &SessionReplica::alarmPart, this, &RemoteConnection::takeAlarmPart);
    connect(session, &SessionReplica::statusChanged, this, [this](const QByteArray& blob) {
        const auto status = decodeProbeStatus(blob);
        if (status && m_probe != nullptr)
            emit m_probe->statusChanged(*status);
    });
    connect(session, &SessionReplica::answered, this, [this](quint64 request, const QByteArray& blob) {
        if (m_probe != nullptr && request == ownRequest)
            followAlarmsAs(blob);
        else if (m_probe != nullptr)
            m_probe->takeAnswer(request, blob);
        if (m_probe != nullptr)
            m_session->answerTaken(request);
    });
    connect(session, &SessionReplica::finished, this, [this](quint64 request) {
        if (m_probe != nullptr)
            m_probe->takeEnd(request, nullptr);
    });
    connect(session, &SessionReplica::failed, this, [this](quint64 request, const QByteArray& blob) {
        if (m_probe == nullptr)
            return;
        const Sentence why =
            decodeSentence(blob).value_or(sentence(TR("Engine", "The engine's answer could not be read.")));
        m_probe->takeEnd(request, &why);
    });
    if (m_options.followLive)
        followLive(true);
    if (m_options.followAlarms)
        m_session->whoAmI(ownRequest);
    m_probe->established(m_hello->engineVersion());
}

void RemoteConnection::followLive(bool follow)
{
    m_live.begin(follow);
    m_session->followLive(follow);
}

// Who may not follow them does not ask: the engine would have to write down that it refused.
void RemoteConnection::followAlarmsAs(const QByteArray& blob)
{
    const auto answer = decodeAnswer(blob);
    const auto* identity = answer ? std::get_if<RemoteIdentity>(&*answer) : nullptr;
    if (identity != nullptr && identity->role >= RemoteRole::Operator)
        followAlarms(true);
}

void RemoteConnection::followAlarms(bool follow)
{
    m_alarms.begin(follow);
    m_session->followAlarms(follow);
}

void RemoteConnection::takeLivePart(const QByteArray& blob)
{
    if (m_probe == nullptr)
        return;
    m_session->livePartTaken();
    const auto step = m_live.take(decodeLiveDeltaPart(blob));
    if (step.broken)
        followLive(true);
    else if (step.delta)
        emit m_probe->liveChanged(*step.delta);
}

void RemoteConnection::takeAlarmPart(const QByteArray& blob)
{
    if (m_probe == nullptr)
        return;
    m_session->alarmPartTaken();
    const auto step = m_alarms.take(decodeAlarmDeltaPart(blob));
    if (step.broken)
        followAlarms(true);
    else if (step.delta)
        emit m_probe->alarmsChanged(*step.delta);
}

void RemoteConnection::everySecond()
{
    const auto silence = m_options.silence.count();
    const bool connecting = m_session == nullptr || !m_session->isReplicaValid();
    if ((m_pipe && m_pipe->millisecondsSinceHeard() > silence) || (connecting && m_begun.elapsed() > 2 * silence))
        return end(sentence(TR("Engine", "The engine does not answer.")));
    if (!connecting)
        m_session->alive();
}

}
