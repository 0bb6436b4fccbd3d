// A small database of what users changed while an engine ran.
#pragma once

#include "engine/storage/sqlite.h"

#include <functional>
#include <string>

namespace callmon {

struct RuleDatabase {
    Database database;
    std::string note; // a sentence for the user, when what was there is damaged and was moved aside
};

// Of a directory that the caller writes to. `prepare` makes its tables; `what` is in it ("the changes of alarm rules").
Result<RuleDatabase> openRuleDatabase(
    const std::filesystem::path& file, const std::function<bool(Database&)>& prepare, const std::string& what);

}
