#include "engine/remote/peer_user.h"

#include <QLocalSocket>
#include <sys/socket.h>

namespace callmon {

std::optional<std::uint32_t> peerUid(const QIODevice& connection)
{
    const auto* socket = qobject_cast<const QLocalSocket*>(&connection);
    ucred peer {};
    socklen_t size = sizeof peer;
    if (socket == nullptr
        || getsockopt(static_cast<int>(socket->socketDescriptor()), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return std::nullopt;
    return peer.uid;
}

}
