// The engine's end of a local socket: who may connect, and that there is one engine only.
#pragma once

#include "shared/remote/transport.h"

#include <QIODevice>
#include <QLocalServer>
#include <QObject>

namespace callmon {

// The directory is created private when it is missing (0750 for root, so that a group can be let in; else 0700), and
// must belong to this user or root. The socket gets its rights before anyone can connect: 0660 for root, and where the
// directory is open to the group and to nobody else; else 0600.
class LocalListener : public QObject {
    Q_OBJECT

public:
    explicit LocalListener(QObject* parent = nullptr);
    ~LocalListener() override;

    // The file of an engine that died is replaced; where an engine lives, or where something else lies, this fails.
    Result<void> listen(const std::filesystem::path& socket);
    void close(); // removes the file, if it is still ours
    bool isListening() const { return m_server.isListening(); }

    std::unique_ptr<QIODevice> nextConnection(); // null when there is none

signals:
    void newConnection();

private:
    QLocalServer m_server;
    std::filesystem::path m_socket;
    std::uint64_t m_inode = 0;
};

}
