// The big numbers above the live list, and how each has been: a sample a second, ten minutes of them.
#pragma once

#include "console/models/call_source.h"
#include "console/models/figures.h"
#include "console/models/live_call_model.h"

#include <array>
#include <deque>

namespace callmon {

enum class OperationsFigure : int { Calls, NewCalls, Asr, Ner, Acd, Mos, Megabits, Lost };
constexpr std::size_t operationsFigures = 8;

struct OperationsSample {
    std::array<std::optional<double>, operationsFigures> values; // empty: not known, or nothing to divide by
    std::array<int, 4> bands {}; // live calls by MosBand of their worse direction
};

class Operations {
public:
    static constexpr std::size_t most = 600;

    void setStatus(const ProbeStatus& status, ProbeId probe);
    void forget(ProbeId probe);
    void setService(const std::vector<ServiceRow>& windows); // those that slide
    void forgetService();
    bool hasService() const { return m_minute && m_minute->sums.seconds > 0; }
    void sample(const LiveCallModel& live); // once a second

    const std::deque<OperationsSample>& samples() const { return m_samples; }

private:
    struct Traffic {
        double megabits = 0;
        double lost = 0;
    };
    std::map<ProbeId, Traffic> m_traffic;
    std::optional<ServiceRow> m_minute; // of all calls
    std::optional<ServiceRow> m_fiveMinutes;
    std::deque<OperationsSample> m_samples;
};

// The worse direction's MOS of the last second; empty when neither is known.
std::optional<double> worseMosNow(const LiveCall& call);

QString operationsTitle(OperationsFigure figure);
QString operationsHelp(OperationsFigure figure);
QString operationsText(OperationsFigure figure, const OperationsSample& sample);

}
