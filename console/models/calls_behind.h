// The calls that a figure is of, for a search.
#pragma once

#include "console/models/call_conditions.h"
#include "console/models/service_series.h"
#include "shared/base/units.h"

#include <QString>
#include <vector>

namespace callmon {

// A search looks at the calls that began in a span of time. Those that counted as attempts in it, or were over, may
// have begun before: so long before it they are looked for.
constexpr std::chrono::hours longestSetup(6);
constexpr std::chrono::hours longestCall(24);

struct CallsBehind {
    enum class By {
        Attempts, // those that the service metrics counted then
        Ends // those that were over then, but for what began before the probe
    };
    Timestamp from; // since
    Timestamp to; // and before
    By by = By::Attempts;
    QString codec {};
    std::vector<ConditionDraft> conditions {}; // all of them hold
};

// Those that a row of a period's service metrics counted; the other rows tell what counts elsewhere. Empty: no search
// finds them, and `whyNot` is a sentence for the user.
std::optional<CallsBehind> callsBehindRow(
    const std::vector<ServiceSeries>& rows, std::size_t row, Timestamp from, Timestamp to, QString& whyNot);

// Attempts that are still on have no record yet: the filter of the live list (call_filter.h) that leaves those of the
// figure. Empty: a call that is on does not count in it, or the filter cannot say it.
QString liveFilterOf(const CallsBehind& figure);

}
