#include "engine/remote/counter_rates.h"

#include "shared/calls/counter_meaning.h"

#include <algorithm>
#include <cmath>

namespace callmon {

void CounterRates::apply(ProbeStatus& status, std::chrono::steady_clock::time_point now)
{
    const double seconds = std::chrono::duration<double>(now - m_at).count();
    for (NamedCounter& counter : status.counters) {
        const auto before =
            std::ranges::find_if(m_before, [&](const NamedCounter& b) { return b.name == counter.name; });
        if (before == m_before.end() || seconds <= 0 || counter.value < before->value
            || meaningOf(counter.name).kind == CounterKind::Level)
            continue;
        counter.perSecond =
            static_cast<std::uint64_t>(std::llround(static_cast<double>(counter.value - before->value) / seconds));
    }
    m_before = status.counters;
    m_at = now;
}

}
