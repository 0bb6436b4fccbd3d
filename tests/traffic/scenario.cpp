#include "tests/traffic/scenario.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string>

namespace callmon {

namespace {

constexpr std::array<std::string_view, sortCount> sortTexts { "clean", "loss", "jitter", "duplicates", "busy",
    "cancelled", "unanswered", "rejected", "failed", "auth", "hold", "one_way", "dtmf" };

class PlanBuilder {
public:
    PlanBuilder(CallPlan& plan, Random& random)
        : m_plan(plan)
        , m_random(random)
    {
    }
    PlanBuilder& wait(double low, double high)
    {
        m_seconds += m_random.uniform(low, high);
        return *this;
    }
    PlanBuilder& waitExactly(double seconds)
    {
        m_seconds += seconds;
        return *this;
    }
    PlanBuilder& waitRoundTrip() { return wait(0.004, 0.030); }
    PlanBuilder& then(Step step)
    {
        m_plan.steps.push_back({ Nanoseconds(std::llround(m_seconds * 1e9)), step });
        return *this;
    }

private:
    CallPlan& m_plan;
    Random& m_random;
    double m_seconds = 0;
};

struct Failure {
    std::uint16_t code;
    CallOutcome outcome;
    Party endedBy;
};

std::optional<Failure> failureOf(CallSort sort)
{
    switch (sort) {
    case CallSort::Busy:
        return Failure { 486, CallOutcome::Busy, Party::Callee };
    case CallSort::Cancelled:
        return Failure { 487, CallOutcome::Cancelled, Party::Caller };
    case CallSort::Unanswered:
        return Failure { 480, CallOutcome::NoAnswer, Party::Callee };
    case CallSort::Rejected:
        return Failure { 603, CallOutcome::Rejected, Party::Callee };
    case CallSort::Failed:
        return Failure { 503, CallOutcome::Failed, Party::Callee };
    default:
        return std::nullopt;
    }
}

void planFailure(CallSort sort, const CallTiming& timing, PlanBuilder& plan)
{
    if (sort == CallSort::Failed || sort == CallSort::Busy) {
        plan.wait(0.2 * timing.firstResponse, timing.firstResponse);
    } else {
        plan.wait(0.3 * timing.firstResponse, 1.7 * timing.firstResponse).then(Step::Ringing);
        const double ring = timing.ringMean * (sort == CallSort::Unanswered ? 3 : 1);
        plan.wait(0.7 * ring, 1.3 * ring);
    }
    if (sort == CallSort::Cancelled)
        plan.then(Step::Cancel).waitRoundTrip().then(Step::CancelOk).wait(0.0005, 0.004);
    plan.then(Step::FinalFailure).waitRoundTrip().then(Step::AckFailure);
}

void planHold(Party holder, double talk, PlanBuilder& plan)
{
    const bool callerHolds = holder == Party::Caller;
    plan.waitExactly(0.3 * talk).then(Step::HoldInvite).waitRoundTrip();
    plan.then(callerHolds ? Step::CalleeStops : Step::CallerStops).then(Step::HoldAnswer);
    plan.waitRoundTrip().then(Step::HoldAck);
    plan.waitExactly(0.3 * talk).then(Step::ResumeInvite).waitRoundTrip().then(Step::ResumeAnswer);
    plan.wait(0.001, 0.005).then(callerHolds ? Step::CalleeTalks : Step::CallerTalks);
    plan.waitRoundTrip().then(Step::ResumeAck).waitExactly(0.4 * talk);
}

double drawHold(const CallTiming& timing, CallBegins begins, Random& random)
{
    const double whole = random.inverseGaussian(timing.holdMean, timing.holdShape.value_or(timing.holdMean));
    if (begins == CallBegins::Now)
        return whole;
    // Long calls are met more often: the length-biased inverse Gaussian is mean^2 / X, and any point of it is as likely
    // as another.
    return random.uniform() * timing.holdMean * timing.holdMean / whole;
}

template <std::size_t count>
std::optional<std::array<double, count>> parseWeights(std::string_view text, const auto& indexOf)
{
    std::array<double, count> weights {};
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), item.size() + 1));
        const std::size_t equals = item.find('=');
        const std::optional<std::size_t> index = indexOf(item.substr(0, equals));
        double weight = 1;
        if (equals != std::string_view::npos) {
            const std::string_view digits = item.substr(equals + 1);
            const auto end = digits.data() + digits.size();
            if (const auto read = std::from_chars(digits.data(), end, weight);
                read.ec != std::errc {} || read.ptr != end)
                return std::nullopt;
        }
        if (!index || !(weight >= 0) || weight > 1e9)
            return std::nullopt;
        weights[*index] = weight;
    }
    if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 0; }))
        return std::nullopt;
    return weights;
}

}

std::string_view toText(CallSort sort)
{
    return sortTexts[static_cast<std::size_t>(sort)];
}

std::optional<CallSort> parseSort(std::string_view text)
{
    for (std::size_t i = 0; i < sortCount; ++i)
        if (sortTexts[i] == text)
            return static_cast<CallSort>(i);
    return std::nullopt;
}

std::optional<std::array<double, sortCount>> parseSorts(std::string_view text)
{
    return parseWeights<sortCount>(text, [](std::string_view name) -> std::optional<std::size_t> {
        const auto sort = parseSort(name);
        return sort ? std::optional(static_cast<std::size_t>(*sort)) : std::nullopt;
    });
}

std::optional<std::array<double, codecCount>> parseCodecs(std::string_view text)
{
    return parseWeights<codecCount>(text, [](std::string_view name) -> std::optional<std::size_t> {
        std::string upper(name);
        std::transform(upper.begin(), upper.end(), upper.begin(),
            [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        for (std::size_t i = 0; i < codecCount; ++i)
            if (nameOf(static_cast<Codec>(i)) == upper)
                return i;
        return std::nullopt;
    });
}

CallPlan planCall(CallSort sort, Codec codec, const CallTiming& timing, CallBegins begins, Random& random)
{
    CallPlan call { .sort = sort, .codec = codec, .steps = {} };
    call.holder = random.chance(0.5) ? Party::Caller : Party::Callee;
    call.endedBy = random.chance(0.5) ? Party::Caller : Party::Callee;
    PlanBuilder plan(call, random);
    if (sort == CallSort::Auth)
        plan.then(Step::InviteWithoutCredentials)
            .waitRoundTrip()
            .then(Step::Challenge)
            .waitRoundTrip()
            .then(Step::AckChallenge)
            .wait(0.001, 0.010);
    plan.then(Step::Invite).wait(0.002, 0.015).then(Step::Trying);
    if (const auto failure = failureOf(sort)) {
        call.finalCode = failure->code;
        call.outcome = failure->outcome;
        call.endedBy = failure->endedBy;
        planFailure(sort, timing, plan);
        return call;
    }
    plan.wait(0.3 * timing.firstResponse, 1.7 * timing.firstResponse).then(Step::Ringing);
    plan.wait(0.3 * timing.ringMean, 1.7 * timing.ringMean).then(Step::Answer);
    if (sort != CallSort::OneWay)
        plan.wait(0.001, 0.010).then(Step::CalleeTalks);
    plan.waitRoundTrip().then(Step::AckAnswer).wait(0.001, 0.010).then(Step::CallerTalks);
    // A call shorter than a second and a half would be no conversation.
    const double talk = std::max(1.5, drawHold(timing, begins, random));
    if (sort == CallSort::Hold)
        planHold(call.holder, talk, plan);
    else
        plan.waitExactly(talk);
    const bool callerEnds = call.endedBy == Party::Caller;
    plan.then(callerEnds ? Step::CallerStops : Step::CalleeStops).wait(0.001, 0.005).then(Step::Bye);
    plan.waitRoundTrip().then(callerEnds ? Step::CalleeStops : Step::CallerStops).then(Step::ByeOk);
    return call;
}

double expectedSeconds(CallSort sort, const CallTiming& timing)
{
    switch (sort) {
    case CallSort::Busy:
    case CallSort::Failed:
        return 0.6 * timing.firstResponse;
    case CallSort::Unanswered:
        return timing.firstResponse + 3 * timing.ringMean;
    case CallSort::Cancelled:
    case CallSort::Rejected:
        return timing.firstResponse + timing.ringMean;
    default:
        return timing.firstResponse + timing.ringMean + timing.holdMean;
    }
}

}
