#include "engine/tracking/media_lane.h"

#include "engine/tracking/call.h"
#include "engine/tracking/media_lane_ahead.h"
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
    , m_heads(options.maxStreams)
    , m_flows(options.maxStreams)
    , m_unnumbered(options.maxStreams)
    , m_wantsMedia(listener.wantsMedia())
    , m_rtpRules(options.rtp)
    , m_maxStreamsPerCall(std::min(options.maxStreamsPerCall, CallMedia::maxStreams))
    , m_waiting(options, m_wantsMedia)
    , m_nobodys(options.maxStreams)
    , m_joined(options.maxUnboundFlows)
{
    for (std::uint32_t i = 0; i < options.maxCalls; ++i)
        ::new (static_cast<void*>(&m_calls[i])) CallMedia();
}

void MediaLane::lookAhead(std::span<const Datagram> packets)
{
    assert(packets.size() <= burst);
    m_burst = packets;
    m_departures = m_flows.departures();
    m_fetchesRest = std::exchange(m_sawOdd, false);
    for (std::size_t i = 0; i < std::min(packets.size(), 3 * fetchAhead); ++i)
        __builtin_prefetch(packets[i].payload.data());
    for (std::size_t i = 0; i < std::min(packets.size(), 2 * fetchAhead); ++i)
        glance(i);
    for (std::size_t i = 0; i < std::min(packets.size(), fetchAhead); ++i)
        fetchStream(i);
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
    seen.identity = ShortIdentity(datagram.flow, seen.glance.ssrc, seen.hash);
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
        || !is(index, seen.identity, datagram.flow, seen.glance.ssrc)) [[unlikely]]
        index = find(datagram.flow, seen.glance.ssrc, seen.hash);
    if (index == noIndex || (m_heads[index].provisional && m_streams[index].boundEpoch != epochOf(datagram.flow)))
        [[unlikely]]
        index = bind(datagram, seen, index);
    return index;
}

[[gnu::always_inline]] inline void MediaLane::count(
    const Datagram& datagram, std::uint32_t index, const RtpHeader& packet)
{
    if (!m_heads[index].run.isNext(packet.sequence)) [[unlikely]]
        index = streamOfUnexpected(datagram, index, packet);
    if (m_heads[index].payloadType != packet.payloadType) [[unlikely]] {
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

// It does not carry the number that follows on the last one.
std::uint32_t MediaLane::streamOfUnexpected(const Datagram& datagram, std::uint32_t index, const RtpHeader& packet)
{
    m_sawOdd = true;
    const StreamHead& head = m_heads[index];
    if (head.run.isBeyondGap(packet.sequence) && !head.hasBefore)
        return index; // as most: it needs no more of the stream
    if (isReused(settled(index), datagram, packet))
        return succeed(index, datagram);
    return head.hasBefore ? lateOfBefore(index, datagram, packet) : index;
}

// `blocks`: of the packet, when it has others than the primary, which is `packet` then.
[[gnu::always_inline]] inline void MediaLane::add(
    const Datagram& datagram, std::uint32_t index, const RtpHeader& packet, const RedundantBlocks* blocks)
{
    StreamHead& head = m_heads[index];
    constexpr Nanoseconds longAgo = std::chrono::seconds(12); // the clock stepped back
    if ((datagram.arrival >= head.secondEndsAt || head.secondEndsAt - datagram.arrival > longAgo) && head.numbered)
        passSecond(index, datagram.arrival);
    CallStream& stream = m_streams[index];
    const RtpArrival arrival { datagram.arrival, datagram.uncertainty, datagram.ipSize, datagram.dscp };
    using enum RtpStream::Followed;
    const auto followed = head.run.isOn() ? stream.rtp.follow(head.run, arrival, packet, m_rtpRules) : Not;
    if (followed != InTime) [[unlikely]] {
        m_sawOdd = true;
        if (followed == Not)
            stream.rtp.addOutOfStep(head.run, arrival, packet, stream.meaning, m_rtpRules);
    }
    ++m_counters.rtpPackets;
    if (head.recorded) [[likely]] {
        m_pending[m_pendingCount] = { index, datagram.arrival, datagram.uncertainty, datagram.wirePayloadSize,
            datagram.payload };
        if (m_rtpRules.digits == DigitsKept::Masked && (blocks != nullptr || head.mayHoldKeys)) [[unlikely]]
            findKeys(datagram, stream, packet, blocks);
        ++m_pendingCount;
    } else {
        ++m_counters.notWanted;
    }
}

std::uint32_t MediaLane::setMeaning(
    const Datagram& datagram, std::uint32_t index, const RtpHeader& packet, const PayloadMeaning& meaning)
{
    if (changesPayload(settled(index), meaning, packet))
        index = succeed(index, datagram);
    StreamHead& head = m_heads[index];
    CallStream& stream = m_streams[index];
    if (!RtpStream::follows(head.run, meaning))
        stream.rtp.endRun(head.run);
    head.payloadType = meaning.payloadType;
    head.mayHoldKeys = mayHoldKeys(meaning);
    stream.meaning = meaning;
    stream.payloads.see(meaning, datagram.arrival);
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
    m_heads[index].payloadType = StreamHead::noPayloadType;
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
        while (index != noIndex && m_heads[index].numbered && m_waiting.take(flow, datagram, packet)) {
            if (m_pendingCount == m_pending.size())
                flush();
            // It may have come before the description that is in force now.
            m_heads[index].payloadType = StreamHead::noPayloadType;
            count(datagram, index, packet);
            index = find(identity.flow, identity.ssrc, hash); // it may have a successor
            m_heads[index].payloadType = StreamHead::noPayloadType;
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

}
