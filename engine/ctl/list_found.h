// A list of records as rows, as many as the query's limit lets through.
#pragma once

#include "engine/ctl/commands.h"

namespace callmon {

// `ask` gives each record to the sink that it is called with, and returns how many there are; `fields` makes a row of
// one. A table that does not show all says so on output.err. The exit status.
template <typename Record, typename Ask, typename Fields>
int listFound(
    const CtlOptions& options, CtlOutput output, RowOutput& rows, const char* records, Ask&& ask, Fields&& fields)
{
    std::uint64_t shown = 0;
    const Result<std::uint64_t> found = ask([&](const Record& record) {
        rows.row(fields(record));
        ++shown;
        return static_cast<bool>(output.out);
    });
    rows.end();
    if (!found)
        return fail(output, found.error());
    if (options.format == Format::Table && found.value() > shown)
        output.err << "callmonctl: " << found.value() << ' ' << records << " match; the "
                   << (options.query.after ? "next " : "first ") << shown << " are shown\n";
    return 0;
}

}
