// The alarm rules that users changed while an engine ran: DIR/rules.sqlite, every change with who and when.
#pragma once

#include "engine/storage/sqlite.h"
#include "shared/calls/alarm_rule.h"

namespace callmon {

// One thread. Changes are appended, never overwritten: the last one of a name is in force, the others are its history.
class AlarmRuleStore {
public:
    // Of a directory that the caller writes to. A damaged file is moved aside: note() says so.
    static Result<AlarmRuleStore> open(const std::filesystem::path& directory);

    Result<std::vector<AlarmRule>> rules(); // those that are in force over the configuration's
    Result<std::vector<AlarmRuleChange>> changes(); // oldest first, the last 10,000
    Result<void> put(const AlarmRuleChange& change); // survives kill -9 when it returns
    const std::string& note() const { return m_note; }

private:
    explicit AlarmRuleStore(Database database)
        : m_database(std::move(database))
    {
    }
    Result<std::vector<AlarmRuleChange>> read(const char* which);

    Database m_database;
    std::string m_note;
};

}
