#include "engine/tracking/sip_annotations.h"

#include "engine/signalling/text.h"
#include "engine/tracking/call_signalling.h"

namespace callmon {

namespace {

std::string_view beforeParameters(std::string_view value)
{
    return trim(value.substr(0, value.find(';')));
}

// RFC 3326: "Q.850 ;cause=16 ;text="Terminated"", and "SIP ;cause=200 ;text="Call completed elsewhere"".
void noteReasons(CallRecord& record, const SipMessage& message)
{
    for (const std::string_view field : message.reasons) {
        forEachElement(field, [&](std::string_view reason) {
            const std::string_view text = parameterOf(reason, "text");
            const bool isQ850 = equalsIgnoringCase(beforeParameters(reason), "q.850");
            if (isQ850)
                record.q850Cause = decimal<std::uint16_t>(parameterOf(reason, "cause")).value_or(0);
            if (!text.empty() && (isQ850 || record.endReason.empty()))
                record.endReason = text;
        });
    }
}

void noteEnd(Call& call, const SipMessage& message, bool ended)
{
    CallRecord& record = call.record;
    const bool failed = !message.isRequest && message.method == SipMethod::Invite && message.status >= 300
        && !record.answeredAt && message.status == record.finalCode;
    if (!(message.isRequest ? ended : failed))
        return;
    noteReasons(record, message);
    if (failed && record.endReason.empty())
        record.endReason = message.reasonPhrase;
    if (failed && message.status < 400)
        assignName(record.transferTarget, parseSipAddress(message.contact)); // RFC 3261 8.1.3.4
}

// RFC 5806: each diverter puts its own before those that are there. RFC 7044: a list in order, whose last element is
// the target of this very request; alone it says that nobody diverted.
void noteDiversion(CallRecord& record, const SipMessage& message)
{
    if (!message.diversion.empty())
        return assignName(record.diversion, parseSipAddress(message.diversion));
    int elements = message.historyContinues ? 1 : 0;
    forEachElement(message.historyInfo, [&](std::string_view) { ++elements; });
    if (elements > 1)
        assignName(record.diversion, parseSipAddress(message.historyInfo));
}

// RFC 7989: "local uuid;remote=uuid"; the caller's stays the same through back-to-back user agents.
void noteLeg(CallRecord& record, const SipMessage& message, std::span<const std::string> legHeaders)
{
    for (const std::string& name : legHeaders) {
        if (const std::string_view value = headerValue(message, name); !value.empty()) {
            record.legId = value;
            return;
        }
    }
    record.legId = beforeParameters(message.sessionId);
    if (record.legId.empty())
        record.legId = record.replacedCallId;
}

void noteInvite(Call& call, const SipMessage& message, std::span<const std::string> legHeaders)
{
    CallRecord& record = call.record;
    if (!message.replaces.empty())
        record.replacedCallId = beforeParameters(message.replaces);
    if (record.assertedIdentity.empty() && !message.assertedIdentity.empty())
        assignName(record.assertedIdentity, parseSipAddress(message.assertedIdentity));
    if (record.diversion.empty())
        noteDiversion(record, message);
    if (record.legId.empty())
        noteLeg(record, message, legHeaders);
}

// A proxy on the way signs challenges and 100s as a server, too: neither is the called party.
void noteAgent(CallRecord& record, const SipMessage& message, Party sender)
{
    const bool ofProxy =
        !message.isRequest && (message.status <= 100 || message.status == 401 || message.status == 407);
    auto& agent = sender == Party::Caller ? record.callerAgent : record.calleeAgent;
    if (!ofProxy && agent.empty() && !message.userAgent.empty())
        agent = message.userAgent;
}

// A refresh of the session repeats its description (RFC 4028 7.4) and is no new offer; nor is the same request on its
// next hop.
void noteOffer(Call& call, const SipMessage& message, Party sender)
{
    const std::uint64_t print = fingerprintOf(message.body);
    if (print == 0)
        return;
    std::uint64_t& last = call.sip.lastDescription[indexOf(sender)];
    std::uint32_t& cseq = call.sip.offerCseq[indexOf(sender)];
    const bool offers =
        message.isRequest && (message.method == SipMethod::Invite || message.method == SipMethod::Update);
    if (offers && call.record.answeredAt && !call.ended && last != 0 && last != print && cseq != message.cseq) {
        cseq = message.cseq;
        if (call.record.offers < 0xffff)
            ++call.record.offers;
    }
    last = print;
}

}

void annotate(Call& call, const SipMessage& message, Party sender, bool ended, std::span<const std::string> legHeaders)
{
    CallRecord& record = call.record;
    noteAgent(record, message, sender);
    noteEnd(call, message, ended);
    noteOffer(call, message, sender);
    if (message.isRequest && message.method == SipMethod::Invite && sender == Party::Caller)
        noteInvite(call, message, legHeaders);
    if (message.isRequest && message.method == SipMethod::Refer && !message.referTo.empty() && !call.ended)
        assignName(record.transferTarget, parseSipAddress(message.referTo));
    const bool agrees = message.method == SipMethod::Invite || message.method == SipMethod::Update;
    if (agrees && message.status >= 200 && message.status < 300 && !message.sessionExpires.empty())
        record.sessionExpiresSeconds = decimal<std::uint32_t>(beforeParameters(message.sessionExpires)).value_or(0);
}

}
