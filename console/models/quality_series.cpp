#include "console/models/quality_series.h"

#include <algorithm>
#include <limits>

namespace callmon {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double seconds(Nanoseconds time)
{
    return std::chrono::duration<double>(time).count();
}

void add(SeriesLine& line, double at, double value)
{
    line.seconds.push_back(at);
    line.values.push_back(value);
}

double lossPercent(const QualityPoint& point)
{
    const std::uint32_t arrived = point.packets - std::min(point.packets, point.duplicates);
    if (point.lostWithProbe > 0)
        return unknown; // whose they were, nobody knows
    const double expected = static_cast<double>(arrived) + point.lost;
    return expected > 0 ? 100.0 * point.lost / expected : unknown;
}

void addPoint(StreamSeries& series, double at, const QualityPoint& point)
{
    add(series.mos, at, point.mos > 0 ? static_cast<double>(point.mos) : unknown);
    add(series.jitter, at, point.packets > 0 ? static_cast<double>(point.jitterMs) : unknown);
    add(series.deltaMax, at, point.packets > 0 ? static_cast<double>(point.deltaMaxMs) : unknown);
    series.jitterError.push_back(static_cast<double>(point.jitterErrorMs));
    add(series.loss, at, lossPercent(point));
    if (point.lostWithProbe > 0)
        series.probeLost.push_back(at);
}

}

std::vector<StreamSeries> buildQualitySeries(
    std::vector<QualityPoint> points, const std::vector<StreamRecord>& streams, Timestamp epoch)
{
    std::sort(points.begin(), points.end(), [](const QualityPoint& a, const QualityPoint& b) {
        return a.stream == b.stream ? a.at < b.at : a.stream < b.stream;
    });
    std::vector<StreamSeries> all;
    Timestamp last {};
    for (const QualityPoint& point : points) {
        const auto stream =
            std::find_if(streams.begin(), streams.end(), [&](const StreamRecord& s) { return s.key == point.stream; });
        if (stream == streams.end())
            continue;
        const double at = seconds(point.at - epoch);
        if (all.empty() || all.back().stream != point.stream) {
            all.push_back({ point.stream, stream->direction, {}, {}, {}, {}, {}, {} });
        } else if (point.at == last) {
            continue; // the same second fetched twice
        } else if (point.at - last > std::chrono::milliseconds(1500)) {
            // Seconds without a point: the line must not run through them as if they had been measured.
            for (SeriesLine* line : { &all.back().mos, &all.back().jitter, &all.back().deltaMax, &all.back().loss })
                add(*line, seconds(last - epoch) + 1, unknown);
            all.back().jitterError.push_back(0);
        }
        addPoint(all.back(), at, point);
        last = point.at;
    }
    return all;
}

}
