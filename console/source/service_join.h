// Service metrics of several engines as those of one: rows of the same group and time are added up.
#pragma once

#include "shared/calls/service_window.h"

#include <map>
#include <tuple>
#include <vector>

namespace callmon {

// Counts are added. Seconds that were watched are the longest watch, for the engines watch at the same time: what is
// divided by them is then the rate of all. Peaks are added too: the most there can have been at once.
class ServiceJoin {
public:
    // Steps of a history meet by when they begin; windows that slide by their length, for they end when each engine
    // says that it is now.
    enum class By { Start, Length };

    explicit ServiceJoin(By by = By::Start)
        : m_by(by)
    {
    }
    void add(const std::vector<ServiceRow>& rows);
    std::vector<ServiceRow> rows() const; // by time, then by group

private:
    using Place = std::tuple<std::int64_t, ServiceGrouping, std::string>;

    By m_by;
    std::map<Place, ServiceRow> m_rows;
};

}
