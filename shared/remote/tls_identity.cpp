#include "shared/remote/tls_identity.h"

#include <QDateTime>
#include <QFile>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>
#include <cstdlib>

namespace callmon {

namespace {

constexpr const char* howToMake =
    TR("Engine", "; callmonctl cert makes the files of an engine or a user, copy them there");

Result<QByteArray> contentOf(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly))
        return Error { sentence(TR("Engine", "cannot read %1: %2%3"), path.string(), file.errorString().toStdString(),
            markedText(howToMake)) };
    return file.readAll();
}

Result<QSslCertificate> certificateIn(const std::filesystem::path& path)
{
    const auto content = contentOf(path);
    if (!content)
        return content.error();
    const auto certificates = QSslCertificate::fromData(content.value(), QSsl::Pem);
    if (certificates.isEmpty() || certificates.front().isNull())
        return Error { sentence(TR("Engine", "%1 is no certificate in PEM%2"), path.string(), markedText(howToMake)) };
    const QSslCertificate& certificate = certificates.front();
    if (certificate.expiryDate() < QDateTime::currentDateTimeUtc())
        return Error { sentence(TR("Engine", "the certificate %1 expired on %2%3"), path.string(),
            certificate.expiryDate().toUTC().toString(Qt::ISODate).toStdString(), markedText(howToMake)) };
    return certificate;
}

// EC, as callmonctl makes them, or RSA, as others do.
Result<QSslKey> keyIn(const std::filesystem::path& path)
{
    const auto content = contentOf(path);
    if (!content)
        return content.error();
    for (const auto algorithm : { QSsl::Ec, QSsl::Rsa })
        if (QSslKey key(content.value(), algorithm, QSsl::Pem, QSsl::PrivateKey); !key.isNull())
            return key;
    return Error { sentence(TR("Engine", "%1 is no private key in PEM%2"), path.string(), markedText(howToMake)) };
}

// A private key in DER holds its public half, and that ends as the certificate's does: with a point, or modulus and
// exponent.
bool belongsTo(const QSslKey& key, const QSslCertificate& certificate)
{
    constexpr qsizetype tail = 64;
    return key.toDer().contains(certificate.publicKey().toDer().right(tail));
}

}

std::filesystem::path userIdentityDirectory()
{
    if (const char* set = std::getenv("XDG_CONFIG_HOME"); set != nullptr && *set == '/')
        return std::filesystem::path(set) / "callmon";
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home != nullptr ? home : "/") / ".config" / "callmon";
}

Result<QSslConfiguration> loadIdentity(const std::filesystem::path& directory)
{
    if (!QSslSocket::supportsSsl())
        return Error { sentence(TR("Engine", "Qt has no TLS here: install OpenSSL 3 (libssl3) and libqt6network6")) };
    const auto authority = certificateIn(directory / authorityFile);
    if (!authority)
        return authority.error();
    const auto own = certificateIn(directory / certificateFile);
    if (!own)
        return own.error();
    const auto key = keyIn(directory / keyFile);
    if (!key)
        return key.error();
    if (!belongsTo(key.value(), own.value()))
        return Error { sentence(TR("Engine", "%1 is not the key of %2 beside it: copy both from the same folder%3"),
            (directory / keyFile).string(), certificateFile, markedText(howToMake)) };
    const auto doubts = QSslCertificate::verify({ own.value(), authority.value() });
    for (const QSslError& doubt : doubts)
        if (doubt.error() != QSslError::SelfSignedCertificateInChain
            && doubt.error() != QSslError::SelfSignedCertificate)
            return Error { sentence(TR("Engine", "%1 cannot be used with %2: %3%4"),
                (directory / certificateFile).string(), authorityFile, doubt.errorString().toStdString(),
                markedText(howToMake)) };
    QSslConfiguration configuration;
    configuration.setProtocol(QSsl::TlsV1_3OrLater);
    configuration.setCaCertificates({ authority.value() });
    configuration.setLocalCertificate(own.value());
    configuration.setPrivateKey(key.value());
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    configuration.setPeerVerifyDepth(1); // signed by the authority itself
    return configuration;
}

Sentence sentenceAbout(const QSslError& error, const std::string& peer)
{
    switch (error.error()) {
    case QSslError::CertificateExpired:
        return sentence(TR("Engine", "The certificate of %1 has expired: make a new one with callmonctl cert."), peer);
    case QSslError::CertificateNotYetValid:
        return sentence(TR("Engine", "The certificate of %1 is not valid yet: compare the clocks."), peer);
    case QSslError::SelfSignedCertificate:
    case QSslError::SelfSignedCertificateInChain:
    case QSslError::UnableToGetLocalIssuerCertificate:
    case QSslError::UnableToVerifyFirstCertificate:
    case QSslError::CertificateUntrusted:
    case QSslError::CertificateSignatureFailed:
        return sentence(TR("Engine",
                            "The certificate of %1 is not of the authority that is trusted here (ca.pem): it is "
                            "another site's, or somebody stands between."),
            peer);
    case QSslError::HostNameMismatch:
        return sentence(TR("Engine",
                            "The certificate shown by %1 is for another host: make one for this name with callmonctl "
                            "cert engine."),
            peer);
    default:
        return sentence(TR("Engine", "The certificate of %1 is refused: %2."), peer, error.errorString().toStdString());
    }
}

}
