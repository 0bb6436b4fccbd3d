// Service metrics of a period as lines to plot and as sums: for each group of calls.
#pragma once

#include "console/models/quality_series.h"
#include "shared/calls/service_window.h"

namespace callmon {

struct ServiceSeries { // of one group
    ServiceRow whole; // all of the period
    std::vector<ServiceRow> steps; // by time
};

// Rows in order of time. Groups with most attempts first.
std::vector<ServiceSeries> buildServiceSeries(const std::vector<ServiceRow>& rows);

// A value for each step; NaN where there was nothing to divide by, and for steps that are not there: nobody watched.
SeriesLine lineOf(
    const ServiceSeries& series, std::chrono::minutes step, Timestamp epoch, double (*value)(const ServiceRow& row));

// Values of one step for lineOf(); NaN: none.
namespace service {
double attemptsPerMinute(const ServiceRow& row);
double answeredPerMinute(const ServiceRow& row);
double asr(const ServiceRow& row);
double ner(const ServiceRow& row);
double peakCalls(const ServiceRow& row);
double meanCalls(const ServiceRow& row);
double peakNewCallsPerSecond(const ServiceRow& row);
double newCallsPerSecond(const ServiceRow& row);
double meanDurationSeconds(const ServiceRow& row);
double mos(const ServiceRow& row);
}

}
