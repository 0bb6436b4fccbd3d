#include "engine/remote/remote_user.h"

namespace callmon {

std::string placeOf(const RemoteUser& user)
{
    return user.from.empty() ? "local" : user.from;
}

std::optional<RemoteUser> userOf(const QSslCertificate& certificate, std::string from)
{
    const auto names = certificate.subjectInfo(QSslCertificate::CommonName);
    const auto units = certificate.subjectInfo(QSslCertificate::OrganizationalUnitName);
    if (names.size() != 1 || names.front().isEmpty() || units.size() != 1)
        return std::nullopt;
    const auto role = parseRemoteRole(units.front().toStdString());
    if (!role)
        return std::nullopt;
    const QByteArray serial = certificate.serialNumber().replace(":", "").toLower(); // Qt writes 0a:1b
    return RemoteUser { names.front().toStdString(), *role, std::move(from), serial.toStdString(),
        certificate.expiryDate() };
}

}
