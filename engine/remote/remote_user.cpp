#include "engine/remote/remote_user.h"

#include "shared/remote/revoked_list.h"

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
    return RemoteUser { names.front().toStdString(), *role, std::move(from), serialOf(certificate),
        certificate.expiryDate() };
}

}
