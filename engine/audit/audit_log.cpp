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
#include <sys/stat.h>
#include <utility>

namespace callmon {

namespace {

constexpr const char* fileName = "audit.log";
constexpr std::size_t fields = 7;
constexpr std::size_t hashDigits = 64;
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
    std::string clean = text.substr(0, mostAuditDetail);
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

// Of a line that was cut off all that is left of it counts.
std::string hashUpTo(const std::string& before, const std::string& text)
{
    const Line line = split(text);
    return line.isWhole() ? line.hash() : hashOf(before, text);
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
        end.torn = file.eof();
        isKnown = isKnown || split(text).isWhole();
        if (isKnown)
            end.hash = hashUpTo(end.hash, text);
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

struct OpenedFile {
    FileHandle file;
    std::string hash; // of its newest line
};

Result<OpenedFile> openFile(const std::filesystem::path& path)
{
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
    if (end.torn && ::write(file.get(), "\n", 1) != 1)
        return systemError(TR("Engine", "cannot write the audit log"), path);
    return OpenedFile { std::move(file), end.hash };
}

}

AuditLog::AuditLog(std::filesystem::path directory)
    : m_directory(std::move(directory))
    , m_disk(std::make_unique<FolderAnswers>(diskPatience))
{
}

Result<AuditLog> AuditLog::open(const std::filesystem::path& directory)
{
    auto opened = openFile(directory / fileName);
    if (!opened)
        return opened.error();
    AuditLog log(directory);
    log.m_end->path = directory / fileName;
    log.m_end->file = std::move(opened.value().file);
    log.m_end->hash = std::move(opened.value().hash);
    return log;
}

Result<void> AuditLog::add(const AuditEntry& entry)
{
    const auto added = m_disk->ask<Result<void>>(m_directory, [end = m_end, entry] { return end->add(entry); });
    return added ? *added : Error { silenceOf(m_directory) };
}

Result<void> AuditLog::End::add(const AuditEntry& entry)
{
    const std::lock_guard lock(mutex);
    if (auto followed = follow(entry.at); !followed)
        return followed;
    return append(lineOf(entry));
}

// Else all that is noted from then on would go into a file that nobody finds.
Result<void> AuditLog::End::follow(Timestamp now)
{
    struct stat written { };
    struct stat named { };
    if (::fstat(file.get(), &written) == 0 && ::stat(path.c_str(), &named) == 0 && written.st_dev == named.st_dev
        && written.st_ino == named.st_ino)
        return {};
    auto anew = openFile(path);
    if (!anew)
        return anew.error();
    const std::string newest = torn.empty() ? hash : hashUpTo(hash, torn);
    file = std::move(anew.value().file);
    hash = std::move(anew.value().hash);
    torn.clear();
    return append(lineOf({ now, "engine", "none", "local", "audit log begun anew",
        "the one before was moved or removed; its newest hash is " + (newest.empty() ? "none" : newest) }));
}

Result<void> AuditLog::End::append(const std::string& line)
{
    const std::string before = torn.empty() ? hash : hashUpTo(hash, torn);
    const std::string next = hashOf(before, line);
    const std::string whole = (torn.empty() ? "" : "\n") + line + '\t' + next + '\n';
    const ssize_t wrote = ::write(file.get(), whole.data(), whole.size());
    if (wrote == static_cast<ssize_t>(whole.size())) {
        hash = next;
        torn.clear();
        return {};
    }
    // The disk is full amid it. Nothing is taken back from a file that is only added to: as after a kill, the piece
    // stays in the chain as a line of its own.
    if (wrote > 0) {
        hash = before;
        torn = whole.substr(torn.empty() ? 0 : 1, static_cast<std::size_t>(wrote) - (torn.empty() ? 0 : 1));
    }
    errno = wrote < 0 ? errno : ENOSPC;
    return systemError(TR("Engine", "cannot write the audit log"), path);
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
        if (!at) {
            ++reading.cutLines;
            continue;
        }
        ++reading.entries;
        wanted = wanted && sink({ *at, line.parts[1], line.parts[2], line.parts[3], line.parts[4], line.parts[5] });
    }
    return reading;
}

std::vector<Sentence> remarksOn(const AuditReading& reading)
{
    if (reading.cutLines == 0)
        return {};
    return { sentence(TR("Engine",
                          "lines of the audit log without an entry, which stand in its chain all the same: %1 (a kill "
                          "or a full disk cuts a line off)"),
        reading.cutLines) };
}

}
