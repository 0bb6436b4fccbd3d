#include "engine/audit/audit_log.h"

#include "engine/storage/storage_error.h"
#include "shared/base/utc_time.h"

#include <QCryptographicHash>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <sys/file.h>
#include <utility>

namespace callmon {

namespace {

constexpr const char* fileName = "audit.log";
constexpr std::size_t fields = 7;
constexpr std::size_t hashDigits = 64;
constexpr std::size_t mostDetail = 1000; // bytes
constexpr std::chrono::milliseconds diskPatience { 2'000 }; // less than a client waits for a sign of life

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

struct LogEnd {
    std::string hash; // of the newest line
    bool torn = false; // that line was cut off
};

// From `offset` on, which may lie within a line. Nothing when no whole line follows, on which the others could be
// built.
std::optional<LogEnd> endOfLog(std::ifstream& file, std::streamoff offset)
{
    file.clear();
    file.seekg(offset);
    LogEnd end;
    bool isKnown = offset == 0;
    std::string text;
    if (offset > 0)
        std::getline(file, text);
    while (std::getline(file, text)) {
        const Line line = split(text);
        end.torn = file.eof();
        isKnown = isKnown || line.isWhole();
        if (isKnown)
            end.hash = line.isWhole() ? line.hash() : hashOf(end.hash, text);
    }
    return isKnown ? std::optional(end) : std::nullopt;
}

// Its last lines tell: the log of years is not read at each start.
LogEnd endOfLog(const std::filesystem::path& path)
{
    constexpr std::streamoff tail = 64 * 1024; // some fifty of the longest lines
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file)
        return {};
    const auto size = static_cast<std::streamoff>(file.tellg());
    if (size > tail)
        if (const auto end = endOfLog(file, size - tail))
            return *end;
    return endOfLog(file, 0).value_or(LogEnd());
}

}

AuditLog::AuditLog(std::filesystem::path directory, FileHandle file, std::string hash)
    : m_directory(std::move(directory))
    , m_disk(std::make_unique<FolderAnswers>(diskPatience))
{
    m_end->file = std::move(file);
    m_end->hash = std::move(hash);
}

Result<AuditLog> AuditLog::open(const std::filesystem::path& directory)
{
    const auto path = directory / fileName;
    FileHandle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file)
        return systemError(TR("Engine", "cannot write the audit log"), path);
    // Two writers would each go on from a line that is not the last one, and break the chain.
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return Error { sentence(TR("Engine",
                                    "another process writes the audit log %1; if that is an engine, ask it with "
                                    "--engine URL"),
            path.string()) };
    const LogEnd end = endOfLog(path);
    if ((end.torn && ::write(file.get(), "\n", 1) != 1))
        return systemError(TR("Engine", "cannot write the audit log"), path);
    return AuditLog(directory, std::move(file), end.hash);
}

Result<void> AuditLog::add(const AuditEntry& entry)
{
    const auto failed = m_disk->ask<int>(m_directory, [end = m_end, line = lineOf(entry)] { return end->add(line); });
    if (!failed)
        return Error { silenceOf(m_directory) };
    if (*failed == 0)
        return {};
    errno = *failed;
    return systemError(TR("Engine", "cannot write the audit log"), m_directory / fileName);
}

int AuditLog::End::add(const std::string& line)
{
    const std::lock_guard lock(mutex);
    const std::string next = hashOf(hash, line);
    const std::string whole = line + '\t' + next + '\n';
    const ssize_t wrote = ::write(file.get(), whole.data(), whole.size());
    if (wrote != static_cast<ssize_t>(whole.size()))
        return wrote < 0 ? errno : ENOSPC;
    hash = next;
    return 0;
}

Result<AuditReading> readAudit(
    const std::filesystem::path& directory, const std::function<bool(const AuditEntry&)>& sink)
{
    std::ifstream file(directory / fileName, std::ios::binary);
    if (!file)
        return systemError(TR("Engine", "cannot read"), directory / fileName);
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
