// S, the call half: what is known of a call while it is on.
#pragma once

#include "engine/media/rtp_stream.h"
#include "engine/signalling/sdp.h"
#include "engine/tracking/object_pool.h"
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
constexpr std::size_t activityClasses = 5;

// Everything but the last packet's time, which is kept apart: media touches only that.
struct Call {
    static constexpr std::size_t maxRemembered = 32;
    static constexpr std::uint32_t maxMediaAddresses = 24;
    static constexpr std::uint32_t maxStreams = 64;

    CallRecord record;
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

    std::uint32_t mediaAddresses = noIndex; // newest first
    std::uint32_t mediaAddressCount = 0;
    std::uint32_t streams = noIndex; // newest first
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

// A transport address that one side advertised for media.
struct MediaAddress {
    static constexpr std::size_t maxPayloads = SdpMedia::maxCodecs;

    Endpoint endpoint;
    Party party = Party::Caller; // who receives here
    bool ofBoth = false; // both sides advertised it: a relay, seen on two hops
    MediaKind kind = MediaKind::Audio;
    std::uint8_t payloadCount = 0;
    std::uint32_t call = noIndex;
    std::uint32_t next = noIndex; // in the call
    std::uint32_t lastTo = noIndex; // stream found last, by destination and by source: most likely the next one too
    std::uint32_t lastFrom = noIndex;
    std::array<PayloadMeaning, maxPayloads> payloads {};
};

// A stream with its place in its call.
struct CallStream {
    RtpStream rtp;
    Timestamp secondEndsAt; // the listener closes the stream's second before a packet from then on is counted
    PayloadMeaning meaning; // of the last packet's payload type
    bool known = false; // meaning is valid
    Party sender = Party::Caller;
    std::uint32_t call = noIndex;
    std::uint32_t number = 0; // within its call
    std::uint32_t next = noIndex; // in the call, older
    std::uint32_t receiver = noIndex; // MediaAddress by which it was bound
};

}
