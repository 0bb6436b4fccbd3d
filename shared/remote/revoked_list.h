// The list `revoked` of an identity's directory: certificates of the site's authority that are not accepted any more,
// an engine's as a user's. Whoever is shown one looks into the list that lies beside the own certificate.
#pragma once

#include <QSslCertificate>
#include <filesystem>
#include <set>
#include <string>

namespace callmon {

std::string serialOf(const QSslCertificate& certificate); // as the list has it: lower-case hexadecimal digits

class RevokedList {
public:
    RevokedList() = default; // revokes nobody
    // As it stands now. Without a list nobody is revoked; one that cannot be read revokes everybody: better nobody gets
    // in than who must not.
    static RevokedList of(const std::filesystem::path& identity);

    bool has(const std::string& serial) const { return !m_trouble.isEmpty() || m_serials.contains(serial); }
    const QString& trouble() const { return m_trouble; } // why it cannot be read; empty: it can

private:
    QString m_trouble;
    std::set<std::string> m_serials;
};

}
