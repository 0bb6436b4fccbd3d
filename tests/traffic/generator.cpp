#include "tests/traffic/generator.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace callmon {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds packetInterval = 20ms;
constexpr double senderNoiseNs = 300'000; // even a quiet network moves a packet by some tenths of a millisecond

Party otherOf(Party side)
{
    return side == Party::Caller ? Party::Callee : Party::Caller;
}

// What is sent twice has an identification of its own; where there is none, only time tells it from a mirror's copy.
Nanoseconds duplicateDelay(const CallParties& parties)
{
    return parties.caller.media.ip.isV4() ? 80us : 30ms;
}

// All or none draw nothing.
bool drawsIpv6(const TrafficOptions& options, Random& random)
{
    return options.ipv6Share >= 1 || (options.ipv6Share > 0 && random.chance(options.ipv6Share));
}

}

struct Generator::Call {
    Call(std::uint64_t index, CallBegins begins, const TrafficOptions& options)
        : random(mixBits(options.seed) ^ mixBits(index * 2 + 1))
        , parties(makeParties(index, drawsIpv6(options, random), random))
        , plan(planCall(static_cast<CallSort>(random.weighted(options.mix.sorts)),
              static_cast<Codec>(random.weighted(options.mix.codecs)), options.timing, begins, random))
        , dialogue(parties, plan, random.next())
    {
        if (options.signalling == Signalling::Skinny) {
            plan.finalCode = 0; // it has none
            skinny.emplace(parties, plan, index);
        }
    }
    const std::string& callId() const { return skinny ? skinny->callId() : dialogue.callId(); }

    const PartyIdentity& party(Party side) const { return side == Party::Caller ? parties.caller : parties.callee; }

    Random random; // its own, so that one call's luck never changes another's
    CallParties parties;
    CallPlan plan;
    SipDialogue dialogue;
    std::optional<SkinnyDialogue> skinny; // instead
    std::uint32_t tcpSent[2][2] {}; // bytes: by the telephone's party, from it and to it
    Timestamp start;
    std::size_t nextStep = 0;
    std::uint32_t eventsPlanned = 0; // in the heap; the call is over when there is none
    CallTruth truth;
    Media media[2];
    std::vector<RtcpParty> rtcp; // both parties, or none
    SkinnyWriter::Figures counted[2]; // by the party who received
};

Generator::Generator(
    const TrafficOptions& options, const SpeechTable& speech, CaptureWriter& writer, GroundTruth* truth)
    : m_options(options)
    , m_speech(speech)
    , m_writer(writer)
    , m_truth(truth)
    , m_frame(options.vlan)
    , m_cross(options.seed, options.ipv6Share, options.vlan)
    , m_crossTimes(options.seed + 1)
    , m_written(options.start)
    , m_arrivals(options.seed)
{
    const auto initial = std::min<std::uint64_t>(options.initialCalls, options.calls);
    for (std::uint64_t i = 0; i < initial; ++i) {
        const auto share = static_cast<double>(i) / static_cast<double>(initial);
        const Nanoseconds after(std::llround(share * static_cast<double>(options.ramp.count())));
        beginCall(options.start + after, options.initialBegin);
    }
    nextArrival(options.start);
}

Generator::~Generator() = default;

bool Generator::laterThan(const Event& a, const Event& b)
{
    return a.at != b.at ? a.at > b.at : a.order > b.order;
}

void Generator::push(Event event)
{
    event.order = m_order++;
    if (event.kind != EventKind::Arrival)
        ++m_slots[event.slot]->eventsPlanned;
    m_heap.push_back(event);
    std::push_heap(m_heap.begin(), m_heap.end(), laterThan);
}

bool Generator::runUntil(Timestamp end)
{
    const Timestamp last = m_options.duration ? std::min(end, m_options.start + *m_options.duration) : end;
    while (!m_heap.empty() && m_heap.front().at <= last && !m_writer.failed()) {
        std::pop_heap(m_heap.begin(), m_heap.end(), laterThan);
        const Event event = m_heap.back();
        m_heap.pop_back();
        handle(event);
    }
    return !m_heap.empty() && !m_writer.failed()
        && (!m_options.duration || last < m_options.start + *m_options.duration);
}

void Generator::finish()
{
    if (m_finished)
        return;
    m_finished = true;
    for (const auto& call : m_slots)
        if (call)
            record(*call);
    if (m_truth)
        m_truth->add(m_cross.truth(), m_mirrorCopies);
}

void Generator::handle(const Event& event)
{
    if (event.kind == EventKind::Arrival) {
        beginCall(event.at, CallBegins::Now);
        nextArrival(event.at);
        return;
    }
    Call& call = *m_slots[event.slot];
    switch (event.kind) {
    case EventKind::Step:
        onStep(event);
        break;
    case EventKind::StepCopy:
        writeMessage(call, event.step, event.at);
        break;
    case EventKind::Send:
        onSend(event);
        break;
    case EventKind::PacketCopy:
        writePacket(call, event.side, event.rtp, event.at, true);
        break;
    case EventKind::Report:
        onReport(event);
        break;
    default:
        deliver(call, event);
        break;
    }
    if (--call.eventsPlanned == 0)
        release(event.slot);
}

void Generator::nextArrival(Timestamp after)
{
    if (m_callsBegun < m_options.calls && m_options.callsPerSecond > 0)
        push({ .at = after + Nanoseconds(std::llround(m_arrivals.exponential(1e9 / m_options.callsPerSecond))) });
}

void Generator::beginCall(Timestamp at, CallBegins begins)
{
    auto call = std::make_unique<Call>(m_callsBegun++, begins, m_options);
    call->start = at;
    std::uint32_t slot = 0;
    if (m_freeSlots.empty()) {
        slot = static_cast<std::uint32_t>(m_slots.size());
        m_slots.emplace_back();
    } else {
        slot = m_freeSlots.back();
        m_freeSlots.pop_back();
    }
    // Media flow between the addresses of both SDPs.
    const bool impairCaller = call->random.chance(0.75);
    const bool impairCallee = !impairCaller || call->random.chance(0.5);
    for (const Party side : { Party::Caller, Party::Callee }) {
        Media& media = call->media[static_cast<std::size_t>(side)];
        const auto& speech = m_speech[static_cast<std::size_t>(call->plan.codec)][static_cast<std::size_t>(side)];
        media.sender = RtpSender(speech, call->plan.codec, call->random);
        media.flow = { call->party(side).media, call->party(otherOf(side)).media };
        if (side == Party::Caller ? impairCaller : impairCallee)
            media.impairment = Impairment(drawImpairment(call->plan.sort, call->random));
    }
    // Numbers of its own: with reports or without, a call is the same.
    Random rtcpRandom(mixBits(m_options.seed + 2) ^ mixBits(m_callsBegun * 2));
    if (m_options.rtcpShare > 0 && rtcpRandom.chance(m_options.rtcpShare))
        for (const Media& media : call->media)
            call->rtcp.emplace_back(media.sender.ssrc(), rtcpRandom);
    if (call->plan.sort == CallSort::Dtmf)
        call->media[0].sender.pressKeys(Nanoseconds(std::llround(call->random.uniform(0.3e9, 1.5e9))));
    const PlannedStep first = call->plan.steps.front();
    m_slots[slot] = std::move(call);
    ++m_callsOn;
    push({ .at = at + first.at, .kind = EventKind::Step, .step = first.step, .slot = slot });
}

void Generator::onStep(const Event& event)
{
    Call& call = *m_slots[event.slot];
    switch (event.step) {
    case Step::CallerTalks:
    case Step::CallerStops:
        setTalking(call, event.slot, Party::Caller, event.step == Step::CallerTalks, event.at);
        break;
    case Step::CalleeTalks:
    case Step::CalleeStops:
        // The one-way call's callee is never heard; its plan may still tell it to stop.
        setTalking(call, event.slot, Party::Callee, event.step == Step::CalleeTalks, event.at);
        break;
    default:
        if (call.skinny) {
            passSkinny(call, event.step, event.at);
            break;
        }
        writeMessage(call, event.step, event.at);
        call.truth.passed(event.at, event.step);
        if (call.plan.sort == CallSort::Duplicates)
            push({ .at = event.at + duplicateDelay(call.parties),
                .kind = EventKind::StepCopy,
                .step = event.step,
                .slot = event.slot });
    }
    if (event.step == Step::Answer && !call.rtcp.empty())
        for (const Party side : { Party::Caller, Party::Callee })
            planReport(call, event.slot, side, event.at, true);
    if (++call.nextStep < call.plan.steps.size()) {
        const PlannedStep& next = call.plan.steps[call.nextStep];
        push({ .at = call.start + next.at, .kind = EventKind::Step, .step = next.step, .slot = event.slot });
    }
}

void Generator::setTalking(Call& call, std::uint32_t slot, Party side, bool talking, Timestamp at)
{
    Media& media = call.media[static_cast<std::size_t>(side)];
    if (talking == media.talking)
        return;
    media.talking = talking;
    if (!talking)
        return;
    if (!media.begun) {
        media.begun = true;
        media.nextTick = at - call.start;
    } else if (!media.sendPlanned) {
        const auto ticks = (at - call.start - media.nextTick + packetInterval) / packetInterval;
        media.pause = ticks * packetInterval;
        media.nextTick += media.pause;
    }
    if (!media.sendPlanned)
        planSend(call, slot, side);
}

void Generator::planSend(Call& call, std::uint32_t slot, Party side)
{
    Media& media = call.media[static_cast<std::size_t>(side)];
    media.sendPlanned = true;
    const Nanoseconds noise(std::llround(call.random.uniform(0, senderNoiseNs)));
    push({ .at = call.start + media.nextTick + noise, .kind = EventKind::Send, .side = side, .slot = slot });
}

void Generator::onSend(const Event& event)
{
    Call& call = *m_slots[event.slot];
    Media& media = call.media[static_cast<std::size_t>(event.side)];
    media.sendPlanned = false;
    if (!media.talking)
        return;
    Event packet = event;
    packet.kind = EventKind::Packet;
    packet.rtp = media.sender.next(std::exchange(media.pause, 0ns), call.random);
    media.nextTick += packetInterval;
    planSend(call, event.slot, event.side);
    if (!call.rtcp.empty())
        call.rtcp[static_cast<std::size_t>(event.side)].sent(
            packet.rtp, media.sender.payloadSize(packet.rtp), event.at);

    const auto delay = media.impairment.delay(packet.rtp.index, call.random);
    media.truth.sent(!delay.has_value());
    if (!delay)
        return;
    packet.at += *delay;
    if (*delay > 0ns)
        push(packet);
    else
        deliver(call, packet);
}

void Generator::planReport(Call& call, std::uint32_t slot, Party side, Timestamp after, bool first)
{
    push({ .at = after + call.rtcp[static_cast<std::size_t>(side)].nextReportAfter(first),
        .kind = EventKind::Report,
        .side = side,
        .slot = slot });
}

// To the port above that of RTP (RFC 3550 11), until the call is over.
void Generator::onReport(const Event& event)
{
    Call& call = *m_slots[event.slot];
    if (call.truth.endedAt)
        return;
    const auto own = static_cast<std::size_t>(event.side);
    RtcpParty& other = call.rtcp[1 - own];
    const std::string compound = call.rtcp[own].report(
        event.at, call.media[1 - own].sender.ssrc(), call.party(event.side).number + '@' + call.party(event.side).host);
    if (!compound.empty()) {
        std::memcpy(m_frame.payload().data(), compound.data(), compound.size());
        FlowKey flow = call.media[own].flow;
        ++flow.src.port;
        ++flow.dst.port;
        writeDatagram(event.at, flow, compound.size(), Dscp::Voice);
        other.reportPassed(call.rtcp[own], event.at);
    }
    planReport(call, event.slot, event.side, event.at, false);
}

void Generator::deliver(Call& call, const Event& packet)
{
    writePacket(call, packet.side, packet.rtp, packet.at, false);
    if (call.plan.sort != CallSort::Duplicates)
        return;
    Event copy = packet;
    copy.kind = EventKind::PacketCopy;
    copy.at += duplicateDelay(call.parties);
    push(copy);
}

// What passed the probe is what reaches them.
void Generator::countAtTelephones(Call& call)
{
    for (const Party side : { Party::Caller, Party::Callee }) {
        const Media& theirs = call.media[static_cast<std::size_t>(otherOf(side))];
        call.counted[static_cast<std::size_t>(side)] = {
            .received = static_cast<std::uint32_t>(theirs.truth.packets() - theirs.truth.duplicates()),
            .lost = static_cast<std::uint32_t>(theirs.truth.lost()),
            .jitterMs = theirs.sender.ssrc().value % 40,
        };
    }
}

// One TCP segment each. An attempt that is given up ends with the handset, which is before its last message.
void Generator::passSkinny(Call& call, Step step, Timestamp at)
{
    if (step == Step::Bye)
        countAtTelephones(call);
    const auto segments = call.skinny->messages(step, call.counted);
    for (const SkinnySegment& segment : segments) {
        constexpr std::uint32_t initial = 1'000'000; // of both sides
        const bool toPhone = segment.flow.dst.port != 2000;
        const Endpoint& phone = toPhone ? segment.flow.dst : segment.flow.src;
        auto& sent = call.tcpSent[phone == call.parties.caller.media ? 0 : 1];
        std::memcpy(m_frame.payload().data(), segment.message.data(), segment.message.size());
        write(at,
            m_frame.buildTcp(
                segment.flow, segment.message.size(), { initial + sent[toPhone], initial + sent[!toPhone] }));
        sent[toPhone] += static_cast<std::uint32_t>(segment.message.size());
    }
    if (segments.empty())
        return;
    const bool givenUp = step == Step::FinalFailure && call.plan.sort == CallSort::Cancelled;
    call.truth.passed(givenUp ? *call.truth.endedAt : at, step);
    if (step == Step::Cancel)
        call.truth.endedAt = at;
}

void Generator::writeMessage(Call& call, Step step, Timestamp at)
{
    const std::string text = call.dialogue.message(step);
    const Party from = call.dialogue.sender(step);
    const std::size_t length = std::min(text.size(), FrameBuilder::maxPayload);
    std::memcpy(m_frame.payload().data(), text.data(), length);
    writeDatagram(at, { call.party(from).signalling, call.party(otherOf(from)).signalling }, length, Dscp::Signalling);
}

void Generator::writePacket(Call& call, Party side, const RtpPlan& rtp, Timestamp at, bool copy)
{
    Media& media = call.media[static_cast<std::size_t>(side)];
    const std::size_t length = media.sender.write(rtp, m_frame.payload());
    writeDatagram(at, media.flow, length, Dscp::Voice);
    media.truth.passed(at, rtp.index, copy);
    if (!call.rtcp.empty())
        call.rtcp[1 - static_cast<std::size_t>(side)].passed(rtp, media.sender.sequenceOf(rtp), at);
}

// Of the payload that lies in m_frame.
void Generator::writeDatagram(Timestamp at, const FlowKey& flow, std::size_t length, Dscp dscp)
{
    write(at, m_frame.build(flow, length, dscp, Side::BeforeRouter));
    if (!m_options.mirrored)
        return;
    const auto copy = m_frame.build(flow, length, dscp, Side::BehindRouter);
    ++m_mirrorCopies.frames;
    m_mirrorCopies.bytes += copy.size();
    write(at, copy);
}

// Cross traffic comes at any time since the frame before: its share of all frames is what was asked for.
void Generator::write(Timestamp at, std::span<const std::byte> frame)
{
    while (m_options.crossShare > 0 && m_crossTimes.chance(m_options.crossShare)) {
        const auto gap = static_cast<double>((at - m_written).count());
        m_written += Nanoseconds(std::llround(m_crossTimes.uniform() * gap));
        m_writer.write(m_written, m_cross.next());
        ++m_frames;
    }
    m_written = at;
    m_writer.write(at, frame);
    ++m_frames;
}

// Of the stream of that party, by RTCP; else as its receiver's telephone counted it.
RtcpTruth Generator::reportedOf(const Call& call, Party sender)
{
    const auto own = static_cast<std::size_t>(sender);
    RtcpTruth truth = call.rtcp.empty() ? RtcpTruth {} : call.rtcp[1 - own].truthOf(call.rtcp[own]);
    const SkinnyWriter::Figures& counted = call.counted[1 - own];
    if (truth.reports == 0 && counted.received > 0) {
        truth.lostPercent = 100.0 * counted.lost / (counted.received + counted.lost);
        truth.jitter = Milliseconds(counted.jitterMs);
    }
    return truth;
}

void Generator::record(const Call& call)
{
    if (!m_truth || !call.truth.startedAt)
        return;
    m_truth->add(call.callId(), call.parties, call.plan, call.truth);
    for (const Party side : { Party::Caller, Party::Callee }) {
        const Media& media = call.media[static_cast<std::size_t>(side)];
        if (media.truth.packets() == 0)
            continue;
        m_truth->add(
            call.callId(), side, media.flow, media.sender.ssrc(), call.plan.codec, media.truth, reportedOf(call, side));
    }
}

void Generator::release(std::uint32_t slot)
{
    record(*m_slots[slot]);
    m_slots[slot].reset();
    m_freeSlots.push_back(slot);
    --m_callsOn;
}

}
