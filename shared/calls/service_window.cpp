#include "shared/calls/service_window.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::array<std::string_view, 4> groupingTexts { "total", "trunk", "prefix", "codec" };

}

std::string_view toText(ServiceGrouping grouping)
{
    return groupingTexts[static_cast<std::size_t>(grouping)];
}

std::optional<ServiceGrouping> parseServiceGrouping(std::string_view text)
{
    const auto found = std::ranges::find(groupingTexts, text);
    if (found == groupingTexts.end())
        return std::nullopt;
    return static_cast<ServiceGrouping>(found - groupingTexts.begin());
}

std::string toText(const ServiceGroup& group)
{
    std::string text(toText(group.grouping));
    if (group.grouping != ServiceGrouping::Total)
        text += ' ' + group.name.str();
    return text;
}

ServiceSums& ServiceSums::operator+=(const ServiceSums& other)
{
    ServiceCounts ours = countsOf(*this);
    const ServiceCounts theirs = countsOf(other);
    for (std::size_t i = 0; i < ours.size(); ++i)
        ours[i] += theirs[i];
    return *this = sumsOf(ours);
}

ServiceSums& ServiceSums::operator-=(const ServiceSums& other)
{
    ServiceCounts ours = countsOf(*this);
    const ServiceCounts theirs = countsOf(other);
    for (std::size_t i = 0; i < ours.size(); ++i)
        ours[i] -= theirs[i];
    return *this = sumsOf(ours);
}

void ServicePeaks::raiseTo(const ServicePeaks& other)
{
    concurrentCalls = std::max(concurrentCalls, other.concurrentCalls);
    newCalls = std::max(newCalls, other.newCalls);
}

bool ServiceRow::isEmpty() const
{
    ServiceSums happened = sums;
    happened.seconds = 0;
    return happened == ServiceSums {} && peaks == ServicePeaks {} && concurrentCalls == 0;
}

}
