#include "engine/audit/audit_log.h"

#include "shared/base/utc_time.h"

#include <QCryptographicHash>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>
#include <utility>

namespace callmon {

namespace {

constexpr const char* fileName = "audit.log";
constexpr std::size_t fields = 7;
constexpr std::size_t hashDigits = 64;
constexpr std::size_t mostDetail = 1000; // bytes

std::string hashOf(const std::string& before, const std::string& text)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArrayView(before.data(), static_cast<qsizetype>(before.size())));
    hash.addData(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())));
    return hash.result().toHex().toStdString();
}

// Tabs and ends of lines have a meaning here, and what clients send may hold anything.
std::string field(const std::string& text)
{
    std::string clean = text.substr(0, mostDetail);
    for (char& c : clean)
        if (static_cast<unsigned char>(c) < ' ' || c == 127)
            c = ' ';
    return clean;
}

std::string lineOf(const AuditEntry& entry)
{
    return toIso8601(entry.at) + '\t' + field(entry.user) + '\t' + field(entry.role) + '\t' + field(entry.from) + '\t'
        + field(entry.action) + '\t' + field(entry.detail);
}

struct Line {
    std::array<std::string, fields> parts;
    std::size_t count = 0;
    std::string withoutHash;

    const std::string& hash() const { return parts[fields - 1]; }
    bool isWhole() const { return count == fields && hash().size() == hashDigits; } // else a kill cut it off
};

Line split(const std::string& text)
{
    Line line;
    std::size_t at = 0;
    while (line.count < fields) {
        const std::size_t tab = text.find('\t', at);
        line.parts[line.count++] = text.substr(at, tab - at);
        if (tab == std::string::npos)
            break;
        if (line.count == fields - 1)
            line.withoutHash = text.substr(0, tab);
        at = tab + 1;
    }
    return line;
}

Error because(const std::string& what, const std::filesystem::path& path)
{
    return Error { what + ' ' + path.string() + ": " + std::strerror(errno) };
}

}

AuditLog::AuditLog(int file, std::string hash)
    : m_file(file)
    , m_hash(std::move(hash))
{
}

AuditLog::AuditLog(AuditLog&& other) noexcept
    : m_file(std::exchange(other.m_file, -1))
    , m_hash(std::move(other.m_hash))
{
}

AuditLog::~AuditLog()
{
    if (m_file >= 0)
        ::close(m_file);
}

Result<AuditLog> AuditLog::open(const std::filesystem::path& directory)
{
    const auto path = directory / fileName;
    std::string newest;
    bool torn = false;
    {
        std::ifstream file(path, std::ios::binary);
        for (std::string text; std::getline(file, text);) {
            torn = file.eof();
            const Line line = split(text);
            newest = line.isWhole() ? line.hash() : hashOf(newest, text);
        }
    }
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0)
        return because("cannot write the audit log", path);
    AuditLog log(file, newest);
    if (torn && ::write(file, "\n", 1) != 1)
        return because("cannot write the audit log", path);
    return log;
}

bool AuditLog::add(const AuditEntry& entry)
{
    const std::string line = lineOf(entry);
    const std::string hash = hashOf(m_hash, line);
    const std::string whole = line + '\t' + hash + '\n';
    if (::write(m_file, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
        return false;
    m_hash = hash;
    return true;
}

Result<AuditReading> readAudit(
    const std::filesystem::path& directory, const std::function<bool(const AuditEntry&)>& sink)
{
    std::ifstream file(directory / fileName, std::ios::binary);
    if (!file)
        return because("cannot read", directory / fileName);
    AuditReading reading;
    std::uint64_t number = 0;
    bool wanted = true;
    for (std::string text; std::getline(file, text);) {
        ++number;
        const Line line = split(text);
        const std::string expected = hashOf(reading.newestHash, line.isWhole() ? line.withoutHash : text);
        reading.newestHash = line.isWhole() ? line.hash() : expected; // of one that was cut off the next one tells
        if (reading.brokenLine == 0 && reading.newestHash != expected)
            reading.brokenLine = number;
        const auto at = line.isWhole() ? parseIso8601(line.parts[0]) : std::nullopt;
        if (!at)
            continue;
        ++reading.entries;
        wanted = wanted && sink({ *at, line.parts[1], line.parts[2], line.parts[3], line.parts[4], line.parts[5] });
    }
    return reading;
}

}
