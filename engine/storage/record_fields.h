// Every stored field of calls and streams, once, under its column name: SQL statements, the journal and the tests all
// walk these lists, so that a field cannot be written in one place and forgotten in another.
#pragma once

#include "shared/calls/stream_record.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace callmon {

// What a field becomes on disk: one of SQLite's storage classes.
struct StoredValue {
    enum class Kind : std::uint8_t { Null, Integer, Real, Text } kind = Kind::Null;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
};

// The columns in their order. `visit(name, field)` is called with a reference to each field of `call`.
template <typename Call, typename Visit> void visitCallFields(Call& call, Visit&& visit)
{
    visit("call_key", call.key.value);
    visit("state", call.state);
    visit("outcome", call.outcome);
    visit("ended_by", call.endedBy);
    visit("signalling", call.signalling);
    visit("transport", call.transport);
    visit("final_code", call.finalCode);
    visit("last_code", call.lastCode);
    visit("call_id", call.callId);
    visit("caller", call.caller);
    visit("callee", call.callee);
    visit("caller_ip", call.callerAddress.ip);
    visit("caller_port", call.callerAddress.port);
    visit("callee_ip", call.calleeAddress.ip);
    visit("callee_port", call.calleeAddress.port);
    visit("started_at_ns", call.startedAt);
    visit("ringing_at_ns", call.ringingAt);
    visit("answered_at_ns", call.answeredAt);
    visit("ended_at_ns", call.endedAt);
    visit("last_packet_at_ns", call.lastPacketAt);
    visit("post_dial_delay_ms", call.postDialDelay);
    visit("answer_delay_ms", call.answerDelay);
    visit("signalling_rtt_ms", call.signallingRtt);
    visit("mos_mean", call.mosMean);
    visit("mos_min", call.mosMin);
    visit("stream_count", call.streamCount);
    visit("messages", call.messages);
    visit("retransmissions", call.retransmissions);
    visit("media_packets_not_stored", call.mediaPacketsNotStored);
    visit("probe_frames_lost", call.probeFramesLost);
    visit("poll_gap_longest_ns", call.pollGapLongest);
    visit("trust", call.trust);
    visit("q850_cause", call.q850Cause);
    visit("end_reason", call.endReason);
    visit("asserted_identity", call.assertedIdentity);
    visit("diversion", call.diversion);
    visit("leg_id", call.legId);
    visit("transfer_target", call.transferTarget);
    visit("replaced_call_id", call.replacedCallId);
    visit("caller_agent", call.callerAgent);
    visit("callee_agent", call.calleeAgent);
    visit("session_expires_s", call.sessionExpiresSeconds);
    visit("branches", call.branches);
    visit("offers", call.offers);
    visit("holds", call.holds);
    visit("hold_time_ms", call.holdTime);
    visit("media_kinds", call.mediaKinds.bits);
    visit("secure_media", call.secureMedia);
    visit("began_before_probe", call.beganBeforeProbe);
    visit("encapsulation", call.encapsulation);
    visit("messages_not_stored", call.messagesNotStored);
    visit("media_after_answer", call.mediaAfterAnswer);
    visit("media_after_end_ms", call.mediaAfterEnd);
    visit("recorded", call.recorded);
    visit("recording_rule", call.recordingRule);
    visit("caller_trunk", call.callerTrunk);
    visit("callee_trunk", call.calleeTrunk);
    visit("counted_at_ns", call.countedAt);
}

template <typename Stream, typename Visit> void visitStreamFields(Stream& stream, Visit&& visit)
{
    visit("call_key", stream.key.call.value);
    visit("stream_index", stream.key.index);
    visit("direction", stream.direction);
    visit("src_ip", stream.flow.src.ip);
    visit("src_port", stream.flow.src.port);
    visit("dst_ip", stream.flow.dst.ip);
    visit("dst_port", stream.flow.dst.port);
    visit("ssrc", stream.ssrc.value);
    visit("payload_type", stream.payloadType);
    visit("codec", stream.codec);
    visit("clock_rate_hz", stream.clockRate.value);
    visit("first_packet_at_ns", stream.firstPacketAt);
    visit("last_packet_at_ns", stream.lastPacketAt);
    visit("packets", stream.packets);
    visit("bytes", stream.bytes);
    visit("duplicates", stream.duplicates);
    visit("reordered", stream.reordered);
    visit("expected", stream.expected);
    visit("lost", stream.lost);
    visit("loss_percent", stream.lossPercent);
    visit("jitter_mean_ms", stream.jitterMean);
    visit("jitter_max_ms", stream.jitterMax);
    visit("delta_min_ms", stream.deltaMin);
    visit("delta_mean_ms", stream.deltaMean);
    visit("delta_max_ms", stream.deltaMax);
    visit("delta_stddev_ms", stream.deltaStddev);
    visit("size_min_bytes", stream.sizeMinBytes);
    visit("size_mean_bytes", stream.sizeMeanBytes);
    visit("size_max_bytes", stream.sizeMaxBytes);
    visit("size_stddev_bytes", stream.sizeStddevBytes);
    visit("throughput_bps", stream.throughputBps);
    visit("rtt_ms", stream.rtt);
    visit("r_factor", stream.rFactor);
    visit("mos_mean", stream.mosMean);
    visit("mos_min", stream.mosMin);
    visit("arrival_uncertainty_max_ns", stream.arrivalUncertaintyMax);
    visit("packets_stored", stream.packetsStored);
    visit("packets_not_stored", stream.packetsNotStored);
    visit("lost_with_probe", stream.lostWithProbe);
    visit("jitter_error_ms", stream.jitterError);
    visit("binding_rule", stream.bindingRule);
    visit("binding_confidence_percent", stream.bindingConfidence);
    visit("media_kind", stream.kind);
    visit("secure", stream.secure);
    visit("packets_joined_later", stream.packetsJoinedLater);
    visit("rtcp_reports", stream.rtcpReports);
    visit("rtcp_rtt_ms", stream.rtcpRtt);
    visit("far_end_lost_percent", stream.farEndLostPercent);
    visit("far_end_jitter_ms", stream.farEndJitter);
    visit("xr_mos", stream.xrMos);
    visit("loss_runs", stream.lossRuns);
    visit("burst_ratio", stream.burstRatio);
    visit("burst_density_percent", stream.burstDensityPercent);
    visit("gap_density_percent", stream.gapDensityPercent);
    visit("burst_duration_ms", stream.burstDuration);
    visit("gap_duration_ms", stream.gapDuration);
    visit("ptime_ms", stream.ptime);
    visit("comfort_noise", stream.comfortNoise);
    visit("dtmf_digits", stream.dtmfDigits);
    visit("one_way_delay_ms", stream.oneWayDelay);
    visit("delay_source", stream.delaySource);
    visit("mos_lost_to_codec", stream.mosLostToCodec);
    visit("mos_lost_to_loss", stream.mosLostToLoss);
    visit("mos_lost_to_bursts", stream.mosLostToBursts);
    visit("mos_lost_to_delay", stream.mosLostToDelay);
    visit("mos_lost_to_discards", stream.mosLostToDiscards);
    visit("jitter_buffer", stream.jitterBuffer);
    visit("jitter_buffer_ms", stream.jitterBufferDelay);
    visit("discarded", stream.discarded);
    visit("dscp", stream.dscp);
    visit("dscp_changes", stream.dscpChanges);
    visit("ptime_changes", stream.ptimeChanges);
    visit("clock_skew_ppm", stream.clockSkewPpm);
    visit("media_gaps", stream.mediaGaps);
    visit("media_gap_longest_ms", stream.mediaGapLongest);
    visit("early_packets", stream.earlyPackets);
    visit("early_lost", stream.earlyLost);
    visit("dtmf", stream.dtmf);
    visit("packets_not_wanted", stream.packetsNotWanted);
    visit("xr_lost_percent", stream.xr.lostPercent);
    visit("xr_discarded_percent", stream.xr.discardedPercent);
    visit("xr_burst_density_percent", stream.xr.burstDensityPercent);
    visit("xr_gap_density_percent", stream.xr.gapDensityPercent);
    visit("xr_burst_duration_ms", stream.xr.burstDuration);
    visit("xr_gap_duration_ms", stream.xr.gapDuration);
    visit("xr_round_trip_ms", stream.xr.roundTrip);
    visit("xr_end_system_ms", stream.xr.endSystemDelay);
    visit("xr_jitter_buffer_ms", stream.xr.jitterBuffer);
    visit("xr_signal_dbm0", stream.xr.signalLevelDbm0);
    visit("xr_noise_dbm0", stream.xr.noiseLevelDbm0);
    visit("xr_echo_return_loss_db", stream.xr.echoReturnLossDb);
    visit("xr_r_factor", stream.xr.rFactor);
    visit("xr_external_r_factor", stream.xr.externalRFactor);
    visit("xr_gap_threshold", stream.xr.gapThreshold);
    visit("xr_jitter_buffer_limits_ms", stream.xr.jitterBufferLimits);
    visit("payloads", stream.payloads);
    visit("described_at_ns", stream.describedAt);
}

// Each field type and its stored value. fromStored() is false for what toStored() would never have written (a text
// where a number belongs, an enumerator that does not exist): the row is damaged or from another program.
StoredValue toStored(std::string_view text);
StoredValue toStored(const IpAddress& address);
StoredValue toStored(const PayloadUses& payloads);
StoredValue toStored(const JitterBufferLimits& limits); // "60/120"
StoredValue toStored(double value);
StoredValue toStored(std::int64_t value);
bool fromStored(const StoredValue& value, IpAddress& address);
bool fromStored(const StoredValue& value, PayloadUses& payloads);
bool fromStored(const StoredValue& value, JitterBufferLimits& limits);
bool fromStored(const StoredValue& value, double& number);
bool fromStored(const StoredValue& value, std::int64_t& number);
// What each enumeration may hold: [0, last].
constexpr Party lastEnumerator(Party)
{
    return Party::Callee;
}
constexpr Signalling lastEnumerator(Signalling)
{
    return Signalling::Skinny;
}
constexpr Transport lastEnumerator(Transport)
{
    return Transport::WebSocket;
}
constexpr CallState lastEnumerator(CallState)
{
    return CallState::Ended;
}
constexpr CallOutcome lastEnumerator(CallOutcome)
{
    return CallOutcome::Incomplete;
}
constexpr EndedBy lastEnumerator(EndedBy)
{
    return EndedBy::ProbeStopped;
}
constexpr CaptureTrust lastEnumerator(CaptureTrust)
{
    return CaptureTrust::Lossy;
}
constexpr MediaKind lastEnumerator(MediaKind)
{
    return MediaKind::Other;
}
constexpr Encapsulation lastEnumerator(Encapsulation)
{
    return Encapsulation::L2tp;
}
constexpr MediaAfterAnswer lastEnumerator(MediaAfterAnswer)
{
    return MediaAfterAnswer::Both;
}
constexpr Recording lastEnumerator(Recording)
{
    return Recording::Partly;
}
constexpr DelaySource lastEnumerator(DelaySource)
{
    return DelaySource::Rtcp;
}
constexpr JitterBufferKind lastEnumerator(JitterBufferKind)
{
    return JitterBufferKind::Adaptive;
}
constexpr BindingRule lastEnumerator(BindingRule)
{
    return BindingRule::LearntAddress;
}

template <typename Field>
concept WholeNumber = std::is_integral_v<Field> && !std::is_same_v<Field, std::int64_t>;
template <typename Field>
concept Enumeration = std::is_enum_v<Field>;

template <std::size_t Capacity> StoredValue toStored(const FixedText<Capacity>& text)
{
    return toStored(text.view());
}
// 64-bit counts are stored by their bits; SQL sees those above 2^63 as negative.
template <WholeNumber Field> StoredValue toStored(Field value)
{
    return toStored(static_cast<std::int64_t>(value));
}
template <Enumeration Field> StoredValue toStored(Field value)
{
    return toStored(static_cast<std::int64_t>(value));
}
inline StoredValue toStored(Timestamp time)
{
    return toStored(nanosecondsSinceEpoch(time));
}
inline StoredValue toStored(Nanoseconds time)
{
    return toStored(std::int64_t { time.count() });
}
inline StoredValue toStored(Milliseconds time)
{
    return toStored(time.count());
}
inline StoredValue toStored(std::chrono::seconds time)
{
    return toStored(std::int64_t { time.count() });
}
template <typename Field> StoredValue toStored(const std::optional<Field>& field)
{
    return field ? toStored(*field) : StoredValue {};
}

template <std::size_t Capacity> bool fromStored(const StoredValue& value, FixedText<Capacity>& text)
{
    text = value.text;
    return value.kind == StoredValue::Kind::Text && !text.wasCut();
}
template <WholeNumber Field> bool fromStored(const StoredValue& value, Field& field)
{
    field = static_cast<Field>(value.integer);
    return value.kind == StoredValue::Kind::Integer && static_cast<std::int64_t>(field) == value.integer;
}
template <Enumeration Field> bool fromStored(const StoredValue& value, Field& field)
{
    const auto last = static_cast<std::int64_t>(lastEnumerator(Field {}));
    if (value.kind != StoredValue::Kind::Integer || value.integer < 0 || value.integer > last)
        return false;
    field = static_cast<Field>(value.integer);
    return true;
}
inline bool fromStored(const StoredValue& value, Timestamp& time)
{
    time = timestampFromNanoseconds(value.integer);
    return value.kind == StoredValue::Kind::Integer;
}
inline bool fromStored(const StoredValue& value, Nanoseconds& time)
{
    time = Nanoseconds(value.integer);
    return value.kind == StoredValue::Kind::Integer;
}
inline bool fromStored(const StoredValue& value, Milliseconds& time)
{
    double count = 0;
    const bool good = fromStored(value, count);
    time = Milliseconds(count);
    return good;
}
inline bool fromStored(const StoredValue& value, std::chrono::seconds& time)
{
    time = std::chrono::seconds(value.integer);
    return value.kind == StoredValue::Kind::Integer;
}
template <typename Field> bool fromStored(const StoredValue& value, std::optional<Field>& field)
{
    field.reset();
    return value.kind == StoredValue::Kind::Null || fromStored(value, field.emplace());
}

}
