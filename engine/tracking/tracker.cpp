#include "engine/tracking/tracker.h"

#include "engine/signalling/sip_message.h"
#include "engine/tracking/call_signalling.h"

#include <algorithm>

namespace callmon {

namespace {

// RTP and RTCP begin with version 2 in the top two bits; SIP with a letter, STUN with 0 (RFC 7983).
bool beginsLikeRtp(Bytes payload)
{
    return !payload.empty() && std::to_integer<unsigned>(payload[0]) >> 6 == 2;
}

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

}

Tracker::Tracker(const TrackerOptions& options, TrackerListener& listener)
    : m_options(options)
    , m_listener(listener)
    , m_calls(options.maxCalls)
    , m_media(options.maxMediaAddresses)
    , m_streams(options.maxStreams)
    , m_links(options.maxCalls)
    , m_activity(options.maxCalls)
{
    if (options.touchMemory) {
        m_calls.touch();
        m_media.touch();
        m_streams.touch();
        m_links.touch();
        m_activity.touch();
    }
}

void Tracker::process(std::span<const Datagram> batch)
{
    while (!batch.empty()) {
        const auto some = batch.first(std::min(batch.size(), burst));
        prefetch(some);
        for (std::size_t i = 0; i < some.size(); ++i)
            handle(some[i], m_hashes[i]);
        flushMedia();
        batch = batch.subspan(some.size());
    }
}

// Three dependent reads lie between a packet and its statistics: slot, address, stream. Each is asked for while those
// of the other packets of the burst are on their way. Only hints: what is used is looked up again in turn.
void Tracker::prefetch(std::span<const Datagram> batch)
{
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (beginsLikeRtp(batch[i].payload)) {
            m_hashes[i] = hashOf(batch[i].flow.dst);
            m_media.table().prefetch(m_hashes[i]);
        }
    }
    std::array<std::uint32_t, burst> found;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        found[i] = beginsLikeRtp(batch[i].payload) ? m_media.table().likely(m_hashes[i]) : noIndex;
        if (found[i] != noIndex)
            m_media.prefetch(found[i]);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (found[i] == noIndex)
            continue;
        const MediaAddress& address = m_media[found[i]];
        __builtin_prefetch(&m_activity[address.call], 1);
        __builtin_prefetch(&m_links[address.call], 1);
        if (address.lastTo == noIndex)
            continue;
        const auto* stream = reinterpret_cast<const char*>(&m_streams[address.lastTo]);
        for (std::size_t line = 0; line < sizeof(CallStream); line += 64)
            __builtin_prefetch(stream + line, 1);
    }
}

void Tracker::handle(const Datagram& datagram, std::uint64_t destinationHash)
{
    ++m_counters.datagrams;
    observeTime(datagram.arrival);
    if (beginsLikeRtp(datagram.payload))
        handleMedia(datagram, destinationHash);
    else
        handleSip(datagram);
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
    call.record.key = makeCallKey(datagram.arrival, message.callId, m_lastKey);
    m_lastKey = std::max(m_lastKey, call.record.key);
    const ActivityClass activityClass = activityClassOf(call);
    m_activity[index] = { m_now, datagram.arrival, activityClass };
    m_lists[static_cast<std::size_t>(activityClass)].append(m_links, index);
    return index;
}

void Tracker::endCall(std::uint32_t index, EndedBy reason)
{
    flushMedia();
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
    for (std::uint32_t stream = ending.streams; stream != noIndex;) {
        const std::uint32_t next = m_streams[stream].next;
        m_streams.release(stream);
        stream = next;
    }
    m_media.removeAllOf(ending);
    m_lists[static_cast<std::size_t>(m_activity[index].activityClass)].remove(m_links, index);
    m_calls.remove(index);
}

Call& Tracker::call(std::uint32_t index)
{
    Call& found = m_calls[index];
    found.record.lastPacketAt = m_activity[index].lastPacketAt;
    return found;
}

void Tracker::advance(Timestamp now)
{
    if (now > m_now)
        observeTime(now);
}

void Tracker::finish()
{
    flushMedia();
    for (ActivityList& list : m_lists) {
        while (!list.empty())
            endCall(list.oldest(), EndedBy::ProbeStopped);
    }
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
    flushMedia();
    const Timestamp last = floorTo(until, tickLength);
    if (last - m_tick > longest)
        m_tick = last - longest;
    while (m_tick < last) {
        m_tick = std::min(last, floorTo(m_tick, second) + second);
        expire(m_tick);
        m_listener.tick(m_tick);
    }
}

// Another capture that was made earlier follows in the same replay, or the clock was set.
void Tracker::stepBack(Timestamp at)
{
    ++m_counters.clockSteppedBack;
    flushMedia();
    m_now = at;
    m_tick = floorTo(at, tickLength);
    for (const ActivityList& list : m_lists) {
        for (std::uint32_t index = list.oldest(); index != noIndex; index = m_links[index].after)
            m_activity[index].lastHeard = std::min(m_activity[index].lastHeard, at);
    }
    m_listener.tick(m_tick);
}

void Tracker::expire(Timestamp at)
{
    for (std::size_t i = 0; i < activityClasses; ++i) {
        const Nanoseconds timeout = timeoutOf(static_cast<ActivityClass>(i));
        while (!m_lists[i].empty() && at - m_activity[m_lists[i].oldest()].lastHeard >= timeout)
            endCall(m_lists[i].oldest(), EndedBy::Silence);
    }
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

void Tracker::hear(std::uint32_t callIndex, Timestamp at)
{
    Activity& activity = m_activity[callIndex];
    activity.lastPacketAt = std::max(activity.lastPacketAt, at);
    if (activity.activityClass == ActivityClass::Lingering
        && m_now - m_calls[callIndex].record.endedAt.value_or(m_now) > m_options.lingerAtMost)
        return;
    activity.lastHeard = m_now;
    m_lists[static_cast<std::size_t>(activity.activityClass)].moveToNewest(m_links, callIndex);
}

void Tracker::reclassify(std::uint32_t callIndex)
{
    Activity& activity = m_activity[callIndex];
    const ActivityClass now = activityClassOf(m_calls[callIndex]);
    if (now == activity.activityClass)
        return;
    m_lists[static_cast<std::size_t>(activity.activityClass)].remove(m_links, callIndex);
    activity.activityClass = now;
    activity.lastHeard = m_now;
    m_lists[static_cast<std::size_t>(now)].append(m_links, callIndex);
}

std::vector<NamedCounter> Tracker::counters() const
{
    const Counters& c = m_counters;
    return { { "sip_messages", c.sipMessages }, { "sip_malformed", c.sipMalformed }, { "rtp_packets", c.rtpPackets },
        { "rtp_unbound", c.rtpUnbound }, { "rtp_refused", c.rtpRefused }, { "rtcp_packets", c.rtcpPackets },
        { "other_datagrams", c.otherDatagrams }, { "sip_outside_calls", c.sipOutsideCalls },
        { "sip_repeated", c.sipRepeated }, { "calls_started", c.callsStarted }, { "calls_ended", c.callsEnded },
        { "calls_refused_pool_full", c.callsRefused }, { "calls_without_invite", c.callsWithoutInvite },
        { "streams_started", c.streamsStarted }, { "media_addresses_refused", c.mediaAddressesRefused },
        { "clock_stepped_back", c.clockSteppedBack } };
}

}
