#include "shared/calls/service_metrics.h"

#include "shared/base/translatable.h"

#include <algorithm>

namespace callmon {

namespace {

using Row = const ServiceRow&;

template <auto Ratio> std::optional<double> ratio(Row row)
{
    return Ratio(row.sums.figures);
}

template <auto Mean> std::optional<double> milliseconds(Row row)
{
    const auto mean = Mean(row.sums.figures);
    return mean ? std::optional(mean->count()) : std::nullopt;
}

template <auto Count> std::uint64_t countOf(Row row)
{
    return row.sums.figures.*Count;
}

std::uint64_t delays(Row row)
{
    return row.sums.figures.requestDelaysAnswered + row.sums.figures.requestDelaysFailed;
}

std::uint64_t begun(Row row)
{
    return row.sums.newCalls;
}

std::optional<double> share(std::uint64_t part, std::uint64_t whole)
{
    if (whole == 0)
        return std::nullopt;
    return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

using F = ServiceFigures;

constexpr std::array<ServiceMetric, 15> metrics { {
    { "attempts", TR("ServiceMetric", "Attempts"), TR("Unit", "calls"),
        [](Row row) { return std::optional(double(row.sums.figures.attempts)); }, nullptr },
    { "asr", TR("ServiceMetric", "Answered (ASR)"), TR("Unit", "%"), ratio<answerSeizureRatio>, countOf<&F::attempts> },
    { "ner", TR("ServiceMetric", "Network effectiveness (NER)"), TR("Unit", "%"), ratio<networkEffectiveness>,
        countOf<&F::attempts> },
    { "number_errors", TR("ServiceMetric", "Number errors"), TR("Unit", "%"), ratio<numberErrorRatio>,
        countOf<&F::attempts> },
    { "ser", TR("ServiceMetric", "Session establishment (SER)"), TR("Unit", "%"), ratio<sessionEstablishment>,
        countOf<&F::attempts> },
    { "seer", TR("ServiceMetric", "Establishment effectiveness (SEER)"), TR("Unit", "%"),
        ratio<sessionEstablishmentEffectiveness>, countOf<&F::attempts> },
    { "isa", TR("ServiceMetric", "Ineffective attempts (ISA)"), TR("Unit", "%"), ratio<ineffectiveAttempts>,
        countOf<&F::attempts> },
    { "acd", TR("ServiceMetric", "Mean duration (ACD)"), TR("Unit", "s"),
        [](Row row) {
            const auto mean = milliseconds<averageCallDuration>(row);
            return mean ? std::optional(*mean / 1000) : std::nullopt;
        },
        countOf<&F::talked> },
    { "answer_delay", TR("ServiceMetric", "Time to answer"), TR("Unit", "ms"), milliseconds<timeToAnswer>,
        countOf<&F::answerDelays> },
    { "post_dial_delay", TR("ServiceMetric", "Post-dial delay"), TR("Unit", "ms"), milliseconds<postDialDelay>,
        delays },
    { "concurrent_calls", TR("ServiceMetric", "Calls at once"), TR("Unit", "calls"),
        [](Row row) { return std::optional(double(row.peaks.concurrentCalls)); }, nullptr },
    { "new_calls_per_s", TR("ServiceMetric", "New calls"), TR("Unit", "calls/s"),
        [](Row row) {
            return row.tellsNewCalls() && row.sums.seconds > 0
                ? std::optional(double(row.sums.newCalls) / double(row.sums.seconds))
                : std::nullopt;
        },
        nullptr },
    { "repeated_calls", TR("ServiceMetric", "Repeated calls"), TR("Unit", "%"),
        [](Row row) { return share(row.sums.repeatedCalls, row.sums.newCalls); }, begun },
    { "mos", TR("ServiceMetric", "MOS"), "", ratio<mosMean>, countOf<&F::mosCalls> },
    { "mos_poor", TR("ServiceMetric", "Calls with MOS below 3.1"), TR("Unit", "%"),
        [](Row row) { return share(row.sums.figures.mosBands.back(), row.sums.figures.mosCalls); },
        countOf<&F::mosCalls> },
} };

}

std::span<const ServiceMetric> serviceMetrics()
{
    return metrics;
}

const ServiceMetric* findServiceMetric(std::string_view name)
{
    const auto found = std::ranges::find(metrics, name, &ServiceMetric::name);
    return found == metrics.end() ? nullptr : &*found;
}

}
