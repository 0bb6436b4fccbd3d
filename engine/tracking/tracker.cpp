#include "engine/tracking/tracker.h"

#include "engine/signalling/sip_message.h"
#include "engine/tracking/call_signalling.h"

#include <algorithm>
#include <random>

namespace callmon {

namespace {

std::string_view asText(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

// Keep-alives of RFC 5626 3.5.1 and the like.
bool isBlank(Bytes bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) {
        return b == std::byte { '\r' } || b == std::byte { '\n' } || b == std::byte { 0 } || b == std::byte { ' ' };
    });
}

Timestamp floorTo(Timestamp at, Nanoseconds step)
{
    Nanoseconds::rep remainder = at.time_since_epoch().count() % step.count();
    if (remainder < 0)
        remainder += step.count();
    return at - Nanoseconds(remainder);
}

std::uint64_t drawSeed()
{
    std::random_device random; // at start only
    return std::uint64_t { random() } << 32 | random();
}

}

Tracker::Tracker(const TrackerOptions& options, TrackerListener& listener, std::span<LaneListener* const> lanes)
    : m_options(options)
    , m_listener(listener)
    , m_calls(options.maxCalls)
    , m_wheel(options.maxCalls)
    , m_gate(lanes.size())
{
    assert(!lanes.empty());
    const std::uint64_t seed = options.hashSeed ? *options.hashSeed : drawSeed();
    for (LaneListener* laneListener : lanes) {
        m_lanes.push_back(&m_laneStore.emplace_back(options, seed, m_codecs, *laneListener));
        if (m_lanes.size() > 1)
            m_controls.emplace_back(queuedControls);
    }
    if (options.touchMemory) {
        m_calls.touch();
        m_wheel.touch();
        for (MediaLane* lane : m_lanes)
            lane->touch();
    }
}

void Tracker::process(std::span<const Datagram> batch)
{
    MediaLane& own = *m_lanes[0];
    while (!batch.empty()) {
        const auto some = batch.first(std::min(batch.size(), MediaLane::burst));
        own.lookAhead(some);
        for (std::size_t i = 0; i < some.size(); ++i) {
            const Datagram& datagram = some[i];
            m_sequence = std::max(m_sequence, datagram.sequence);
            observeTime(datagram.arrival);
            if (!own.process(datagram, i) && datagram.payload.data() != nullptr) // else a time mark
                handleSip(datagram);
        }
        own.flush();
        batch = batch.subspan(some.size());
    }
}

void Tracker::message(const Datagram& message, Transport transport)
{
    m_sequence = std::max(m_sequence, message.sequence);
    observeTime(message.arrival);
    m_transport = transport;
    handleSip(message);
    m_transport = Transport::Udp;
}

void Tracker::reached(std::uint64_t sequence)
{
    m_sequence = std::max(m_sequence, sequence);
    m_gate.open(m_sequence);
}

void Tracker::processLane(std::size_t lane, std::span<const Datagram> batch, std::uint64_t end)
{
    MediaLane& own = *m_lanes[lane];
    SpscRing<LaneControl>& controls = m_controls[lane - 1];
    while (!batch.empty()) {
        m_gate.done(lane, batch.front().sequence);
        const std::uint64_t watermark = m_gate.enter(batch.front().sequence);
        std::size_t count = 0;
        while (count < batch.size() && count < MediaLane::burst && batch[count].sequence < watermark)
            ++count;
        const auto some = batch.first(count);
        own.lookAhead(some);
        for (std::size_t i = 0; i < some.size(); ++i) {
            while (const LaneControl* control = controls.front()) {
                if (control->stamp > some[i].sequence)
                    break;
                own.apply(*control);
                controls.pop();
            }
            own.process(some[i], i);
        }
        own.flush();
        batch = batch.subspan(count);
    }
    m_gate.done(lane, end);
}

// Lane 0 does what they have not come to yet of their controls: they stand still.
void Tracker::gatherLanes()
{
    m_lanes[0]->flush();
    if (m_lanes.size() == 1)
        return;
    m_gate.gather(m_sequence);
    m_laneCounters = {};
    for (std::size_t i = 1; i < m_lanes.size(); ++i) {
        while (const LaneControl* control = m_controls[i - 1].front()) {
            m_lanes[i]->apply(*control);
            m_controls[i - 1].pop();
        }
        m_laneCounters += m_lanes[i]->counters();
    }
}

// To lane 0 at once, to the others by their queues. False: an address that had no room, which is so in all lanes.
bool Tracker::tell(LaneControl&& control)
{
    control.stamp = m_sequence;
    for (SpscRing<LaneControl>& queue : m_controls) {
        if (!queue.tryPush(control)) {
            gatherLanes(); // empties it
            queue.tryPush(control);
        }
    }
    return m_lanes[0]->apply(control);
}

void Tracker::tellFacts(std::uint32_t callIndex)
{
    const Call& call = m_calls[callIndex];
    const CallFacts facts { call.record.key, call.record.signallingRtt, call.confirmed, call.ended };
    if (m_lanes[0]->call(callIndex).facts != facts)
        tell({ .what = FactsChanged { callIndex, facts } });
}

void Tracker::handleSip(const Datagram& datagram)
{
    const auto isSipPort = [&](std::uint16_t port) {
        return std::find(m_options.sipPorts.begin(), m_options.sipPorts.end(), port) != m_options.sipPorts.end();
    };
    const bool looks = looksLikeSip(datagram.payload);
    if (!looks
        && (isBlank(datagram.payload) || (!isSipPort(datagram.flow.src.port) && !isSipPort(datagram.flow.dst.port)))) {
        ++m_counters.otherDatagrams;
        return;
    }
    const auto message = parseSip(asText(datagram.payload));
    if (!message) {
        ++m_counters.sipMalformed;
        return;
    }
    ++m_counters.sipMessages;
    std::uint32_t index = m_calls.find(message->callId);
    if (index == noIndex)
        index = openCall(*message, datagram);
    if (index == noIndex)
        return;

    Call& call = m_calls[index];
    hear(index, datagram.arrival);
    if (isRepeated(call, *message, datagram.flow)) {
        ++call.record.retransmissions;
        ++m_counters.sipRepeated;
        return;
    }
    ++call.record.messages;
    const bool wasConfirmed = call.confirmed && call.record.messages > 1;
    const CallState state = call.record.state;
    const std::uint16_t code = call.record.lastCode;
    const std::uint32_t attempt = call.attemptCseq;
    const Party sender = senderOf(call, *message, datagram.flow);
    applyMessage(call, *message, datagram.flow, datagram.arrival);
    // After the end only what begins anew with the same Call-ID.
    const bool another = static_cast<std::int32_t>(message->cseq - attempt) > 0;
    if (!call.ended || (message->method == SipMethod::Invite && another))
        readDescription(index, *message, sender);
    settleDirections(call, *message, sender);
    tellFacts(index);
    reclassify(index);
    if (!call.confirmed)
        return;
    if (!wasConfirmed) {
        ++m_counters.callsStarted;
        ++m_liveCalls;
        m_listener.callStarted(index);
    } else if (state != call.record.state || code != call.record.lastCode) {
        m_listener.callChanged(index);
    }
}

std::uint32_t Tracker::openCall(const SipMessage& message, const Datagram& datagram)
{
    if (openingOf(message) == Opening::No) {
        ++m_counters.sipOutsideCalls;
        return noIndex;
    }
    const std::uint32_t index = m_calls.add(message.callId);
    if (index == noIndex) {
        ++m_counters.callsRefused;
        return noIndex;
    }
    Call& call = m_calls[index];
    beginCall(call, message, datagram.flow, datagram.arrival);
    call.record.transport = m_transport;
    call.record.key = makeCallKey(datagram.arrival, message.callId, m_lastKey);
    m_lastKey = std::max(m_lastKey, call.record.key);
    call.activityClass = activityClassOf(call);
    call.heardAt = m_now;
    call.framesLostBefore = m_losses.frames();
    call.lossReportsBefore = m_losses.reports();
    tellFacts(index);
    arm(index);
    return index;
}

// While lanes stand still, and no more armed.
void Tracker::endCall(std::uint32_t index, EndedBy reason)
{
    Call& ending = call(index);
    CallRecord& record = ending.record;
    if (!ending.ended) {
        if (ending.challenged && !record.answeredAt) { // no credentials followed: the challenge was the final response
            record.endedBy = EndedBy::Callee;
            record.endedAt = ending.challengedAt;
        } else {
            if (!record.answeredAt && record.finalCode == 0 && ending.otherBranchFailure != 0) {
                record.finalCode = ending.otherBranchFailure;
                record.outcome = outcomeOfFailure(ending.otherBranchFailure);
            }
            record.endedBy = reason;
            record.endedAt = record.lastPacketAt;
        }
        record.state = CallState::Ended;
    }
    if (ending.confirmed) {
        ++m_counters.callsEnded;
        --m_liveCalls;
        m_listener.callEnded(index);
    } else {
        ++m_counters.callsWithoutInvite;
    }
    for (MediaLane* lane : m_lanes)
        lane->removeCall(index);
    m_calls.remove(index);
}

Call& Tracker::knownCall(std::uint32_t index)
{
    constexpr Nanoseconds shortestPacketInterval = std::chrono::milliseconds(20); // usual for speech
    Call& found = m_calls[index];
    CallRecord& record = found.record;
    record.probeFramesLost = m_losses.frames() - found.framesLostBefore;
    record.pollGapLongest = m_losses.longestGapAfter(found.lossReportsBefore);
    record.trust = record.probeFramesLost > 0            ? CaptureTrust::Lossy
        : record.pollGapLongest > shortestPacketInterval ? CaptureTrust::Delayed
                                                         : CaptureTrust::Whole;
    return found;
}

Call& Tracker::call(std::uint32_t index)
{
    Call& found = knownCall(index);
    for (const MediaLane* lane : m_lanes) {
        for (std::uint32_t i = lane->call(index).streams; i != noIndex; i = lane->stream(i).next)
            found.record.lastPacketAt = std::max(found.record.lastPacketAt, lane->stream(i).rtp.lastPacketAt());
    }
    return found;
}

std::span<const Tracker::StreamPlace> Tracker::streamsOf(std::uint32_t call, CallStreams& places) const
{
    std::size_t count = 0;
    for (std::size_t lane = 0; lane < m_lanes.size(); ++lane) {
        for (std::uint32_t i = m_lanes[lane]->call(call).streams; i != noIndex; i = m_lanes[lane]->stream(i).next) {
            if (m_lanes[lane]->stream(i).numbered)
                places[count++] = { lane, i };
        }
    }
    const auto numberOf = [&](const StreamPlace& at) { return m_lanes[at.lane]->stream(at.index).number; };
    std::sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count),
        [&](const StreamPlace& a, const StreamPlace& b) { return numberOf(a) < numberOf(b); });
    return std::span(places).first(count);
}

void Tracker::account(const ProbeLoss& loss, Timestamp now)
{
    // Ports tell their losses late, and a gap shows with the next packet only.
    constexpr Nanoseconds reportedWithin = std::chrono::milliseconds(100);
    const Timestamp before = std::min(m_accountedAt, now - reportedWithin);
    m_accountedAt = now;
    if (loss.frames == 0 && loss.pollGap <= Nanoseconds(0))
        return;
    m_losses.add(loss);
    if (loss.frames > 0)
        tell({ .what = ProbeLossSeen { std::max(before, now - std::chrono::seconds(1)), now } });
}

void Tracker::advance(Timestamp now)
{
    if (now > m_now)
        observeTime(now);
}

void Tracker::finish()
{
    gatherLanes();
    numberStreams();
    m_wheel.restart(tickNumber(m_tick), [&](std::uint32_t index) { endCall(index, EndedBy::ProbeStopped); });
    if (m_started)
        m_listener.tick(m_now);
}

void Tracker::observeTime(Timestamp at)
{
    constexpr Nanoseconds disorder = std::chrono::seconds(10); // of a capture: beyond, another one has begun
    if (!m_started) {
        m_started = true;
        m_now = at;
        m_tick = floorTo(at, tickLength);
        m_wheel.advance(tickNumber(m_tick), [](std::uint32_t) {});
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
void Tracker::runTicks(Timestamp until)
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
void Tracker::tick(Timestamp at)
{
    gatherLanes();
    numberStreams();
    expire(at);
    m_listener.tick(at);
    tell({ .what = LaneTick { at } });
}

// In the order of their first packets, as one lane alone would have done.
void Tracker::numberStreams()
{
    std::array<std::size_t, maxLanes> at {};
    for (;;) {
        std::size_t first = m_lanes.size();
        std::uint64_t sequence = 0;
        for (std::size_t i = 0; i < m_lanes.size(); ++i) {
            if (at[i] == m_lanes[i]->unnumbered().size())
                continue;
            const std::uint64_t its = m_lanes[i]->stream(m_lanes[i]->unnumbered()[at[i]]).firstSequence;
            if (first == m_lanes.size() || its < sequence) {
                first = i;
                sequence = its;
            }
        }
        if (first == m_lanes.size())
            break;
        numberStream(*m_lanes[first], m_lanes[first]->unnumbered()[at[first]++]);
    }
    for (MediaLane* lane : m_lanes)
        lane->numberingDone();
}

void Tracker::numberStream(MediaLane& lane, std::uint32_t stream)
{
    const std::uint32_t index = lane.stream(stream).call;
    std::uint32_t& count = m_calls[index].record.streamCount;
    if (count >= CallMedia::maxStreams) {
        lane.drop(stream);
        return;
    }
    lane.number(stream, count++);
    for (MediaLane* each : m_lanes)
        each->setStreamCount(index, count);
    reclassify(index);
}

// Another capture that was made earlier follows in the same replay, or the clock was set.
void Tracker::stepBack(Timestamp at)
{
    ++m_counters.clockSteppedBack;
    gatherLanes();
    numberStreams();
    m_now = at;
    m_tick = floorTo(at, tickLength);
    m_accountedAt = std::min(m_accountedAt, at);
    for (MediaLane* lane : m_lanes)
        lane->stepBack(at);
    m_wheel.restart(tickNumber(m_tick), [&](std::uint32_t index) {
        m_calls[index].heardAt = std::min(m_calls[index].heardAt, at);
        arm(index);
    });
    m_listener.tick(m_tick);
    tell({ .what = LaneTick { m_tick } });
}

void Tracker::expire(Timestamp at)
{
    m_wheel.advance(tickNumber(at), [&](std::uint32_t index) {
        if (at - heardAt(index) >= timeoutOf(m_calls[index].activityClass))
            endCall(index, EndedBy::Silence);
        else
            arm(index);
    });
}

// While lanes stand still.
Timestamp Tracker::heardAt(std::uint32_t index) const
{
    const Call& call = m_calls[index];
    Timestamp media;
    for (const MediaLane* lane : m_lanes) {
        for (std::uint32_t i = lane->call(index).streams; i != noIndex; i = lane->stream(i).next)
            media = std::max(media, lane->stream(i).rtp.lastHeardAt());
    }
    if (call.activityClass == ActivityClass::Lingering)
        media = std::min(media, call.record.endedAt.value_or(media) + m_options.lingerAtMost);
    return std::max(call.heardAt, media);
}

Nanoseconds Tracker::timeoutOf(ActivityClass activityClass) const
{
    switch (activityClass) {
    case ActivityClass::Setup:
        return m_options.unansweredTimeout;
    case ActivityClass::Talking:
        return m_options.mediaTimeout;
    case ActivityClass::Quiet:
        return m_options.quietTimeout;
    case ActivityClass::Cancelled:
        return m_options.cancelledTimeout;
    case ActivityClass::Lingering:
        break;
    }
    return m_options.lingerAfterEnd;
}

// By what signalling knows: media heard of since shows when the time has come.
void Tracker::arm(std::uint32_t index)
{
    const Call& call = m_calls[index];
    m_wheel.arm(index, tickNumber(call.heardAt + timeoutOf(call.activityClass)));
}

void Tracker::hear(std::uint32_t callIndex, Timestamp at)
{
    Call& call = m_calls[callIndex];
    call.record.lastPacketAt = std::max(call.record.lastPacketAt, at);
    if (call.activityClass == ActivityClass::Lingering
        && m_now - call.record.endedAt.value_or(m_now) > m_options.lingerAtMost)
        return;
    call.heardAt = m_now;
}

void Tracker::reclassify(std::uint32_t callIndex)
{
    Call& call = m_calls[callIndex];
    const ActivityClass now = activityClassOf(call);
    if (now == call.activityClass)
        return;
    call.activityClass = now;
    call.heardAt = m_now;
    m_wheel.disarm(callIndex); // it may be sooner now
    arm(callIndex);
}

MediaLane::Counters Tracker::laneCounters() const
{
    MediaLane::Counters all = m_laneCounters;
    all += m_lanes[0]->counters();
    return all;
}

std::uint64_t Tracker::datagrams() const
{
    const MediaLane::Counters media = laneCounters();
    return m_counters.sipMessages + m_counters.sipMalformed + m_counters.otherDatagrams + media.rtpPackets
        + media.rtpUnbound + media.rtpRefused + media.rtcpPackets + media.notRtp;
}

std::vector<NamedCounter> Tracker::counters() const
{
    const Counters& c = m_counters;
    const MediaLane::Counters media = laneCounters();
    return { { "sip_messages", c.sipMessages }, { "sip_malformed", c.sipMalformed },
        { "rtp_packets", media.rtpPackets }, { "rtp_unbound", media.rtpUnbound }, { "rtp_refused", media.rtpRefused },
        { "rtcp_packets", media.rtcpPackets }, { "other_datagrams", c.otherDatagrams + media.notRtp },
        { "sip_outside_calls", c.sipOutsideCalls }, { "sip_repeated", c.sipRepeated },
        { "calls_started", c.callsStarted }, { "calls_ended", c.callsEnded },
        { "calls_refused_pool_full", c.callsRefused }, { "calls_without_invite", c.callsWithoutInvite },
        { "streams_started", media.streamsStarted }, { "media_addresses_refused", c.mediaAddressesRefused },
        { "clock_stepped_back", c.clockSteppedBack } };
}

}
