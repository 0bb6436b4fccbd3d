// Values over time, reduced to what a row of pixels can show: what is drawn costs the screen's width, not the call's
// length, and no extreme is lost.
#pragma once

#include <span>
#include <vector>

namespace callmon {

struct PixelColumn {
    bool any = false; // else nothing was measured there
    double low = 0;
    double high = 0;
    double last = 0; // value at its right edge
};

struct StepLine { // a value holds from its second to the next one, the last one for `last`; NaN: unknown
    std::span<const double> seconds; // ascending
    std::span<const double> values;
    double last = 1;
};

// The time [begin, end) in `width` columns. What is shorter than a column takes one.
std::vector<PixelColumn> columnsOf(const StepLine& line, double begin, double end, int width);

// The same of what lies `errors` below and above the line, but not below `least`.
struct PixelBand {
    bool any = false;
    double low = 0;
    double high = 0;
};
std::vector<PixelBand> bandColumnsOf(
    const StepLine& line, std::span<const double> errors, double least, double begin, double end, int width);

// Peaks of a sound, equally long bins from `start` on: the highest of each column, 0 where there is none.
std::vector<float> peakColumns(
    std::span<const float> peaks, double start, double binSeconds, double begin, double end, int width);

// The value that holds at that time; NaN when none does.
double valueAt(const StepLine& line, double seconds);

}
