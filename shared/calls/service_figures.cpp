#include "shared/calls/service_figures.h"

#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

std::optional<double> percent(std::uint64_t part, std::uint64_t whole)
{
    if (whole == 0)
        return std::nullopt;
    return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<Milliseconds> mean(Nanoseconds sum, std::uint64_t of)
{
    if (of == 0)
        return std::nullopt;
    return Milliseconds(sum) / static_cast<double>(of);
}

void addTo(Nanoseconds& sum, std::uint64_t& of, const std::optional<Milliseconds>& value)
{
    if (!value)
        return;
    sum += std::chrono::round<Nanoseconds>(*value);
    ++of;
}

// By its final response; by its outcome where there was none: a CANCEL whose 487 was not seen, and Skinny.
void addFailure(ServiceFigures& figures, const CallRecord& call)
{
    const bool rang = call.ringingAt.has_value();
    switch (call.finalCode) {
    case 0:
        figures.userBusy += call.outcome == CallOutcome::Busy;
        figures.ringNoAnswer +=
            rang && (call.outcome == CallOutcome::Cancelled || call.outcome == CallOutcome::NoAnswer);
        figures.terminalReject += call.outcome == CallOutcome::Rejected;
        return;
    case 486:
    case 600:
        ++figures.userBusy;
        ++figures.effectiveFailures;
        return;
    case 480:
        ++figures.ringNoAnswer;
        ++figures.effectiveFailures;
        return;
    case 408:
        figures.ringNoAnswer += rang;
        ++figures.ineffective;
        return;
    case 487:
        figures.ringNoAnswer += rang;
        return;
    case 603:
        ++figures.terminalReject;
        ++figures.effectiveFailures;
        return;
    case 403:
    case 433:
    case 488:
    case 606:
        ++figures.terminalReject;
        return;
    case 404:
    case 410:
    case 484:
        ++figures.numberErrors;
        return;
    case 500:
    case 503:
    case 504:
        ++figures.ineffective;
        return;
    default:
        figures.redirected += call.finalCode / 100 == 3;
    }
}

}

void ServiceFigures::addAttempt(const CallRecord& call)
{
    if (call.beganBeforeProbe) {
        ++beganBeforeProbe;
        return;
    }
    const bool over = call.state == CallState::Ended;
    if (!call.answeredAt && !over) {
        ++settingUp;
        return;
    }
    ++attempts;
    if (!call.answeredAt) {
        addTo(requestDelayFailed, requestDelaysFailed, call.postDialDelay);
        addFailure(*this, call);
        return;
    }
    ++answered;
    addTo(answerDelay, answerDelays, call.answerDelay);
    addTo(requestDelayAnswered, requestDelaysAnswered, call.postDialDelay);
}

void ServiceFigures::addEnd(const CallRecord& call)
{
    if (call.mosMean) {
        mosMillionths += static_cast<std::uint64_t>(std::llround(*call.mosMean * 1e6));
        ++mosCalls;
        const auto band = std::ranges::find_if(mosBandFloors, [&](double floor) { return *call.mosMean >= floor; });
        ++mosBands[static_cast<std::size_t>(band - mosBandFloors.begin())];
    }
    if (!call.answeredAt || call.state != CallState::Ended)
        return;
    addTo(talkTime, talked, durationOf(call));
    completed += !call.beganBeforeProbe && (call.endedBy == EndedBy::Caller || call.endedBy == EndedBy::Callee);
}

std::optional<double> answerSeizureRatio(const ServiceFigures& figures)
{
    return percent(figures.answered, figures.attempts);
}

std::optional<double> networkEffectiveness(const ServiceFigures& figures)
{
    return percent(
        figures.answered + figures.userBusy + figures.ringNoAnswer + figures.terminalReject, figures.attempts);
}

std::optional<double> numberErrorRatio(const ServiceFigures& figures)
{
    return percent(figures.numberErrors, figures.attempts);
}

std::optional<double> sessionEstablishment(const ServiceFigures& figures)
{
    return percent(figures.answered, figures.attempts - figures.redirected);
}

std::optional<double> sessionEstablishmentEffectiveness(const ServiceFigures& figures)
{
    return percent(figures.answered + figures.effectiveFailures, figures.attempts - figures.redirected);
}

std::optional<double> ineffectiveAttempts(const ServiceFigures& figures)
{
    return percent(figures.ineffective, figures.attempts);
}

std::optional<double> sessionCompletion(const ServiceFigures& figures)
{
    return percent(figures.completed, figures.attempts);
}

std::optional<Milliseconds> averageCallDuration(const ServiceFigures& figures)
{
    return mean(figures.talkTime, figures.talked);
}

std::optional<Milliseconds> timeToAnswer(const ServiceFigures& figures)
{
    return mean(figures.answerDelay, figures.answerDelays);
}

std::optional<Milliseconds> postDialDelay(const ServiceFigures& figures)
{
    return mean(figures.requestDelayAnswered + figures.requestDelayFailed,
        figures.requestDelaysAnswered + figures.requestDelaysFailed);
}

std::optional<Milliseconds> requestDelayAnswered(const ServiceFigures& figures)
{
    return mean(figures.requestDelayAnswered, figures.requestDelaysAnswered);
}

std::optional<Milliseconds> requestDelayFailed(const ServiceFigures& figures)
{
    return mean(figures.requestDelayFailed, figures.requestDelaysFailed);
}

std::optional<double> mosMean(const ServiceFigures& figures)
{
    if (figures.mosCalls == 0)
        return std::nullopt;
    return static_cast<double>(figures.mosMillionths) / 1e6 / static_cast<double>(figures.mosCalls);
}

}
