// S, the media half: what a lane knows of a call, of its media addresses and of its streams.
#pragma once

#include "engine/media/rtcp_xr.h"
#include "engine/media/rtp_stream.h"
#include "engine/signalling/sdp.h"
#include "engine/tracking/object_pool.h"
#include "shared/base/seeded_hash.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <array>

namespace callmon {

class MediaChunk;

// What signalling tells the lanes of a call: all that a stream's record needs of it.
struct CallFacts {
    CallKey key;
    std::optional<Milliseconds> signallingRtt;
    std::optional<Timestamp> answeredAt;
    bool confirmed = false; // until then packets to its addresses are nobody's
    bool ended = false;
    bool recorded = false; // from here on its media are kept
    bool operator==(const CallFacts&) const = default;
};

struct CallMedia {
    static constexpr std::uint32_t maxAddresses = 24;
    static constexpr std::uint32_t maxStreams = 64;

    CallFacts facts;
    std::uint32_t addresses = noIndex; // newest first
    std::uint32_t addressCount = 0;
    std::uint32_t streams = noIndex; // newest first
    std::uint32_t streamCount = 0; // numbered ones, of all lanes
    std::uint32_t unnumbered = 0; // of this lane
};

// What receivers report of a stream by RTCP, or a telephone by Skinny, as of the last tick (RtcpReports).
struct RtcpSummary {
    std::uint32_t reports = 0;
    std::optional<float> roundTripMs; // probe to both ends and back
    std::optional<float> lostPercent;
    std::optional<float> jitterMs;
    std::optional<XrVoipMetrics> voipMetrics; // the newest
    FarEndReport second {}; // of the second that is on, until its point takes it
};

// How it is known that a party receives at an address: what is more certain takes the address over from what is less.
enum class AddressOrigin : std::uint8_t {
    Observed, // it sends from there, to an address that the other side advertised
    Advertised, // by its session description
};

// A transport address of one side's media.
struct MediaAddress {
    static constexpr std::size_t maxPayloads = SdpMedia::maxCodecs;

    Endpoint endpoint;
    Party party = Party::Caller; // who receives here
    bool ofBoth = false; // both sides advertised it: a relay, seen on two hops
    AddressOrigin origin = AddressOrigin::Advertised;
    bool disputed = false; // not advertised, and of more than one call: it binds nothing
    MediaKind kind = MediaKind::Audio;
    MediaKind sharedWith = MediaKind::Other; // of the last sharedPayloads: a bundle (RFC 9143)
    bool secure = false; // SRTP
    std::uint8_t sharedPayloads = 0;
    std::uint8_t payloadCount = 0;
    std::uint32_t call = noIndex;
    std::uint32_t next = noIndex; // in the call
    std::uint32_t changes = noIndex; // PayloadChange, newest first
    std::array<PayloadMeaning, maxPayloads> payloads {};
};

// What a payload type of an address meant before, or is to mean when an offer is accepted.
struct PayloadChange {
    PayloadMeaning meaning;
    Timestamp until; // of what it meant: another description was in force from then on
    bool offered = false;
    std::uint32_t next = noIndex; // of the address, older
};

// What the payload types of a stream's packets meant: those that a description or RFC 3551 names.
struct PayloadsSeen {
    struct Seen {
        PayloadMeaning meaning;
        Timestamp from; // its first packet
    };

    void see(const PayloadMeaning& meaning, Timestamp at)
    {
        if (meaning.codec == 0)
            return;
        for (std::size_t i = count; i-- > 0;) { // the newest of a type is what it means now
            if (seen[i].meaning.payloadType != meaning.payloadType)
                continue;
            if (seen[i].meaning == meaning)
                return;
            break;
        }
        news = true;
        if (count < seen.size())
            seen[count++] = { meaning, at };
        else
            ++leftOut;
    }

    std::array<Seen, PayloadUses::most> seen {};
    std::uint8_t count = 0;
    bool news = false; // since the stream's record was last handed on
    std::uint32_t leftOut = 0; // for which there was no room
};

// The first cache line finds the stream and says whether anything but counting is due; the next three hold what every
// packet changes; the rest is for once a second. bench: tracking_bench.
struct alignas(64) CallStream {
    static constexpr std::uint8_t noPayloadType = 0xff;

    StreamIdentity identity;
    Timestamp secondEndsAt; // the listener closes the stream's second before a packet from then on is counted
    MediaChunk* chunk = nullptr; // the listener's: being filled
    PayloadMeaning meaning; // of the last packet's payload type; noPayloadType: to be looked up
    bool provisional : 1 = false; // nobody had advertised the destination when it was bound
    bool recorded : 1 = false; // its packets are handed on to the listener
    bool hasBefore : 1 = false; // `before` is one: asked of each packet behind a gap
    bool numbered = false; // until then nothing is told of it
    std::uint16_t boundEpoch = 0; // of both ends: whether somebody may have advertised one since
    std::uint32_t call = noIndex;
    RtpStream rtp;
    Party sender = Party::Caller;
    std::uint32_t number = 0; // within its call
    std::uint32_t next = noIndex; // in the call, older
    std::uint32_t receiver = noIndex; // MediaAddress by which it was bound
    std::uint64_t firstSequence = 0; // of its first packet's frame
    RtcpSummary rtcp;
    std::uint64_t joinedLater = 0; // packets that came before their signalling
    std::uint64_t unwanted = 0; // packets before it was recorded

    std::uint64_t packetsNotWanted() const { return recorded ? unwanted : rtp.sequence().packets(); }
    BindingRule rule = BindingRule::None;
    std::uint8_t confidence = 0; // percent
    std::uint8_t successions = 0; // streams of the same addresses and SSRC before it
    std::uint32_t before = noIndex; // the newest of those, when it is still of the call
    bool over = false; // another has followed on it
    std::optional<Timestamp> describedAt; // the callee's first description came while it was on
    PayloadsSeen payloads; // last: only a change of payload type touches it
};
constexpr std::size_t hotStreamBytes = 256;

}
