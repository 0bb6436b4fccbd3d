// What a set of calls says of the service: whole numbers that can be added and taken away again, so that any period and
// group is summed exactly and in any order, and the one place where ratios are derived from them.
// ASR: ITU-T E.425 (formerly E.411); NER: ITU-T E.425; SER, SEER, ISA, SCR, SRD: RFC 6076.
#pragma once

#include "shared/calls/call_record.h"

#include <array>
#include <cstdint>
#include <optional>

namespace callmon {

struct ServiceFigures {
    // Calls that are no attempts: neither is in any ratio.
    std::uint64_t settingUp = 0; // neither answered nor over
    std::uint64_t beganBeforeProbe = 0; // how they were dialled was not seen

    // Attempts: INVITEs with all their repetitions, with credentials too. What follows is a part of them.
    std::uint64_t attempts = 0;
    std::uint64_t answered = 0;
    std::uint64_t completed = 0; // answered, and ended by a party's BYE
    std::uint64_t userBusy = 0; // 486, 600
    std::uint64_t ringNoAnswer = 0; // 480; 408, 487 and CANCEL after an 18x
    std::uint64_t terminalReject = 0; // 403, 433, 488, 603, 606
    std::uint64_t numberErrors = 0; // 404, 410, 484: mostly the caller's, so NER is read beside them
    std::uint64_t redirected = 0; // 3xx
    std::uint64_t ineffective = 0; // 408, 500, 503, 504 (RFC 6076 4.8), rung or not
    std::uint64_t effectiveFailures = 0; // 480, 486, 600, 603 (RFC 6076 4.7)

    // Sums, with how many calls each is of.
    Nanoseconds talkTime {}; // answer to end, of `talked` answered calls that are over
    std::uint64_t talked = 0;
    Nanoseconds answerDelay {}; // first INVITE to 200
    std::uint64_t answerDelays = 0;
    Nanoseconds requestDelayAnswered {}; // first INVITE to first 18x or final response
    std::uint64_t requestDelaysAnswered = 0;
    Nanoseconds requestDelayFailed {};
    std::uint64_t requestDelaysFailed = 0;
    std::uint64_t mosMillionths = 0; // of the calls' means
    std::uint64_t mosCalls = 0;
    // Calls by mean MOS, best first, in the categories of ITU-T G.109: from 4.34, 4.03, 3.60, 3.10, and below.
    static constexpr std::array mosBandFloors { 4.34, 4.03, 3.60, 3.10 };
    std::array<std::uint64_t, mosBandFloors.size() + 1> mosBands {};

    // A call in the state it is in; of one that is over, all that there is to count. The same in two steps, for who
    // counts while calls are on: the attempt once it is answered or over, the end when that has come. By then, what the
    // first step took does not change any more.
    void add(const CallRecord& call)
    {
        addAttempt(call);
        addEnd(call);
    }
    void addAttempt(const CallRecord& call);
    void addEnd(const CallRecord& call); // of one that is on: its MOS so far

    bool operator==(const ServiceFigures&) const = default;
};

// Percent; empty where there is nothing to divide by.
std::optional<double> answerSeizureRatio(const ServiceFigures& figures); // E.425: answered / attempts
std::optional<double> networkEffectiveness(const ServiceFigures& figures); // E.425: what the network did its part for
std::optional<double> numberErrorRatio(const ServiceFigures& figures);
std::optional<double> sessionEstablishment(const ServiceFigures& figures); // RFC 6076 4.6, SER: without redirections
std::optional<double> sessionEstablishmentEffectiveness(const ServiceFigures& figures); // RFC 6076 4.7, SEER
std::optional<double> ineffectiveAttempts(const ServiceFigures& figures); // RFC 6076 4.8, ISA
std::optional<double> sessionCompletion(const ServiceFigures& figures); // RFC 6076 4.9, SCR

std::optional<Milliseconds> averageCallDuration(const ServiceFigures& figures); // ACD, of answered calls that are over
std::optional<Milliseconds> timeToAnswer(const ServiceFigures& figures);
std::optional<Milliseconds> postDialDelay(const ServiceFigures& figures); // of all attempts
std::optional<Milliseconds> requestDelayAnswered(const ServiceFigures& figures); // RFC 6076 4.3.1, SRD
std::optional<Milliseconds> requestDelayFailed(const ServiceFigures& figures); // RFC 6076 4.3.2
std::optional<double> mosMean(const ServiceFigures& figures);

}
