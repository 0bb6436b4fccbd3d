// One day database, for writing.
#pragma once

#include "engine/storage/media_format.h"
#include "engine/storage/message_format.h"
#include "engine/storage/quality_block.h"
#include "engine/storage/sqlite.h"
#include "shared/calls/alarm.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/service_window.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace callmon {

class DayWriter {
public:
    // Created when missing. A damaged file is moved aside and a new one begun: movedAside() is its new name.
    static Result<std::unique_ptr<DayWriter>> open(const std::filesystem::path& file);

    bool begin() { return execute("BEGIN IMMEDIATE"); }
    bool commit() { return execute("COMMIT"); }
    void rollback() { m_database.execute("ROLLBACK"); }
    void checkpoint() { m_database.execute("PRAGMA wal_checkpoint(TRUNCATE)"); } // to the disk itself

    enum class Put {
        Stored,
        Refused, // against a CHECK or NOT NULL: left out, the transaction goes on
        Failed, // look at error(); the transaction is to be rolled back
    };
    Put call(const CallRecord& call, MessageLocation lastMessage);
    Put stream(const StreamRecord& stream, MediaLocation lastChunk);
    Put quality(std::span<const QualityPoint> block); // up to qualityBlockPoints of one stream

    Put alarm(const Alarm& alarm); // takes the place of the row that it has
    bool acknowledge(const AlarmAcknowledgement& acknowledgement); // of a row that is there; else nothing happens
    bool endOpenAlarms(Timestamp at); // of a run that could not: cleared by its restart

    Put serviceMinute(const ServiceRow& row); // takes the place of the row that it has

    // Call-ID of the stored call; nullopt when there is none. False on an error.
    bool findCall(CallKey key, std::optional<std::string>& callId);
    bool readQuality(CallKey key, std::vector<QualityPoint>& points);
    bool removeCall(CallKey key); // with its streams and points

    bool isDamaged() const { return m_damaged; } // the last failure said so
    const Error& error() const { return m_error; } // of the last failure
    const std::filesystem::path& movedAside() const { return m_movedAside; }

private:
    explicit DayWriter(Database database)
        : m_database(std::move(database))
    {
    }
    Result<void> prepare();
    Result<std::int64_t> storedVersion();
    bool execute(const char* sql);
    Put run(Statement& statement);
    struct Insertion {
        Statement add, replace;
    };
    template <typename Bind> Put put(Insertion& insertion, Bind&& bind);
    bool fail(); // keeps SQLite's words before another call replaces them; false

    Database m_database;
    Insertion m_insertCall, m_insertStream, m_insertQuality;
    Statement m_selectCall, m_selectQuality;
    Statement m_insertServiceMinute;
    Statement m_deleteServiceParts;
    Statement m_insertAlarm, m_acknowledgeAlarm, m_endAlarms;
    Statement m_deleteCall, m_deleteStreams, m_deleteQuality;
    QualityBlock m_block;
    std::filesystem::path m_movedAside;
    Error m_error;
    bool m_damaged = false;
    bool m_writesReversed = false; // else SQLite computes them
};

// "INSERT OR REPLACE INTO table(columns..., extra...) VALUES(?...)"
std::string insertSql(
    const char* table, const std::vector<std::string>& columns, const char* how = "INSERT OR REPLACE");
std::vector<std::string> callColumns(); // message_segment and message_offset not among them
std::vector<std::string> streamColumns(); // media_segment and media_offset not among them

}
