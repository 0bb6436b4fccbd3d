#include "shared/remote/transport.h"

#include <cstdlib>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace callmon {

namespace {

constexpr const char* socketName = "engine.sock";
constexpr const char* systemDirectory = "/run/callmon";

std::filesystem::path pathOf(const char* variable)
{
    const char* value = std::getenv(variable);
    return value != nullptr && *value == '/' ? std::filesystem::path(value) : std::filesystem::path();
}

bool present(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

Result<RemoteAddress> localAddress(const std::filesystem::path& given)
{
    if (given.empty() || given == ".")
        return Error { "local: needs the path of a socket, as in local:/run/callmon/engine.sock" };
    std::filesystem::path path = given;
    if (!given.has_parent_path())
        path = runtimeDirectory() / given;
    else if (given.is_relative())
        return Error { "the socket path of local:" + given.string() + " must begin with / (or be a name without /)" };
    constexpr std::size_t longest = sizeof(sockaddr_un {}.sun_path) - 1;
    if (path.native().size() > longest)
        return Error { "the socket path " + path.string() + " is " + std::to_string(path.native().size())
            + " bytes long; the system takes " + std::to_string(longest) + ": choose a shorter one" };
    return RemoteAddress { path };
}

}

Result<RemoteAddress> parseRemoteUrl(const QUrl& url)
{
    const QString scheme = url.scheme();
    const std::string text = url.toString().toStdString();
    if (scheme == u"local")
        return localAddress(url.path(QUrl::FullyDecoded).toStdString());
    if (scheme == u"tcp")
        return Error { text
            + " is refused: raw TCP carries calls for anyone to read and is open to attack;"
              " TLS comes as tls://host:port" };
    if (scheme == u"tls")
        return Error { text + " cannot be used yet: TLS is not built into this version; use local:/path/engine.sock" };
    return Error { "\"" + text + "\" is not an engine's address: use local:/path/engine.sock" };
}

Result<RemoteAddress> parseRemoteUrl(const QString& text)
{
    if (text.startsWith(u'/'))
        return localAddress(text.toStdString());
    return parseRemoteUrl(QUrl(text));
}

QUrl urlOf(const RemoteAddress& address)
{
    QUrl url;
    url.setScheme(QStringLiteral("local"));
    url.setPath(QString::fromStdString(address.socket.string()), QUrl::DecodedMode);
    return url;
}

RuntimeUser RuntimeUser::current()
{
    return { geteuid() == 0, pathOf("XDG_RUNTIME_DIR"), pathOf("HOME") };
}

std::filesystem::path runtimeDirectory(const RuntimeUser& user)
{
    if (!user.root && !user.runtime.empty())
        return user.runtime / "callmon";
    // Without a login session (no XDG_RUNTIME_DIR) it may still be a service user that /run/callmon was made for.
    if (user.root || access(systemDirectory, W_OK) == 0 || user.home.empty())
        return systemDirectory;
    return user.home / ".callmon" / "run";
}

QUrl defaultListenUrl(const RuntimeUser& user)
{
    return urlOf({ runtimeDirectory(user) / socketName });
}

QUrl defaultEngineUrl(const RuntimeUser& user)
{
    const std::filesystem::path own = runtimeDirectory(user) / socketName;
    const std::filesystem::path system = std::filesystem::path(systemDirectory) / socketName;
    return urlOf({ !present(own) && present(system) ? system : own });
}

}
