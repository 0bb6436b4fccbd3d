// S, the call half: what signalling tells of a call while it is on. Its media are the lanes'.
#pragma once

#include "engine/signalling/sdp.h"
#include "shared/calls/call_record.h"

#include <array>

namespace callmon {

inline std::size_t indexOf(Party party)
{
    return party == Party::Caller ? 0 : 1;
}

inline Party otherThan(Party party)
{
    return party == Party::Caller ? Party::Callee : Party::Caller;
}

// How long a call may be silent depends on what it is doing: one activity list each.
enum class ActivityClass : std::uint8_t { Unheard, Setup, Talking, Quiet, Cancelled, Lingering };

// What SIP remembers of a call beyond that. Hashes of tags and branches; 0 when absent.
struct SipDialogueState {
    static constexpr std::size_t maxRemembered = 32;
    static constexpr std::size_t maxBranches = 8;

    std::uint64_t callerTag = 0;
    std::uint64_t answeredTag = 0; // To tag of the first 2xx
    std::uint64_t firstBranch = 0; // top Via of the attempt's first INVITE: the hop nearest to the caller
    std::uint32_t attemptCseq = 0; // of the caller's INVITE that is being set up, or was answered
    std::array<std::uint64_t, maxBranches> branchTags {}; // To tags of responses to it
    std::size_t branchCount = 0;
    std::array<std::uint64_t, 2> lastDescription {}; // by Party: of the body it sent last
    std::array<std::uint32_t, 2> offerCseq {}; // of its last new offer
    std::array<MediaDirection, 2> pendingDirection {}; // offered, and not accepted yet
    std::array<bool, 2> pending {};
    bool offered = false; // a description amid the call, and not settled yet
    std::array<std::uint64_t, maxRemembered> remembered {}; // fingerprints of messages, to tell copies
    std::uint32_t rememberedCount = 0; // ever
};

struct Call {
    static constexpr std::uint32_t maxStreams = 64;

    CallRecord record; // lastPacketAt and what the probe lost: CallKeeper::call() brings them up to date
    ActivityClass activityClass = ActivityClass::Unheard;
    Nanoseconds armedFor {}; // the silence it was given when it was last put into L
    Timestamp heardAt; // last message that counts against silence, by the tracker's time
    std::uint64_t framesLostBefore = 0; // by the probe, when the call began
    std::uint64_t lossReportsBefore = 0;
    bool confirmed = false; // until then it is no call to report: a response without its request
    bool cancelled = false; // given up by the caller
    bool ended = false; // by signalling
    bool told = false; // the listener knows of it, and of this state and code
    CallState toldState = CallState::Trying;
    std::uint16_t toldCode = 0;

    bool challenged = false; // the last final response was 401 or 407, and no INVITE has followed it
    Timestamp challengedAt;
    std::uint16_t otherBranchFailure = 0; // final failure seen on a hop further from the caller only
    std::optional<Timestamp> firstInviteAt; // or what else began it

    std::array<MediaDirection, 2> direction {}; // by Party: of the first audio in its description in force
    std::array<bool, 2> described {}; // its description was seen
    std::optional<Timestamp> heldSince;
    Milliseconds heldBefore {}; // in all earlier holds

    enum class Decision : std::uint8_t { None, Waits, Answered, Made }; // whether it is recorded: see RecordingDesk
    Decision recording = Decision::None;
    bool recorded = false; // as was decided
    std::uint64_t recordingHeaders = 0; // of its INVITEs, those that rules ask for
    Timestamp recordingDueAt; // Answered: it is decided by what is known then

    SipDialogueState sip;

    bool held() const
    {
        const auto holds = [](MediaDirection d) {
            return d == MediaDirection::SendOnly || d == MediaDirection::Inactive;
        };
        return holds(direction[0]) || holds(direction[1]);
    }
    std::optional<Milliseconds> sinceInvite(Timestamp at) const;
    Milliseconds heldUntil(Timestamp at) const;
    ActivityClass activity() const;

    // By whichever signalling.
    void ring(Timestamp at); // the called party is alerted, or what it sends early is heard
    void answer(Timestamp at); // the first time only
    void end(Timestamp at, EndedBy by);
    void reopen(CallState state); // it goes on after all
    void settleHold(Timestamp at); // after a direction, or the state, may have changed
    void conclude(EndedBy reason); // it leaves the tables: what is to be said of a call that nobody ended
};

}
