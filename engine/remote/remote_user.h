// Who asks, and what that allows.
#pragma once

#include "shared/remote/remote_role.h"

#include <QDateTime>
#include <QSslCertificate>
#include <optional>
#include <string>

namespace callmon {

struct RemoteUser {
    std::string name;
    RemoteRole role = RemoteRole::Viewer;
    std::string from; // address of the other end; empty: the local socket
    std::string serial {}; // of the certificate, lower-case hexadecimal digits; empty: the local socket
    QDateTime expires {}; // that certificate; null: never
};
std::string placeOf(const RemoteUser& user); // "192.0.2.7", "local"

// By the certificate's common name and organisational unit; nothing when it names no role, or nobody.
std::optional<RemoteUser> userOf(const QSslCertificate& certificate, std::string from);

}
