#include "engine/records/receiver_metrics.h"

namespace callmon {

namespace {

constexpr int unavailable = 127; // levels, echo and factors: 4.7.4, 4.7.5

double percentOf(std::uint8_t share)
{
    return 100.0 * share / 256;
}

// 0 stands in a delay for one that was not measured; means of bursts and gaps are 0 where there was none.
std::optional<Milliseconds> unlessZero(std::uint16_t ms)
{
    return ms == 0 ? std::nullopt : std::optional(Milliseconds(ms));
}

std::optional<double> unlessUnavailable(int value)
{
    return value == unavailable ? std::nullopt : std::optional<double>(value);
}

}

ReceiverMetrics receiverMetricsOf(const XrVoipMetrics& block)
{
    ReceiverMetrics metrics;
    metrics.lostPercent = percentOf(block.lossShare);
    metrics.discardedPercent = percentOf(block.discardShare);
    metrics.burstDensityPercent = percentOf(block.burstDensity);
    metrics.gapDensityPercent = percentOf(block.gapDensity);
    metrics.burstDuration = unlessZero(block.burstMs);
    metrics.gapDuration = unlessZero(block.gapMs);
    metrics.roundTrip = unlessZero(block.roundTripMs);
    metrics.endSystemDelay = unlessZero(block.endSystemMs);
    metrics.jitterBuffer = unlessZero(block.bufferNominalMs);
    metrics.signalLevelDbm0 = unlessUnavailable(block.signalLevel);
    metrics.noiseLevelDbm0 = unlessUnavailable(block.noiseLevel);
    metrics.echoReturnLossDb = unlessUnavailable(block.echoReturnLoss);
    if (block.rFactor <= 100)
        metrics.rFactor = block.rFactor;
    if (block.externalRFactor <= 100)
        metrics.externalRFactor = block.externalRFactor;
    if (block.gapThreshold != 0) // not permitted (4.7.6)
        metrics.gapThreshold = block.gapThreshold;
    if (block.bufferMaximumMs != 0 || block.bufferLimitMs != 0)
        metrics.jitterBufferLimits = { block.bufferMaximumMs, block.bufferLimitMs };
    return metrics;
}

}
