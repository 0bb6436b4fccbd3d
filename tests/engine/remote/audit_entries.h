// What stands in an audit log that has to be whole.
#pragma once

#include "engine/audit/audit_log.h"

#include <QTest>

namespace callmon {

inline std::vector<AuditEntry> auditEntriesIn(const std::filesystem::path& directory)
{
    std::vector<AuditEntry> entries;
    const auto read = readAudit(directory, [&](const AuditEntry& entry) {
        entries.push_back(entry);
        return true;
    });
    if (!read)
        qFatal("%s", read.error().what.c_str());
    if (read.value().brokenLine != 0)
        qFatal("line %llu of the audit log is broken", static_cast<unsigned long long>(read.value().brokenLine));
    return entries;
}

}
