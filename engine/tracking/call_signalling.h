// What a SIP message does to a call: the dialog as a passive observer sees it, on one hop or on several.
#pragma once

#include "engine/signalling/sip_message.h"
#include "engine/tracking/call.h"
#include "shared/base/telephone_number.h"

namespace callmon {

// An INVITE opens a call, also one with a To tag: a call that began before the probe is known from its first INVITE
// seen, or UPDATE with a session description; who is its caller then is only who sent that. A response to an INVITE
// opens it too, unconfirmed: should the request not follow, there was no call to report.
enum class Opening : std::uint8_t { No, Unconfirmed, Call };
Opening openingOf(const SipMessage& message);

// Fills in what the first message tells: parties and addresses.
void beginCall(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at);

// Who sent the message: by the tags (RFC 3261 12), else by the addresses.
Party senderOf(const Call& call, const SipMessage& message, const FlowKey& flow);

// True when this very message was seen before: sent again (RFC 3261 17) or seen twice by the probe. On another hop it
// has another Via branch, and is another message.
bool isRepeated(Call& call, const SipMessage& message, const FlowKey& flow);

// Moves the call's state, outcome, times and codes. Not for repeated messages.
void applyMessage(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at);

// Directions that were offered take effect, or not.
void settleDirections(Call& call, const SipMessage& message, Party sender, Timestamp at);

// Of tags, branches and bodies, compared within one call only; 0 for none.
std::uint64_t fingerprintOf(std::string_view text);

// The user part, without escapes and the separators of a telephone number, or the host when there is no user.
template <std::size_t capacity> void assignName(FixedText<capacity>& name, const SipAddress& address)
{
    std::array<char, 255> memory;
    const bool telephone = isOfTelephoneNumber(address);
    name = address.user.empty() ? unescaped(address.host, memory)
                                : withoutSeparators(unescaped(address.user, memory),
                                    telephone ? SaidToBe::TelephoneNumber : SaidToBe::Anything, memory);
}

// What a final response of 300 and above says (RFC 3261 21), as ARCHITECTURE.md, "What each figure means".
CallOutcome outcomeOfFailure(std::uint16_t status);

}
