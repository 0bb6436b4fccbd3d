// One day database, for reading.
#pragma once

#include "engine/storage/media_format.h"
#include "engine/storage/message_format.h"
#include "engine/storage/sqlite.h"
#include "shared/calls/alarm.h"
#include "shared/calls/call_query.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/service_window.h"

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace callmon {

// A row of callColumns(); false when it is damaged or another program's.
bool readCall(const Statement& row, CallRecord& call);

class DayReader {
public:
    static Result<std::unique_ptr<DayReader>> open(const std::filesystem::path& file);

    struct Found {
        std::uint64_t matches = 0; // in all
        bool stopped = false; // by the sink
    };
    // The alarms that were raised on this day, all of them: a day has few.
    Result<Found> alarms(
        const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink, const std::atomic<bool>* cancelled);
    // The minutes of service metrics in the order of time, as they are stored.
    Result<Found> serviceMinutes(const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink,
        const std::atomic<bool>* cancelled);
    Result<std::vector<StreamRecord>> streams(CallKey call);
    Result<std::vector<QualityPoint>> quality(CallKey call);
    Result<MediaLocation> lastChunk(StreamKey stream); // nowhere when none was kept
    Result<MessageLocation> lastMessage(CallKey call); // nowhere when none was kept
    bool isDamaged() const { return m_damaged; } // the last error said so
    bool hasSearchIndexes() const { return m_hasSearchIndexes; } // search_schema.h; days of older versions do not
    Database& database() { return m_database; }

private:
    explicit DayReader(Database database)
        : m_database(std::move(database))
    {
    }
    Result<bool> hasTable(const char* name);
    Error fail();

    Database m_database;
    bool m_damaged = false;
    bool m_hasSearchIndexes = false;
};

}
