// The requests of a QueryRunner that are about the audit log.
#include "engine/audit/audit_log.h"
#include "engine/remote/query_runner.h"
#include "shared/remote/wire.h"

#include <deque>

namespace callmon {

namespace {

std::size_t roughBytes(const AuditEntry& entry)
{
    constexpr std::size_t fixedFields = 20;
    return fixedFields + entry.user.size() + entry.role.size() + entry.from.size() + entry.action.size()
        + entry.detail.size();
}

}

Result<void> QueryRunner::answerAudit(const AuditQuery& wanted, quint64 number, Request& request)
{
    if (m_auditDirectory.empty())
        return Error { sentence(TR("Engine", "this engine keeps no audit log")) };
    if (wanted.newest == 0)
        return answerAllAudit(wanted, number, request);
    std::deque<AuditEntry> newest;
    std::uint64_t matches = 0;
    const auto read = readAudit(m_auditDirectory, [&](const AuditEntry& entry) {
        if (!isWithin(wanted, entry))
            return !request.cancelled.load();
        ++matches;
        newest.push_back(entry);
        if (newest.size() > wanted.newest)
            newest.pop_front();
        return !request.cancelled.load();
    });
    if (!read)
        return read.error();
    tellRemarks(remarksOn(read.value()), number, request);
    AuditPage page;
    page.matches = matches;
    page.brokenLine = read.value().brokenLine;
    page.newestHash = read.value().newestHash;
    std::size_t bytes = 0;
    for (AuditEntry& entry : newest) {
        bytes += roughBytes(entry);
        page.entries.push_back(std::move(entry));
        if (bytes < remoteMessageBytes)
            continue;
        if (!send(number, request, encode(page)))
            return {};
        page.entries.clear();
        bytes = 0;
    }
    send(number, request, encode(page)); // also when it is empty: it has what is told of the log
    return {};
}

// As it is read, however long the log is: nothing of it is kept here.
Result<void> QueryRunner::answerAllAudit(const AuditQuery& wanted, quint64 number, Request& request)
{
    AuditPage page;
    std::size_t bytes = 0;
    const auto read = readAudit(m_auditDirectory, [&](const AuditEntry& entry) {
        if (!isWithin(wanted, entry))
            return !request.cancelled.load();
        ++page.matches;
        bytes += roughBytes(entry);
        page.entries.push_back(entry);
        if (bytes < remoteMessageBytes)
            return !request.cancelled.load();
        const bool goOn = send(number, request, encode(page));
        page.entries.clear();
        bytes = 0;
        return goOn;
    });
    if (!read)
        return read.error();
    tellRemarks(remarksOn(read.value()), number, request);
    page.brokenLine = read.value().brokenLine;
    page.newestHash = read.value().newestHash;
    send(number, request, encode(page));
    return {};
}

}
