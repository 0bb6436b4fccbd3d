// What Skinny messages do to calls. Every telephone has a call reference of its own for a call, so there are two halves
// of it where the probe sees both telephones; they are one call when they name the same numbers, the same reference at
// one call manager, or when one is told to send to where the other receives.
//
// A half that goes out opens its call when something is dialled. One that comes in waits for the other half until it is
// told to send, since a call that was opened cannot be taken back; should none be there, it opens one then, or at its
// end.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/tracking/call_keeper.h"
#include "engine/tracking/skinny_phones.h"
#include "shared/calls/probe_status.h"

namespace callmon {

// Lane 0's thread. Nothing is allocated after the constructor.
class SkinnyCalls : private CallCompanion {
public:
    SkinnyCalls(const TrackerOptions& options, std::uint64_t hashSeed, CallKeeper& calls, CodecNames& codecs);

    // One whole message of a TCP connection.
    void read(const Datagram& message);
    std::vector<NamedCounter> counters() const;

private:
    struct Counters {
        std::uint64_t messages = 0;
        std::uint64_t malformed = 0;
        std::uint64_t outsideCalls = 0; // registration, keys, displays...
        std::uint64_t phonesRefused = 0;
        std::uint64_t callsRefused = 0;
        std::uint64_t joined = 0;
        std::uint64_t withoutNumber = 0; // handset lifted and laid down again
    };

    void callGone(std::uint32_t call) override;
    void tick(Timestamp now) override; // lets go of telephones that have been silent

    void apply(const SkinnyRegister& body);
    void apply(const SkinnyUnregister& body);
    void apply(const SkinnyHook& body);
    void apply(const SkinnyKeypad& body);
    void apply(const SkinnyDialed& body);
    void apply(const SkinnySoftKeyEvent& body);
    void apply(const SkinnyStimulus& body);
    void apply(const SkinnyCallInfo& body);
    void apply(const SkinnyCallState& body);
    void apply(const SkinnyOpenReceive& body);
    void apply(const SkinnyReceiveOpened& body);
    void apply(const SkinnyStartTransmit& body);
    void apply(const SkinnyStatistics& body);
    void apply(const SkinnyTone& body) { mention(body.at.callReference); }
    void apply(const SkinnySoftKeys& body) { mention(body.at.callReference); }
    void apply(const SkinnyStatisticsRequest& body) { mention(body.callReference); }
    void apply(const SkinnyTransmitStarted& body) { mention(body.channel.callReference); }
    void apply(const SkinnyChannelClosed& body) { mention(body.channel.callReference); }
    void apply(const SkinnyRegisterAck&) { ++m_counters.outsideCalls; }
    void apply(const SkinnyKeepAlive&) { ++m_counters.outsideCalls; }
    void apply(std::monostate) { ++m_counters.outsideCalls; }

    void mention(std::uint32_t callReference); // it says no more than that the call is on

    std::uint32_t halfOf(std::uint32_t callReference); // the one in hand, made when it is new
    std::uint32_t known(std::uint32_t callReference) const; // 0: the one that is not on hold
    std::uint32_t halfOf(const SkinnyChannel& channel);
    bool openCall(std::uint32_t half); // false: no room
    void link(std::uint32_t half, std::uint32_t call);
    void unlink(std::uint32_t half);
    std::uint32_t other(std::uint32_t half) const; // open half of the other party in its call
    bool sameParty(std::uint32_t half) const; // another open half of its party in its call
    void joinByNumbers(std::uint32_t half);
    bool joinByReference(std::uint32_t half);
    void joinByMedia(std::uint32_t half, const Endpoint& remote);
    void join(std::uint32_t half, std::uint32_t callOf);
    void nameParties(std::uint32_t half);
    void dial(std::uint32_t half, std::string_view digits, bool more);
    void ring(std::uint32_t half);
    void answer(std::uint32_t half);
    void fail(std::uint32_t half, CallOutcome outcome);
    void hold(std::uint32_t half, Party holder, bool held);
    void hangUp(std::uint32_t half);
    void end(std::uint32_t call, EndedBy by, Timestamp at);
    void completeTransfer(std::uint32_t half);
    void giveUpTransfer(std::uint32_t phone); // a call that it would have ended is over, as any
    void announce(std::uint32_t half, Party receiver, const Endpoint& endpoint, MediaKind kind, std::uint32_t codec,
        std::uint8_t payloadType, std::uint8_t eventPayloadType);
    bool count(std::uint32_t half); // the message in hand; noIndex: it is outside calls, and false comes back
    void heard(std::uint32_t half);
    void show(std::uint32_t call); // the message in hand, to the listener
    bool usable(std::uint32_t half) const; // its call has not ended
    void release(std::uint32_t half);

    CallKeeper& m_calls;
    CodecNames& m_codecs;
    SkinnyPhones m_phones;
    LazyArray<std::uint32_t> m_halvesOf; // by call: index + 1 of its newest half; 0: none
    Counters m_counters;
    // Of the message in hand.
    Timestamp m_now;
    std::uint32_t m_phone = noIndex;
    const Datagram* m_message = nullptr;
    std::uint32_t m_heard = noIndex; // the half that it belongs to
    bool m_counted = false; // in record.messages
    bool m_shown = false;
};

}
