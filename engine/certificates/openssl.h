// OpenSSL's objects, owned. Internal.
#pragma once

#include "shared/base/result.h"

#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace callmon {

template <auto Function> struct FreedBy {
    template <typename T> void operator()(T* object) const { Function(object); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, FreedBy<X509_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>>;
using BioHandle = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;

inline Error opensslError(const std::string& what)
{
    char reason[160] = "no reason given";
    if (const unsigned long code = ERR_get_error(); code != 0)
        ERR_error_string_n(code, reason, sizeof reason);
    ERR_clear_error();
    return Error { what + ": OpenSSL says " + reason };
}

}
