#include "engine/tracking/call_keeper.h"

#include <algorithm>

namespace callmon {

namespace {

Timestamp floorTo(Timestamp at, Nanoseconds step)
{
    Nanoseconds::rep remainder = at.time_since_epoch().count() % step.count();
    if (remainder < 0)
        remainder += step.count();
    return at - Nanoseconds(remainder);
}

}

CallKeeper::CallKeeper(
    const TrackerOptions& options, std::uint64_t hashSeed, TrackerListener& listener, LaneGroup& lanes)
    : m_options(options)
    , m_listener(listener)
    , m_lanes(lanes)
    , m_calls(options.maxCalls, hashSeed)
    , m_wheel(options.maxCalls)
    , m_rtcp(options)
    , m_recording(options, lanes[0].listener().wantsMedia())
{
    if (options.touchMemory) {
        m_calls.touch();
        m_wheel.touch();
        m_rtcp.touch();
        m_recording.touch();
    }
}

std::uint32_t CallKeeper::open(std::string_view callId, Timestamp at)
{
    const std::uint32_t index = m_calls.add(callId);
    if (index == noIndex) {
        ++m_counters.callsRefused;
        return noIndex;
    }
    Call& call = m_calls[index];
    call.record.startedAt = at;
    call.record.lastPacketAt = at;
    call.record.key = makeCallKey(at, callId, m_lastKey);
    m_lastKey = std::max(m_lastKey, call.record.key);
    call.heardAt = m_now;
    call.framesLostBefore = m_losses.frames();
    call.lossReportsBefore = m_losses.reports();
    arm(index);
    return index;
}

void CallKeeper::introduce(std::uint32_t index)
{
    const Call& call = m_calls[index];
    const CallFacts facts { call.record.key, call.record.signallingRtt, call.record.answeredAt, call.confirmed,
        call.ended, call.recorded };
    if (m_lanes[0].call(index).facts != facts)
        m_lanes.tell({ .what = FactsChanged { index, facts } });
}

void CallKeeper::hear(std::uint32_t index, Timestamp at)
{
    Call& call = m_calls[index];
    call.record.lastPacketAt = std::max(call.record.lastPacketAt, at);
    if (call.activityClass == ActivityClass::Lingering
        && m_now - call.record.endedAt.value_or(m_now) > m_options.lingerAtMost)
        return;
    call.heardAt = m_now;
}

void CallKeeper::addAddress(const AddressAdded& address)
{
    if (!m_lanes.tell({ .what = address }))
        ++m_counters.mediaAddressesRefused;
}

void CallKeeper::describe(std::uint32_t index, bool firstAnswer, Timestamp at)
{
    m_lanes.tell({ .what = Described { index, firstAnswer, at } });
}

void CallKeeper::settleOffer(std::uint32_t index, bool accepted, Timestamp at)
{
    m_lanes.tell({ .what = OfferSettled { index, accepted, at } });
}

void CallKeeper::readRtcp(const Datagram& datagram)
{
    // Who is muted, or holds, goes on reporting: the call is on. Once it is over, reports hold up nothing.
    const std::uint32_t index = m_rtcp.read(datagram, m_lanes[0]);
    if (index != noIndex && m_calls[index].activityClass != ActivityClass::Lingering)
        hear(index, datagram.arrival);
}

void CallKeeper::update(std::uint32_t index)
{
    m_recording.look(index, m_calls[index], m_lanes[0], m_now);
    introduce(index);
    reclassify(index);
    Call& call = m_calls[index];
    if (!call.confirmed)
        return;
    const bool known = call.told;
    const bool changed = call.toldState != call.record.state || call.toldCode != call.record.lastCode;
    call.told = true;
    call.toldState = call.record.state;
    call.toldCode = call.record.lastCode;
    if (!known) {
        ++m_counters.callsStarted;
        ++m_liveCalls;
        m_listener.callStarted(index);
    } else if (changed) {
        m_listener.callChanged(index);
    }
}

// While lanes stand still, and no more armed.
void CallKeeper::end(std::uint32_t index, EndedBy reason)
{
    Call& ending = call(index);
    ending.conclude(reason);
    if (ending.confirmed) {
        m_recording.close(index, ending, m_lanes[0]);
        ++m_counters.callsEnded;
        --m_liveCalls;
        m_listener.callEnded(index);
    } else {
        ++m_counters.callsUnconfirmed;
        m_recording.forget(index, ending);
        m_listener.callForgotten(index);
    }
    if (m_companion != nullptr)
        m_companion->callGone(index);
    m_lanes.removeCall(index);
    m_rtcp.removeCall(index);
    m_calls.remove(index);
}

Call& CallKeeper::knownCall(std::uint32_t index)
{
    constexpr Nanoseconds shortestPacketInterval = std::chrono::milliseconds(20); // usual for speech
    Call& found = m_calls[index];
    CallRecord& record = found.record;
    record.probeFramesLost = m_losses.frames() - found.framesLostBefore;
    record.pollGapLongest = m_losses.longestGapAfter(found.lossReportsBefore);
    record.trust = record.probeFramesLost > 0            ? CaptureTrust::Lossy
        : record.pollGapLongest > shortestPacketInterval ? CaptureTrust::Delayed
                                                         : CaptureTrust::Whole;
    record.holdTime = found.heldUntil(m_now);
    return found;
}

Call& CallKeeper::call(std::uint32_t index)
{
    Call& found = knownCall(index);
    found.record.lastPacketAt = std::max(found.record.lastPacketAt, m_lanes.lastPacketAt(index));
    return found;
}

void CallKeeper::account(const ProbeLoss& loss, Timestamp now)
{
    // Ports tell their losses late, and a gap shows with the next packet only.
    constexpr Nanoseconds reportedWithin = std::chrono::milliseconds(100);
    const Timestamp before = std::min(m_accountedAt, now - reportedWithin);
    m_accountedAt = now;
    if (loss.frames == 0 && loss.pollGap <= Nanoseconds(0))
        return;
    m_losses.add(loss);
    if (loss.frames > 0)
        m_lanes.tell({ .what = ProbeLossSeen { std::max(before, now - std::chrono::seconds(1)), now } });
}

void CallKeeper::finish()
{
    m_lanes.gather();
    numberStreams();
    m_rtcp.tellStreams(m_lanes);
    m_lanes.giveUpWaiting(m_now);
    m_unboundCount = m_lanes.unboundFlows(m_unbound);
    m_wheel.restart(tickNumber(m_tick), [&](std::uint32_t index) { end(index, EndedBy::ProbeStopped); });
    if (m_started)
        m_listener.tick(m_now);
}

void CallKeeper::observe(Timestamp at)
{
    constexpr Nanoseconds disorder = std::chrono::seconds(10); // of a capture: beyond, another one has begun
    if (!m_started) {
        m_started = true;
        m_now = at;
        m_tick = floorTo(at, tickLength);
        m_wheel.advance(tickNumber(m_tick), [](std::uint32_t) {});
        settleRecordings(m_tick); // takes the rules that were given before
        m_listener.tick(m_tick);
    } else if (at > m_now) {
        m_now = at;
        if (at - m_tick >= tickLength)
            runTicks(at);
    } else if (m_now - at > disorder) {
        stepBack(at);
    }
}

// Every whole second on the way, so that what belongs to each comes before the next; over a long pause in the traffic
// only its last minutes, when all calls have expired anyway.
void CallKeeper::runTicks(Timestamp until)
{
    constexpr Nanoseconds second = std::chrono::seconds(1);
    constexpr Nanoseconds longest = std::chrono::minutes(10);
    const Timestamp last = floorTo(until, tickLength);
    if (last - m_tick > longest)
        m_tick = last - longest;
    while (m_tick < last) {
        m_tick = std::min(last, floorTo(m_tick, second) + second);
        tick(m_tick);
    }
}

// At the same place in the sequence of frames for any number of lanes.
void CallKeeper::tick(Timestamp at)
{
    m_lanes.gather();
    numberStreams();
    settleRecordings(at);
    m_rtcp.tellStreams(m_lanes);
    if (at - m_unboundAt >= std::chrono::seconds(1) || at < m_unboundAt) {
        m_unboundAt = at;
        m_unboundCount = m_lanes.unboundFlows(m_unbound);
    }
    expire(at);
    if (m_companion != nullptr)
        m_companion->tick(at);
    m_listener.tick(at);
    m_lanes.tell({ .what = LaneTick { at } });
}

void CallKeeper::numberStreams()
{
    m_lanes.forNewStreams([&](MediaLane& lane, std::uint32_t stream) {
        const std::uint32_t index = lane.stream(stream).call;
        std::uint32_t& count = m_calls[index].record.streamCount;
        if (count >= std::min(m_options.maxStreamsPerCall, CallMedia::maxStreams)) {
            lane.drop(stream);
            return;
        }
        lane.number(stream, count++);
        m_lanes.setStreamCount(index, count);
        m_rtcp.streamNumbered(index);
        if (const auto learnt = lane.learntFrom(stream))
            addAddress(*learnt);
        reclassify(index);
    });
}

void CallKeeper::settleRecordings(Timestamp at)
{
    const auto callOf = [this](std::uint32_t index) -> Call& { return m_calls[index]; };
    m_recording.tick(at, callOf, m_lanes[0], [this](std::uint32_t index) { introduce(index); });
}

// Another capture that was made earlier follows in the same replay, or the clock was set.
void CallKeeper::stepBack(Timestamp at)
{
    ++m_counters.clockSteppedBack;
    m_lanes.gather();
    numberStreams();
    m_now = at;
    m_tick = floorTo(at, tickLength);
    m_accountedAt = std::min(m_accountedAt, at);
    m_lanes.stepBack(at);
    m_wheel.restart(tickNumber(m_tick), [&](std::uint32_t index) {
        m_calls[index].heardAt = std::min(m_calls[index].heardAt, at);
        arm(index);
    });
    m_listener.tick(m_tick);
    m_lanes.tell({ .what = LaneTick { m_tick } });
}

void CallKeeper::expire(Timestamp at)
{
    m_wheel.advance(tickNumber(at), [&](std::uint32_t index) {
        if (at - heardAt(index) >= timeoutOf(m_calls[index]))
            end(index, EndedBy::Silence);
        else
            arm(index);
    });
}

// While lanes stand still.
Timestamp CallKeeper::heardAt(std::uint32_t index) const
{
    const Call& call = m_calls[index];
    Timestamp media = m_lanes.mediaHeardAt(index);
    if (call.activityClass == ActivityClass::Lingering)
        media = std::min(media, call.record.endedAt.value_or(media) + m_options.lingerAtMost);
    return std::max(call.heardAt, media);
}

Nanoseconds CallKeeper::timeoutOf(const Call& call) const
{
    switch (call.activityClass) {
    case ActivityClass::Unheard:
        return m_options.unheardTimeout;
    case ActivityClass::Setup:
        return m_options.unansweredTimeout;
    case ActivityClass::Talking:
        return m_options.mediaTimeout;
    case ActivityClass::Quiet:
        // Without a refresh the session is over (RFC 4028 10), though its BYE was not seen.
        if (call.record.sessionExpiresSeconds > 0)
            return std::min<Nanoseconds>(m_options.quietTimeout,
                std::chrono::seconds(call.record.sessionExpiresSeconds) + m_options.unheardTimeout);
        return m_options.quietTimeout;
    case ActivityClass::Cancelled:
        return m_options.cancelledTimeout;
    case ActivityClass::Lingering:
        break;
    }
    return m_options.lingerAfterEnd;
}

// By what signalling knows: media heard of since shows when the time has come.
void CallKeeper::arm(std::uint32_t index)
{
    Call& call = m_calls[index];
    call.armedFor = timeoutOf(call);
    m_wheel.arm(index, tickNumber(call.heardAt + call.armedFor));
}

void CallKeeper::reclassify(std::uint32_t index)
{
    Call& call = m_calls[index];
    const ActivityClass now = call.activity();
    const bool changed = now != call.activityClass;
    call.activityClass = now;
    if (!changed && timeoutOf(call) == call.armedFor)
        return;
    if (changed)
        call.heardAt = m_now;
    m_wheel.disarm(index); // it may be sooner now
    arm(index);
}

}
