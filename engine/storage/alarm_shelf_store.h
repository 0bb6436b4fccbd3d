// The alarms that users shelved, and until when: DIR/shelf.sqlite, so that a restart of the engine tells nobody anew.
#pragma once

#include "engine/storage/sqlite.h"
#include "shared/calls/alarm_shelf.h"

#include <filesystem>

namespace callmon {

// One thread. What was said is appended, never overwritten: the last about the same is in force, the others are its
// history.
class AlarmShelfStore {
public:
    // Of a directory that the caller writes to. A damaged file is moved aside: note() says so.
    static Result<AlarmShelfStore> open(const std::filesystem::path& directory);

    Result<std::vector<AlarmShelf>> inForce(Timestamp now); // whose time is not over
    Result<void> put(const AlarmShelf& shelf); // survives kill -9 when it returns
    const std::string& note() const { return m_note; }

private:
    explicit AlarmShelfStore(Database database)
        : m_database(std::move(database))
    {
    }

    Database m_database;
    std::string m_note;
};

}
