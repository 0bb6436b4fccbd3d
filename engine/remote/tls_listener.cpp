#include "engine/remote/tls_listener.h"

#include "shared/remote/tls_identity.h"

#include <QHostAddress>
#include <QSslSocket>
#include <algorithm>
#include <sys/socket.h>
#include <unistd.h>

namespace callmon {

namespace {

constexpr int mostAtOnce = 64; // handshakes under way and connections not taken yet
constexpr qsizetype mostOfOneAddress = mostAtOnce / 2; // a control room may be one address
constexpr int handshakeMs = 5000;

QString peerOf(qintptr descriptor)
{
    sockaddr_storage address {};
    socklen_t size = sizeof address;
    auto* const peer = reinterpret_cast<sockaddr*>(&address);
    return getpeername(static_cast<int>(descriptor), peer, &size) == 0 ? QHostAddress(peer).toString() : QString();
}

QString nameOf(const QSslSocket& socket)
{
    return socket.peerAddress().toString() + QStringLiteral(" port %1").arg(socket.peerPort());
}

}

void TlsServer::incomingConnection(qintptr descriptor)
{
    const QString from = peerOf(descriptor);
    if (std::ranges::count(m_handshakes, from) >= mostOfOneAddress) {
        ::close(static_cast<int>(descriptor));
        emit turnedAway(from);
        return;
    }
    QSslServer::incomingConnection(descriptor);
    const auto sockets = findChildren<QSslSocket*>(Qt::FindDirectChildrenOnly);
    const auto made = std::ranges::find(sockets, descriptor, &QSslSocket::socketDescriptor);
    if (made == sockets.end())
        return;
    QSslSocket* const socket = *made;
    m_handshakes.insert(socket, from);
    const auto ended = [this, socket] { m_handshakes.remove(socket); };
    connect(socket, &QSslSocket::encrypted, &m_watch, ended);
    connect(socket, &QAbstractSocket::disconnected, &m_watch, ended);
    connect(socket, &QObject::destroyed, &m_watch, ended);
}

TlsListener::TlsListener(QObject* parent)
    : QObject(parent)
{
    connect(&m_server, &TlsServer::turnedAway, this, [this](const QString& from) {
        emit refused(from, QStringLiteral("%1 handshakes are under way from there").arg(mostOfOneAddress));
    });
    m_server.setMaxPendingConnections(mostAtOnce);
    m_server.setHandshakeTimeout(handshakeMs);
    connect(&m_server, &QTcpServer::pendingConnectionAvailable, this, &TlsListener::newConnection);
    connect(&m_server, &QSslServer::errorOccurred, this, [this](QSslSocket* socket, QAbstractSocket::SocketError) {
        emit refused(nameOf(*socket), socket->errorString());
    });
}

Result<void> TlsListener::listen(const RemoteAddress& address)
{
    close();
    const auto identity = loadIdentity(address.identity);
    if (!identity)
        return identity.error();
    if (const auto user = userOf(identity.value().localCertificate(), {}))
        return Error { "the certificate in " + address.identity.string() + " is that of the user " + user->name
            + ", which no console takes for an engine's: callmonctl cert engine makes one" };
    const QHostAddress host(address.host);
    if (host.isNull())
        return Error { "the engine listens at an address, not at a name: write tls://0.0.0.0:"
            + std::to_string(address.port) + " or tls://[::]:" + std::to_string(address.port) + " for all of them, not "
            + address.host.toStdString() };
    m_server.setSslConfiguration(identity.value());
    if (!m_server.listen(host, address.port))
        return Error { "cannot listen at " + address.text().toStdString() + ": " + m_server.errorString().toStdString()
            + "; `ss -ltnp` shows who listens, `ip address` which addresses are here" };
    m_address = address;
    m_address.port = m_server.serverPort();
    return {};
}

RemoteAddress TlsListener::address() const
{
    return m_address;
}

std::optional<TlsListener::Connection> TlsListener::nextConnection()
{
    while (QTcpSocket* pending = m_server.nextPendingConnection()) {
        auto* const socket = qobject_cast<QSslSocket*>(pending);
        socket->setParent(nullptr); // else the server would delete it
        std::unique_ptr<QIODevice> transport(socket);
        const QSslCertificate certificate = socket->peerCertificate();
        const auto user = userOf(certificate, socket->peerAddress().toString().toStdString());
        if (user && !revoked().has(user->serial))
            return Connection { std::move(transport), *user };
        emit refused(nameOf(*socket),
            user ? QStringLiteral("the certificate of %1 is revoked").arg(QString::fromStdString(user->name))
                 : QStringLiteral("the certificate names no user and role"));
    }
    return std::nullopt;
}

}
