#include "engine/remote/local_listener.h"

#include <QLocalSocket>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace callmon {

namespace {

Error because(const std::string& what, int reason)
{
    return Error { what + ": " + std::strerror(reason) };
}

Result<void> prepareDirectory(const std::filesystem::path& directory)
{
    std::error_code failure;
    const bool root = geteuid() == 0;
    if (std::filesystem::create_directories(directory, failure)) {
        if (chmod(directory.c_str(), root ? 0750 : 0700) != 0)
            return because("cannot protect " + directory.string(), errno);
    } else if (failure) {
        return Error { "cannot create the socket's directory " + directory.string() + ": " + failure.message() };
    }
    struct stat status { };
    if (stat(directory.c_str(), &status) != 0)
        return because("cannot look at " + directory.string(), errno);
    if (status.st_uid != geteuid() && status.st_uid != 0)
        return Error { "the socket's directory " + directory.string()
            + " belongs to another user, who could replace the socket: choose a directory of your own" };
    if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0)
        return Error { "everybody may write in the socket's directory " + directory.string()
            + " and could replace the socket: chmod o-w it, or choose another directory" };
    return {};
}

// Root's socket, and one in a directory that its owner has opened to the group and to nobody else, are for the group,
// too.
bool isForGroup(const std::filesystem::path& directory)
{
    struct stat status { };
    return geteuid() == 0 || (stat(directory.c_str(), &status) == 0 && (status.st_mode & 0057) == 0050);
}

Result<void> makeWay(const std::filesystem::path& path, const sockaddr_un& address)
{
    struct stat status { };
    if (lstat(path.c_str(), &status) != 0)
        return errno == ENOENT ? Result<void>() : because("cannot look at " + path.string(), errno);
    if (!S_ISSOCK(status.st_mode))
        return Error { path.string() + " is there and is not a socket: remove it or choose another path" };
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool refused = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
    const int reason = errno;
    ::close(probe);
    if (!refused || reason == EAGAIN) // EAGAIN: it lives, and its queue is full
        return Error { "another engine listens at " + path.string() + ": stop it or choose another path" };
    if (reason != ECONNREFUSED)
        return because("cannot tell whether an engine listens at " + path.string(), reason);
    if (unlink(path.c_str()) != 0)
        return because("cannot remove the socket of an engine that died, " + path.string(), errno);
    return {};
}

}

LocalListener::LocalListener(QObject* parent)
    : QObject(parent)
{
    m_server.setMaxPendingConnections(64);
    connect(&m_server, &QLocalServer::newConnection, this, &LocalListener::newConnection);
}

LocalListener::~LocalListener()
{
    close();
}

Result<void> LocalListener::listen(const std::filesystem::path& path)
{
    close();
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        return Error { "the socket path " + path.string() + " is too long for the system" };
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    if (auto ready = prepareDirectory(path.parent_path()); !ready)
        return ready;
    if (auto free = makeWay(path, address); !free)
        return free;

    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto fail = [&](const std::string& what) {
        const Error error = because(what, errno);
        ::close(descriptor);
        return error;
    };
    if (descriptor < 0 || bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail("cannot listen at " + path.string());
    // Before listen(): nobody can have connected under the rights that the umask left.
    if (chmod(path.c_str(), isForGroup(path.parent_path()) ? 0660 : 0600) != 0 || ::listen(descriptor, 64) != 0)
        return fail("cannot listen at " + path.string());
    struct stat status { };
    if (lstat(path.c_str(), &status) == 0)
        m_inode = status.st_ino;
    if (!m_server.listen(static_cast<qintptr>(descriptor)))
        return Error { "cannot listen at " + path.string() + ": " + m_server.errorString().toStdString() };
    m_socket = path;
    return {};
}

void LocalListener::close()
{
    m_server.close();
    struct stat status { };
    if (!m_socket.empty() && lstat(m_socket.c_str(), &status) == 0 && status.st_ino == m_inode)
        unlink(m_socket.c_str());
    m_socket.clear();
}

std::unique_ptr<QIODevice> LocalListener::nextConnection()
{
    QLocalSocket* socket = m_server.nextPendingConnection();
    if (socket == nullptr)
        return nullptr;
    socket->setParent(nullptr); // else the server would delete it
    return std::unique_ptr<QIODevice>(socket);
}

}
