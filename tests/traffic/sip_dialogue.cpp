#include "tests/traffic/sip_dialogue.h"

#include <cassert>
#include <cstdio>

namespace callmon {

namespace {

// Numbers the transactions of a call: the branch of a Via belongs to one (RFC 3261 8.1.1.7). The ACK of a failure and a
// CANCEL share their INVITE's (17.1.1.3, 9.1); the ACK of a 200 has its own (13.2.2.4).
enum class Transaction : std::uint8_t { FirstInvite, Invite, Ack, Hold, HoldAck, Resume, ResumeAck, Bye };

enum class Role : std::uint8_t { Caller, Callee, Holder, Held, Ender, Other };

struct MessageShape {
    Role sender;
    int status; // 0: a request
    const char* method; // of CSeq
    Transaction transaction;
    bool sdp;
};

MessageShape shapeOf(Step step)
{
    using T = Transaction;
    switch (step) {
    case Step::InviteWithoutCredentials:
        return { Role::Caller, 0, "INVITE", T::FirstInvite, true };
    case Step::Challenge:
        return { Role::Callee, 407, "INVITE", T::FirstInvite, false };
    case Step::AckChallenge:
        return { Role::Caller, 0, "ACK", T::FirstInvite, false };
    case Step::Invite:
        return { Role::Caller, 0, "INVITE", T::Invite, true };
    case Step::Trying:
        return { Role::Callee, 100, "INVITE", T::Invite, false };
    case Step::Ringing:
        return { Role::Callee, 180, "INVITE", T::Invite, false };
    case Step::Answer:
        return { Role::Callee, 200, "INVITE", T::Invite, true };
    case Step::AckAnswer:
        return { Role::Caller, 0, "ACK", T::Ack, false };
    case Step::HoldInvite:
        return { Role::Holder, 0, "INVITE", T::Hold, true };
    case Step::HoldAnswer:
        return { Role::Held, 200, "INVITE", T::Hold, true };
    case Step::HoldAck:
        return { Role::Holder, 0, "ACK", T::HoldAck, false };
    case Step::ResumeInvite:
        return { Role::Holder, 0, "INVITE", T::Resume, true };
    case Step::ResumeAnswer:
        return { Role::Held, 200, "INVITE", T::Resume, true };
    case Step::ResumeAck:
        return { Role::Holder, 0, "ACK", T::ResumeAck, false };
    case Step::Cancel:
        return { Role::Caller, 0, "CANCEL", T::Invite, false };
    case Step::CancelOk:
        return { Role::Callee, 200, "CANCEL", T::Invite, false };
    case Step::FinalFailure:
        return { Role::Callee, -1, "INVITE", T::Invite, false }; // the plan knows the code
    case Step::AckFailure:
        return { Role::Caller, 0, "ACK", T::Invite, false };
    case Step::Bye:
        return { Role::Ender, 0, "BYE", T::Bye, false };
    case Step::ByeOk:
        return { Role::Other, 200, "BYE", T::Bye, false };
    default:
        assert(false);
        return {};
    }
}

const char* reasonOf(int status)
{
    switch (status) {
    case 100:
        return "Trying";
    case 180:
        return "Ringing";
    case 200:
        return "OK";
    case 407:
        return "Proxy Authentication Required";
    case 480:
        return "Temporarily Unavailable";
    case 486:
        return "Busy Here";
    case 487:
        return "Request Terminated";
    case 503:
        return "Service Unavailable";
    default:
        return "Decline";
    }
}

std::string hex(std::uint64_t value)
{
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
}

std::string bracketed(const IpAddress& ip)
{
    return ip.isV4() ? ip.toString() : "[" + ip.toString() + "]";
}

Party otherOf(Party party)
{
    return party == Party::Caller ? Party::Callee : Party::Caller;
}

std::size_t indexOf(Party party)
{
    return static_cast<std::size_t>(party);
}

}

bool isMessage(Step step)
{
    return step < Step::CallerTalks;
}

SipDialogue::SipDialogue(const CallParties& parties, const CallPlan& plan, std::uint64_t callSeed)
    : m_parties(parties)
    , m_plan(plan)
    , m_seed(callSeed)
    , m_firstCseq(static_cast<std::uint32_t>(1 + mixBits(callSeed + 1) % 900))
    , m_callId(hex(mixBits(callSeed + 2)) + "-" + hex(mixBits(callSeed + 3)).substr(8) + "@"
          + bracketed(parties.caller.signalling.ip))
    , m_tags { hex(mixBits(callSeed + 4)).substr(6), hex(mixBits(callSeed + 5)).substr(6) }
{
}

const PartyIdentity& SipDialogue::identity(Party party) const
{
    return party == Party::Caller ? m_parties.caller : m_parties.callee;
}

std::string SipDialogue::uri(Party party) const
{
    const PartyIdentity& who = identity(party);
    return "sip:" + who.number + "@" + who.host + (who.number.front() == '+' ? ";user=phone" : "");
}

std::string SipDialogue::nameAndTag(Party party, bool withTag) const
{
    const std::string& name = identity(party).displayName;
    return (name.empty() ? "" : "\"" + name + "\" ") + "<" + uri(party) + ">"
        + (withTag ? ";tag=" + m_tags[indexOf(party)] : "");
}

Party SipDialogue::sender(Step step) const
{
    switch (shapeOf(step).sender) {
    case Role::Caller:
        return Party::Caller;
    case Role::Callee:
        return Party::Callee;
    case Role::Holder:
        return m_plan.holder;
    case Role::Held:
        return otherOf(m_plan.holder);
    case Role::Ender:
        return m_plan.endedBy;
    default:
        return otherOf(m_plan.endedBy);
    }
}

std::string SipDialogue::credentials() const // RFC 2617 3.2.2; nobody checks the digest of a sample call
{
    return "Proxy-Authorization: Digest username=\"" + m_parties.caller.number + "\", realm=\"" + m_parties.callee.host
        + "\", nonce=\"" + hex(mixBits(m_seed + 6)) + "\", uri=\"" + uri(Party::Callee) + "\", response=\""
        + hex(mixBits(m_seed + 7)) + hex(mixBits(m_seed + 8)) + "\", algorithm=MD5, cnonce=\""
        + hex(mixBits(m_seed + 9)) + "\", qop=auth, nc=00000001\r\n";
}

std::string SipDialogue::sdp(Step step, Party from) const
{
    const PartyIdentity& who = identity(from);
    const bool v4 = who.media.ip.isV4();
    const std::string family = v4 ? "IN IP4 " : "IN IP6 ";
    const bool offer = step == Step::Invite || step == Step::InviteWithoutCredentials;
    const bool onHold = step == Step::HoldInvite || step == Step::HoldAnswer;
    const int version = onHold ? 2 : step == Step::ResumeInvite || step == Step::ResumeAnswer ? 3 : 1;

    // The first offer names every codec, the one that will be used first; whatever follows names that one.
    std::string types;
    std::string attributes;
    const auto add = [&](Codec codec) {
        const std::string type = std::to_string(payloadTypeOf(codec));
        types += " " + type;
        attributes += "a=rtpmap:" + type + " " + std::string(nameOf(codec)) + "/8000\r\n";
        if (codec == Codec::G729)
            attributes += "a=fmtp:18 annexb=no\r\n";
    };
    add(m_plan.codec);
    if (offer)
        for (const Codec codec : { Codec::Pcma, Codec::Pcmu, Codec::G729 })
            if (codec != m_plan.codec)
                add(codec);

    const auto session = std::to_string(mixBits(m_seed + 10 + indexOf(from)) >> 34);
    return "v=0\r\no=- " + session + " " + session + std::to_string(version) + " " + family + who.media.ip.toString()
        + "\r\ns=call\r\nc=" + family + who.media.ip.toString() + "\r\nt=0 0\r\nm=audio "
        + std::to_string(who.media.port) + " RTP/AVP" + types + " 101\r\n" + attributes
        + "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na="
        + (!onHold                         ? "sendrecv"
                : step == Step::HoldInvite ? "sendonly"
                                           : "recvonly")
        + "\r\n";
}

std::string SipDialogue::message(Step step) const
{
    std::string text;
    write(step, text);
    return text;
}

void SipDialogue::write(Step step, std::string& text) const
{
    MessageShape shape = shapeOf(step);
    if (shape.status < 0)
        shape.status = m_plan.finalCode;
    const Party from = sender(step);
    const Party requester = shape.status == 0 ? from : otherOf(from); // who sent the request of this transaction
    const PartyIdentity& via = identity(requester);
    const bool initial = shape.transaction == Transaction::FirstInvite || shape.transaction == Transaction::Invite;
    const bool toTag = !initial || shape.status > 100 || shape.method == std::string_view("ACK");

    // Each side numbers its own requests upwards (RFC 3261 12.2.1.1); an ACK and a CANCEL keep their INVITE's number.
    std::uint32_t cseq = requester == Party::Caller ? m_firstCseq : 1;
    if (requester == Party::Caller && m_plan.sort == CallSort::Auth && shape.transaction != Transaction::FirstInvite)
        ++cseq;
    const std::uint32_t afterInvite = requester == Party::Caller ? 1 : 0;
    if (shape.transaction == Transaction::Hold || shape.transaction == Transaction::HoldAck)
        cseq += afterInvite;
    else if (shape.transaction == Transaction::Resume || shape.transaction == Transaction::ResumeAck)
        cseq += afterInvite + 1;
    else if (shape.transaction == Transaction::Bye)
        cseq += afterInvite + (m_plan.sort == CallSort::Hold && m_plan.holder == requester ? 2 : 0);

    text.clear();
    if (shape.status != 0) {
        text += "SIP/2.0 " + std::to_string(shape.status) + " " + reasonOf(shape.status) + "\r\n";
    } else {
        const PartyIdentity& to = identity(otherOf(from));
        const std::string contact = "sip:" + to.number + "@" + bracketed(to.signalling.ip) + ":5060";
        const bool toContact = !initial; // within the dialogue requests go to the peer's Contact (RFC 3261 12.2.1.1)
        text += std::string(shape.method) + " " + (toContact ? contact : uri(otherOf(from))) + " SIP/2.0\r\n";
    }
    text += "Via: SIP/2.0/UDP " + bracketed(via.signalling.ip) + ":5060;branch=z9hG4bK"
        + hex(mixBits(m_seed + 20 + static_cast<std::uint64_t>(shape.transaction)))
        + (shape.status == 0 ? ";rport" : ";rport=5060") + "\r\n";
    if (shape.status == 0)
        text += "Max-Forwards: 70\r\n";
    text += "From: " + nameAndTag(requester, true) + "\r\n";
    text += "To: " + nameAndTag(otherOf(requester), toTag) + "\r\n";
    text += "Call-ID: " + m_callId + "\r\n";
    text += "CSeq: " + std::to_string(cseq) + " " + shape.method + "\r\n";
    if (shape.method == std::string_view("INVITE")
        && (shape.status == 0 || (shape.status >= 180 && shape.status < 300)))
        text += "Contact: <sip:" + identity(from).number + "@" + bracketed(identity(from).signalling.ip)
            + ":5060>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE\r\n";
    if (step == Step::Challenge)
        text += "Proxy-Authenticate: Digest realm=\"" + m_parties.callee.host + "\", nonce=\""
            + hex(mixBits(m_seed + 6)) + "\", algorithm=MD5, qop=\"auth\"\r\n";
    if (step == Step::Invite && m_plan.sort == CallSort::Auth)
        text += credentials();
    if (step == Step::FinalFailure && m_plan.finalCode == 503)
        text += "Retry-After: 30\r\n";
    text += (shape.status == 0 ? "User-Agent: " : "Server: ") + identity(from).product + "\r\n";
    const std::string body = shape.sdp ? sdp(step, from) : std::string();
    if (shape.sdp)
        text += "Content-Type: application/sdp\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    text += body;
}

}
