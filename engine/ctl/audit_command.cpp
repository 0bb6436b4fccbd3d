// callmonctl audit.
#include "engine/ctl/commands.h"
#include "engine/ctl/counted.h"

#include "shared/base/utc_time.h"

#include <array>

namespace callmon {

namespace {

constexpr std::uint32_t everyEntry = 0; // AuditQuery::newest
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
    output.err << "callmonctl: " << counted(found, "entry", "entries")
               << ", each of the log follows on the one before it; the newest is "
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

// The hash is what a copy that is kept elsewhere is held against.
int listAudit(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto rows = makeRowOutput(options.format, names, table, output.out, options.signs());
    const auto told = source.audit({ options.query.from, options.query.to, everyEntry }, [&](const AuditEntry& entry) {
        rows->row(fieldsOf(entry));
        return static_cast<bool>(output.out);
    });
    rows->end();
    if (!told)
        return fail(output, told.error());
    if (told.value().brokenLine != 0)
        return fail(output, changed(told.value().brokenLine));
    sayWhole(output, told.value().matches, told.value().newestHash);
    return 0;
}

}
