// The one-second points of a call as lines to plot: MOS, loss, jitter and inter-arrival time over time, and what the
// receivers reported by RTCP; a line for each stream.
#pragma once

#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <vector>

namespace callmon {

// Seconds since the epoch given to buildQualitySeries; a NaN value is a gap where nothing was measured.
struct SeriesLine {
    std::vector<double> seconds;
    std::vector<double> values;
};

struct StreamSeries {
    StreamKey stream;
    Party direction = Party::Caller; // who sent it
    SeriesLine mos {}; // 1 to 4.5
    SeriesLine jitter {}; // ms
    std::vector<double> jitterError {}; // ms to either side of each value of jitter
    SeriesLine deltaMax {}; // ms, longest inter-arrival time of each second
    SeriesLine loss {}; // percent of the packets expected in the second; a gap where the probe itself lost frames
    // What the stream's receiver reported, each figure over the time since its report before; empty without reports.
    SeriesLine farEndLoss {}; // percent of what was sent, before the probe and behind it
    SeriesLine farEndJitter {}; // ms
    SeriesLine roundTrip {}; // ms
    std::vector<double> probeLost {}; // the seconds in which it did
};

// Points may come in any order; those of streams that are not listed are left out (their direction is not known).
std::vector<StreamSeries> buildQualitySeries(
    std::vector<QualityPoint> points, const std::vector<StreamRecord>& streams, Timestamp epoch);

}
