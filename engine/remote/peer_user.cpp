#include "engine/remote/peer_user.h"

#include <QLocalSocket>
#include <array>
#include <pwd.h>
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

std::string userName(std::optional<std::uint32_t> uid)
{
    if (!uid)
        return "unknown";
    std::array<char, 4096> text {};
    passwd entry {};
    passwd* found = nullptr;
    if (getpwuid_r(*uid, &entry, text.data(), text.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return "uid " + std::to_string(*uid);
}

}
