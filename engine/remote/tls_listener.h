// The engine's end of TLS: whoever comes through has shown a certificate of our authority that is not revoked.
#pragma once

#include "engine/remote/remote_user.h"
#include "shared/remote/transport.h"

#include <QIODevice>
#include <QSslServer>
#include <memory>

namespace callmon {

class TlsListener : public QObject {
    Q_OBJECT

public:
    explicit TlsListener(QObject* parent = nullptr);

    // `address.identity` is the engine's; `revoked` beside its files lists serial numbers, and is read for each client.
    Result<void> listen(const RemoteAddress& address);
    void close() { m_server.close(); }
    bool isListening() const { return m_server.isListening(); }
    RemoteAddress address() const; // with the port that was taken, where 0 was asked for

    struct Connection {
        std::unique_ptr<QIODevice> transport; // encrypted
        RemoteUser user;
    };
    std::optional<Connection> nextConnection(); // nothing when there is none

signals:
    void newConnection();
    void refused(const QString& from, const QString& why);

private:
    bool isRevoked(const QSslCertificate& certificate) const;

    QSslServer m_server;
    RemoteAddress m_address;
};

}
