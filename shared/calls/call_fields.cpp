#include "shared/calls/call_fields.h"

#include "shared/base/utc_time.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace callmon {

namespace {

constexpr std::array callNames { "call_key", "call_id", "signalling", "transport", "state", "caller", "callee",
    "caller_ip", "caller_port", "callee_ip", "callee_port", "started_at", "ringing_at", "answered_at", "ended_at",
    "duration_s", "outcome", "final_code", "ended_by", "post_dial_delay_ms", "answer_delay_ms", "signalling_rtt_ms",
    "mos_mean", "mos_min", "streams", "messages", "retransmissions", "media_packets_not_stored", "probe_frames_lost",
    "poll_gap_longest_ms", "trust", "q850_cause", "end_reason", "asserted_identity", "diversion", "leg_id",
    "transfer_target", "replaced_call_id", "caller_agent", "callee_agent", "session_expires_s", "branches", "offers",
    "holds", "hold_time_s", "media_kinds", "secure_media", "began_before_probe", "encapsulation", "messages_not_stored",
    "media_after_answer", "media_after_end_ms", "recorded", "recording_rule", "caller_trunk", "callee_trunk",
    "counted_at", "tags", "legal_hold" };

constexpr std::array streamNames { "call_key", "stream_index", "call_id", "direction", "src_ip", "src_port", "dst_ip",
    "dst_port", "ssrc", "payload_type", "codec", "clock_rate_hz", "first_packet_at", "last_packet_at", "packets",
    "bytes", "duplicates", "reordered", "expected", "lost", "loss_percent", "jitter_mean_ms", "jitter_max_ms",
    "delta_min_ms", "delta_mean_ms", "delta_max_ms", "delta_stddev_ms", "size_min_bytes", "size_mean_bytes",
    "size_max_bytes", "size_stddev_bytes", "throughput_bps", "rtt_ms", "r_factor", "mos_mean", "mos_min",
    "arrival_uncertainty_max_ns", "packets_stored", "packets_not_stored", "lost_with_probe", "jitter_error_ms",
    "binding_rule", "binding_confidence_percent", "media_kind", "secure", "packets_joined_later", "rtcp_reports",
    "rtcp_rtt_ms", "far_end_lost_percent", "far_end_jitter_ms", "xr_mos", "loss_runs", "burst_ratio",
    "burst_density_percent", "gap_density_percent", "burst_duration_ms", "gap_duration_ms", "ptime_ms", "comfort_noise",
    "dtmf_digits", "one_way_delay_ms", "delay_source", "mos_lost_to_codec", "mos_lost_to_loss", "mos_lost_to_bursts",
    "mos_lost_to_delay", "mos_lost_to_discards", "jitter_buffer", "jitter_buffer_ms", "discarded", "dscp",
    "dscp_changes", "ptime_changes", "clock_skew_ppm", "media_gaps", "media_gap_longest_ms", "early_packets",
    "early_lost", "dtmf", "packets_not_wanted", "xr_lost_percent", "xr_discarded_percent", "xr_burst_density_percent",
    "xr_gap_density_percent", "xr_burst_duration_ms", "xr_gap_duration_ms", "xr_round_trip_ms", "xr_end_system_ms",
    "xr_jitter_buffer_ms", "xr_signal_dbm0", "xr_noise_dbm0", "xr_echo_return_loss_db", "xr_r_factor", "payloads",
    "described_at", "xr_external_r_factor", "xr_gap_threshold", "xr_jitter_buffer_maximum_ms",
    "xr_jitter_buffer_absolute_maximum_ms" };

constexpr std::array qualityNames { "call_key", "stream_index", "call_id", "direction", "at", "packets", "lost",
    "duplicates", "reordered", "lost_with_probe", "jitter_ms", "jitter_error_ms", "delta_max_ms", "mos", "discarded",
    "bytes", "throughput_bps", "dscp", "early_media", "pausing", "rtcp_reports", "far_end_lost_percent",
    "far_end_jitter_ms", "rtcp_rtt_ms", "probe_lost" };

constexpr std::array unboundNames { "src_ip", "src_port", "dst_ip", "dst_port", "ssrc", "payload_type",
    "first_packet_at", "last_packet_at", "packets", "bytes" };

constexpr std::array serviceNames { "group", "attempts", "answered", "completed", "user_busy", "ring_no_answer",
    "terminal_reject", "number_errors", "redirected", "ineffective", "setting_up", "began_before_probe", "asr_percent",
    "ner_percent", "number_error_percent", "ser_percent", "seer_percent", "isa_percent", "scr_percent", "acd_s",
    "answer_delay_mean_ms", "post_dial_delay_mean_ms", "srd_answered_mean_ms", "srd_failed_mean_ms", "mos_calls",
    "mos_mean", "mos_best", "mos_high", "mos_medium", "mos_low", "mos_poor" };

constexpr std::array serviceTimeNames { "from", "to", "watched_s", "new_calls", "new_calls_per_s",
    "new_calls_peak_per_s", "repeated_calls", "concurrent_calls", "concurrent_mean", "concurrent_peak" };

constexpr auto serviceRowNames = [] {
    std::array<const char*, serviceTimeNames.size() + serviceNames.size()> names {};
    std::ranges::copy(serviceNames, std::ranges::copy(serviceTimeNames, names.begin()).out);
    return names;
}();

FieldValue text(std::string_view value)
{
    return { value.empty() ? FieldValue::Kind::Absent : FieldValue::Kind::Text, std::string(value) };
}

FieldValue source(Ssrc ssrc)
{
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "0x%08X", ssrc.value);
    return text(buffer);
}

FieldValue time(const std::optional<Timestamp>& value)
{
    return value ? text(toIso8601(*value)) : FieldValue {};
}

FieldValue count(std::uint64_t value)
{
    return { FieldValue::Kind::Number, std::to_string(value) };
}

FieldValue number(double value, int decimals)
{
    if (!std::isfinite(value)) // JSON has no word for it, and a figure that is none says nothing
        return {};
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
    return { FieldValue::Kind::Number, buffer };
}

FieldValue number(const std::optional<double>& value, int decimals)
{
    return value ? number(*value, decimals) : FieldValue {};
}

// Microseconds below the millisecond: finer than tshark's three decimals, and no finer than most arrival times.
FieldValue milliseconds(const std::optional<Milliseconds>& value)
{
    return value ? number(value->count(), 6) : FieldValue {};
}

}

std::span<const char* const> callFieldNames()
{
    return callNames;
}

std::vector<FieldValue> callFields(const CallRecord& call, std::string_view tags, std::string_view legalHold)
{
    const auto duration = durationOf(call);
    return { { FieldValue::Kind::Number, std::to_string(call.key.value) }, text(call.callId),
        text(toText(call.signalling)), text(toText(call.transport)), text(toText(call.state)), text(call.caller),
        text(call.callee), text(call.callerAddress.ip.toString()), count(call.callerAddress.port),
        text(call.calleeAddress.ip.toString()), count(call.calleeAddress.port), time(call.startedAt),
        time(call.ringingAt), time(call.answeredAt), time(call.endedAt),
        duration ? number(duration->count() / 1000.0, 3) : FieldValue {}, text(toText(call.outcome)),
        call.finalCode ? count(call.finalCode) : FieldValue {}, text(toText(call.endedBy)),
        milliseconds(call.postDialDelay), milliseconds(call.answerDelay), milliseconds(call.signallingRtt),
        number(call.mosMean, 3), number(call.mosMin, 3), count(call.streamCount), count(call.messages),
        count(call.retransmissions), count(call.mediaPacketsNotStored), count(call.probeFramesLost),
        milliseconds(Milliseconds(call.pollGapLongest)), text(toText(call.trust)),
        call.q850Cause ? count(call.q850Cause) : FieldValue {}, text(call.endReason), text(call.assertedIdentity),
        text(call.diversion), text(call.legId), text(call.transferTarget), text(call.replacedCallId),
        text(call.callerAgent), text(call.calleeAgent),
        call.sessionExpiresSeconds ? count(call.sessionExpiresSeconds) : FieldValue {}, count(call.branches),
        count(call.offers), count(call.holds), number(call.holdTime.count() / 1000.0, 3), text(toText(call.mediaKinds)),
        count(call.secureMedia), count(call.beganBeforeProbe), text(toText(call.encapsulation)),
        count(call.messagesNotStored), text(toText(call.mediaAfterAnswer)), milliseconds(call.mediaAfterEnd),
        text(toText(call.recorded)), text(call.recordingRule), text(call.callerTrunk), text(call.calleeTrunk),
        time(call.countedAt), text(tags), text(legalHold) };
}

std::span<const char* const> streamFieldNames()
{
    return streamNames;
}

std::vector<FieldValue> streamFields(const StreamRecord& stream, std::string_view callId)
{
    const auto& limits = stream.xr.jitterBufferLimits;
    return { { FieldValue::Kind::Number, std::to_string(stream.key.call.value) }, count(stream.key.index), text(callId),
        text(toText(stream.direction)), text(stream.flow.src.ip.toString()), count(stream.flow.src.port),
        text(stream.flow.dst.ip.toString()), count(stream.flow.dst.port), source(stream.ssrc),
        count(stream.payloadType), text(stream.codec),
        stream.clockRate.value ? count(stream.clockRate.value) : FieldValue {}, time(stream.firstPacketAt),
        time(stream.lastPacketAt), count(stream.packets), count(stream.bytes), count(stream.duplicates),
        count(stream.reordered), count(stream.expected), count(stream.lost), number(stream.lossPercent, 4),
        milliseconds(stream.jitterMean), milliseconds(stream.jitterMax), milliseconds(stream.deltaMin),
        milliseconds(stream.deltaMean), milliseconds(stream.deltaMax), milliseconds(stream.deltaStddev),
        number(stream.sizeMinBytes, 0), number(stream.sizeMeanBytes, 3), number(stream.sizeMaxBytes, 0),
        number(stream.sizeStddevBytes, 3), number(stream.throughputBps, 0), milliseconds(stream.rtt),
        number(stream.rFactor, 2), number(stream.mosMean, 3), number(stream.mosMin, 3),
        count(static_cast<std::uint64_t>(stream.arrivalUncertaintyMax.count())), count(stream.packetsStored),
        count(stream.packetsNotStored), count(stream.lostWithProbe), milliseconds(stream.jitterError),
        text(toText(stream.bindingRule)),
        stream.bindingRule != BindingRule::None ? count(stream.bindingConfidence) : FieldValue {},
        text(toText(stream.kind)), count(stream.secure), count(stream.packetsJoinedLater), count(stream.rtcpReports),
        milliseconds(stream.rtcpRtt), number(stream.farEndLostPercent, 4), milliseconds(stream.farEndJitter),
        number(stream.xrMos, 3), count(stream.lossRuns), number(stream.burstRatio, 3),
        number(stream.burstDensityPercent, 4), number(stream.gapDensityPercent, 4), milliseconds(stream.burstDuration),
        milliseconds(stream.gapDuration), milliseconds(stream.ptime), count(stream.comfortNoise),
        count(stream.dtmfDigits), milliseconds(stream.oneWayDelay), text(toText(stream.delaySource)),
        number(stream.mosLostToCodec, 3), number(stream.mosLostToLoss, 3), number(stream.mosLostToBursts, 3),
        number(stream.mosLostToDelay, 3), number(stream.mosLostToDiscards, 3), text(toText(stream.jitterBuffer)),
        milliseconds(stream.jitterBufferDelay), count(stream.discarded), count(stream.dscp), count(stream.dscpChanges),
        count(stream.ptimeChanges), number(stream.clockSkewPpm, 1), count(stream.mediaGaps),
        milliseconds(stream.mediaGapLongest), count(stream.earlyPackets), count(stream.earlyLost), text(stream.dtmf),
        count(stream.packetsNotWanted), number(stream.xr.lostPercent, 2), number(stream.xr.discardedPercent, 2),
        number(stream.xr.burstDensityPercent, 2), number(stream.xr.gapDensityPercent, 2),
        milliseconds(stream.xr.burstDuration), milliseconds(stream.xr.gapDuration), milliseconds(stream.xr.roundTrip),
        milliseconds(stream.xr.endSystemDelay), milliseconds(stream.xr.jitterBuffer),
        number(stream.xr.signalLevelDbm0, 0), number(stream.xr.noiseLevelDbm0, 0),
        number(stream.xr.echoReturnLossDb, 0), number(stream.xr.rFactor, 0), text(toText(stream.payloads)),
        time(stream.describedAt), number(stream.xr.externalRFactor, 0),
        stream.xr.gapThreshold ? count(*stream.xr.gapThreshold) : FieldValue {},
        limits ? count(limits->maximumMs) : FieldValue {}, limits ? count(limits->absoluteMaximumMs) : FieldValue {} };
}

std::span<const char* const> qualityFieldNames()
{
    return qualityNames;
}

std::vector<FieldValue> qualityFields(const QualityPoint& point, std::string_view callId, Party direction)
{
    const auto reported = [](std::uint16_t value, double unit) {
        return value != FarEndReport::unknown ? number(value / unit, 6) : FieldValue {};
    };
    const auto measured = [&](float value) { // nothing came: nothing to measure
        return point.packets ? number(static_cast<double>(value), 6) : FieldValue {};
    };
    return { { FieldValue::Kind::Number, std::to_string(point.stream.call.value) }, count(point.stream.index),
        text(callId), text(toText(direction)), time(point.at), count(point.packets), count(point.lost),
        count(point.duplicates), count(point.reordered), count(point.lostWithProbe), measured(point.jitterMs),
        measured(point.jitterErrorMs), measured(point.deltaMaxMs),
        point.mos > 0 ? number(static_cast<double>(point.mos), 3) : FieldValue {}, count(point.discarded),
        count(point.bytes), count(8ULL * point.bytes), point.packets ? count(point.dscp) : FieldValue {},
        count(point.earlyMedia), count(point.pausing), count(point.farEnd.reports), reported(point.farEnd.lost, 100),
        reported(point.farEnd.jitter, 10), reported(point.farEnd.roundTrip, 10), count(point.probeLost) };
}

std::span<const char* const> unboundFieldNames()
{
    return unboundNames;
}

std::vector<FieldValue> unboundFields(const UnboundFlow& flow)
{
    return { text(flow.flow.src.ip.toString()), count(flow.flow.src.port), text(flow.flow.dst.ip.toString()),
        count(flow.flow.dst.port), source(flow.ssrc), count(flow.payloadType), time(flow.firstPacketAt),
        time(flow.lastPacketAt), count(flow.packets), count(flow.bytes) };
}

std::span<const char* const> serviceFieldNames()
{
    return serviceNames;
}

std::vector<FieldValue> serviceFields(const ServiceFigures& figures, std::string_view group)
{
    const auto duration = averageCallDuration(figures);
    std::vector<FieldValue> fields { text(group), count(figures.attempts), count(figures.answered),
        count(figures.completed), count(figures.userBusy), count(figures.ringNoAnswer), count(figures.terminalReject),
        count(figures.numberErrors), count(figures.redirected), count(figures.ineffective), count(figures.settingUp),
        count(figures.beganBeforeProbe), number(answerSeizureRatio(figures), 3),
        number(networkEffectiveness(figures), 3), number(numberErrorRatio(figures), 3),
        number(sessionEstablishment(figures), 3), number(sessionEstablishmentEffectiveness(figures), 3),
        number(ineffectiveAttempts(figures), 3), number(sessionCompletion(figures), 3),
        duration ? number(duration->count() / 1000.0, 3) : FieldValue {}, milliseconds(timeToAnswer(figures)),
        milliseconds(postDialDelay(figures)), milliseconds(requestDelayAnswered(figures)),
        milliseconds(requestDelayFailed(figures)), count(figures.mosCalls), number(mosMean(figures), 3) };
    for (const std::uint64_t calls : figures.mosBands)
        fields.push_back(count(calls));
    return fields;
}

std::span<const char* const> serviceRowFieldNames()
{
    return serviceRowNames;
}

std::vector<FieldValue> serviceRowFields(const ServiceRow& row)
{
    const ServiceSums& sums = row.sums;
    const auto perSecond = [&](std::uint64_t value) {
        return sums.seconds > 0 ? number(double(value) / double(sums.seconds), 3) : FieldValue {};
    };
    const auto ofBegins = [&](FieldValue value) { return row.tellsNewCalls() ? value : FieldValue {}; };
    std::vector<FieldValue> fields { time(row.from), time(row.to), count(sums.seconds), ofBegins(count(sums.newCalls)),
        ofBegins(perSecond(sums.newCalls)), ofBegins(count(row.peaks.newCalls)), ofBegins(count(sums.repeatedCalls)),
        count(row.concurrentCalls), perSecond(sums.callSeconds), count(row.peaks.concurrentCalls) };
    for (FieldValue& field : serviceFields(sums.figures, toText(row.group)))
        fields.push_back(std::move(field));
    return fields;
}

}
