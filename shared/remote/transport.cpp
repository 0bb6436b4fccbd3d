#include "shared/remote/transport.h"

#include <QUrlQuery>
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

Error noAddress(const std::string& text)
{
    return Error { sentence(
        TR("Engine", "\"%1\" is not an engine's address: use local:/path/engine.sock or tls://host:port"), text) };
}

Result<RemoteAddress> localAddress(const std::filesystem::path& given)
{
    if (given.empty() || given == ".")
        return Error { sentence(
            TR("Engine", "local: needs the path of a socket, as in local:/run/callmon/engine.sock")) };
    std::filesystem::path path = given;
    if (!given.has_parent_path())
        path = runtimeDirectory() / given;
    else if (given.is_relative())
        return Error { sentence(
            TR("Engine", "the socket path of local:%1 must begin with / (or be a name without /)"), given.string()) };
    constexpr std::size_t longest = sizeof(sockaddr_un {}.sun_path) - 1;
    if (path.native().size() > longest)
        return Error { sentence(
            TR("Engine", "the socket path %1 is %2 bytes long; the system takes %3: choose a shorter one"),
            path.string(), path.native().size(), longest) };
    RemoteAddress address;
    address.socket = path;
    return address;
}

Result<RemoteAddress> tlsAddress(const QUrl& url, const std::string& text)
{
    RemoteAddress address;
    address.host = url.host();
    if (address.host.isEmpty())
        return Error { sentence(TR("Engine", "%1 names no host: write tls://host or tls://host:port"), text) };
    if (!url.path().isEmpty() && url.path() != u"/")
        return Error { sentence(
            TR("Engine", "%1 has a path behind the host: write tls://host or tls://host:port"), text) };
    const int port = url.port(RemoteAddress::usualPort);
    if (port < 1)
        return Error { sentence(TR("Engine", "%1: there is no port %2"), text, std::to_string(port)) };
    address.port = static_cast<std::uint16_t>(port);
    const QUrlQuery query(url);
    address.identity = query.queryItemValue(QStringLiteral("identity"), QUrl::FullyDecoded).toStdString();
    if (query.queryItems().size() > (address.identity.empty() ? 0 : 1))
        return Error { sentence(TR("Engine", "%1: only identity=DIRECTORY can follow the question mark"), text) };
    return address;
}

}

QString RemoteAddress::text() const
{
    if (!isTls())
        return QString::fromStdString(socket.string());
    const bool colons = host.contains(u':');
    return (colons ? u'[' + host + u']' : host) + u':' + QString::number(port);
}

Result<RemoteAddress> parseRemoteUrl(const QUrl& url)
{
    const QString scheme = url.scheme();
    const std::string text = url.toString().toStdString();
    if (!url.isValid()) // of one whose port is out of range Qt leaves the rest as it is
        return noAddress(text);
    if (scheme == u"local")
        return localAddress(url.path(QUrl::FullyDecoded).toStdString());
    if (scheme == u"tcp")
        return Error { sentence(
            TR("Engine",
                "%1 is refused: raw TCP carries calls for anyone to read and is open to attack; use tls://host:port"),
            text) };
    if (scheme == u"tls")
        return tlsAddress(url, text);
    return noAddress(text);
}

Result<RemoteAddress> parseRemoteUrl(const QString& text)
{
    if (text.startsWith(u'/'))
        return localAddress(text.toStdString());
    const QUrl url(text);
    return url.isValid() ? parseRemoteUrl(url) : noAddress(text.toStdString());
}

QUrl urlOf(const RemoteAddress& address)
{
    QUrl url;
    if (address.isTls()) {
        url.setScheme(QStringLiteral("tls"));
        url.setHost(address.host);
        url.setPort(address.port);
        if (!address.identity.empty()) {
            QUrlQuery query;
            query.addQueryItem(QStringLiteral("identity"), QString::fromStdString(address.identity.string()));
            url.setQuery(query);
        }
        return url;
    }
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
    RemoteAddress address;
    address.socket = runtimeDirectory(user) / socketName;
    return urlOf(address);
}

QUrl defaultEngineUrl(const RuntimeUser& user)
{
    const std::filesystem::path own = runtimeDirectory(user) / socketName;
    const std::filesystem::path system = std::filesystem::path(systemDirectory) / socketName;
    RemoteAddress address;
    address.socket = !present(own) && present(system) ? system : own;
    return urlOf(address);
}

}
