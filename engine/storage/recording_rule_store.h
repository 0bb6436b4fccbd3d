// The recording rules as users left them while an engine ran: DIR/recording.sqlite, every list that was in force, with
// who and when.
#pragma once

#include "engine/storage/sqlite.h"
#include "shared/calls/recording_rule.h"

namespace callmon {

// One thread. A list is stored whole with each change: the last one is in force, the others are its history.
class RecordingRuleStore {
public:
    // Of a directory that the caller writes to. A damaged file is moved aside: note() says so.
    static Result<RecordingRuleStore> open(const std::filesystem::path& directory);

    struct Stored { // the list in force; without rules where it is as configured (version 0: it never was otherwise)
        RecordingRules list;
        FixedText<47> changedBy;
        Timestamp changedAt;
    };
    Result<Stored> rules();
    // Survives kill -9 when it returns. Without rules: as configured from now on.
    Result<void> put(const RecordingRules& rules, Timestamp at, const std::string& user, const std::string& change);
    const std::string& note() const { return m_note; }

private:
    explicit RecordingRuleStore(Database database)
        : m_database(std::move(database))
    {
    }
    bool insert(const RecordingRules& rules, Timestamp at, const std::string& user, const std::string& change);

    Database m_database;
    std::string m_note;
};

}
