#include "engine/storage/quality_size.h"

#include <array>
#include <string>

namespace callmon {

namespace {

constexpr int beside = 70; // bytes of a row: its header, key and index entry

std::string estimateOf(const char* blobs)
{
    return std::string("WITH RECURSIVE place(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM place WHERE i<63),"
                       "ends(first,last) AS (SELECT (SELECT min(rowid) FROM quality),(SELECT max(rowid) FROM quality)) "
                       "SELECT coalesce((last-first+1)*(")
        + std::to_string(beside) + "+(SELECT avg(" + blobs
        + ") FROM quality WHERE rowid IN (SELECT first+(last-first)*i/63 FROM place,ends))),0) FROM ends";
}

// Newest schema first; length() of a blob does not read it.
constexpr std::array columnsOfSchemas {
    "length(points)+ifnull(length(errors),0)+ifnull(length(details),0)+ifnull(length(reports),0)",
    "length(points)+ifnull(length(errors),0)+ifnull(length(details),0)",
    "length(points)+ifnull(length(errors),0)",
    "length(points)",
};

}

Result<std::uint64_t> estimatedQualityBytes(Database& day)
{
    for (const char* const blobs : columnsOfSchemas) {
        auto row = day.prepare(estimateOf(blobs));
        if (!row)
            continue; // an older one
        if (row.value().stepToRow())
            return static_cast<std::uint64_t>(row.value().integer(0));
        break;
    }
    return day.error(TR("Engine", "cannot measure the quality series in"));
}

}
