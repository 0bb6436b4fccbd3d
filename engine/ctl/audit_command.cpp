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

constexpr std::array table {
    TableColumn { "at", "time (UTC)", 30 },
    TableColumn { "user", "user", 24 },
    TableColumn { "role", "role", 10 },
    TableColumn { "from", "from", 40 },
    TableColumn { "action", "action", 24 },
    TableColumn { "detail", "detail", 90 },
};

}

int listAudit(const CtlOptions& options, CtlOutput output)
{
    const auto rows = makeRowOutput(options.format, names, table, output.out, options.signs());
    const auto read = readAudit(options.data, [&](const AuditEntry& entry) {
        const CallQuery& span = options.query;
        if ((!span.from || entry.at >= *span.from) && (!span.to || entry.at < *span.to))
            rows->row({ text(toIso8601(entry.at)), text(entry.user), text(entry.role), text(entry.from),
                text(entry.action), text(entry.detail) });
        return static_cast<bool>(output.out);
    });
    rows->end();
    if (!read)
        return fail(output, read.error());
    if (read.value().brokenLine != 0)
        return fail(output,
            { "the audit log was changed: line " + std::to_string(read.value().brokenLine)
                + " does not follow on the one before it" });
    output.err << "callmonctl: " << read.value().entries
               << " entries, each follows on the one before it; the newest is "
               << (read.value().newestHash.empty() ? "none" : read.value().newestHash) << '\n';
    return 0;
}

}
