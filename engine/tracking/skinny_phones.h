// Telephones that speak Skinny, and the calls on each: a call reference on a telephone's connection is half of a call.
#pragma once

#include "engine/signalling/skinny_message.h"
#include "engine/tracking/activity_list.h"
#include "engine/tracking/call.h"
#include "engine/tracking/index_table.h"
#include "shared/base/fixed_text.h"
#include "shared/base/seeded_hash.h"

#include <optional>

namespace callmon {

using SkinnyNumber = FixedText<31>;

struct SkinnyPhone { // one TCP connection to a call manager
    Endpoint phone;
    Endpoint server;
    FixedText<15> device; // as it registered; empty when that was not seen
    Timestamp heardAt;
    std::optional<Timestamp> offHookAt; // handset lifted, and no call named yet
    SkinnyNumber dialled; // likewise
    bool transferring = false; // between the key and what comes of it
    std::uint32_t halves = noIndex; // newest first
    std::uint8_t halfCount = 0;
};

struct SkinnyHalf {
    std::uint32_t phone = noIndex;
    std::uint32_t nextOfPhone = noIndex; // older
    std::uint32_t call = noIndex; // of T1
    std::uint32_t nextOfCall = noIndex;
    std::uint32_t callReference = 0;
    std::uint32_t passThroughParty = 0;
    std::uint32_t messagesBefore = 0; // it had a call
    Party party = Party::Caller; // what the telephone is in this call
    Timestamp begunAt;
    std::optional<Timestamp> dialledAt; // the number was complete
    std::optional<Timestamp> ringingAt;
    std::optional<Timestamp> hungUpAt; // by the telephone's user, not told by the call manager
    std::optional<Timestamp> leftAt; // closed, and its call waits for what becomes of a transfer
    bool connected = false; // at any time
    bool closed = false; // on hook
    bool dialling = false; // it goes out
    SkinnyNumber dialled;
    SkinnyNumber calling; // of CallInfo
    SkinnyNumber called;
    SkinnyNumber diverter; // was called at first
    Endpoint receivesAt; // audio
    std::uint32_t codec = 0;
    std::uint8_t eventPayloadType = 0;
};

// Memory is reserved at start; what does not fit is refused.
class SkinnyPhones {
public:
    static constexpr std::uint8_t maxHalves = 16; // of one telephone

    SkinnyPhones(std::uint32_t phones, std::uint32_t halves, const SeededHash& hash);

    // Opens it when it is new; noIndex when there is no room.
    std::uint32_t phone(const Endpoint& phone, const Endpoint& server, Timestamp at);
    std::uint32_t newest(std::uint32_t phone) const { return m_phones[phone].halves; }
    SkinnyPhone& operator[](std::uint32_t index) { return m_phones[index]; }
    // Its halves must be gone.
    void remove(std::uint32_t phone);
    std::uint32_t longestSilent() const { return m_silence.oldest(); }

    std::uint32_t find(std::uint32_t phone, std::uint32_t callReference) const;
    std::uint32_t findPassThrough(std::uint32_t phone, std::uint32_t passThroughParty) const;
    std::uint32_t add(std::uint32_t phone, std::uint32_t callReference, Timestamp at); // noIndex: no room
    void removeHalf(std::uint32_t half); // in no call any more
    SkinnyHalf& half(std::uint32_t index) { return m_halves[index]; }
    const SkinnyHalf& half(std::uint32_t index) const { return m_halves[index]; }

    // The newest half that receives there, or that waits for the other half of a call between these numbers.
    void receives(std::uint32_t half, const Endpoint& endpoint);
    std::uint32_t receiver(const Endpoint& endpoint) const;
    void wait(std::uint32_t half);
    void waitNoMore(std::uint32_t half); // before its numbers or its party change
    // A half with a call at the same call manager, under the same reference.
    void refer(std::uint32_t half);
    std::uint32_t referrer(std::uint32_t forHalf) const;
    std::uint32_t waiting(std::uint32_t forHalf, Party party) const;

    std::uint32_t phoneCount() const { return m_phones.used(); }
    std::uint32_t halfCount() const { return m_halves.used(); }
    void touch();

private:
    std::uint64_t numbersHash(const SkinnyHalf& half, Party party) const;
    bool sameNumbers(const SkinnyHalf& a, const SkinnyHalf& b) const;
    void forgetReceiver(std::uint32_t half);
    std::uint64_t referenceHash(const SkinnyHalf& half) const;

    SeededHash m_hash;
    ObjectPool<SkinnyPhone> m_phones;
    LazyArray<ListLink> m_links;
    ActivityList m_silence;
    IndexTable m_byConnection;
    ObjectPool<SkinnyHalf> m_halves;
    IndexTable m_byReceiver;
    IndexTable m_byNumbers;
    IndexTable m_byReference;
};

}
