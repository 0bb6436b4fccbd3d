#include "engine/records/record_builder.h"

#include "engine/records/receiver_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace callmon {

namespace {

double finite(double value)
{
    return std::isfinite(value) ? value : 0;
}

std::optional<double> finite(std::optional<double> value)
{
    return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<Milliseconds> finite(std::optional<Milliseconds> value)
{
    return value && std::isfinite(value->count()) ? value : std::nullopt;
}

DelaySource delaySourceOf(const CallStream& stream, const CallFacts& call)
{
    if (stream.rtcp.roundTripMs)
        return DelaySource::Rtcp;
    return call.signallingRtt ? DelaySource::Signalling : DelaySource::Assumed;
}

// RFC 3611 4.7.2, over all that was expected; durations in the sender's time. The stream begins and ends in a gap.
void fillBursts(StreamRecord& record, const LossRuns& runs)
{
    record.lossRuns = runs.runs();
    const auto part = [](std::uint64_t of, std::uint64_t all) {
        return static_cast<double>(of) / static_cast<double>(all);
    };
    const LossRuns::Bursts bursts = runs.bursts();
    const std::uint64_t inGaps = record.expected > bursts.packets ? record.expected - bursts.packets : 0;
    if (bursts.bursts > 0) {
        record.burstDensityPercent = 100 * part(bursts.lost, bursts.packets);
        if (record.ptime)
            record.burstDuration = *record.ptime * part(bursts.packets, bursts.bursts);
    }
    if (inGaps > 0) {
        record.gapDensityPercent = 100 * part(bursts.lostInGaps, inGaps);
        if (record.ptime)
            record.gapDuration = *record.ptime * part(inGaps, bursts.bursts + 1);
    }
}

void fillDigits(StreamRecord& record, const RtpStream& rtp, DigitsKept kept)
{
    record.dtmfDigits = rtp.dtmfDigits();
    std::array<char, RtpStream::maxDigitsKept> digits;
    std::size_t count = 0;
    if (kept == DigitsKept::Masked)
        count = std::min<std::size_t>(rtp.dtmfDigits(), digits.size());
    else if (kept == DigitsKept::Store)
        count = rtp.digitsKept();
    for (std::uint32_t i = 0; i < count; ++i)
        digits[i] = kept == DigitsKept::Masked ? '*' : rtp.digit(i);
    record.dtmf = std::string_view(digits.data(), count);
}

// What changed on its way and at its sender.
void fillPath(StreamRecord& record, const RtpStream& rtp)
{
    record.dscp = rtp.dscp();
    record.dscpChanges = rtp.dscpChanges();
    record.ptimeChanges = rtp.ptimeChanges();
    record.clockSkewPpm = finite(rtp.clockSkewPpm());
    record.mediaGaps = rtp.mediaGaps();
    if (record.mediaGaps > 0)
        record.mediaGapLongest = rtp.mediaGapLongest();
    record.earlyPackets = rtp.earlyPackets();
    record.earlyLost = rtp.earlyLost();
}

}

std::optional<Milliseconds> roundTripOf(const CallStream& stream, const CallFacts& call)
{
    return stream.rtcp.roundTripMs ? std::optional(Milliseconds(*stream.rtcp.roundTripMs)) : call.signallingRtt;
}

Milliseconds oneWayDelayOf(const CallStream& stream, const CallFacts& call, const JitterBufferRule& buffer)
{
    constexpr Milliseconds usual { 20 };
    const Milliseconds measured = stream.rtp.packetisation();
    const bool plausible = measured > Milliseconds(0) && measured <= Milliseconds(200);
    return assumedOneWayDelay(plausible ? measured : usual, stream.rtp.bufferDelay(buffer), roundTripOf(stream, call));
}

StreamRecord buildStreamRecord(const CallStream& stream, const CallFacts& call, std::string_view codec,
    const std::optional<CodecImpairment>& impairment, const QualitySampler& quality, const StoredMedia& media,
    const WithProbe& withProbe, const RtpRules& rules)
{
    const RtpStream& rtp = stream.rtp;
    const SequenceTracker& sequence = rtp.sequence();
    const RunningStatistics& deltas = rtp.deltas();
    StreamRecord record;
    record.key = { call.key, stream.number };
    record.direction = stream.sender;
    record.flow = stream.identity.flow;
    record.ssrc = stream.identity.ssrc;
    record.payloadType = rtp.payload().payloadType;
    record.codec = codec;
    record.clockRate = rtp.payload().clock;
    record.firstPacketAt = rtp.firstPacketAt();
    record.lastPacketAt = rtp.lastPacketAt();
    record.packets = sequence.packets();
    record.bytes = rtp.bytes();
    record.duplicates = sequence.duplicates();
    record.reordered = sequence.reordered();
    record.expected = sequence.expected();
    record.lostWithProbe = std::min(withProbe.lost, sequence.lost()); // late packets may have filled some of it
    record.lost = sequence.lost() - record.lostWithProbe;
    if (record.expected > 0)
        record.lossPercent = 100.0 * static_cast<double>(record.lost) / static_cast<double>(record.expected);
    record.jitterMean = finite(rtp.jitterMean());
    record.jitterMax = finite(rtp.jitterMax());
    record.jitterError = finite(rtp.jitterError());
    if (deltas.count() > 0) {
        record.deltaMin = finite(Milliseconds(deltas.min()));
        record.deltaMean = finite(rtp.deltaMean());
        record.deltaMax = finite(Milliseconds(deltas.max()));
        record.deltaStddev = finite(Milliseconds(deltas.standardDeviation()));
    }
    record.sizeMinBytes = rtp.sizeMin();
    record.sizeMeanBytes = finite(rtp.sizeMean());
    record.sizeMaxBytes = rtp.sizeMax();
    record.sizeStddevBytes = finite(rtp.sizeStandardDeviation());
    const std::chrono::duration<double> length = rtp.lastPacketAt() - rtp.firstPacketAt();
    if (record.packets > 1 && length.count() > 0)
        record.throughputBps = finite(8.0 * static_cast<double>(record.bytes) / length.count());
    record.rtt = finite(roundTripOf(stream, call));
    const RtcpSummary& rtcp = stream.rtcp;
    record.rtcpReports = rtcp.reports;
    if (rtcp.roundTripMs)
        record.rtcpRtt = Milliseconds(*rtcp.roundTripMs);
    record.farEndLostPercent = rtcp.lostPercent;
    if (rtcp.jitterMs)
        record.farEndJitter = Milliseconds(*rtcp.jitterMs);
    if (rtcp.voipMetrics) {
        record.xrMos = mosOf(*rtcp.voipMetrics);
        record.xr = receiverMetricsOf(*rtcp.voipMetrics);
    }
    if (rtp.packetisation() > Milliseconds(0))
        record.ptime = rtp.packetisation();
    record.comfortNoise = rtp.comfortNoise();
    fillDigits(record, rtp, rules.digits);
    fillPath(record, rtp);
    record.jitterBuffer = rules.buffer.kind;
    record.jitterBufferDelay = Milliseconds(rules.buffer.leastMs);
    record.discarded = rtp.discarded() - withProbe.discarded;
    fillBursts(record, rtp.lossRuns());
    const LossCount loss { record.lost, record.discarded, sequence.received(), record.lossRuns };
    if (loss.lost + loss.discarded > 0)
        record.burstRatio = burstRatioOf(loss.lost + loss.discarded, loss.lost + loss.received, loss.runs);
    const auto inputs = eModelInputsOf(loss, impairment, oneWayDelayOf(stream, call, rules.buffer));
    record.rFactor = rFactorOf(inputs);
    if (record.rFactor) {
        record.oneWayDelay = inputs->oneWayDelay;
        record.delaySource = delaySourceOf(stream, call);
        const MosWaterfall taken = waterfallOf(*inputs);
        record.mosLostToCodec = taken.codec;
        record.mosLostToLoss = taken.loss;
        record.mosLostToDiscards = taken.discards;
        record.mosLostToBursts = taken.bursts;
        record.mosLostToDelay = taken.delay;
    }
    record.mosMean = finite(quality.mosMean());
    record.mosMin = finite(quality.mosMin());
    record.arrivalUncertaintyMax = rtp.uncertaintyMax();
    record.bindingRule = stream.rule;
    record.bindingConfidence = stream.confidence;
    record.packetsJoinedLater = stream.joinedLater;
    record.packetsStored = media.stored;
    record.packetsNotStored = media.notStored;
    record.packetsNotWanted = media.notWanted;
    record.describedAt = stream.describedAt;
    return record;
}

PayloadUses payloadsOf(const CallStream& stream, const StreamRecord& record, const CodecNames& codecs)
{
    PayloadUses uses;
    const auto seen = std::span(stream.payloads.seen).first(stream.payloads.count);
    if (seen.size() == 1 && seen[0].meaning.payloadType == record.payloadType
        && codecs.name(seen[0].meaning.codec) == record.codec.view())
        return uses; // the record says it
    for (const PayloadsSeen::Seen& one : seen)
        uses.add(one.meaning.payloadType, codecs.name(one.meaning.codec).view(), one.meaning.clock, one.from);
    uses.setLeftOut(stream.payloads.leftOut);
    return uses;
}

}
