#include "engine/storage/user_database.h"

#include "engine/storage/day_files.h"

namespace callmon {

Result<UserDatabase> openUserDatabase(const std::filesystem::path& file, const std::function<bool(Database&)>& prepare,
    const std::string& damaged, const std::string& instead)
{
    std::string note;
    for (int attempt = 0;; ++attempt) {
        auto database = Database::open(file, Database::Mode::ReadWrite);
        if (!database)
            return database.error();
        if (prepare(database.value()))
            return UserDatabase { std::move(database.value()), note };
        const Error error = database.value().error(TR("Engine", "cannot write"));
        if (!database.value().isDamaged() || attempt > 0)
            return error;
        const auto aside = moveAside(file, "corrupt");
        if (aside.empty())
            return error;
        note = damaged + aside.string() + instead;
    }
}

}
