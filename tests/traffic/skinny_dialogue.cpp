#include "tests/traffic/skinny_dialogue.h"

#include <cstdio>

namespace callmon {

namespace {

enum State : std::uint32_t { // of a call, as the call manager tells it
    OffHook = 1,
    OnHook = 2,
    RingOut = 3,
    RingIn = 4,
    Connected = 5,
    Busy = 6,
    Congestion = 7,
    Hold = 8,
    Proceed = 12,
};
constexpr std::uint32_t inbound = 1;
constexpr std::uint32_t outbound = 2;
constexpr std::uint32_t softKeyHold = 3;
constexpr std::uint32_t softKeyEndCall = 9;
constexpr std::uint32_t softKeyResume = 10;

// The oldest layouts, those of IPv6, and those with longer numbers take turns; IPv6 needs one of the later.
std::uint32_t versionOf(std::uint64_t callIndex, bool ipv6)
{
    constexpr std::uint32_t versions[] { 17, 0, 20 };
    return versions[ipv6 ? callIndex % 2 * 2 : callIndex % 3];
}

std::uint32_t codecNumber(Codec codec)
{
    return codec == Codec::Pcma ? 2 : codec == Codec::Pcmu ? 4 : 11;
}

std::size_t at(Party party)
{
    return static_cast<std::size_t>(party);
}

Party otherOf(Party party)
{
    return party == Party::Caller ? Party::Callee : Party::Caller;
}

}

class SkinnyDialogue::Script {
public:
    explicit Script(const SkinnyDialogue& dialogue)
        : m_dialogue(dialogue)
    {
    }
    Script& phone(Party party, std::string message)
    {
        all.push_back({ { m_dialogue.m_sides[at(party)].phone, m_dialogue.m_manager }, std::move(message) });
        return *this;
    }
    Script& manager(Party party, std::string message)
    {
        all.push_back({ { m_dialogue.m_manager, m_dialogue.m_sides[at(party)].phone }, std::move(message) });
        return *this;
    }

    std::vector<SkinnySegment> all;

private:
    const SkinnyDialogue& m_dialogue;
};

SkinnyDialogue::SkinnyDialogue(const CallParties& parties, const CallPlan& plan, std::uint64_t callIndex)
    : m_plan(plan)
    , m_write(versionOf(callIndex, !parties.caller.media.ip.isV4()))
    , m_manager { *IpAddress::parse(parties.caller.media.ip.isV4() ? "10.250.0.1" : "2001:db8:250::1"), 2000 }
{
    for (const Party party : { Party::Caller, Party::Callee }) {
        Side& side = m_sides[at(party)];
        side.party = party == Party::Caller ? &parties.caller : &parties.callee;
        side.phone = side.party->media; // the same numbers name another protocol's port
        const std::uint64_t number = 2 * callIndex + at(party);
        char name[32];
        std::snprintf(name, sizeof name, "SEP%012llX", static_cast<unsigned long long>(0x001122000000 + number));
        side.device = name;
        side.at.reference = static_cast<std::uint32_t>(0x1000 + number);
    }
    m_callId = std::to_string(m_sides[0].at.reference) + '@' + toString(m_manager) + '/' + m_sides[0].device;
}

void SkinnyDialogue::openMedia(Script& script) const
{
    const std::uint32_t codec = codecNumber(m_plan.codec);
    for (const Party party : { Party::Callee, Party::Caller })
        script.manager(party, m_write.openReceive(m_sides[at(party)].at, codec));
    for (const Party party : { Party::Callee, Party::Caller }) {
        const Side& side = m_sides[at(party)];
        const Side& other = m_sides[at(otherOf(party))];
        script.phone(party, m_write.receiveOpened(side.at, side.party->media));
        script.manager(otherOf(party), m_write.startTransmit(other.at, side.party->media, codec));
    }
}

void SkinnyDialogue::closeMedia(Script& script) const
{
    for (const Party party : { Party::Caller, Party::Callee })
        script.manager(party, m_write.closeReceive(m_sides[at(party)].at))
            .manager(party, m_write.stopTransmit(m_sides[at(party)].at));
}

void SkinnyDialogue::hangUp(Script& script, Party who, std::span<const SkinnyWriter::Figures, 2> counted) const
{
    const Side& first = m_sides[at(who)];
    const Side& second = m_sides[at(otherOf(who))];
    script.phone(who, m_write.onHook(first.at));
    closeMedia(script);
    for (const Party party : { who, otherOf(who) }) {
        const Side& side = m_sides[at(party)];
        script.manager(party, m_write.statisticsRequest(side.party->number, side.at));
        script.phone(party, m_write.statistics(side.party->number, side.at, counted[at(party)]));
    }
    script.manager(who, m_write.callState(OnHook, first.at));
    script.manager(otherOf(who), m_write.callState(OnHook, second.at));
}

std::vector<SkinnySegment> SkinnyDialogue::messages(Step step, std::span<const SkinnyWriter::Figures, 2> counted) const
{
    const Side& caller = m_sides[0];
    const Side& callee = m_sides[1];
    const std::string& calling = caller.party->number;
    const std::string& called = callee.party->number;
    Script script(*this);
    switch (step) {
    case Step::Invite:
        for (const Party party : { Party::Caller, Party::Callee }) {
            const Side& side = m_sides[at(party)];
            script.phone(party, m_write.registers(side.device, side.phone.ip)).manager(party, m_write.registerAck());
        }
        script.phone(Party::Caller, m_write.offHook({ 0, 0 }));
        script.manager(Party::Caller, m_write.callState(OffHook, caller.at));
        for (const char digit : called)
            if (digit >= '0' && digit <= '9')
                script.phone(Party::Caller, m_write.key(digit, caller.at));
        script.manager(Party::Caller, m_write.dialled(called, caller.at));
        script.manager(Party::Caller, m_write.callState(Proceed, caller.at));
        script.manager(Party::Caller, m_write.callInfo(caller.at, outbound, calling, called));
        break;
    case Step::Ringing:
        script.manager(Party::Callee, m_write.callState(RingIn, callee.at));
        script.manager(Party::Callee, m_write.callInfo(callee.at, inbound, calling, called));
        script.manager(Party::Callee, m_write.ringer(2, callee.at));
        script.manager(Party::Caller, m_write.callState(RingOut, caller.at));
        script.manager(Party::Caller, m_write.startTone(0x24, caller.at));
        break;
    case Step::Answer:
        script.phone(Party::Callee, m_write.offHook(callee.at));
        script.manager(Party::Callee, m_write.ringer(1, callee.at));
        script.manager(Party::Callee, m_write.callState(OffHook, callee.at));
        script.manager(Party::Callee, m_write.callState(Connected, callee.at));
        script.manager(Party::Caller, m_write.callState(Connected, caller.at));
        openMedia(script);
        break;
    case Step::HoldInvite:
        script.phone(m_plan.holder, m_write.softKey(softKeyHold, m_sides[at(m_plan.holder)].at));
        break;
    case Step::HoldAnswer:
        script.manager(m_plan.holder, m_write.callState(Hold, m_sides[at(m_plan.holder)].at));
        break;
    case Step::ResumeInvite:
        script.phone(m_plan.holder, m_write.softKey(softKeyResume, m_sides[at(m_plan.holder)].at));
        break;
    case Step::ResumeAnswer:
        script.manager(m_plan.holder, m_write.callState(Connected, m_sides[at(m_plan.holder)].at));
        closeMedia(script);
        openMedia(script);
        break;
    case Step::Cancel:
        script.phone(Party::Caller, m_write.onHook(caller.at));
        break;
    case Step::FinalFailure:
        switch (m_plan.sort) {
        case CallSort::Busy:
            script.manager(Party::Caller, m_write.callState(Busy, caller.at));
            break;
        case CallSort::Cancelled:
            script.manager(Party::Callee, m_write.callState(OnHook, callee.at));
            script.manager(Party::Caller, m_write.callState(OnHook, caller.at));
            break;
        case CallSort::Rejected:
            script.phone(Party::Callee, m_write.softKey(softKeyEndCall, callee.at));
            [[fallthrough]];
        case CallSort::Unanswered:
            script.manager(Party::Callee, m_write.callState(OnHook, callee.at));
            [[fallthrough]];
        default:
            script.manager(Party::Caller, m_write.callState(Congestion, caller.at));
        }
        break;
    case Step::AckFailure:
        if (m_plan.sort != CallSort::Cancelled)
            script.phone(Party::Caller, m_write.onHook(caller.at))
                .manager(Party::Caller, m_write.callState(OnHook, caller.at));
        break;
    case Step::Bye:
        hangUp(script, m_plan.endedBy, counted);
        break;
    default:
        break;
    }
    return std::move(script.all);
}

}
