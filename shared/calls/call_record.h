// One call as it is shown, stored and exported. Plain values, trivially copyable: snapshots of live calls cross threads
// as bytes. What each figure means: ARCHITECTURE.md, "What each figure means".
#pragma once

#include "shared/base/encapsulation.h"
#include "shared/base/fixed_text.h"
#include "shared/base/flow_key.h"
#include "shared/calls/call_key.h"
#include "shared/calls/media_kind.h"

#include <optional>
#include <type_traits>

namespace callmon {

enum class Party : std::uint8_t { Caller, Callee };
enum class Signalling : std::uint8_t { Sip, Skinny };
enum class Transport : std::uint8_t { Udp, Tcp, Sctp, Tls, WebSocket };

enum class CallState : std::uint8_t {
    Trying, // INVITE or 100 seen
    Ringing, // 18x seen
    Answered, // 2xx to the INVITE seen
    OnHold, // answered, and the media are sendonly or inactive
    Ended, // BYE, final failure, CANCEL or silence
};

enum class CallOutcome : std::uint8_t {
    Answered, // 2xx
    Busy, // 486, 600
    Cancelled, // CANCEL seen, or 487
    NoAnswer, // 408, 480
    Rejected, // 403, 433, 488, 603, 606
    Failed, // every other final response of 300 and above
    Incomplete, // no final response seen
};

enum class EndedBy : std::uint8_t {
    Nobody, // still on
    Caller, // BYE or CANCEL from the caller
    Callee, // BYE or final failure from the callee
    Silence, // no packet for the configured time
    ProbeStopped, // the engine ended first: at the end of a capture, on stop, or by a crash
};

// How far the figures of a call can be believed, by what the probe itself missed while the call was on.
enum class CaptureTrust : std::uint8_t {
    Whole, // nothing
    Delayed, // no frame, but the port went unpolled for longer than a packet interval: times, hence jitter, suffer
    Lossy, // frames: loss in those seconds is not called the network's
};

enum class MediaAfterAnswer : std::uint8_t { // of which parties RTP audio was seen once the call was answered
    Unknown, // not answered, or stored before it was kept
    None,
    CallerOnly,
    CalleeOnly,
    Both,
};

enum class Recording : std::uint8_t { // whether the media of a call were to be kept
    Unknown, // not decided yet, or stored before it was kept
    No,
    Yes,
    Partly, // from the middle on: what decided it came after the first media
};

struct CallRecord {
    CallKey key;
    CallState state = CallState::Trying;
    CallOutcome outcome = CallOutcome::Incomplete;
    EndedBy endedBy = EndedBy::Nobody;
    Signalling signalling = Signalling::Sip;
    Transport transport = Transport::Udp;
    std::uint16_t finalCode = 0; // last final status of the INVITE; 0 when none was seen
    std::uint16_t lastCode = 0; // last status of any kind, as shown live
    FixedText<254> callId;
    FixedText<127> caller; // user part of From, or its host when there is no user
    FixedText<127> callee; // user part of To, or its host
    Endpoint callerAddress; // where the first INVITE came from
    Endpoint calleeAddress; // where it went to
    Timestamp startedAt; // first message
    std::optional<Timestamp> ringingAt; // first 18x
    std::optional<Timestamp> answeredAt; // first 2xx to the INVITE
    std::optional<Timestamp> endedAt; // BYE or final failure; else last packet before silence
    Timestamp lastPacketAt; // signalling or media
    std::optional<Milliseconds> postDialDelay; // first INVITE to first 18x or final response other than 100
    std::optional<Milliseconds> answerDelay; // first INVITE to its 2xx
    std::optional<Milliseconds> signallingRtt; // first INVITE to its first response (measures RTT where no RTCP is)
    std::optional<double> mosMean; // over both directions' one-second points
    std::optional<double> mosMin; // lowest 10-second window of either direction
    std::uint32_t streamCount = 0;
    std::uint32_t messages = 0; // distinct SIP messages
    std::uint32_t retransmissions = 0; // and copies seen twice
    std::uint32_t messagesNotStored = 0; // of both, of which there was no room to keep even the first line
    std::uint64_t mediaPacketsNotStored = 0; // RTP of this call that the recording log had no room for
    std::uint64_t probeFramesLost = 0; // by the probe while this call was on, whoever's they were
    Nanoseconds pollGapLongest {}; // longest time without a poll of the port while it was on; 0 for a file
    CaptureTrust trust = CaptureTrust::Whole;

    // What else the signalling said; empty and 0 where it said nothing.
    std::uint16_t q850Cause = 0; // of the Reason header that ended it (RFC 3326): 16 normal clearing, 17 user busy...
    FixedText<63> endReason; // text of that header, else the reason phrase of the final failure
    FixedText<63> assertedIdentity; // user of the caller's P-Asserted-Identity (RFC 3325)
    FixedText<63> diversion; // who diverted the call here first (RFC 5806, else RFC 7044)
    FixedText<127> legId; // what the legs of one call share: a configured header, Session-ID (RFC 7989), or Replaces
    FixedText<63> transferTarget; // user of the last Refer-To (RFC 3515)
    FixedText<127> replacedCallId; // Call-ID of the dialog that this one took over (RFC 3891)
    FixedText<47> callerAgent; // User-Agent or Server
    FixedText<47> calleeAgent;
    std::uint32_t sessionExpiresSeconds = 0; // RFC 4028, as agreed last
    std::uint16_t branches = 0; // distinct To tags in responses to the INVITE: more than one, it was forked
    std::uint16_t offers = 0; // re-INVITE and UPDATE with a new session description after the answer
    std::uint16_t holds = 0; // times that the media became sendonly or inactive
    Milliseconds holdTime {}; // in all
    MediaKinds mediaKinds; // offered by either side
    bool secureMedia = false; // SRTP was described (RFC 4568, RFC 5764); keys are never kept
    bool beganBeforeProbe = false; // no INVITE that opened it was seen
    Encapsulation encapsulation = Encapsulation::None; // of its first message

    MediaAfterAnswer mediaAfterAnswer = MediaAfterAnswer::Unknown; // one alone: nothing was heard the other way
    std::optional<Milliseconds> mediaAfterEnd; // how long RTP went on after BYE; empty when none came

    Recording recorded = Recording::Unknown;
    FixedText<47> recordingRule; // which decided that; "figures-only" where an engine keeps no media

    // Trunks of the configuration, by the addresses above (call_groups.h): "other" when an end is of none of them;
    // empty where none is configured, and as long as a number is dialled.
    FixedText<47> callerTrunk;
    FixedText<47> calleeTrunk;
    std::optional<Timestamp>
        countedAt; // whole second in which service metrics counted it as an attempt; empty: not yet
};
static_assert(std::is_trivially_copyable_v<CallRecord>);

// Of Skinny, digit by digit: its number, and its other end, are whole when it rings.
inline bool isDialled(const CallRecord& call)
{
    return call.signalling == Signalling::Skinny && call.state == CallState::Trying;
}

// From answer to end, or to the last packet while the call is on; empty when it was never answered.
std::optional<Milliseconds> durationOf(const CallRecord& call);

// Lower-case words of the CSV and command-line contract: "answered", "no_answer", "udp", "caller"...
std::string_view toText(Party party);
std::string_view toText(Signalling signalling);
std::string_view toText(Transport transport);
std::string_view toText(CallState state);
std::string_view toText(CallOutcome outcome);
std::string_view toText(EndedBy endedBy);
std::string_view toText(CaptureTrust trust);
std::string_view toText(MediaAfterAnswer media); // "none", "caller", "callee", "both"; empty when unknown
std::string_view toText(Recording recorded); // "no", "yes", "partly"; empty when unknown
std::optional<CallOutcome> parseOutcome(std::string_view text);
std::optional<CaptureTrust> parseTrust(std::string_view text);
std::optional<Recording> parseRecorded(std::string_view text);

}
