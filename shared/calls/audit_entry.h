// Who asked an engine for what: an entry of its audit log, and which of them are wanted.
#pragma once

#include "shared/base/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callmon {

struct AuditEntry {
    Timestamp at;
    std::string user;
    std::string role;
    std::string from; // address; "local" for the local socket
    std::string action; // "search", "media", ...; "refused ..." when it was not allowed
    std::string detail; // what was asked for
};

constexpr std::uint32_t mostAuditEntries = 20'000; // of an answer

struct AuditQuery {
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
    std::uint32_t newest = 1000; // at most so many, the newest of them; 0: all
};

inline bool isWithin(const AuditQuery& span, const AuditEntry& entry)
{
    return (!span.from || entry.at >= *span.from) && (!span.to || entry.at < *span.to);
}

struct AuditPage { // of an answer: some of its entries, oldest first; the last has all that is told of the log
    std::vector<AuditEntry> entries;
    std::uint64_t matches = 0; // in all
    std::uint64_t brokenLine = 0; // the first that does not follow on the one before it; 0: none
    std::string newestHash {}; // of the last line: what a copy kept elsewhere is held against
};

}
