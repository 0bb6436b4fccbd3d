// Makes one certificate. Internal to the folder.
#pragma once

#include "engine/certificates/openssl.h"

#include <chrono>
#include <string>
#include <vector>

namespace callmon {

struct CertificateRequest {
    std::string name; // common name
    std::string unit; // organisational unit; empty: none
    std::vector<std::pair<int, std::string>> extensions; // NID, value as in openssl.cnf
    std::chrono::seconds validity {};
};
struct KeyAndCertificate {
    KeyHandle key;
    CertificateHandle certificate;
    std::string serial; // hexadecimal, lower case
    std::string expires; // 2036-11-28
};

// Signed by `issuer`, or by itself when there is none.
Result<KeyAndCertificate> makeCertificate(const CertificateRequest& request, const KeyAndCertificate* issuer);

}
