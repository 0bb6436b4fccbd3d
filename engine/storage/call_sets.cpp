#include "engine/storage/call_sets.h"

#include "engine/storage/call_note_store.h"
#include "engine/storage/retention_store.h"
#include "shared/base/pattern.h"

#include <algorithm>

namespace callmon {

namespace {

Result<void> fillHoldSets(const std::filesystem::path& directory, SearchPlan& plan)
{
    if (std::ranges::none_of(plan.tagSets, &SearchPlan::TagSet::legalHold))
        return {};
    const auto holds = readLegalHolds(directory);
    if (!holds)
        return holds.error();
    for (SearchPlan::TagSet& set : plan.tagSets)
        for (const auto& [call, text] : holds.value())
            if (set.legalHold && (set.pattern.empty() || fitsPattern(toText(text), set.pattern)))
                set.keys.push_back(call.value);
    return {};
}

}

Result<void> fillTagSets(const std::filesystem::path& directory, SearchPlan& plan)
{
    if (auto filled = fillHoldSets(directory, plan); !filled)
        return filled;
    if (std::ranges::all_of(plan.tagSets, &SearchPlan::TagSet::legalHold))
        return {};
    auto reader = CallNoteReader::open(directory);
    if (!reader)
        return reader.error();
    if (!reader.value())
        return {}; // no call has a tag
    for (SearchPlan::TagSet& set : plan.tagSets) {
        if (set.legalHold)
            continue;
        auto keys = reader.value()->callsTagged(set.pattern);
        if (!keys)
            return keys.error();
        set.keys = std::move(keys.value());
    }
    return {};
}

}
