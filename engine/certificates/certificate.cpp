#include "engine/certificates/certificate.h"

#include <algorithm>
#include <ctime>
#include <openssl/bn.h>
#include <openssl/x509v3.h>

namespace callmon {

namespace {

constexpr int serialBits = 127; // RFC 5280 4.1.2.2: 20 octets at most, positive
constexpr long clockTolerance = 86400; // of hosts that have it valid from the first minute on

std::string lowered(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return c >= 'A' && c <= 'F' ? c + 32 : c; });
    return text;
}

bool setSerial(X509* certificate, std::string& text)
{
    const NumberHandle number(BN_new());
    if (!number || BN_rand(number.get(), serialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1
        || BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr)
        return false;
    char* const hex = BN_bn2hex(number.get());
    text = hex == nullptr ? std::string() : lowered(hex);
    OPENSSL_free(hex);
    return !text.empty();
}

bool setName(X509* certificate, const CertificateRequest& request)
{
    X509_NAME* const name = X509_get_subject_name(certificate);
    const auto add = [name](const char* field, const std::string& text) {
        return text.empty()
            || X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()), -1, 0)
            == 1;
    };
    return add("CN", request.name) && add("OU", request.unit);
}

bool setExtensions(X509* certificate, X509* issuer, const CertificateRequest& request)
{
    X509V3_CTX context {};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    return std::ranges::all_of(request.extensions, [&](const auto& extension) {
        const ExtensionHandle made(X509V3_EXT_conf_nid(nullptr, &context, extension.first, extension.second.c_str()));
        return made && X509_add_ext(certificate, made.get(), -1) == 1;
    });
}

std::string dayOf(const ASN1_TIME* time)
{
    std::tm broken {};
    char text[16] = "";
    if (ASN1_TIME_to_tm(time, &broken) == 1)
        std::strftime(text, sizeof text, "%Y-%m-%d", &broken);
    return text;
}

}

Result<KeyAndCertificate> makeCertificate(const CertificateRequest& request, const KeyAndCertificate* issuer)
{
    KeyAndCertificate made;
    made.key.reset(EVP_EC_gen("P-256"));
    made.certificate.reset(X509_new());
    X509* const certificate = made.certificate.get();
    if (!made.key || certificate == nullptr)
        return opensslError("cannot make a key");
    X509* const signer = issuer != nullptr ? issuer->certificate.get() : certificate;
    const auto days = std::chrono::duration_cast<std::chrono::days>(request.validity); // the two parts it takes
    const bool filled = X509_set_version(certificate, X509_VERSION_3) == 1 && setSerial(certificate, made.serial)
        && X509_gmtime_adj(X509_getm_notBefore(certificate), -clockTolerance) != nullptr
        && X509_time_adj_ex(X509_getm_notAfter(certificate), static_cast<int>(days.count()),
               static_cast<long>((request.validity - days).count()), nullptr)
            != nullptr
        && setName(certificate, request) && X509_set_pubkey(certificate, made.key.get()) == 1
        && X509_set_issuer_name(certificate, X509_get_subject_name(signer)) == 1
        && setExtensions(certificate, signer, request)
        && X509_sign(certificate, issuer != nullptr ? issuer->key.get() : made.key.get(), EVP_sha256()) > 0;
    if (!filled)
        return opensslError("cannot make a certificate for " + request.name);
    made.expires = dayOf(X509_get0_notAfter(certificate));
    return made;
}

}
