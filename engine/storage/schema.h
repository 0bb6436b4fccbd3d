// The schema of a day database, DIR/YYYY-MM-DD.sqlite, as anybody may read it with the sqlite3 tool.
#pragma once

#include <string>

namespace callmon {

// Stored in meta.schema_version. Of an older database the writer adds the columns that are new, at once and for good,
// and a reader sees them with their default; a newer one is not touched.
constexpr int schemaVersion = 11;

// Times: nanoseconds since 1970 UTC. Absent figures: NULL. Columns follow the visitors of record_fields.h.
constexpr const char* schemaSql = R"sql(
CREATE TABLE IF NOT EXISTS meta(
  key TEXT PRIMARY KEY,                     -- 'schema_version'
  value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS calls(           -- one row per call that has ended
  call_key INTEGER PRIMARY KEY,             -- start time in ns, low 10 bits a hash of the Call-ID: sorts by start
  state INTEGER NOT NULL,                   -- 0 trying, 1 ringing, 2 answered, 3 on hold, 4 ended
  outcome INTEGER NOT NULL,                 -- 0 answered, 1 busy, 2 cancelled, 3 no answer, 4 rejected, 5 failed, 6 incomplete
  ended_by INTEGER NOT NULL,                -- 0 nobody, 1 caller, 2 callee, 3 silence, 4 the probe stopped
  signalling INTEGER NOT NULL,              -- 0 SIP, 1 Skinny
  transport INTEGER NOT NULL,               -- 0 UDP, 1 TCP, 2 SCTP, 3 TLS, 4 WebSocket
  final_code INTEGER NOT NULL,              -- last final status of the INVITE; 0 none seen
  last_code INTEGER NOT NULL,
  call_id TEXT NOT NULL,
  caller TEXT NOT NULL,
  callee TEXT NOT NULL,
  caller_ip TEXT NOT NULL,                  -- dotted quad or RFC 5952
  caller_port INTEGER NOT NULL,
  callee_ip TEXT NOT NULL,
  callee_port INTEGER NOT NULL,
  started_at_ns INTEGER NOT NULL,
  ringing_at_ns INTEGER,
  answered_at_ns INTEGER,
  ended_at_ns INTEGER,
  last_packet_at_ns INTEGER NOT NULL,
  post_dial_delay_ms REAL,
  answer_delay_ms REAL,
  signalling_rtt_ms REAL,
  mos_mean REAL CHECK(mos_mean BETWEEN 0 AND 5),
  mos_min REAL CHECK(mos_min BETWEEN 0 AND 5),
  stream_count INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  retransmissions INTEGER NOT NULL,
  media_packets_not_stored INTEGER NOT NULL,
  probe_frames_lost INTEGER NOT NULL DEFAULT 0,  -- by the probe while the call was on; 0 in rows of schema 1, too
  poll_gap_longest_ns INTEGER NOT NULL DEFAULT 0,
  trust INTEGER NOT NULL DEFAULT 0,         -- 0 whole (or stored by schema 1, which did not know), 1 delayed, 2 lossy
  q850_cause INTEGER NOT NULL DEFAULT 0,    -- of the Reason that ended it (RFC 3326); 0 none. From here on: schema 3
  end_reason TEXT NOT NULL DEFAULT '',      -- its text, else the reason phrase of the final failure
  asserted_identity TEXT NOT NULL DEFAULT '',
  diversion TEXT NOT NULL DEFAULT '',
  leg_id TEXT NOT NULL DEFAULT '',          -- the same in all legs of one call
  transfer_target TEXT NOT NULL DEFAULT '',
  replaced_call_id TEXT NOT NULL DEFAULT '',
  caller_agent TEXT NOT NULL DEFAULT '',
  callee_agent TEXT NOT NULL DEFAULT '',
  session_expires_s INTEGER NOT NULL DEFAULT 0,
  branches INTEGER NOT NULL DEFAULT 0,      -- distinct To tags in responses to the INVITE
  offers INTEGER NOT NULL DEFAULT 0,        -- after the answer
  holds INTEGER NOT NULL DEFAULT 0,
  hold_time_ms REAL NOT NULL DEFAULT 0,
  media_kinds INTEGER NOT NULL DEFAULT 0,   -- sum of 1 audio, 2 video, 4 fax, 8 other
  secure_media INTEGER NOT NULL DEFAULT 0,  -- 1: SRTP was described
  began_before_probe INTEGER NOT NULL DEFAULT 0, -- 1: no INVITE that opened it was seen
  encapsulation INTEGER NOT NULL DEFAULT 0, -- of its first message: shared/base/encapsulation.h
  messages_not_stored INTEGER NOT NULL DEFAULT 0,
  media_after_answer INTEGER NOT NULL DEFAULT 0, -- 0 not known, 1 of nobody, 2 caller only, 3 callee only, 4 both. From here on: schema 4
  media_after_end_ms REAL,                  -- NULL: none
  recorded INTEGER NOT NULL DEFAULT 0,      -- 0 not known, 1 no, 2 yes, 3 partly. From here on: schema 6
  recording_rule TEXT NOT NULL DEFAULT '',  -- which decided that
  caller_trunk TEXT NOT NULL DEFAULT '',    -- of the configuration, by the caller's address; 'other': of none; '': not known, or none is configured. From here on: schema 10
  callee_trunk TEXT NOT NULL DEFAULT '',
  counted_at_ns INTEGER,                    -- whole second in which service metrics counted it as an attempt; NULL: never
  message_segment INTEGER,                  -- its last message in messages/NNNNNN.log; NULL: none kept
  message_offset INTEGER,                   -- bytes from the start of that file
  caller_reversed TEXT NOT NULL DEFAULT '', -- its last 12 characters, the last one first. From here on: schema 11; before, computed
  callee_reversed TEXT NOT NULL DEFAULT ''
);
-- Its indexes: search_schema.h.

CREATE TABLE IF NOT EXISTS streams(         -- one row per RTP stream of those calls
  call_key INTEGER NOT NULL,
  stream_index INTEGER NOT NULL,            -- 0, 1, 2... in order of the streams' first packets
  direction INTEGER NOT NULL,               -- who sent it: 0 caller, 1 callee
  src_ip TEXT NOT NULL,
  src_port INTEGER NOT NULL,
  dst_ip TEXT NOT NULL,
  dst_port INTEGER NOT NULL,
  ssrc INTEGER NOT NULL,
  payload_type INTEGER NOT NULL,
  codec TEXT NOT NULL,                      -- '' unknown
  clock_rate_hz INTEGER NOT NULL,           -- 0 unknown
  first_packet_at_ns INTEGER NOT NULL,
  last_packet_at_ns INTEGER NOT NULL,
  packets INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  reordered INTEGER NOT NULL,
  expected INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  loss_percent REAL NOT NULL,
  jitter_mean_ms REAL,
  jitter_max_ms REAL,
  delta_min_ms REAL,
  delta_mean_ms REAL,
  delta_max_ms REAL,
  delta_stddev_ms REAL,
  size_min_bytes REAL NOT NULL,
  size_mean_bytes REAL NOT NULL,
  size_max_bytes REAL NOT NULL,
  size_stddev_bytes REAL NOT NULL,
  throughput_bps REAL NOT NULL,
  rtt_ms REAL,
  r_factor REAL,
  mos_mean REAL,
  mos_min REAL,
  arrival_uncertainty_max_ns INTEGER NOT NULL,
  packets_stored INTEGER NOT NULL,
  packets_not_stored INTEGER NOT NULL,
  lost_with_probe INTEGER NOT NULL DEFAULT 0, -- missing while the probe lost frames: not in lost; 0 in schema 1
  jitter_error_ms REAL,
  binding_rule INTEGER NOT NULL DEFAULT 0,  -- 0 not known, 1 advertised, 2 symmetric, 3 learnt. From here on: schema 3
  binding_confidence_percent INTEGER NOT NULL DEFAULT 0,
  media_kind INTEGER NOT NULL DEFAULT 0,    -- 0 audio, 1 video, 2 fax, 3 other
  secure INTEGER NOT NULL DEFAULT 0,        -- 1: SRTP
  packets_joined_later INTEGER NOT NULL DEFAULT 0, -- that waited for their signalling
  rtcp_reports INTEGER NOT NULL DEFAULT 0,
  rtcp_rtt_ms REAL,
  far_end_lost_percent REAL,
  far_end_jitter_ms REAL,
  xr_mos REAL,
  loss_runs INTEGER NOT NULL DEFAULT 0,     -- of packets lost in a row. From here on: schema 4
  burst_ratio REAL,                         -- BurstR of ITU-T G.107
  burst_density_percent REAL,               -- this and the next three: RFC 3611 4.7.2, Gmin 16
  gap_density_percent REAL,
  burst_duration_ms REAL,
  gap_duration_ms REAL,
  ptime_ms REAL,
  comfort_noise INTEGER NOT NULL DEFAULT 0, -- packets
  dtmf_digits INTEGER NOT NULL DEFAULT 0,   -- keys pressed (RFC 4733)
  one_way_delay_ms REAL,
  delay_source INTEGER NOT NULL DEFAULT 0,  -- of one_way_delay_ms: 0 none, 1 assumed, 2 signalling, 3 RTCP
  mos_lost_to_codec REAL,                   -- points of 4.409; this and the other four add up
  mos_lost_to_loss REAL,
  mos_lost_to_bursts REAL,
  mos_lost_to_delay REAL,
  mos_lost_to_discards REAL,                -- from here on: schema 5
  jitter_buffer INTEGER NOT NULL DEFAULT 0, -- assumed of the receiver: 0 none, 1 fixed, 2 adaptive
  jitter_buffer_ms REAL,                    -- the fixed one's delay, the least of the adaptive one's
  discarded INTEGER NOT NULL DEFAULT 0,     -- of the packets: too late for that buffer
  dscp INTEGER NOT NULL DEFAULT 0,          -- of its last packet
  dscp_changes INTEGER NOT NULL DEFAULT 0,
  ptime_changes INTEGER NOT NULL DEFAULT 0,
  clock_skew_ppm REAL,                      -- positive: the sender's clock is fast
  media_gaps INTEGER NOT NULL DEFAULT 0,    -- of a second or more
  media_gap_longest_ms REAL,
  early_packets INTEGER NOT NULL DEFAULT 0, -- before the answer
  early_lost INTEGER NOT NULL DEFAULT 0,
  dtmf TEXT NOT NULL DEFAULT '',            -- keys pressed, where kept
  packets_not_wanted INTEGER NOT NULL DEFAULT 0, -- of the packets: the call was not to be recorded then. From here on: schema 6
  xr_lost_percent REAL,                     -- VoIP metrics of its receiver (RFC 3611 4.7), the last. From here on: schema 8
  xr_discarded_percent REAL,
  xr_burst_density_percent REAL,
  xr_gap_density_percent REAL,
  xr_burst_duration_ms REAL,
  xr_gap_duration_ms REAL,
  xr_round_trip_ms REAL,
  xr_end_system_ms REAL,
  xr_jitter_buffer_ms REAL,
  xr_signal_dbm0 REAL,                      -- of the speech
  xr_noise_dbm0 REAL,
  xr_echo_return_loss_db REAL,
  xr_r_factor REAL,
  xr_external_r_factor REAL,                -- this and the next two: schema 11
  xr_gap_threshold INTEGER,                 -- Gmin of the receiver's bursts and gaps
  xr_jitter_buffer_limits_ms TEXT,          -- its maximum of then and its absolute maximum: '60/120'
  payloads TEXT NOT NULL DEFAULT '',        -- what its payload types meant, and from when: '96=opus/48000@NS 101=...'; '' where all is the codec above. From here on: schema 9
  described_at_ns INTEGER,                  -- the callee's first session description, when it came amid the stream
  media_segment INTEGER,                    -- the stream's last chunk in media/NNNNNN.log; NULL: no media kept
  media_offset INTEGER,                     -- bytes from the start of that file
  PRIMARY KEY(call_key, stream_index)
);

CREATE TABLE IF NOT EXISTS quality(         -- the one-second points, up to 60 in a row of this table
  call_key INTEGER NOT NULL,
  stream_index INTEGER NOT NULL,
  block_start_ns INTEGER NOT NULL,          -- time of the first point
  points BLOB NOT NULL CHECK(length(points) % 36 = 0), -- layout: quality_block.h
  errors BLOB,                              -- of the same points, 8 bytes each; NULL in rows of schema 1
  details BLOB,                             -- likewise; NULL in rows of schema 4 and before
  reports BLOB,                             -- of the receiver, by RTCP, likewise; NULL: none came (or schema 6 and before)
  PRIMARY KEY(call_key, stream_index, block_start_ns)
);
)sql";

// What a database of version `from` lacks: for the writer, statements that add it (the first versions had no alarms)...
std::string upgradeSql(int from, bool hasAlarms);
// ...and for a reader, which may not write, views of its own that stand before the tables of those names.
std::string viewsSql(int from);

}
