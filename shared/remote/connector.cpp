#include "shared/remote/connector.h"

#include "shared/remote/tls_identity.h"

#include <QLocalSocket>
#include <QSslSocket>

namespace callmon {

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

void Connector::fail(const QString& why)
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
            fail(absent ? tr("No engine listens at %1.").arg(m_address.text())
                        : tr("The engine at %1 cannot be reached: %2.").arg(m_address.text(), socket->errorString()));
        },
        Qt::QueuedConnection);
    socket->connectToServer(m_address.text());
}

void Connector::openTls()
{
    const auto identity = loadIdentity(m_address.identity.empty() ? userIdentityDirectory() : m_address.identity);
    if (!identity) {
        const QString why = QString::fromStdString(identity.error().what);
        QMetaObject::invokeMethod(
            this, [this, why] { fail(tr("TLS needs a certificate: %1.").arg(why)); }, Qt::QueuedConnection);
        return;
    }
    auto owned = std::make_unique<QSslSocket>();
    QSslSocket* socket = owned.get();
    m_device = std::move(owned);
    socket->setSslConfiguration(identity.value());
    connect(
        socket, &QSslSocket::encrypted, this,
        [this] {
            if (!std::exchange(m_ended, true))
                emit connected();
        },
        Qt::QueuedConnection);
    connect(
        socket, &QSslSocket::errorOccurred, this,
        [this, socket](QAbstractSocket::SocketError error) {
            if (error == QAbstractSocket::SslHandshakeFailedError && !socket->sslHandshakeErrors().isEmpty())
                fail(sentenceAbout(socket->sslHandshakeErrors().front(), m_address.text()));
            else if (error == QAbstractSocket::ConnectionRefusedError)
                fail(tr("No engine listens at %1.").arg(m_address.text()));
            else
                fail(tr("The engine at %1 cannot be reached: %2.").arg(m_address.text(), socket->errorString()));
        },
        Qt::QueuedConnection);
    socket->connectToHostEncrypted(m_address.host, m_address.port);
}

}
