// Conditions that are not answered by a day database: calls by their tags and by the legal hold on them.
#pragma once

#include "engine/storage/search_plan.h"
#include "shared/base/result.h"

#include <filesystem>

namespace callmon {

// The keys of the calls that each set of the plan stands for.
Result<void> fillTagSets(const std::filesystem::path& directory, SearchPlan& plan);

}
