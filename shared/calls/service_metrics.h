// The figures of a period by name: what alarm rules are held against, and what is drawn over time.
#pragma once

#include "shared/calls/service_window.h"

#include <span>

namespace callmon {

struct ServiceMetric {
    std::string_view name; // of rules and columns: "asr"
    std::string_view title; // "Answered (ASR)"
    std::string_view unit; // "%", "s", "ms", "calls/s", "calls"; empty for MOS
    std::optional<double> (*value)(const ServiceRow& row); // empty where there is nothing to divide by
    std::uint64_t (*samples)(const ServiceRow& row); // calls that it is of; nullptr: a plain count, of any number
};

std::span<const ServiceMetric> serviceMetrics();
const ServiceMetric* findServiceMetric(std::string_view name); // nullptr when there is none

}
