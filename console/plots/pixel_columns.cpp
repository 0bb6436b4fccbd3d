#include "console/plots/pixel_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace callmon {

namespace {

void add(PixelColumn& column, double value)
{
    if (!column.any) {
        column = { true, value, value, value };
        return;
    }
    column.low = std::min(column.low, value);
    column.high = std::max(column.high, value);
    column.last = value;
}

// floor() and ceil() of what is in sight, in an instruction each: a long call asks for them a hundred thousand times a
// frame.
int floorOf(double positive)
{
    return static_cast<int>(positive);
}

int ceilOf(double positive)
{
    const int whole = static_cast<int>(positive);
    return whole + (positive > whole ? 1 : 0);
}

// The values from `i` on that begin and end before that edge of their column, where a long call has dozens. Returns the
// first that does not.
std::size_t addRest(PixelColumn& column, const StepLine& line, std::size_t i, double begin, double perSecond, int edge)
{
    PixelColumn all = column;
    for (; i + 1 < line.seconds.size() && (line.seconds[i] - begin) * perSecond < edge
         && (line.seconds[i + 1] - begin) * perSecond <= edge;
         ++i) {
        const double value = line.values[i];
        if (std::isnan(value))
            continue;
        all.low = std::min(all.low, value);
        all.high = std::max(all.high, value);
        all.last = value;
    }
    column = all;
    return i;
}

// Calls add(i, from, to) with each value that is known and the columns that it is seen in; it returns which is next.
template <typename Add> void forEachSeen(const StepLine& line, double begin, double end, int width, Add add)
{
    if (width <= 0 || line.seconds.empty() || !(end > begin))
        return;
    const double perSecond = width / (end - begin);
    const auto after = std::upper_bound(line.seconds.begin(), line.seconds.end(), begin);
    for (auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, after - line.seconds.begin() - 1));
         i < line.seconds.size() && line.seconds[i] < end;) {
        const double until = i + 1 < line.seconds.size() ? line.seconds[i + 1] : line.seconds[i] + line.last;
        if (std::isnan(line.values[i]) || until <= begin) {
            ++i;
            continue;
        }
        const int from = floorOf(std::max(0.0, (line.seconds[i] - begin) * perSecond));
        const int last = ceilOf(std::min((until - begin) * perSecond, static_cast<double>(width))) - 1;
        i = add(i, from, std::min(width - 1, std::max(from, last)));
    }
}

}

std::vector<PixelColumn> columnsOf(const StepLine& line, double begin, double end, int width)
{
    std::vector<PixelColumn> columns(static_cast<std::size_t>(std::max(0, width)));
    forEachSeen(line, begin, end, width, [&](std::size_t i, int from, int to) {
        for (int x = from; x <= to; ++x)
            add(columns[static_cast<std::size_t>(x)], line.values[i]);
        return from == to
            ? addRest(columns[static_cast<std::size_t>(from)], line, i + 1, begin, width / (end - begin), from + 1)
            : i + 1;
    });
    return columns;
}

std::vector<PixelBand> bandColumnsOf(
    const StepLine& line, std::span<const double> errors, double least, double begin, double end, int width)
{
    std::vector<PixelBand> columns(static_cast<std::size_t>(std::max(0, width)));
    forEachSeen(line, begin, end, width, [&](std::size_t i, int from, int to) {
        if (std::isnan(errors[i]))
            return i + 1;
        const double low = std::max(line.values[i] - errors[i], least);
        const double high = line.values[i] + errors[i];
        for (int x = from; x <= to; ++x) {
            PixelBand& column = columns[static_cast<std::size_t>(x)];
            column = { true, column.any ? std::min(column.low, low) : low,
                column.any ? std::max(column.high, high) : high };
        }
        return i + 1;
    });
    return columns;
}

std::vector<float> peakColumns(
    std::span<const float> peaks, double start, double binSeconds, double begin, double end, int width)
{
    std::vector<float> columns(static_cast<std::size_t>(std::max(0, width)));
    if (peaks.empty() || !(end > begin) || !(binSeconds > 0))
        return columns;
    const double binsPerColumn = (end - begin) / binSeconds / std::max(1, width);
    const double first = (begin - start) / binSeconds;
    for (std::size_t x = 0; x < columns.size(); ++x) {
        const double from = first + static_cast<double>(x) * binsPerColumn;
        const double to = std::max(from + binsPerColumn, from + 1e-9);
        if (to <= 0 || from >= static_cast<double>(peaks.size()))
            continue;
        const auto low = static_cast<std::size_t>(std::max(0.0, std::floor(from)));
        const auto high = std::min(peaks.size(), static_cast<std::size_t>(std::ceil(to)));
        for (std::size_t bin = low; bin < high; ++bin)
            columns[x] = std::max(columns[x], peaks[bin]);
    }
    return columns;
}

double valueAt(const StepLine& line, double seconds)
{
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    const auto after = std::upper_bound(line.seconds.begin(), line.seconds.end(), seconds);
    if (after == line.seconds.begin())
        return nothing;
    const auto i = static_cast<std::size_t>(after - line.seconds.begin()) - 1;
    const double until = after == line.seconds.end() ? line.seconds[i] + line.last : *after;
    return seconds < until ? line.values[i] : nothing;
}

}
