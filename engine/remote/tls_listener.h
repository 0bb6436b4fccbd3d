// The engine's end of TLS: whoever comes through has shown a certificate of our authority that is not revoked.
#pragma once

#include "engine/remote/remote_user.h"
#include "shared/remote/revoked_list.h"
#include "shared/remote/transport.h"

#include <QIODevice>
#include <QSslServer>
#include <memory>
#include <vector>

namespace callmon {

// Looks at where a connection comes from before its handshake costs anything: who has no certificate must not take the
// places of those who have.
class TlsServer : public QSslServer {
    Q_OBJECT

public:
    ~TlsServer() override { close(); } // what waits ends while this still is one

signals:
    void turnedAway(const QString& from, const QString& why);

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    struct Handshake {
        QSslSocket* socket;
        QString from;
    };

    qsizetype handshakesFrom(const QString& network) const;
    void makeRoom();

    std::vector<Handshake> m_handshakes; // under way, the oldest first
    QObject m_watch; // QSslServer drops what is connected to itself as soon as a handshake is done
};

class TlsListener : public QObject {
    Q_OBJECT

public:
    explicit TlsListener(QObject* parent = nullptr);

    // `address.identity` is the engine's; `revoked` beside its files lists serial numbers, and is read for each client
    // that comes.
    Result<void> listen(const RemoteAddress& address);
    void close() { m_server.close(); }
    bool isListening() const { return m_server.isListening(); }
    QDateTime expires() const { return m_server.sslConfiguration().localCertificate().expiryDate(); } // one's own
    RemoteAddress address() const; // with the port that was taken, where 0 was asked for

    struct Connection {
        std::unique_ptr<QIODevice> transport; // encrypted
        RemoteUser user;
    };
    std::optional<Connection> nextConnection(); // nothing when there is none

    RevokedList revoked() const { return RevokedList::of(m_address.identity); } // now: for those who came before

signals:
    void newConnection();
    void refused(const QString& from, const QString& why);

private:
    TlsServer m_server;
    RemoteAddress m_address;
};

}
