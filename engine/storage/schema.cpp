#include "engine/storage/schema.h"

#include "engine/storage/search_schema.h"

#include <array>

namespace callmon {

namespace {

struct AddedColumn {
    int since; // schema version
    const char* table;
    const char* name;
    const char* type;
    const char* byDefault; // nullptr: NULL
};

constexpr const char* count = "INTEGER NOT NULL DEFAULT 0";
constexpr const char* text = "TEXT NOT NULL DEFAULT ''";

constexpr std::array<AddedColumn, 111> added { {
    { 2, "calls", "probe_frames_lost", count, "0" },
    { 2, "calls", "poll_gap_longest_ns", count, "0" },
    { 2, "calls", "trust", count, "0" },
    { 2, "streams", "lost_with_probe", count, "0" },
    { 2, "streams", "jitter_error_ms", "REAL", nullptr },
    { 2, "quality", "errors", "BLOB", nullptr },
    { 3, "calls", "q850_cause", count, "0" },
    { 3, "calls", "end_reason", text, "''" },
    { 3, "calls", "asserted_identity", text, "''" },
    { 3, "calls", "diversion", text, "''" },
    { 3, "calls", "leg_id", text, "''" },
    { 3, "calls", "transfer_target", text, "''" },
    { 3, "calls", "replaced_call_id", text, "''" },
    { 3, "calls", "caller_agent", text, "''" },
    { 3, "calls", "callee_agent", text, "''" },
    { 3, "calls", "session_expires_s", count, "0" },
    { 3, "calls", "branches", count, "0" },
    { 3, "calls", "offers", count, "0" },
    { 3, "calls", "holds", count, "0" },
    { 3, "calls", "hold_time_ms", "REAL NOT NULL DEFAULT 0", "0" },
    { 3, "calls", "media_kinds", count, "0" },
    { 3, "calls", "secure_media", count, "0" },
    { 3, "calls", "began_before_probe", count, "0" },
    { 3, "calls", "encapsulation", count, "0" },
    { 3, "calls", "messages_not_stored", count, "0" },
    { 3, "calls", "message_segment", "INTEGER", nullptr },
    { 3, "calls", "message_offset", "INTEGER", nullptr },
    { 3, "streams", "binding_rule", count, "0" },
    { 3, "streams", "binding_confidence_percent", count, "0" },
    { 3, "streams", "media_kind", count, "0" },
    { 3, "streams", "secure", count, "0" },
    { 3, "streams", "packets_joined_later", count, "0" },
    { 3, "streams", "rtcp_reports", count, "0" },
    { 3, "streams", "rtcp_rtt_ms", "REAL", nullptr },
    { 3, "streams", "far_end_lost_percent", "REAL", nullptr },
    { 3, "streams", "far_end_jitter_ms", "REAL", nullptr },
    { 3, "streams", "xr_mos", "REAL", nullptr },
    { 4, "calls", "media_after_answer", count, "0" },
    { 4, "calls", "media_after_end_ms", "REAL", nullptr },
    { 4, "streams", "loss_runs", count, "0" },
    { 4, "streams", "burst_ratio", "REAL", nullptr },
    { 4, "streams", "burst_density_percent", "REAL", nullptr },
    { 4, "streams", "gap_density_percent", "REAL", nullptr },
    { 4, "streams", "burst_duration_ms", "REAL", nullptr },
    { 4, "streams", "gap_duration_ms", "REAL", nullptr },
    { 4, "streams", "ptime_ms", "REAL", nullptr },
    { 4, "streams", "comfort_noise", count, "0" },
    { 4, "streams", "dtmf_digits", count, "0" },
    { 4, "streams", "one_way_delay_ms", "REAL", nullptr },
    { 4, "streams", "delay_source", count, "0" },
    { 4, "streams", "mos_lost_to_codec", "REAL", nullptr },
    { 4, "streams", "mos_lost_to_loss", "REAL", nullptr },
    { 4, "streams", "mos_lost_to_bursts", "REAL", nullptr },
    { 4, "streams", "mos_lost_to_delay", "REAL", nullptr },
    { 5, "streams", "mos_lost_to_discards", "REAL", nullptr },
    { 5, "streams", "jitter_buffer", count, "0" },
    { 5, "streams", "jitter_buffer_ms", "REAL", nullptr },
    { 5, "streams", "discarded", count, "0" },
    { 5, "streams", "dscp", count, "0" },
    { 5, "streams", "dscp_changes", count, "0" },
    { 5, "streams", "ptime_changes", count, "0" },
    { 5, "streams", "clock_skew_ppm", "REAL", nullptr },
    { 5, "streams", "media_gaps", count, "0" },
    { 5, "streams", "media_gap_longest_ms", "REAL", nullptr },
    { 5, "streams", "early_packets", count, "0" },
    { 5, "streams", "early_lost", count, "0" },
    { 5, "streams", "dtmf", text, "''" },
    { 5, "quality", "details", "BLOB", nullptr },
    { 6, "calls", "recorded", count, "0" },
    { 6, "calls", "recording_rule", text, "''" },
    { 6, "streams", "packets_not_wanted", count, "0" },
    { 7, "quality", "reports", "BLOB", nullptr },
    { 8, "streams", "xr_lost_percent", "REAL", nullptr },
    { 8, "streams", "xr_discarded_percent", "REAL", nullptr },
    { 8, "streams", "xr_burst_density_percent", "REAL", nullptr },
    { 8, "streams", "xr_gap_density_percent", "REAL", nullptr },
    { 8, "streams", "xr_burst_duration_ms", "REAL", nullptr },
    { 8, "streams", "xr_gap_duration_ms", "REAL", nullptr },
    { 8, "streams", "xr_round_trip_ms", "REAL", nullptr },
    { 8, "streams", "xr_end_system_ms", "REAL", nullptr },
    { 8, "streams", "xr_jitter_buffer_ms", "REAL", nullptr },
    { 8, "streams", "xr_signal_dbm0", "REAL", nullptr },
    { 8, "streams", "xr_noise_dbm0", "REAL", nullptr },
    { 8, "streams", "xr_echo_return_loss_db", "REAL", nullptr },
    { 8, "streams", "xr_r_factor", "REAL", nullptr },
    { 9, "streams", "payloads", text, "''" },
    { 9, "streams", "described_at_ns", "INTEGER", nullptr },
    { 10, "calls", "caller_trunk", text, "''" },
    { 10, "calls", "callee_trunk", text, "''" },
    { 10, "calls", "counted_at_ns", "INTEGER", nullptr },
    { 10, "alarms", "raise_after_s", "INTEGER", nullptr },
    { 10, "alarms", "window_min", count, "0" },
    { 10, "alarms", "part", text, "''" },
    { 10, "alarms", "part_calls", count, "0" },
    { 10, "alarms", "call_threshold", "REAL NOT NULL DEFAULT 0", "0" },
    { 11, "streams", "xr_external_r_factor", "REAL", nullptr },
    { 11, "streams", "xr_gap_threshold", "INTEGER", nullptr },
    { 11, "streams", "xr_jitter_buffer_limits_ms", "TEXT", nullptr },
} };
}

std::string upgradeSql(int from, bool hasAlarms)
{
    std::string sql;
    for (const AddedColumn& column : added) {
        if (column.since > from && (hasAlarms || column.table != std::string_view("alarms")))
            sql +=
                std::string("ALTER TABLE ") + column.table + " ADD COLUMN " + column.name + ' ' + column.type + ";\n";
    }
    if (from < 6)
        sql += reversedColumnsSql();
    return sql + "UPDATE meta SET value=" + std::to_string(schemaVersion) + " WHERE key='schema_version';\n";
}

std::string viewsSql(int from)
{
    std::string sql = "PRAGMA temp_store=MEMORY;\n";
    for (const char* table : { "calls", "streams", "quality", "alarms" }) {
        std::string columns;
        for (const AddedColumn& column : added) {
            if (column.since > from && column.table == std::string_view(table))
                columns += std::string(", ") + (column.byDefault ? column.byDefault : "NULL") + " AS " + column.name;
        }
        if (!columns.empty())
            sql += std::string("CREATE TEMP VIEW ") + table + " AS SELECT *" + columns + " FROM main." + table + ";\n";
    }
    return sql;
}

}
