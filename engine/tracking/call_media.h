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
#include <cstring>

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

// What finds a stream, short enough to lie in its head: all of it for IPv4; of IPv6 a hash, behind which the whole
// identity is compared.
struct ShortIdentity {
    std::uint64_t addresses = 0;
    std::uint64_t portsAndSsrc = 0;
    bool isWhole = false;

    ShortIdentity() = default;
    ShortIdentity(const FlowKey& flow, Ssrc ssrc, std::uint64_t hash)
    {
        constexpr std::size_t v4 = 12; // its last four bytes (RFC 4291 2.5.5.2)
        const auto* const bytes = reinterpret_cast<const char*>(&flow);
        const auto word = [bytes](std::size_t at) {
            std::uint32_t value = 0;
            std::memcpy(&value, bytes + at, sizeof value);
            return value;
        };
        const auto isMapped = [&](std::size_t address) {
            std::uint64_t zeros = 0;
            std::memcpy(&zeros, bytes + address, sizeof zeros);
            return (zeros | (word(address + 8) ^ 0xffff0000U)) == 0;
        };
        constexpr std::size_t dst = offsetof(FlowKey, dst);
        isWhole = isMapped(0) && isMapped(dst);
        addresses = isWhole ? std::uint64_t { word(v4) } << 32 | word(dst + v4) : hash;
        portsAndSsrc = std::uint64_t { flow.src.port } << 48 | std::uint64_t { flow.dst.port } << 32 | ssrc.value;
    }
};

// The two cache lines that every packet of a stream changes, apart from the rest of it: memory is what a packet costs.
// bench: tracking_bench
struct alignas(128) StreamHead {
    static constexpr std::uint8_t noPayloadType = 0xff;

    [[no_unique_address]] RtpRun run; // what follows takes its padding
    std::uint8_t payloadType = noPayloadType; // of CallStream::meaning; noPayloadType: to be looked up
    bool provisional : 1 = false; // nobody had advertised the destination when it was bound
    bool recorded : 1 = false; // its packets are handed on to the listener
    bool mayHoldKeys : 1 = false; // its packets of this payload type
    bool hasBefore : 1 = false; // CallStream::before is one: asked of each packet behind a gap
    bool numbered : 1 = false; // until then nothing is told of it
    bool isWhole : 1 = false; // ShortIdentity's three
    std::uint64_t addresses = 0;
    std::uint64_t portsAndSsrc = 0;
    Timestamp secondEndsAt; // the listener closes the stream's second before a packet from then on is counted
    MediaChunk* chunk = nullptr; // the listener's: being filled

    bool is(const ShortIdentity& other) const
    {
        return ((addresses ^ other.addresses) | (portsAndSsrc ^ other.portsAndSsrc)) == 0 && isWhole == other.isWhole;
    }
};
static_assert(sizeof(StreamHead) == 128);

// The rest: for once a second, and for packets out of step.
struct alignas(64) CallStream {
    StreamIdentity identity;
    std::uint32_t call = noIndex;
    std::uint16_t boundEpoch = 0; // of both ends: whether somebody may have advertised one since
    PayloadMeaning meaning; // of the last packet's payload type
    RtpStream rtp;
    Party sender = Party::Caller;
    std::uint32_t number = 0; // within its call
    std::uint32_t next = noIndex; // in the call, older
    std::uint32_t receiver = noIndex; // MediaAddress by which it was bound
    std::uint64_t firstSequence = 0; // of its first packet's frame
    RtcpSummary rtcp;
    std::uint64_t joinedLater = 0; // packets that came before their signalling
    std::uint64_t unwanted = 0; // packets before it was recorded

    BindingRule rule = BindingRule::None;
    std::uint8_t confidence = 0; // percent
    std::uint8_t successions = 0; // streams of the same addresses and SSRC before it
    std::uint32_t before = noIndex; // the newest of those, when it is still of the call
    bool over = false; // another has followed on it
    std::optional<Timestamp> describedAt; // the callee's first description came while it was on
    PayloadsSeen payloads; // last: only a change of payload type touches it
};
}
