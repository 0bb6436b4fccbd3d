#include "console/models/service_series.h"

#include <algorithm>
#include <limits>

namespace callmon {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double perSecond(std::uint64_t count, const ServiceRow& row)
{
    return row.sums.seconds > 0 ? double(count) / double(row.sums.seconds) : nothing;
}

}

std::vector<ServiceSeries> buildServiceSeries(const std::vector<ServiceRow>& rows)
{
    std::vector<ServiceSeries> groups;
    for (const ServiceRow& row : rows) {
        auto found = std::ranges::find(groups, row.group, [](const ServiceSeries& s) { return s.whole.group; });
        if (found == groups.end()) {
            found = groups.insert(groups.end(), ServiceSeries {});
            found->whole.group = row.group;
            found->whole.from = row.from;
        }
        found->whole.to = row.to;
        found->whole.sums += row.sums;
        found->whole.peaks.raiseTo(row.peaks);
        found->whole.concurrentCalls = row.concurrentCalls;
        found->steps.push_back(row);
    }
    std::ranges::stable_sort(
        groups, std::ranges::greater(), [](const ServiceSeries& s) { return s.whole.sums.figures.attempts; });
    return groups;
}

SeriesLine lineOf(
    const ServiceSeries& series, std::chrono::minutes step, Timestamp epoch, double (*value)(const ServiceRow& row))
{
    SeriesLine line;
    const auto secondsOf = [&](Timestamp time) { return std::chrono::duration<double>(time - epoch).count(); };
    std::optional<Timestamp> next;
    for (const ServiceRow& row : series.steps) {
        if (next && row.from > *next) { // a hole
            line.seconds.push_back(secondsOf(*next));
            line.values.push_back(nothing);
        }
        line.seconds.push_back(secondsOf(row.from));
        line.values.push_back(value(row));
        next = row.from + step;
    }
    return line;
}

namespace service {

double attemptsPerMinute(const ServiceRow& row)
{
    return 60 * perSecond(row.sums.figures.attempts, row);
}

double answeredPerMinute(const ServiceRow& row)
{
    return 60 * perSecond(row.sums.figures.answered, row);
}

double asr(const ServiceRow& row)
{
    return answerSeizureRatio(row.sums.figures).value_or(nothing);
}

double ner(const ServiceRow& row)
{
    return networkEffectiveness(row.sums.figures).value_or(nothing);
}

double peakCalls(const ServiceRow& row)
{
    return row.peaks.concurrentCalls;
}

double meanCalls(const ServiceRow& row)
{
    return perSecond(row.sums.callSeconds, row);
}

double peakNewCallsPerSecond(const ServiceRow& row)
{
    return row.peaks.newCalls;
}

double newCallsPerSecond(const ServiceRow& row)
{
    return perSecond(row.sums.newCalls, row);
}

double meanDurationSeconds(const ServiceRow& row)
{
    const auto mean = averageCallDuration(row.sums.figures);
    return mean ? mean->count() / 1000 : nothing;
}

double mos(const ServiceRow& row)
{
    return mosMean(row.sums.figures).value_or(nothing);
}

}

}
