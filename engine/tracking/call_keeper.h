// The calls that are on, whoever signals them: opened under an identifier (T1), changed by what signalling says (S),
// let go of when they are over or silent (L). Here packet time goes on, and what signalling says of media is passed to
// the lanes. SipCalls says what a SIP message means for a call; another signalling would stand beside it.
#pragma once

#include "engine/tracking/call_table.h"
#include "engine/tracking/lane_group.h"
#include "engine/tracking/loss_ledger.h"
#include "engine/tracking/recording_desk.h"
#include "engine/tracking/rtcp_reports.h"
#include "engine/tracking/tick_wheel.h"

namespace callmon {

// A signalling that keeps something of its own beside a call.
class CallCompanion {
public:
    virtual ~CallCompanion() = default;
    virtual void callGone(std::uint32_t index) = 0; // it leaves the tables
    virtual void tick(Timestamp now) = 0; // every 100 ms of packet time
};

// Lane 0's thread. Nothing here reads a clock, allocates or locks after the constructor.
class CallKeeper {
public:
    CallKeeper(const TrackerOptions& options, std::uint64_t hashSeed, TrackerListener& listener, LaneGroup& lanes);

    // --- For signalling.
    std::uint32_t find(std::string_view callId) const { return m_calls.find(callId); } // noIndex: not there
    // A call of that identifier begins with this message; noIndex when there is no room, which is counted. Then say who
    // its parties are, introduce() it, add addresses, update().
    std::uint32_t open(std::string_view callId, Timestamp at);
    void introduce(std::uint32_t index); // to the lanes
    Call& operator[](std::uint32_t index) { return m_calls[index]; }
    void hear(std::uint32_t index, Timestamp at); // a message of this call: it is not silent
    void addAddress(const AddressAdded& address); // `call` in it; the newest registration of an address wins
    void describe(std::uint32_t index, bool firstAnswer, Timestamp at); // after its addresses
    void settleOffer(std::uint32_t index, bool accepted, Timestamp at); // AddressAdded::offered
    template <typename ValueOf> void readHeaders(std::uint32_t index, ValueOf&& valueOf) // of an INVITE, for recording
    {
        m_recording.readHeaders(m_calls[index], valueOf);
    }
    // What was changed in the Call is told to all whom it concerns. The call is told of when it is `confirmed`.
    void update(std::uint32_t index);
    TrackerListener& listener() { return m_listener; }
    void accompany(CallCompanion& companion) { m_companion = &companion; } // one; before the first call

    // --- What receivers say of media: by RTCP, of whatever call; by signalling.
    void readRtcp(const Datagram& datagram);
    void receiverCounted(std::uint32_t index, Party receiver, const ReceiverCounts& counts)
    {
        m_rtcp.addCounts(index, receiver, counts);
    }
    const RtcpReports::Counters& rtcpCounters() const { return m_rtcp.counters(); }

    // --- Time, which only packets tell.
    void observe(Timestamp at);
    void account(const ProbeLoss& loss, Timestamp now);
    void finish();
    Timestamp now() const { return m_now; }

    // --- For listeners; see Tracker.
    Call& call(std::uint32_t index);
    Call& knownCall(std::uint32_t index);
    std::uint32_t liveCalls() const { return m_liveCalls; }
    void replaceRecordingRules(RecordingPolicy rules) { m_recording.replaceRules(std::move(rules)); } // any thread
    std::span<const UnboundFlow> unboundFlows() const { return std::span(m_unbound).first(m_unboundCount); }

    struct Counters {
        std::uint64_t callsStarted = 0;
        std::uint64_t callsEnded = 0;
        std::uint64_t callsRefused = 0; // messages that would have opened a call there was no room for
        std::uint64_t callsUnconfirmed = 0; // SIP: only a response was seen
        std::uint64_t mediaAddressesRefused = 0;
        std::uint64_t clockSteppedBack = 0;
    };
    const Counters& counters() const { return m_counters; }

private:
    void end(std::uint32_t index, EndedBy reason);
    void runTicks(Timestamp until);
    void tick(Timestamp at);
    void stepBack(Timestamp at);
    void numberStreams();
    void settleRecordings(Timestamp at);
    void expire(Timestamp at);
    Timestamp heardAt(std::uint32_t index) const;
    Nanoseconds timeoutOf(const Call& call) const;
    void arm(std::uint32_t index);
    void reclassify(std::uint32_t index);

    TrackerOptions m_options;
    TrackerListener& m_listener;
    LaneGroup& m_lanes;
    CallCompanion* m_companion = nullptr;
    CallTable m_calls; // T1 and S
    TickWheel m_wheel; // L
    RtcpReports m_rtcp;
    LossLedger m_losses;
    RecordingDesk m_recording;
    Timestamp m_accountedAt;
    CallKey m_lastKey;
    std::uint32_t m_liveCalls = 0;
    bool m_started = false;
    Timestamp m_now;
    Timestamp m_tick;
    Timestamp m_unboundAt;
    std::array<UnboundFlow, WaitingMedia::mostListed> m_unbound; // of all lanes
    std::size_t m_unboundCount = 0;
    Counters m_counters;
};

}
