// A small database of what users changed or asked for while an engine ran.
#pragma once

#include "engine/storage/sqlite.h"

#include <functional>
#include <string>

namespace callmon {

struct UserDatabase {
    Database database;
    std::string note; // a sentence for the user, when what was there is damaged and was moved aside
};

// Of a directory that the caller writes to. `prepare` makes its tables. Of a damaged one the note says `damaged` ("the
// changes of alarm rules were damaged; they are kept as "), where, and `instead`.
Result<UserDatabase> openUserDatabase(const std::filesystem::path& file, const std::function<bool(Database&)>& prepare,
    const std::string& damaged, const std::string& instead);

}
