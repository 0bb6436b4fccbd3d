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
enum class ActivityClass : std::uint8_t { Setup, Talking, Quiet, Cancelled, Lingering };

struct Call {
    static constexpr std::size_t maxRemembered = 32;
    static constexpr std::uint32_t maxStreams = 64;

    CallRecord record; // lastPacketAt and what the probe lost: Tracker::call() brings them up to date
    ActivityClass activityClass = ActivityClass::Setup;
    Timestamp heardAt; // last message that counts against silence, by the tracker's time
    std::uint64_t framesLostBefore = 0; // by the probe, when the call began
    std::uint64_t lossReportsBefore = 0;
    bool confirmed = false; // its INVITE was seen: until then it is no call, only a response without its request
    bool challenged = false; // the last final response was 401 or 407, and no INVITE has followed it
    Timestamp challengedAt;
    bool cancelled = false; // CANCEL seen
    bool ended = false; // BYE, final failure or CANCEL seen

    // Hashes of tags and branches; 0 when absent.
    std::uint64_t callerTag = 0;
    std::uint64_t answeredTag = 0; // To tag of the first 2xx
    std::uint64_t firstBranch = 0; // top Via of the attempt's first INVITE: the hop nearest to the caller
    std::uint32_t attemptCseq = 0; // of the caller's INVITE that is being set up, or was answered
    std::uint32_t holdOfferCseq = 0; // of the offer that pendingDirection waits with
    std::optional<Timestamp> firstInviteAt;
    std::uint16_t otherBranchFailure = 0; // final failure seen on a hop further from the caller only

    std::array<MediaDirection, 2> direction {}; // by Party: of the first audio in its SDP in force
    std::array<MediaDirection, 2> pendingDirection {};
    std::array<bool, 2> pending {};
    std::array<bool, 2> described {}; // its SDP was seen

    std::array<std::uint64_t, maxRemembered> remembered {}; // fingerprints of messages, to tell copies
    std::uint32_t rememberedCount = 0; // ever

    bool held() const
    {
        const auto holds = [](MediaDirection d) {
            return d == MediaDirection::SendOnly || d == MediaDirection::Inactive;
        };
        return holds(direction[0]) || holds(direction[1]);
    }
};

}
