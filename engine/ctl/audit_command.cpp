// callmonctl audit.
#include "engine/audit/audit_log.h"
#include "engine/ctl/commands.h"

#include "shared/base/utc_time.h"

#include <array>

namespace callmon {

namespace {

constexpr std::array<const char*, 6> names { "at", "user", "role", "from", "action", "detail" };
FieldValue text(std::string value)
{
    return { FieldValue::Kind::Text, std::move(value) };
}

std::vector<FieldValue> fieldsOf(const AuditEntry& entry)
{
    return { text(toIso8601(entry.at)), text(entry.user), text(entry.role), text(entry.from), text(entry.action),
        text(entry.detail) };
}

Error changed(std::uint64_t line)
{
    return { "the audit log was changed: line " + std::to_string(line) + " does not follow on the one before it" };
}

// `found` of a period, or of the whole log: the chain is checked from its first line on either way.
void sayWhole(CtlOutput output, std::uint64_t found, const std::string& newestHash)
{
    output.err << "callmonctl: " << found << " entries, each of the log follows on the one before it; the newest is "
               << (newestHash.empty() ? "none" : newestHash) << '\n';
}

constexpr std::array table {
    TableColumn { "at", "time (UTC)", 30 },
    TableColumn { "user", "user", 24 },
    TableColumn { "role", "role", 10 },
    TableColumn { "from", "from", 40 },
    TableColumn { "action", "action", 24 },
    TableColumn { "detail", "detail", 90 },
};

}

// Of a data directory: the whole log, however long, and the hash that a copy kept elsewhere is held against.
int listAudit(const CtlOptions& options, CtlOutput output)
{
    const auto rows = makeRowOutput(options.format, names, table, output.out, options.signs());
    const auto read = readAudit(options.data, [&](const AuditEntry& entry) {
        const CallQuery& span = options.query;
        if ((!span.from || entry.at >= *span.from) && (!span.to || entry.at < *span.to))
            rows->row(fieldsOf(entry));
        return static_cast<bool>(output.out);
    });
    rows->end();
    if (!read)
        return fail(output, read.error());
    if (read.value().brokenLine != 0)
        return fail(output, changed(read.value().brokenLine));
    sayWhole(output, read.value().entries, read.value().newestHash);
    return 0;
}

// Of a running engine, which checks the whole log: the newest of it.
int listAudit(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto page = source.audit({ options.query.from, options.query.to, mostAuditEntries });
    if (!page)
        return fail(output, page.error());
    const auto rows = makeRowOutput(options.format, names, table, output.out, options.signs());
    for (const AuditEntry& entry : page.value().entries)
        rows->row(fieldsOf(entry));
    rows->end();
    if (page.value().brokenLine != 0)
        return fail(output, changed(page.value().brokenLine));
    sayWhole(output, page.value().matches, page.value().newestHash);
    if (page.value().entries.size() < page.value().matches)
        output.err << "callmonctl: the newest " << page.value().entries.size() << " of " << page.value().matches
                   << " entries; --from and --to narrow, --data on the probe gives all\n";
    return 0;
}

}
