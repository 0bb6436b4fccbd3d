#include "engine/remote/tls_listener.h"

#include "shared/remote/tls_identity.h"

#include <QHostAddress>
#include <QSslSocket>
#include <algorithm>
#include <sys/socket.h>
#include <unistd.h>

namespace callmon {

namespace {

constexpr int mostAtOnce = 64; // handshakes under way
constexpr qsizetype mostOfOneAddress = mostAtOnce / 2; // a control room may be one address
constexpr int handshakeMs = 5000;

// Where a connection comes from: an address of IPv4, or the network of IPv6 that one host may have all addresses of.
QString networkOf(qintptr descriptor)
{
    sockaddr_storage raw {};
    socklen_t size = sizeof raw;
    auto* const peer = reinterpret_cast<sockaddr*>(&raw);
    if (getpeername(static_cast<int>(descriptor), peer, &size) != 0)
        return {};
    const QHostAddress address(peer);
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4); // mapped ones, too
    if (isIpv4)
        return QHostAddress(ipv4).toString();
    if (address.isLinkLocal())
        return address.toString();
    Q_IPV6ADDR prefix = address.toIPv6Address();
    std::fill(std::begin(prefix.c) + 8, std::end(prefix.c), quint8 { 0 });
    return QHostAddress(prefix).toString() + QStringLiteral("/64");
}

// Of a certificate that another authority's program may have made.
QString complaintAbout(const QSslCertificate& certificate)
{
    const auto namesOf = [&](QSslCertificate::SubjectInfo part) {
        return certificate.subjectInfo(part).join(QLatin1String(", "));
    };
    return QStringLiteral("the certificate (serial %1, CN %2, OU %3) names no user and role: it takes one CN and one "
                          "OU, which is viewer, operator, reviewer or admin")
        .arg(QString::fromStdString(serialOf(certificate)), namesOf(QSslCertificate::CommonName),
            namesOf(QSslCertificate::OrganizationalUnitName));
}

constexpr const char* peerName = "peer";

QString nameOf(const QSslSocket& socket)
{
    if (socket.peerAddress().isNull()) // it is closed already
        return socket.property(peerName).toString();
    return socket.peerAddress().toString() + QStringLiteral(" port %1").arg(socket.peerPort());
}

// Of a handshake that took too long Qt says "Unknown error".
QString wordsOf(const QSslSocket& socket, QAbstractSocket::SocketError error)
{
    return error == QAbstractSocket::SocketTimeoutError
        ? QStringLiteral("its handshake was not done within %1 s").arg(handshakeMs / 1000)
        : socket.errorString();
}

}

qsizetype TlsServer::handshakesFrom(const QString& network) const
{
    return std::ranges::count(m_handshakes, network, &Handshake::from);
}

// The one that has been under way for longest gives way, of the address that has most: whoever means to come in needs
// milliseconds, so those who only hold places lose them, however many addresses they have.
void TlsServer::makeRoom()
{
    qsizetype most = 0;
    for (const Handshake& each : m_handshakes)
        most = std::max(most, handshakesFrom(each.from));
    const auto oldest =
        std::ranges::find_if(m_handshakes, [&](const Handshake& each) { return handshakesFrom(each.from) == most; });
    const Handshake gone = *oldest;
    m_handshakes.erase(oldest);
    gone.socket->abort();
    gone.socket->deleteLater();
    emit turnedAway(gone.from, QStringLiteral("its handshake gave way to a newer one"));
}

void TlsServer::incomingConnection(qintptr descriptor)
{
    const QString from = networkOf(descriptor);
    if (handshakesFrom(from) >= mostOfOneAddress) {
        ::close(static_cast<int>(descriptor));
        emit turnedAway(from, QStringLiteral("%1 handshakes are under way from there").arg(mostOfOneAddress));
        return;
    }
    if (std::ssize(m_handshakes) >= mostAtOnce)
        makeRoom();
    QSslServer::incomingConnection(descriptor);
    const auto sockets = findChildren<QSslSocket*>(Qt::FindDirectChildrenOnly);
    const auto made = std::ranges::find(sockets, descriptor, &QSslSocket::socketDescriptor);
    if (made == sockets.end())
        return;
    QSslSocket* const socket = *made;
    socket->setProperty(peerName, nameOf(*socket));
    m_handshakes.push_back({ socket, from });
    const auto ended = [this, socket] {
        std::erase_if(m_handshakes, [socket](const Handshake& each) { return each.socket == socket; });
    };
    connect(socket, &QSslSocket::encrypted, &m_watch, ended);
    connect(socket, &QAbstractSocket::disconnected, &m_watch, ended);
    connect(socket, &QObject::destroyed, &m_watch, ended);
}

TlsListener::TlsListener(QObject* parent)
    : QObject(parent)
{
    connect(&m_server, &TlsServer::turnedAway, this, &TlsListener::refused);
    m_server.setMaxPendingConnections(2 * mostAtOnce); // never reached: who comes is let in or sent away at once
    m_server.setHandshakeTimeout(handshakeMs);
    connect(&m_server, &QTcpServer::pendingConnectionAvailable, this, &TlsListener::newConnection);
    connect(
        &m_server, &QSslServer::errorOccurred, this, [this](QSslSocket* socket, QAbstractSocket::SocketError error) {
            emit refused(nameOf(*socket), wordsOf(*socket, error));
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
        const RevokedList list = revoked();
        if (user && !list.has(user->serial))
            return Connection { std::move(transport), *user };
        if (!user)
            emit refused(nameOf(*socket), complaintAbout(certificate));
        else if (!list.trouble().isEmpty())
            emit refused(nameOf(*socket), list.trouble());
        else
            emit refused(nameOf(*socket),
                QStringLiteral("the certificate of %1 is revoked").arg(QString::fromStdString(user->name)));
    }
    return std::nullopt;
}

}
