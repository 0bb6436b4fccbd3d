// What happens in one sample call, and when: its sort decides the messages and when each side talks.
#pragma once

#include "shared/base/units.h"
#include "shared/calls/call_record.h"
#include "tests/traffic/codecs.h"
#include "tests/traffic/random.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace callmon {

enum class CallSort : std::uint8_t {
    Clean,
    Loss, // bursts of lost packets (Gilbert)
    Jitter, // late packets, some so late that they arrive after their successors
    Duplicates, // every packet of the call is sent twice
    Busy, // 486
    Cancelled, // CANCEL while ringing, 487
    Unanswered, // 480 after ringing
    Rejected, // 603
    Failed, // 503
    Auth, // 407, then the INVITE again with credentials
    Hold, // re-INVITE sendonly, later sendrecv
    OneWay, // the callee's media never arrive
    Dtmf, // keys pressed by the caller: RFC 4733 telephone-event
};
inline constexpr std::size_t sortCount = 13;
std::string_view toText(CallSort sort);
std::optional<CallSort> parseSort(std::string_view text);

enum class Step : std::uint8_t {
    InviteWithoutCredentials,
    Challenge,
    AckChallenge,
    Invite,
    Trying,
    Ringing,
    Answer,
    AckAnswer,
    HoldInvite,
    HoldAnswer,
    HoldAck,
    ResumeInvite,
    ResumeAnswer,
    ResumeAck,
    Cancel,
    CancelOk,
    FinalFailure,
    AckFailure,
    Bye,
    ByeOk,
    // No message: the party's media begin, pause or end.
    CallerTalks,
    CalleeTalks,
    CallerStops,
    CalleeStops,
};

struct PlannedStep {
    Nanoseconds at {}; // after the call's first message
    Step step = Step::Invite;
};

struct CallPlan {
    CallSort sort = CallSort::Clean;
    Codec codec = Codec::Pcma;
    Party holder = Party::Caller; // who puts the other on hold
    Party endedBy = Party::Caller; // who sends BYE, CANCEL or the final failure
    CallOutcome outcome = CallOutcome::Answered;
    std::uint16_t finalCode = 200;
    std::vector<PlannedStep> steps; // in order of time
};

struct CallTiming {
    // Seconds of conversation, inverse Gaussian. The paper's load has a mean of 117 and a shape of 19: many short calls
    // and a few very long ones. Samples that somebody looks at are more even: without a shape it equals the mean.
    double holdMean = 25;
    std::optional<double> holdShape {};
    double ringMean = 3.5; // seconds from the 180 to the answer
    double firstResponse = 0.6; // seconds to the 180, about
};

// A call that is on when a load begins has only the rest of its conversation before it.
enum class CallBegins : std::uint8_t { Now, Before };
CallPlan planCall(CallSort sort, Codec codec, const CallTiming& timing, CallBegins begins, Random& random);

// Mean seconds from the first message to the last, for turning a number of concurrent calls into a rate.
double expectedSeconds(CallSort sort, const CallTiming& timing);

struct TrafficMix {
    std::array<double, sortCount> sorts { 34, 12, 12, 4, 7, 5, 5, 3, 3, 5, 5, 3, 2 };
    std::array<double, codecCount> codecs { 45, 25, 30 };
};
// "clean=10,busy=2": those sorts and no other. Empty when a name or a weight is not one.
std::optional<std::array<double, sortCount>> parseSorts(std::string_view text);
std::optional<std::array<double, codecCount>> parseCodecs(std::string_view text); // "pcma=1,g729=2"

}
