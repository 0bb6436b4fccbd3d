#include "engine/certificates/authority.h"

#include "engine/certificates/certificate.h"
#include "shared/base/file_handle.h"
#include "shared/remote/identity_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sstream>
#include <sys/stat.h>

namespace callmon {

namespace {

constexpr const char* authorityKey = "ca.key";

Error because(const std::string& what, const std::filesystem::path& path)
{
    return Error { what + ' ' + path.string() + ": " + std::strerror(errno) };
}

Result<void> makePrivate(const std::filesystem::path& directory)
{
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed)
        return Error { "cannot create " + directory.string() + ": " + failed.message() };
    return ::chmod(directory.c_str(), 0700) == 0 ? Result<void>() : because("cannot protect", directory);
}

// Whole or not at all: written beside it first.
Result<void> writePrivate(const std::filesystem::path& path, BIO* content)
{
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(content, &bytes);
    const std::filesystem::path beside = path.string() + ".new";
    const FileHandle file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file)
        return because("cannot create", beside);
    const bool written = ::write(file.get(), bytes, static_cast<std::size_t>(size)) == size && ::fsync(file.get()) == 0;
    if (!written || ::rename(beside.c_str(), path.c_str()) != 0)
        return because("cannot write", path);
    return {};
}

Result<void> writeCertificate(const std::filesystem::path& path, X509* certificate)
{
    const BioHandle memory(BIO_new(BIO_s_mem()));
    if (!memory || PEM_write_bio_X509(memory.get(), certificate) != 1)
        return opensslError("cannot write " + path.string());
    return writePrivate(path, memory.get());
}

Result<void> writeKey(const std::filesystem::path& path, EVP_PKEY* key)
{
    const BioHandle memory(BIO_new(BIO_s_mem()));
    if (!memory || PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return opensslError("cannot write " + path.string());
    return writePrivate(path, memory.get());
}

Result<void> appendLine(const std::filesystem::path& path, const std::string& line)
{
    std::ofstream file(path, std::ios::app);
    file << line << '\n';
    file.flush();
    return file ? Result<void>() : because("cannot write", path);
}

std::vector<IssuedCertificate> linesOf(const std::filesystem::path& path)
{
    std::vector<IssuedCertificate> found;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        IssuedCertificate one;
        if (words >> one.serial >> one.role >> one.expires && std::getline(words >> std::ws, one.name))
            found.push_back(std::move(one));
    }
    return found;
}

// It becomes the name of a directory, and stands in a line of words.
Result<void> checkName(const std::string& name)
{
    constexpr std::size_t longest = 64; // RFC 5280 appendix A: ub-common-name
    const bool good = !name.empty() && name.size() <= longest && name.front() != '.'
        && std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c != '/' && c != 127; });
    return good ? Result<void>()
                : Result<void>(Error { "'" + name
                    + "' cannot be the name in a certificate: 1 to 64 bytes without space "
                      "or /, and no dot in front" });
}

Result<std::string> alternativeNames(const std::vector<std::string>& hosts)
{
    std::string names;
    for (const std::string& host : hosts) {
        if (host.empty() || host.find_first_of(", \t") != std::string::npos)
            return Error { "'" + host + "' is neither the name nor the address of a host" };
        const ASN1_OCTET_STRING* const address = a2i_IPADDRESS(host.c_str());
        names += (names.empty() ? "" : ",") + std::string(address != nullptr ? "IP:" : "DNS:") + host;
        ASN1_OCTET_STRING_free(const_cast<ASN1_OCTET_STRING*>(address));
    }
    return names.empty()
        ? Result<std::string>(Error { "an engine needs the names or addresses that clients reach it by" })
        : Result<std::string>(std::move(names));
}

// RFC 5280 4.2.1: of what is no authority.
std::vector<std::pair<int, std::string>> ofALeaf(const char* purpose)
{
    return { { NID_basic_constraints, "critical,CA:FALSE" }, { NID_key_usage, "critical,digitalSignature" },
        { NID_ext_key_usage, purpose }, { NID_subject_key_identifier, "hash" },
        { NID_authority_key_identifier, "keyid:always" } };
}

}

struct Authority::Keys : KeyAndCertificate { };

struct Authority::Request {
    CertificateRequest certificate;
    std::string role;
    std::filesystem::path directory;
};

Authority::Authority(std::filesystem::path directory, std::unique_ptr<Keys> keys)
    : m_directory(std::move(directory))
    , m_keys(std::move(keys))
{
}
Authority::~Authority() = default;
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;

Result<Authority> Authority::create(const std::filesystem::path& directory, const std::string& site)
{
    if (std::filesystem::exists(directory / authorityFile) || std::filesystem::exists(directory / authorityKey))
        return Error { "there is an authority in " + directory.string()
            + "; a new one would shut everybody out who trusts that one: choose another directory" };
    if (auto made = makePrivate(directory); !made)
        return made.error();
    CertificateRequest request { site.empty() ? "VoIPCallMon" : site, "",
        { { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" }, { NID_key_usage, "critical,keyCertSign,cRLSign" },
            { NID_subject_key_identifier, "hash" } },
        validityOfAuthority };
    auto made = makeCertificate(request, nullptr);
    if (!made)
        return made.error();
    auto keys = std::make_unique<Keys>();
    static_cast<KeyAndCertificate&>(*keys) = std::move(made.value());
    if (auto written = writeKey(directory / authorityKey, keys->key.get()); !written)
        return written.error();
    if (auto written = writeCertificate(directory / authorityFile, keys->certificate.get()); !written)
        return written.error();
    return Authority(directory, std::move(keys));
}

Result<Authority> Authority::open(const std::filesystem::path& directory)
{
    auto keys = std::make_unique<Keys>();
    const BioHandle certificate(BIO_new_file((directory / authorityFile).c_str(), "r"));
    const BioHandle key(BIO_new_file((directory / authorityKey).c_str(), "r"));
    if (!certificate || !key) {
        ERR_clear_error();
        return Error { "there is no authority in " + directory.string() + "; callmonctl cert ca makes one" };
    }
    keys->certificate.reset(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
    keys->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    if (!keys->certificate || !keys->key || X509_check_private_key(keys->certificate.get(), keys->key.get()) != 1)
        return opensslError("cannot read the authority in " + directory.string());
    return Authority(directory, std::move(keys));
}

Result<std::filesystem::path> Authority::issueEngine(
    const std::string& name, const std::vector<std::string>& hosts, std::chrono::seconds validity)
{
    const auto names = alternativeNames(hosts);
    if (!names)
        return names.error();
    auto extensions = ofALeaf("serverAuth");
    extensions.emplace_back(NID_subject_alt_name, names.value());
    return issue({ { name, "", std::move(extensions), validity }, "engine", m_directory / "engines" / name });
}

Result<std::filesystem::path> Authority::issueUser(
    const std::string& name, const std::string& role, std::chrono::seconds validity)
{
    return issue({ { name, role, ofALeaf("clientAuth"), validity }, role, m_directory / "users" / name });
}

Result<std::filesystem::path> Authority::issue(const Request& request)
{
    if (auto checked = checkName(request.certificate.name); !checked)
        return checked.error();
    const auto made = makeCertificate(request.certificate, m_keys.get());
    if (!made)
        return made.error();
    // Known before it can be used: else nobody could revoke it.
    if (auto noted = appendLine(m_directory / "issued",
            made.value().serial + ' ' + request.role + ' ' + made.value().expires + ' ' + request.certificate.name);
        !noted)
        return noted.error();
    for (const auto& directory : { request.directory.parent_path(), request.directory })
        if (auto ready = makePrivate(directory); !ready)
            return ready.error();
    if (auto written = writeKey(request.directory / keyFile, made.value().key.get()); !written)
        return written.error();
    if (auto written = writeCertificate(request.directory / certificateFile, made.value().certificate.get()); !written)
        return written.error();
    if (auto written = writeCertificate(request.directory / authorityFile, m_keys->certificate.get()); !written)
        return written.error();
    return request.directory;
}

std::filesystem::path Authority::revokedList() const
{
    return m_directory / revokedFile;
}

Result<std::vector<IssuedCertificate>> Authority::issued() const
{
    auto all = linesOf(m_directory / "issued");
    std::ifstream file(revokedList());
    for (std::string line; std::getline(file, line);)
        for (IssuedCertificate& one : all)
            one.revoked = one.revoked || line.substr(0, line.find(' ')) == one.serial;
    return all;
}

Result<std::size_t> Authority::revoke(const std::string& name)
{
    const auto all = issued();
    if (!all)
        return all.error();
    std::size_t found = 0;
    std::size_t revoked = 0;
    for (const IssuedCertificate& one : all.value()) {
        found += one.name == name;
        if (one.name != name || one.revoked)
            continue;
        if (auto noted = appendLine(revokedList(), one.serial + ' ' + one.name); !noted)
            return noted.error();
        ++revoked;
    }
    if (found == 0)
        return Error { "no certificate was issued to '" + name + "'; callmonctl cert list shows those that were" };
    return revoked;
}

}
