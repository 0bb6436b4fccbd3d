// Where an engine listens and how it is reached: the one place that knows which transports there are.
#pragma once

#include "shared/base/result.h"

#include <QUrl>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace callmon {

// What a URL names: a local socket, or a host that is reached by TLS.
struct RemoteAddress {
    static constexpr std::uint16_t usualPort = 5062;

    std::filesystem::path socket; // empty: TLS
    QString host; // name or address, without brackets
    std::uint16_t port = usualPort;
    std::filesystem::path identity; // directory of the certificate to show (tls_identity.h); empty: the user's

    bool isTls() const { return socket.empty(); }
    QString text() const; // as users write it: the path, or host:port
};

// local:/path/engine.sock, or local:name for a socket in runtimeDirectory(); tls://host:port,
// tls://[2001:db8::1]?identity=/path. Raw TCP is refused for good, other schemes with a sentence that says what there
// is. A socket path longer than the system takes (107 bytes) is refused too.
Result<RemoteAddress> parseRemoteUrl(const QUrl& url);
// What users type: a URL, or simply a path.
Result<RemoteAddress> parseRemoteUrl(const QString& text);
QUrl urlOf(const RemoteAddress& address);

// Who runs: the two things that default places depend on. Of this process unless a test says otherwise.
struct RuntimeUser {
    bool root = false;
    std::filesystem::path runtime; // XDG_RUNTIME_DIR; empty when not set
    std::filesystem::path home;
    static RuntimeUser current();
};

// Private to the engine's user: $XDG_RUNTIME_DIR/callmon for a user, /run/callmon for root, else ~/.callmon/run.
std::filesystem::path runtimeDirectory(const RuntimeUser& user = RuntimeUser::current());
// engine.sock there: where an engine listens that is not told otherwise.
QUrl defaultListenUrl(const RuntimeUser& user = RuntimeUser::current());
// Where a client looks for it: the user's own engine, else the one of the system, whichever has a socket.
QUrl defaultEngineUrl(const RuntimeUser& user = RuntimeUser::current());

}
