#include "engine/ctl/data_directory_source.h"

#include "engine/audit/audit_log.h"
#include "engine/storage/directory_lock.h"
#include "engine/storage/held_parties.h"

#include <array>
#include <chrono>
#include <pwd.h>
#include <unistd.h>

namespace callmon {

namespace {

std::string userOfThisProcess()
{
    std::array<char, 4096> buffer {};
    passwd entry {};
    passwd* found = nullptr;
    const uid_t user = ::getuid();
    if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return "uid " + std::to_string(user);
}

const Error needsEngine { "a data directory does not tell what is on now; ask the engine with --engine URL" };

}

Result<std::unique_ptr<CallSource>> DataDirectorySource::open(const std::filesystem::path& directory)
{
    auto query = RecordQuery::open(directory);
    if (!query)
        return query.error();
    return std::unique_ptr<CallSource>(new DataDirectorySource(directory, std::move(query.value())));
}

Result<std::uint64_t> DataDirectorySource::calls(
    const CallQuery& query, const std::function<bool(const CallRecord&)>& sink)
{
    return m_query->calls(query, sink);
}

Result<std::vector<StreamRecord>> DataDirectorySource::streams(CallKey call)
{
    return m_query->streams(call);
}

Result<std::vector<QualityPoint>> DataDirectorySource::quality(CallKey call)
{
    return m_query->quality(call);
}

Result<void> DataDirectorySource::messages(CallKey call, const std::function<bool(const CallMessage&)>& sink)
{
    return m_query->messages(call, sink);
}

Result<std::uint64_t> DataDirectorySource::alarms(
    const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink)
{
    return m_query->alarms(query, sink);
}

Result<void> DataDirectorySource::serviceHistory(
    const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink)
{
    return m_query->service(query, sink);
}

Result<void> DataDirectorySource::media(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink)
{
    return m_query->callMedia(call, sink);
}

// Who may write the directory's files may do this: there is nobody else to ask.
Result<void> DataDirectorySource::openKeeper(const std::string& action, const std::string& detail)
{
    if (!m_keeper) { // else the lock is this program's own
        if (DirectoryLock::isHeld(m_directory))
            return Error { "an engine writes to " + m_directory.string() + ": ask it, with --engine URL" };
        if (auto audit = AuditLog::open(m_directory); !audit) // before anything is changed
            return audit.error();
        auto writer = RecordWriter::open(m_directory);
        if (!writer)
            return writer.error();
        m_writer = std::move(writer.value());
        RecordKeeper::Options options;
        options.commits = true;
        auto keeper = RecordKeeper::open(m_directory, *m_writer, std::move(options));
        if (!keeper)
            return keeper.error();
        m_keeper = std::move(keeper.value());
    }
    auto audit = AuditLog::open(m_directory);
    if (!audit)
        return audit.error();
    const auto now = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
    const auto written = audit.value().add({ now, userOfThisProcess(), "files", "local", action, detail });
    return written ? Result<void>()
                   : Error { "nothing is done that must stand in the audit log: " + written.error().what };
}

Result<std::vector<Hold>> DataDirectorySource::holds()
{
    auto holds = readHolds(m_directory);
    if (holds)
        tellParties(holds.value(), *m_query);
    return holds;
}

Result<Hold> DataDirectorySource::addHold(CallKey call, const std::string& reason)
{
    const auto opened = openKeeper("set hold", "call_key " + std::to_string(call.value) + " reason " + reason);
    return opened ? m_keeper->hold(call, reason, userOfThisProcess()) : opened.error();
}

Result<Hold> DataDirectorySource::releaseHold(CallKey call, const std::string& reason)
{
    const auto opened = openKeeper("release hold", "call_key " + std::to_string(call.value) + " reason " + reason);
    return opened ? m_keeper->release(call, reason, userOfThisProcess()) : opened.error();
}

Result<DeletionReport> DataDirectorySource::deleteNumber(const DeletionRequest& request)
{
    const auto opened = openKeeper("delete number", withoutNumber(request));
    return opened ? m_keeper->deleteNumber(request) : opened.error();
}

Result<RetentionClock> DataDirectorySource::retentionClock()
{
    const auto last = readLastClock(m_directory);
    if (!last)
        return last.error();
    // What an engine that runs here has seen since, it alone knows; one that started now would find this.
    const auto now = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
    return RetentionClock { now, last.value(), !ClockGuard(now, Nanoseconds(0), last.value()).isTrusted() };
}

Result<RetentionClock> DataDirectorySource::confirmClock()
{
    const auto opened = openKeeper("confirm clock", {});
    return opened ? m_keeper->confirmClock() : opened.error();
}

Result<AuditPage> DataDirectorySource::audit(
    const AuditQuery& query, const std::function<bool(const AuditEntry&)>& sink)
{
    AuditPage told;
    const auto read = readAudit(m_directory, [&](const AuditEntry& entry) {
        if (!isWithin(query, entry))
            return true;
        ++told.matches;
        return sink(entry);
    });
    if (!read)
        return read.error();
    for (const Sentence& remark : remarksOn(read.value()))
        m_remarks.push_back(toText(remark));
    told.brokenLine = read.value().brokenLine;
    told.newestHash = read.value().newestHash;
    return told;
}

Result<CallNotes> DataDirectorySource::callNotes(CallKey call)
{
    auto reader = CallNoteReader::open(m_directory);
    if (!reader)
        return reader.error();
    return reader.value() ? reader.value()->notes(call) : CallNotes { call, {}, {} };
}

Result<std::vector<TagUse>> DataDirectorySource::tagNames()
{
    auto reader = CallNoteReader::open(m_directory);
    if (!reader)
        return reader.error();
    return reader.value() ? reader.value()->tagNames() : std::vector<TagUse>();
}

Result<CallNotes> DataDirectorySource::changeNotes(CallKey call, const std::string& action, const ChangeNotes& change)
{
    if (auto opened = openKeeper(action, "call_key " + std::to_string(call.value)); !opened)
        return opened.error();
    auto notes = CallNoteKeeper::open(m_directory);
    if (!notes)
        return notes.error();
    if (auto done = change(*notes.value()); !done)
        return done.error();
    return notes.value()->notes(call);
}

Result<CallNotes> DataDirectorySource::addTag(CallKey call, const std::string& tag)
{
    return changeNotes(
        call, "add tag", [&](CallNoteKeeper& notes) { return notes.addTag(call, tag, userOfThisProcess()); });
}

Result<CallNotes> DataDirectorySource::removeTag(CallKey call, const std::string& tag)
{
    return changeNotes(call, "remove tag", [&](CallNoteKeeper& notes) { return notes.removeTag(call, tag); });
}

Result<CallNotes> DataDirectorySource::addNote(CallKey call, const std::string& text)
{
    return changeNotes(
        call, "add note", [&](CallNoteKeeper& notes) { return notes.addNote(call, text, userOfThisProcess()); });
}

Result<void> DataDirectorySource::live(const std::function<bool(const LiveUpdate&)>&)
{
    return needsEngine;
}

Result<ProbeStatus> DataDirectorySource::status()
{
    return needsEngine;
}

}
