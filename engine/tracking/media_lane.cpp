#include "engine/tracking/media_lane.h"

#include "engine/tracking/call.h"
#include "engine/tracking/payload_kinds.h"
#include "shared/base/telephone_event.h"

#include <algorithm>
#include <utility>

namespace callmon {

MediaLane::MediaLane(
    const TrackerOptions& options, std::uint64_t hashSeed, const CodecNames& codecs, LaneListener& listener)
    : m_hash(hashSeed)
    , m_codecs(codecs)
    , m_listener(listener)
    , m_calls(options.maxCalls)
    , m_media(options.maxMediaAddresses, m_hash)
    , m_streams(options.maxStreams)
    , m_flows(options.maxStreams)
    , m_unnumbered(options.maxStreams)
    , m_wantsMedia(listener.wantsMedia())
    , m_rtpRules(options.rtp)
    , m_maxStreamsPerCall(std::min(options.maxStreamsPerCall, CallMedia::maxStreams))
    , m_waiting(options, m_wantsMedia)
    , m_nobodys(options.maxStreams)
    , m_joined(options.maxUnboundFlows)
{
    static_assert(offsetof(CallStream, rtp) + RtpStream::hotBytes <= hotStreamBytes);
    for (std::uint32_t i = 0; i < options.maxCalls; ++i)
        ::new (static_cast<void*>(&m_calls[i])) CallMedia();
}

// Three reads, each of which needs the one before, lie between a packet and its statistics: its first bytes, its slot
// in F, its stream. Each is asked for some packets ahead, so that memory works while packets are counted, and never
// for more at once than a core can wait for.
constexpr std::size_t fetchAhead = 8; // packets between one step and the next. bench: tracking_bench

void MediaLane::lookAhead(std::span<const Datagram> packets)
{
    assert(packets.size() <= burst);
    m_burst = packets;
    m_departures = m_flows.departures();
    m_fetchesRest = std::exchange(m_sawGap, false);
    for (std::size_t i = 0; i < std::min(packets.size(), 3 * fetchAhead); ++i)
        __builtin_prefetch(packets[i].payload.data());
    for (std::size_t i = 0; i < std::min(packets.size(), 2 * fetchAhead); ++i)
        glance(i);
    for (std::size_t i = 0; i < std::min(packets.size(), fetchAhead); ++i)
        fetchStream(i);
}

[[gnu::always_inline]] inline void MediaLane::stepAhead(std::size_t position)
{
    if (position + 3 * fetchAhead < m_burst.size())
        __builtin_prefetch(m_burst[position + 3 * fetchAhead].payload.data());
    if (position + 2 * fetchAhead < m_burst.size())
        glance(position + 2 * fetchAhead);
    if (position + fetchAhead < m_burst.size())
        fetchStream(position + fetchAhead);
    if (position + fetchAhead / 4 < m_burst.size())
        fetchRest(position + fetchAhead / 4);
}

[[gnu::always_inline]] inline void MediaLane::glance(std::size_t position)
{
    const Datagram& packet = m_burst[position];
    Seen& seen = m_seen[position];
    seen.glance = glanceAt(packet.payload);
    seen.hash = m_hash(packet.flow, seen.glance.ssrc);
    m_flows.prefetch(seen.hash);
}

[[gnu::always_inline]] inline void MediaLane::fetchStream(std::size_t position)
{
    Seen& seen = m_seen[position];
    seen.stream = m_flows.likely(seen.hash);
    if (seen.stream == noIndex) {
        m_waiting.prefetch(seen.hash);
        m_nobodys.prefetch(seen.hash);
        return;
    }
    const auto* stream = reinterpret_cast<const char*>(&m_streams[seen.stream]);
#pragma GCC unroll 4
    for (std::size_t line = 0; line < hotStreamBytes; line += 64)
        __builtin_prefetch(stream + line, 1);
}

// After a loss, a packet needs what no packet in step touches, and so does the first packet of a second: waited for, it
// would cost more than all the rest. Whether there was a loss is looked for only while there is any.
[[gnu::always_inline]] inline void MediaLane::fetchRest(std::size_t position)
{
    const Seen& seen = m_seen[position];
    if (seen.stream == noIndex) [[unlikely]]
        return;
    const CallStream& stream = m_streams[seen.stream];
    const auto* bytes = reinterpret_cast<const char*>(&stream);
    if (m_burst[position].arrival >= stream.secondEndsAt) [[unlikely]] {
        __builtin_prefetch(&m_calls[stream.call].facts);
        for (std::size_t line = hotStreamBytes; line < offsetof(CallStream, payloads); line += 64)
            __builtin_prefetch(bytes + line, 1);
        m_listener.secondPasses(seen.stream);
    } else if (m_fetchesRest && !stream.rtp.mayBeInStep(sequenceOf(seen.glance))) [[unlikely]] {
#pragma GCC unroll 6
        for (std::size_t line = hotStreamBytes; line < offsetof(CallStream, rtp) + RtpStream::outOfStepBytes;
             line += 64)
            __builtin_prefetch(bytes + line, 1);
    }
}

bool MediaLane::process(const Datagram& datagram, std::size_t position)
{
    stepAhead(position);
    return processSeen(datagram, m_seen[position]);
}

void MediaLane::processAlone(const Datagram& datagram)
{
    Seen seen;
    seen.glance = glanceAt(datagram.payload);
    seen.hash = m_hash(datagram.flow, seen.glance.ssrc);
    processSeen(datagram, seen);
    flush();
}

[[gnu::always_inline]] inline bool MediaLane::processSeen(const Datagram& datagram, const Seen& seen)
{
    using enum RtpGlance::Kind;
    if (seen.glance.kind == PlainRtp) [[likely]] {
        if (const std::uint32_t index = streamOf(datagram, seen); index != noIndex)
            count(datagram, index, plainRtp(seen.glance, datagram.payload));
        return true;
    }
    return processUnusual(datagram, seen);
}

bool MediaLane::processUnusual(const Datagram& datagram, const Seen& seen)
{
    using enum RtpGlance::Kind;
    if (seen.glance.kind == Other || seen.glance.kind == Rtcp)
        return false;
    if (seen.glance.kind == TooShort) {
        ++m_counters.notRtp;
    } else if (const std::uint32_t index = streamOf(datagram, seen); index != noIndex) {
        if (const auto packet = parseRtp(seen.glance, datagram.payload, datagram.wirePayloadSize))
            count(datagram, index, *packet);
        else
            ++m_counters.notRtp;
    }
    return true;
}

// noIndex: counted.
[[gnu::always_inline]] inline std::uint32_t MediaLane::streamOf(const Datagram& datagram, const Seen& seen)
{
    std::uint32_t index = seen.stream;
    if (index == noIndex || m_flows.departures() != m_departures
        || !m_streams[index].identity.is(datagram.flow, seen.glance.ssrc)) [[unlikely]]
        index = find(datagram.flow, seen.glance.ssrc, seen.hash);
    if (index == noIndex || (m_streams[index].provisional && m_streams[index].boundEpoch != epochOf(datagram.flow)))
        [[unlikely]]
        index = bind(datagram, seen, index);
    return index;
}

[[gnu::always_inline]] inline void MediaLane::count(
    const Datagram& datagram, std::uint32_t index, const RtpHeader& packet)
{
    if (!m_streams[index].rtp.sequence().isNext(packet.sequence)) [[unlikely]] {
        m_sawGap = true;
        if (isReused(m_streams[index], datagram, packet))
            index = succeed(index, datagram);
        else if (m_streams[index].hasBefore)
            index = lateOfBefore(index, datagram, packet);
    }
    if (m_streams[index].meaning.payloadType != packet.payloadType) [[unlikely]] {
        PayloadMeaning meaning = meaningOf(m_streams[index], packet.payloadType, datagram.arrival);
        if (meaning.kind == PayloadKind::Redundant) {
            if (!isSecure(m_streams[index]))
                return countRedundant(datagram, index, packet, meaning);
            meaning.kind = PayloadKind::Media; // RFC 3711 encrypts the blocks' headers, too
        }
        index = setMeaning(datagram, index, packet, meaning);
    }
    add(datagram, index, packet, nullptr);
}

// `blocks`: of the packet, when it has others than the primary, which is `packet` then.
[[gnu::always_inline]] inline void MediaLane::add(
    const Datagram& datagram, std::uint32_t index, const RtpHeader& packet, const RedundantBlocks* blocks)
{
    CallStream& stream = m_streams[index];
    constexpr Nanoseconds longAgo = std::chrono::seconds(12); // the clock stepped back
    if ((datagram.arrival >= stream.secondEndsAt || stream.secondEndsAt - datagram.arrival > longAgo)
        && stream.numbered)
        passSecond(index, datagram.arrival);
    stream.rtp.add(
        { datagram.arrival, datagram.uncertainty, datagram.ipSize, datagram.dscp }, packet, stream.meaning, m_rtpRules);
    ++m_counters.rtpPackets;
    if (stream.recorded) [[likely]] {
        m_pending[m_pendingCount] = { index, datagram.arrival, datagram.uncertainty, datagram.wirePayloadSize,
            datagram.payload };
        if (m_rtpRules.digits == DigitsKept::Masked && (blocks != nullptr || mayHoldKeys(stream.meaning, packet)))
            [[unlikely]]
            findKeys(datagram, stream, packet, blocks);
        ++m_pendingCount;
    } else {
        ++m_counters.notWanted;
    }
}

std::uint32_t MediaLane::setMeaning(
    const Datagram& datagram, std::uint32_t index, const RtpHeader& packet, const PayloadMeaning& meaning)
{
    if (changesPayload(m_streams[index], meaning, packet))
        index = succeed(index, datagram);
    m_streams[index].meaning = meaning;
    m_streams[index].payloads.see(meaning, datagram.arrival);
    return index;
}

// The packet is one of its primary's codec. Of what is repeated only keys count: a telephone-event that was lost is
// told by the packets behind it (RFC 4733 2.6). What else is repeated may spare the receiver a loss, and stays one of
// the network. Nothing of it is remembered as the stream's meaning: each of its packets may carry another.
void MediaLane::countRedundant(
    const Datagram& datagram, std::uint32_t index, const RtpHeader& packet, const PayloadMeaning& meaning)
{
    m_streams[index].payloads.see(meaning, datagram.arrival);
    const bool cut = datagram.wirePayloadSize > datagram.payload.size();
    const auto blocks = parseRedundancy(packet.payload, cut ? Stored::CutShort : Stored::Whole);
    RtpHeader primary = packet;
    PayloadMeaning carried = meaning;
    if (blocks) {
        primary.payloadType = blocks->primary().payloadType;
        primary.payload = blocks->primary().payload;
        carried = meaningOf(m_streams[index], primary.payloadType, datagram.arrival);
    } else {
        ++m_counters.redundancyUnreadable;
    }
    index = setMeaning(datagram, index, primary, carried);
    for (const RedundantBlock& block : blocks ? blocks->redundant() : std::span<const RedundantBlock>()) {
        const PayloadMeaning before = meaningOf(m_streams[index], block.payloadType, datagram.arrival);
        if (before.kind == PayloadKind::TelephoneEvent
            || (before.codec == 0 && looksLikeTelephoneEvent(block.payloadType, block.payload)))
            m_streams[index].rtp.addRedundantEvent({ packet.sent.count - block.behind }, block.payload, m_rtpRules);
    }
    add(datagram, index, primary, blocks ? &*blocks : nullptr);
    m_streams[index].meaning.payloadType = CallStream::noPayloadType;
}

// What waited, as if it came now; but only behind a stream's number, without which its seconds cannot be told.
bool MediaLane::countJoined()
{
    std::size_t left = 0;
    for (std::size_t i = 0; i < m_joinedCount; ++i) {
        const auto [flow, stream, hash] = m_joined[i];
        const StreamIdentity identity = m_waiting.identityOf(flow);
        Datagram datagram;
        RtpHeader packet;
        std::uint32_t index = stream == noIndex ? noIndex : find(identity.flow, identity.ssrc, hash);
        while (index != noIndex && m_streams[index].numbered && m_waiting.take(flow, datagram, packet)) {
            if (m_pendingCount == m_pending.size())
                flush();
            // It may have come before the description that is in force now.
            m_streams[index].meaning.payloadType = CallStream::noPayloadType;
            count(datagram, index, packet);
            index = find(identity.flow, identity.ssrc, hash); // it may have a successor
            m_streams[index].meaning.payloadType = CallStream::noPayloadType;
            ++m_counters.joinedLater;
            ++m_streams[index].joinedLater;
        }
        if (index != noIndex && m_waiting.waits(flow)) {
            m_joined[left++] = m_joined[i];
            continue;
        }
        m_counters.rtpRefused += m_waiting.packetsWaitingOf(flow);
        m_waiting.remove(flow, hash);
    }
    flush();
    m_joinedCount = left;
    return left > 0;
}

void MediaLane::giveUpWaiting(Timestamp now)
{
    m_waiting.giveUpAll(now);
}

void MediaLane::flush()
{
    if (m_pendingCount == 0)
        return;
    m_listener.media(std::span(m_pending).first(m_pendingCount));
    m_pendingCount = 0;
}

void MediaLane::passSecond(std::uint32_t stream, Timestamp arrival)
{
    const auto pending = std::span(m_pending).first(m_pendingCount);
    if (std::any_of(pending.begin(), pending.end(), [&](const MediaPacket& p) { return p.stream == stream; }))
        flush();
    m_listener.secondPassed(stream, arrival);
}

// A sender uses the numbers that the receiver listed (RFC 3264 5.1), or else its own; static ones need no SDP.
PayloadMeaning MediaLane::meaningOf(const CallStream& stream, std::uint8_t payloadType, Timestamp at) const
{
    if (const auto* meaning = m_media.meaningAt(m_media[stream.receiver], payloadType, at))
        return *meaning;
    for (std::uint32_t i = m_calls[stream.call].addresses; i != noIndex; i = m_media[i].next) {
        if (const auto* meaning = m_media.meaningAt(m_media[i], payloadType, at))
            return *meaning;
    }
    const SdpCodec codec = staticCodec(payloadType);
    return { payloadType, kindOf(codec), m_codecs.indexOfStatic(payloadType), codec.clockRate };
}

MediaKind MediaLane::mediaKindOf(const CallStream& stream) const
{
    const MediaAddress& address = m_media[stream.receiver];
    for (std::size_t i = address.payloadCount - address.sharedPayloads; i < address.payloadCount; ++i) {
        if (address.payloads[i].payloadType == stream.rtp.payload().payloadType)
            return address.sharedWith;
    }
    return address.kind;
}

std::span<const IpAddress> MediaLane::describedHosts(
    std::uint32_t call, std::array<IpAddress, CallMedia::maxAddresses>& hosts) const
{
    std::size_t count = 0;
    for (std::uint32_t i = m_calls[call].addresses; i != noIndex && count < hosts.size(); i = m_media[i].next) {
        if (m_media[i].origin == AddressOrigin::Advertised)
            hosts[count++] = m_media[i].endpoint.ip;
    }
    return std::span(hosts).first(count);
}

std::uint32_t MediaLane::callAt(const Endpoint& endpoint) const
{
    const std::uint32_t address = confirmedAt(endpoint);
    return address != noIndex ? m_media[address].call : noIndex;
}

bool MediaLane::apply(const LaneControl& control)
{
    if (const auto* changed = std::get_if<FactsChanged>(&control.what)) {
        CallMedia& call = m_calls[changed->call];
        if (changed->facts.confirmed && !call.facts.confirmed) {
            for (std::uint32_t i = call.addresses; i != noIndex; i = m_media[i].next)
                changeEpoch(m_media[i].endpoint);
        }
        if (changed->facts.answeredAt && !call.facts.answeredAt) {
            for (std::uint32_t i = call.streams; i != noIndex; i = m_streams[i].next) {
                m_streams[i].rtp.endEarlyMedia();
                m_streams[i].rtp.beginTimestampSegment(); // also when a 183 has described the announcement
            }
        }
        if (changed->facts.recorded && !call.facts.recorded) {
            for (std::uint32_t i = call.streams; i != noIndex; i = m_streams[i].next) {
                m_streams[i].unwanted = m_streams[i].rtp.sequence().packets();
                m_streams[i].recorded = m_wantsMedia;
            }
        }
        call.facts = changed->facts;
    } else if (const auto* address = std::get_if<AddressAdded>(&control.what)) {
        return add(*address);
    } else if (const auto* described = std::get_if<Described>(&control.what)) {
        for (std::uint32_t i = m_calls[described->call].streams; i != noIndex; i = m_streams[i].next) {
            m_streams[i].meaning.payloadType = CallStream::noPayloadType;
            if (described->firstAnswer) {
                m_streams[i].rtp.beginTimestampSegment();
                m_streams[i].describedAt = described->at;
                m_streams[i].payloads.news = true;
            }
        }
    } else if (const auto* settled = std::get_if<OfferSettled>(&control.what)) {
        m_media.settle(m_calls[settled->call], settled->accepted, settled->at);
        for (std::uint32_t i = m_calls[settled->call].streams; i != noIndex; i = m_streams[i].next)
            m_streams[i].meaning.payloadType = CallStream::noPayloadType;
    } else if (const auto* loss = std::get_if<ProbeLossSeen>(&control.what)) {
        m_listener.probeLost(loss->from, loss->to);
    } else if (const auto* tick = std::get_if<LaneTick>(&control.what)) {
        flush();
        m_waiting.advance(tick->now, m_hash);
        m_listener.tick(tick->now);
    }
    return true;
}

void MediaLane::number(std::uint32_t index, std::uint32_t number)
{
    m_streams[index].number = number;
    m_streams[index].numbered = true;
    --m_calls[m_streams[index].call].unnumbered;
    m_listener.streamNumbered(index);
}

void MediaLane::drop(std::uint32_t index)
{
    const std::uint64_t packets = m_streams[index].rtp.sequence().packets();
    m_counters.rtpPackets -= packets;
    m_counters.rtpRefused += packets;
    m_counters.notWanted -= m_streams[index].packetsNotWanted();
    --m_counters.streamsStarted;
    std::uint32_t* link = &m_calls[m_streams[index].call].streams;
    while (*link != index)
        link = &m_streams[*link].next;
    *link = m_streams[index].next;
    --m_calls[m_streams[index].call].unnumbered;
    for (Joined& joined : std::span(&m_joined[0], m_joinedCount)) {
        if (joined.stream == index)
            joined.stream = noIndex;
    }
    m_listener.streamDropped(index);
    release(index);
}

void MediaLane::release(std::uint32_t index)
{
    m_flows.erase(m_hash(m_streams[index].identity), index);
    m_streams.release(index);
}

void MediaLane::removeCall(std::uint32_t index)
{
    for (std::uint32_t stream = m_calls[index].streams; stream != noIndex;) {
        const std::uint32_t next = m_streams[stream].next;
        release(stream);
        stream = next;
    }
    m_media.removeAllOf(m_calls[index]);
    m_calls[index] = CallMedia();
}

void MediaLane::stepBack(Timestamp now)
{
    flush();
    m_waiting.giveUpAll(now);
    for (std::uint32_t call = 0; call < m_calls.capacity(); ++call) {
        for (std::uint32_t i = m_calls[call].streams; i != noIndex; i = m_streams[i].next)
            m_streams[i].rtp.stepBack(now);
    }
}

MediaLane::Counters MediaLane::counters() const
{
    Counters all = m_counters;
    const WaitingMedia::Counters& waiting = m_waiting.counters();
    all.rtpUnbound += waiting.expired;
    all.rtpWaiting = waiting.waiting;
    all.waitExpired = waiting.expired;
    all.waitRefused = waiting.refused;
    all.unboundFlowsRefused = m_waiting.flowsRefused();
    all.meaningsForgotten = m_media.meaningsForgotten();
    all.tableFilledPercent =
        (std::uint64_t { 100 } * m_streams.used() + m_streams.capacity() - 1) / m_streams.capacity();
    return all;
}

void MediaLane::touch()
{
    m_calls.touch();
    m_media.touch();
    m_streams.touch();
    m_flows.touch();
    m_unnumbered.touch();
    m_waiting.touch();
    m_nobodys.touch();
    m_joined.touch();
}

}
