// What signalling tells the media lanes, in the order of the frames that caused it.
#pragma once

#include "engine/tracking/call_media.h"

#include <variant>

namespace callmon {

struct FactsChanged {
    std::uint32_t call = noIndex;
    CallFacts facts;
};
struct AddressAdded { // `party` receives there; of those advertised the newest registration wins
    std::uint32_t call = noIndex;
    Endpoint endpoint;
    Party party = Party::Caller;
    AddressOrigin origin = AddressOrigin::Advertised;
    MediaKind kind = MediaKind::Audio; // and the rest as MediaAddress
    MediaKind sharedWith = MediaKind::Other;
    bool secure = false;
    std::uint8_t sharedPayloads = 0;
    std::uint8_t payloadCount = 0;
    // An offer amid the call: a payload type that the address is known by keeps its meaning until OfferSettled.
    bool offered = false;
    Timestamp at; // of the description
    std::array<PayloadMeaning, MediaAddress::maxPayloads> payloads {};
};
struct Described { // an SDP was read: payload types may mean something else now
    std::uint32_t call = noIndex;
    bool firstAnswer = false; // announcements are over: timestamps may begin anew
    Timestamp at;
};
struct OfferSettled { // what was offered amid the call is in force, or is not to be
    std::uint32_t call = noIndex;
    bool accepted = false;
    Timestamp at;
};
struct ProbeLossSeen { // frames were lost by the probe between the two times
    Timestamp from;
    Timestamp to;
};
struct LaneTick { // packet time has come here
    Timestamp now;
};
struct MadeWhole { }; // a datagram of this lane that was in fragments: the oldest of LaneGroup::Told::datagrams

struct LaneControl {
    std::uint64_t stamp = 0; // sequence of the frame that caused it: applied before that one and any later
    std::variant<FactsChanged, AddressAdded, Described, OfferSettled, ProbeLossSeen, LaneTick, MadeWhole> what;
};

}
