// The authority of a site: it signs the certificates of its engines and users, which trust nobody else (X.509 v3,
// RFC 5280; ECDSA on P-256). A directory that only its keeper can read:
//
//   ca.pem, ca.key     the authority itself
//   issued             a line for each certificate: serial number, kind or role, expiry, name
//   revoked            serial number and name of those that are not accepted any more; engines have a copy
//   engines/NAME/      what an engine needs: ca.pem, own.pem, own.key
//   users/NAME/        what a user needs, likewise
#pragma once

#include "shared/base/result.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace callmon {

struct IssuedCertificate {
    std::string serial; // hexadecimal, lower case
    std::string role; // "engine", or a user's
    std::string expires; // 2036-11-28
    std::string name;
    bool revoked = false;
};

class Authority {
public:
    static constexpr std::chrono::years validityOfAuthority { 20 };
    static constexpr std::chrono::days usualValidity { 825 };

    // A new one; fails where there is one.
    static Result<Authority> create(const std::filesystem::path& directory, const std::string& site);
    static Result<Authority> open(const std::filesystem::path& directory);
    ~Authority();
    Authority(Authority&&) noexcept;
    Authority& operator=(Authority&&) noexcept;

    // Both return the directory to be copied to where it is used. A name that was issued before gets a new certificate;
    // the old one stays good until it is revoked.
    // `hosts`: names and addresses under which clients reach the engine.
    Result<std::filesystem::path> issueEngine(
        const std::string& name, const std::vector<std::string>& hosts, std::chrono::seconds validity = usualValidity);
    Result<std::filesystem::path> issueUser(
        const std::string& name, const std::string& role, std::chrono::seconds validity = usualValidity);
    // All of that name; the number of certificates that are newly revoked. Each engine needs the list beside its files.
    Result<std::size_t> revoke(const std::string& name);
    Result<std::vector<IssuedCertificate>> issued() const;
    std::filesystem::path revokedList() const;

private:
    struct Keys;
    struct Request;
    Authority(std::filesystem::path directory, std::unique_ptr<Keys> keys);
    Result<std::filesystem::path> issue(const Request& request);

    std::filesystem::path m_directory;
    std::unique_ptr<Keys> m_keys;
};

}
