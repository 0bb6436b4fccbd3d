#include "console/models/quality_series.h"

#include <algorithm>
#include <cmath>
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
    if (point.probeLost)
        return unknown; // whose they were, nobody knows
    const double expected = static_cast<double>(arrived) + point.lost;
    return expected > 0 ? 100.0 * point.lost / expected : unknown;
}

constexpr double longestReportInterval = 30; // seconds: past that nobody says what a report is of

// A report is of the seconds since the one before it, so it holds backwards.
void addReported(SeriesLine& line, double at, std::uint16_t figure, double unit)
{
    if (figure == FarEndReport::unknown)
        return add(line, at, unknown);
    const double value = figure / unit;
    for (std::size_t i = line.values.size();
         i-- > 0 && std::isnan(line.values[i]) && at - line.seconds[i] < longestReportInterval;)
        line.values[i] = value;
    add(line, at, value);
}

bool nothingIn(const SeriesLine& line)
{
    return std::all_of(line.values.begin(), line.values.end(), [](double value) { return std::isnan(value); });
}

void addPoint(StreamSeries& series, double at, const QualityPoint& point)
{
    add(series.mos, at, point.mos > 0 ? static_cast<double>(point.mos) : unknown);
    add(series.jitter, at, point.packets > 0 ? static_cast<double>(point.jitterMs) : unknown);
    add(series.deltaMax, at, point.packets > 0 ? static_cast<double>(point.deltaMaxMs) : unknown);
    series.jitterError.push_back(static_cast<double>(point.jitterErrorMs));
    add(series.loss, at, lossPercent(point));
    addReported(series.farEndLoss, at, point.farEnd.lost, 100);
    addReported(series.farEndJitter, at, point.farEnd.jitter, 10);
    addReported(series.roundTrip, at, point.farEnd.roundTrip, 10);
    if (point.probeLost)
        series.probeLost.push_back(at);
}

}

std::vector<StreamSeries> buildQualitySeries(
    std::vector<QualityPoint> points, const std::vector<StreamRecord>& streams, Timestamp epoch)
{
    const auto before = [](const QualityPoint& a, const QualityPoint& b) {
        return a.stream == b.stream ? a.at < b.at : a.stream < b.stream;
    };
    if (!std::is_sorted(points.begin(), points.end(), before))
        std::sort(points.begin(), points.end(), before);
    std::vector<StreamSeries> all;
    Timestamp last {};
    for (const QualityPoint& point : points) {
        const auto stream =
            std::find_if(streams.begin(), streams.end(), [&](const StreamRecord& s) { return s.key == point.stream; });
        if (stream == streams.end())
            continue;
        const double at = seconds(point.at - epoch);
        if (all.empty() || all.back().stream != point.stream) {
            all.push_back({ .stream = point.stream, .direction = stream->direction });
        } else if (point.at == last) {
            continue; // the same second fetched twice
        } else if (point.at - last > std::chrono::milliseconds(1500)) {
            // Seconds without a point: the line must not run through them as if they had been measured.
            StreamSeries& s = all.back();
            for (SeriesLine* line :
                { &s.mos, &s.jitter, &s.deltaMax, &s.loss, &s.farEndLoss, &s.farEndJitter, &s.roundTrip })
                add(*line, seconds(last - epoch) + 1, unknown);
            all.back().jitterError.push_back(0);
        }
        addPoint(all.back(), at, point);
        last = point.at;
    }
    for (StreamSeries& stream : all)
        for (SeriesLine* line : { &stream.farEndLoss, &stream.farEndJitter, &stream.roundTrip })
            if (nothingIn(*line))
                *line = {};
    return all;
}

}
