// A CallQuery as SQL on table calls: what is the same for all days.
#pragma once

#include "engine/storage/record_fields.h"
#include "engine/storage/row_test.h"
#include "shared/calls/call_query.h"

#include <string>
#include <vector>

namespace callmon {

// Statements of a plan have these parameters; the values of its conditions follow from ?6 on.
enum PlanParameter : std::uint8_t { FirstKey = 1, KeyEnd, Quarter, StartedFrom, StartedTo };

struct SearchPlan {
    std::vector<std::string> conditions; // SQL, all of them, but those on time
    // The same on a row's cells; nullopt: only SQL can tell.
    std::vector<std::optional<RowCondition>> rowConditions;
    std::vector<StoredValue> values; // ?6, ?7...

    struct Driver { // an index that leads to candidates; the conditions then decide
        std::string candidates; // SELECT call_key FROM calls INDEXED BY ...
        bool exact = false; // equality: never many more rows than are wanted
        std::string count; // SELECT count(*)... when the index alone knows all that is asked; else ""
    };
    std::vector<Driver> drivers; // best first

    std::string sortExpression; // "": by call_key
    std::optional<RowExpression> sortRow; // the same on a row's cells

    // Conditions on tags and legal holds, which are not in the databases of the days: whoever runs the plan puts the
    // keys of the calls that fit into temporary tables of these names, tagged_0, tagged_1...
    struct TagSet {
        bool legalHold = false; // else tags
        std::string pattern; // empty: with any tag, under any hold
        bool without = false; // those that do not fit are wanted
        std::vector<std::int64_t> keys; // in order
    };
    std::vector<TagSet> tagSets;
};

// Of a query whose conditions all make sense; else a sentence for the user.
Result<SearchPlan> planOf(const CallQuery& query);

}
