#include "shared/calls/deletion.h"

#include "shared/base/utc_time.h"

namespace callmon {

std::string withoutNumber(const DeletionRequest& request)
{
    const std::size_t shown = request.number.size() >= 6 ? 2 : 0;
    std::string words = "a number of " + std::to_string(request.number.size()) + " characters";
    if (shown > 0)
        words += " that ends in " + request.number.substr(request.number.size() - shown);
    if (request.from)
        words += " from " + toIso8601(*request.from);
    if (request.to)
        words += " to " + toIso8601(*request.to);
    return words + (request.dryRun ? " (dry run)" : "");
}

}
