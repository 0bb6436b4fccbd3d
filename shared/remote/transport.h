// Where an engine listens and how it is reached: the one place that knows which transports there are.
#pragma once

#include "shared/base/result.h"

#include <QUrl>
#include <filesystem>
#include <vector>

namespace callmon {

// What a URL names. Today that is a local socket; TLS will add its host and port here.
struct RemoteAddress {
    std::filesystem::path socket;
};

// local:/path/engine.sock, or local:name for a socket in runtimeDirectory(). Raw TCP is refused for good, other schemes
// with a sentence that says what there is. A socket path longer than the system takes (107 bytes) is refused too.
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
