#include "shared/remote/connector.h"

#include "shared/remote/revoked_list.h"
#include "shared/remote/tls_identity.h"

#include <QLocalSocket>
#include <QSslSocket>

namespace callmon {

namespace {

Sentence nobodyListens(const RemoteAddress& address)
{
    return sentence(TR("Engine", "No engine listens at %1."), address.text().toStdString());
}

// The reason is in the words of Qt, which has its own translations.
Sentence cannotBeReached(const RemoteAddress& address, const QIODevice& socket)
{
    return sentence(TR("Engine", "The engine at %1 cannot be reached: %2."), address.text().toStdString(),
        socket.errorString().toStdString());
}

}

Connector::Connector(const RemoteAddress& address)
    : m_address(address)
{
}

// All connections are queued: a local connect may succeed or fail before start() is left.
void Connector::start()
{
    if (m_address.isTls())
        openTls();
    else
        openLocal();
}

std::unique_ptr<QIODevice> Connector::take()
{
    m_device->disconnect(this);
    return std::move(m_device);
}

void Connector::fail(const Sentence& why)
{
    if (!std::exchange(m_ended, true))
        emit failed(why);
}

void Connector::openLocal()
{
    auto owned = std::make_unique<QLocalSocket>();
    QLocalSocket* socket = owned.get();
    m_device = std::move(owned);
    connect(
        socket, &QLocalSocket::connected, this,
        [this] {
            if (!std::exchange(m_ended, true))
                emit connected();
        },
        Qt::QueuedConnection);
    connect(
        socket, &QLocalSocket::errorOccurred, this,
        [this, socket](QLocalSocket::LocalSocketError error) {
            const bool absent =
                error == QLocalSocket::ServerNotFoundError || error == QLocalSocket::ConnectionRefusedError;
            fail(absent ? nobodyListens(m_address) : cannotBeReached(m_address, *socket));
        },
        Qt::QueuedConnection);
    socket->connectToServer(m_address.text());
}

void Connector::openTls()
{
    const auto directory = m_address.identity.empty() ? userIdentityDirectory() : m_address.identity;
    const auto identity = loadIdentity(directory);
    if (!identity) {
        const Sentence why = sentence(TR("Engine", "TLS needs a certificate: %1."), identity.error().sentence);
        QMetaObject::invokeMethod(
            this, [this, why] { fail(why); }, Qt::QueuedConnection);
        return;
    }
    auto owned = std::make_unique<QSslSocket>();
    QSslSocket* socket = owned.get();
    m_device = std::move(owned);
    socket->setSslConfiguration(identity.value());
    connect(
        socket, &QSslSocket::encrypted, this,
        [this, socket, directory] {
            if (RevokedList::of(directory).has(serialOf(socket->peerCertificate())))
                fail(sentence(TR("Engine",
                                  "The certificate of %1 was revoked: whoever has it may not be the engine. Make a new "
                                  "one with callmonctl cert engine."),
                    m_address.text().toStdString()));
            else if (!std::exchange(m_ended, true))
                emit connected();
        },
        Qt::QueuedConnection);
    connect(
        socket, &QSslSocket::errorOccurred, this,
        [this, socket](QAbstractSocket::SocketError error) {
            if (error == QAbstractSocket::SslHandshakeFailedError && !socket->sslHandshakeErrors().isEmpty())
                fail(sentenceAbout(socket->sslHandshakeErrors().front(), m_address.text().toStdString()));
            else if (error == QAbstractSocket::ConnectionRefusedError)
                fail(nobodyListens(m_address));
            else
                fail(cannotBeReached(m_address, *socket));
        },
        Qt::QueuedConnection);
    socket->connectToHostEncrypted(m_address.host, m_address.port);
}

}
