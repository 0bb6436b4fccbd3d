// What the parts of a deletion on request share. Internal to RecordKeeper.
#pragma once

#include "engine/storage/kept_times.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/message_log_reader.h"
#include "engine/storage/record_keeper_parts.h"

#include <map>
#include <set>

namespace callmon {

struct RecordKeeper::Erasing {
    const DeletionRequest& request;
    std::string number; // the request's, as it is kept: without the separators of a telephone number
    const std::atomic<bool>* cancelled;
    DeletionReport report;
    std::set<CallKey> held;
    MediaLogReader media;
    MessageLogReader messages;
    KeptTimes times;
    std::map<CallKey, std::set<std::filesystem::path>> files; // in which a call's content was erased, of this day
    std::optional<Database> day; // the one at work
    UtcDay dayName;
    bool noted = false; // as unfinished
    std::uint64_t othersThatNameIt = 0;
    bool overwritten = false; // some media were before

    void open(Database database); // as the one at work
    // ?1: the number as it is kept; ?2, ?3: of which time; ?4: the number as it was asked for.
    std::vector<StoredValue> whose() const;
    bool goesOn() const { return cancelled == nullptr || !*cancelled; }
    Result<Statement> prepared(const char* sql, std::vector<StoredValue> values)
    {
        auto statement = day->prepare(sql);
        if (statement)
            for (std::size_t i = 0; i < values.size(); ++i)
                statement.value().bind(static_cast<int>(i) + 1, values[i]);
        return statement;
    }
};

}
