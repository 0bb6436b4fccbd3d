// Which call a packet is of, and which stream of it: T2's answer, kept in F until T2 changes its mind. What no call
// claims waits (WaitingMedia) and is asked for again at the ticks.
#include "engine/tracking/call.h"
#include "engine/tracking/media_lane.h"
#include "shared/base/ascii.h"

#include <algorithm>

namespace callmon {

namespace {

// How sure a binding is, percent. Not measured: an order, and room between for what else is known.
namespace confidence {
constexpr std::uint8_t bothAdvertised = 100;
constexpr std::uint8_t destinationAdvertised = 90; // anybody may send there
constexpr std::uint8_t sourceAdvertised = 80; // RFC 4961: who receives at an address sends from it
constexpr std::uint8_t observed = 70;
constexpr std::uint8_t otherEndFits = 10; // on top
}

// Of those a stream may change between without becoming another: they carry other payloads of the same source.
bool accompanies(std::string_view codec)
{
    constexpr std::string_view names[] = { "ulpfec", "parityfec", "flexfec", "rtx" };
    return std::any_of(std::begin(names), std::end(names),
        [codec](std::string_view name) { return startsWithIgnoringCase(codec, name); });
}

}

// noIndex: counted.
std::uint32_t MediaLane::bind(const Datagram& datagram, const Seen& seen, std::uint32_t before)
{
    const auto packet = parseRtp(seen.glance, datagram.payload, datagram.wirePayloadSize);
    if (!packet) {
        ++m_counters.notRtp;
        return noIndex;
    }
    const std::uint32_t flow = m_waiting.find(datagram.flow, packet->ssrc, seen.hash);
    if (flow != noIndex && m_waiting.waits(flow)) { // behind those that came before it
        wait(datagram, *packet, seen.hash, flow);
        return noIndex;
    }
    if (before == noIndex && isNobodys(datagram.flow, seen.hash)) {
        wait(datagram, *packet, seen.hash, flow);
        return noIndex;
    }
    const StreamIdentity identity { datagram.flow, packet->ssrc };
    const Binding binding = bindingOf(identity, packet->payloadType);
    if (binding.address == noIndex) {
        if (before == noIndex) {
            wait(datagram, *packet, seen.hash, flow);
            return noIndex;
        }
        m_streams[before].boundEpoch = epochOf(datagram.flow);
        return before; // nobody else claims it
    }
    if (flow != noIndex)
        m_waiting.remove(flow, seen.hash);
    const std::uint32_t index = bindTo(binding, datagram, identity, seen.hash);
    if (index == noIndex)
        ++m_counters.rtpRefused;
    return index;
}

void MediaLane::wait(const Datagram& datagram, const RtpHeader& packet, std::uint64_t hash, std::uint32_t flow)
{
    if (!m_waiting.add(datagram, packet, hash, flow))
        ++m_counters.rtpUnbound;
}

// Neither end is a call's. Where one is, what else the call describes may change the answer: T2 is asked each time.
bool MediaLane::isNobodys(const FlowKey& flow, std::uint64_t hash)
{
    const std::uint16_t epoch = epochOf(flow);
    if (m_nobodys.has(hash, epoch))
        return true;
    if (confirmedAt(flow.dst) != noIndex || confirmedAt(flow.src) != noIndex)
        return false;
    m_nobodys.add(hash, epoch);
    return true;
}

// Of a call that is known to be one: until then packets to its addresses are nobody's.
std::uint32_t MediaLane::confirmedAt(const Endpoint& endpoint) const
{
    const std::uint32_t address = m_media.find(endpoint);
    return address != noIndex && m_calls[m_media[address].call].facts.confirmed ? address : noIndex;
}

// By either side's advertised address; else by symmetry; else by an address that was learnt.
MediaLane::Binding MediaLane::bindingOf(const StreamIdentity& identity, std::uint8_t payloadType) const
{
    const FlowKey& flow = identity.flow;
    const auto isAdvertised = [&](std::uint32_t address) {
        return address != noIndex && m_media[address].origin == AddressOrigin::Advertised;
    };
    if (std::uint32_t address = confirmedAt(flow.dst); isAdvertised(address)) {
        if (streamOf(m_calls[m_media[address].call], identity) == noIndex)
            address = addressOfBothEnds(address, flow);
        const std::uint32_t source = addressIn(m_calls[m_media[address].call], flow.src);
        return { address, true, BindingRule::Advertised,
            isAdvertised(source) ? confidence::bothAdvertised : confidence::destinationAdvertised };
    }
    if (const std::uint32_t address = confirmedAt(flow.src); isAdvertised(address)) {
        const bool fits = addressIn(m_calls[m_media[address].call], flow.dst) != noIndex;
        return { address, false, BindingRule::Symmetric,
            static_cast<std::uint8_t>(confidence::sourceAdvertised + (fits ? confidence::otherEndFits : 0)) };
    }
    return learntBindingOf(flow, payloadType);
}

// Neither end was advertised. That a port is equal says nothing: the whole address was seen to send for this call, the
// payload type is one that it described, and the other end is not another call's.
MediaLane::Binding MediaLane::learntBindingOf(const FlowKey& flow, std::uint8_t payloadType) const
{
    const std::uint32_t to = confirmedAt(flow.dst);
    const std::uint32_t from = confirmedAt(flow.src);
    const std::uint32_t address = to != noIndex ? to : from;
    if (address == noIndex || m_media[address].disputed)
        return {};
    const CallMedia& call = m_calls[m_media[address].call];
    if ((to != noIndex && from != noIndex && m_media[to].call != m_media[from].call) || !describes(call, payloadType))
        return {};
    const bool fits = hasHost(call, to != noIndex ? flow.src.ip : flow.dst.ip);
    return { address, to != noIndex, BindingRule::LearntAddress,
        static_cast<std::uint8_t>(confidence::observed + (fits ? confidence::otherEndFits : 0)) };
}

std::uint32_t MediaLane::addressIn(const CallMedia& call, const Endpoint& endpoint) const
{
    std::uint32_t index = call.addresses;
    while (index != noIndex && m_media[index].endpoint != endpoint)
        index = m_media[index].next;
    return index;
}

bool MediaLane::hasHost(const CallMedia& call, const IpAddress& host) const
{
    std::uint32_t index = call.addresses;
    while (index != noIndex && m_media[index].endpoint.ip != host)
        index = m_media[index].next;
    return index != noIndex;
}

bool MediaLane::describes(const CallMedia& call, std::uint8_t payloadType) const
{
    for (std::uint32_t i = call.addresses; i != noIndex; i = m_media[i].next) {
        const auto payloads = std::span(m_media[i].payloads).first(m_media[i].payloadCount);
        if (std::any_of(payloads.begin(), payloads.end(),
                [&](const PayloadMeaning& meaning) { return meaning.payloadType == payloadType; }))
            return true;
    }
    return false;
}

// Servers receive several calls at one address, and T2 has the call that advertised it last. Where the source address
// is of another call that advertised the destination as well, the packet is that call's.
std::uint32_t MediaLane::addressOfBothEnds(std::uint32_t destination, const FlowKey& flow) const
{
    const std::uint32_t source = confirmedAt(flow.src);
    if (source == noIndex || m_media[source].call == m_media[destination].call)
        return destination;
    const std::uint32_t both = addressIn(m_calls[m_media[source].call], flow.dst);
    return both != noIndex ? both : destination;
}

std::uint32_t MediaLane::streamOf(const CallMedia& call, const StreamIdentity& identity) const
{
    for (std::uint32_t i = call.streams; i != noIndex; i = m_streams[i].next) {
        if (m_streams[i].identity == identity)
            return i;
    }
    return noIndex;
}

Party MediaLane::senderTo(const MediaAddress& address, bool byDestination, const FlowKey& flow) const
{
    if (address.ofBoth) { // the other end may tell
        const std::uint32_t other = m_media.find(byDestination ? flow.src : flow.dst);
        if (other != noIndex && m_media[other].call == address.call && !m_media[other].ofBoth)
            return byDestination ? m_media[other].party : otherThan(m_media[other].party);
    }
    return byDestination ? otherThan(address.party) : address.party;
}

// noIndex: there is no room.
std::uint32_t MediaLane::bindTo(
    const Binding& binding, const Datagram& datagram, const StreamIdentity& identity, std::uint64_t hash)
{
    std::uint32_t index = streamOf(m_calls[m_media[binding.address].call], identity);
    if (index == noIndex)
        index = openStream(binding.address, senderTo(m_media[binding.address], binding.byDestination, identity.flow),
            datagram, identity);
    if (index == noIndex)
        return noIndex;
    CallStream& stream = m_streams[index];
    stream.rule = binding.rule;
    stream.confidence = binding.confidence;
    m_heads[index].provisional = binding.rule != BindingRule::Advertised;
    stream.boundEpoch = epochOf(identity.flow);
    const std::uint32_t before = find(identity.flow, identity.ssrc, hash);
    if (before == noIndex)
        m_flows.insert(hash, index);
    else if (before != index)
        m_flows.replace(hash, before, index);
    return index;
}

std::uint32_t MediaLane::openStream(
    std::uint32_t address, Party sender, const Datagram& datagram, const StreamIdentity& identity)
{
    CallMedia& call = m_calls[m_media[address].call];
    if (call.streamCount + call.unnumbered >= m_maxStreamsPerCall)
        return noIndex;
    const std::uint32_t index = m_streams.acquire();
    if (index == noIndex)
        return noIndex;
    StreamHead& head = *::new (static_cast<void*>(&m_heads[index])) StreamHead();
    const ShortIdentity shortly(identity.flow, identity.ssrc, m_hash(identity));
    head.addresses = shortly.addresses;
    head.portsAndSsrc = shortly.portsAndSsrc;
    head.isWhole = shortly.isWhole;
    head.recorded = m_wantsMedia && call.facts.recorded;
    CallStream& stream = m_streams[index];
    stream.identity = identity;
    stream.sender = sender;
    stream.call = m_media[address].call;
    stream.next = call.streams;
    stream.receiver = address;
    stream.firstSequence = datagram.sequence;
    call.streams = index;
    ++call.unnumbered;
    m_unnumbered[m_unnumberedCount++] = index;
    ++m_counters.streamsStarted;
    m_listener.streamStarted(index, datagram.arrival);
    return index;
}

// Another stream of the same addresses and SSRC begins with this packet; without room for it the old one goes on.
std::uint32_t MediaLane::succeed(std::uint32_t index, const Datagram& datagram)
{
    // Who changes back and forth shall not fill the call's streams: each of both directions has room for so many.
    constexpr std::uint8_t mostSuccessions = 24;
    if (m_streams[index].successions == mostSuccessions) {
        ++m_counters.notSplit;
        return index;
    }
    const std::uint32_t next =
        openStream(m_streams[index].receiver, m_streams[index].sender, datagram, m_streams[index].identity);
    if (next == noIndex) {
        ++m_counters.notSplit;
        return index;
    }
    CallStream& before = m_streams[index];
    CallStream& stream = m_streams[next];
    stream.rule = before.rule;
    stream.confidence = before.confidence;
    m_heads[next].provisional = m_heads[index].provisional;
    stream.boundEpoch = before.boundEpoch;
    stream.successions = static_cast<std::uint8_t>(before.successions + 1);
    stream.before = index;
    m_heads[next].hasBefore = true;
    before.over = true;
    m_flows.replace(m_hash(before.identity), index, next);
    return next;
}

// A packet that was sent before the stream began and came behind its first: it is of the stream before, and means what
// its payload type meant there, though that number may have been given another codec since.
std::uint32_t MediaLane::lateOfBefore(std::uint32_t index, const Datagram& datagram, const RtpHeader& packet)
{
    constexpr std::int16_t mostMisordered = 100; // RFC 3550 A.1
    constexpr Nanoseconds longest = std::chrono::seconds(2);
    const CallStream& stream = settled(index);
    CallStream& before = settled(stream.before);
    const auto step = static_cast<std::int16_t>(packet.sequence - stream.rtp.sequence().first());
    if (stream.rtp.sequence().packets() == 0 || step >= 0 || step < -mostMisordered)
        return index;
    if (before.call != stream.call || before.identity != stream.identity || !before.over // dropped, its place reused
        || datagram.arrival - before.rtp.lastPacketAt() > longest)
        return index;
    if (before.rtp.payload().payloadType == packet.payloadType)
        setMeaning(datagram, stream.before, packet, before.rtp.payload());
    return stream.before;
}

// The ports and even the SSRC serve again after a pause, with a numbering of its own: neither goes on where it was, as
// after silence that is not sent, nor where it would be by now, as after a hole in the network.
bool MediaLane::isReused(const CallStream& stream, const Datagram& datagram, const RtpHeader& packet) const
{
    constexpr Nanoseconds pause = std::chrono::seconds(5);
    const RtpStream& rtp = stream.rtp;
    const auto step = static_cast<std::uint16_t>(packet.sequence - rtp.sequence().highest());
    if (step < SequenceTracker::maxDropout) // first: what else is asked lies outside the lines that were fetched
        return false;
    const Milliseconds interval = rtp.packetisation();
    if (rtp.sequence().packets() == 0 || datagram.arrival - rtp.lastPacketAt() < pause || interval.count() <= 0)
        return false;
    const Milliseconds passed = datagram.arrival - rtp.lastPacketAt();
    const double due = passed / interval;
    const auto ahead = static_cast<std::int16_t>(step - static_cast<std::uint16_t>(static_cast<std::uint64_t>(due)));
    return std::abs(ahead) > std::max(50.0, due / 20);
}

// From one codec to another, be it under the same number, not to what goes with it. A late packet of the codec before
// changes nothing.
bool MediaLane::changesPayload(const CallStream& stream, const PayloadMeaning& meaning, const RtpHeader& packet) const
{
    const PayloadMeaning& before = stream.rtp.payload();
    const SequenceTracker& sequence = stream.rtp.sequence();
    if (sequence.packets() == 0 || before.kind != PayloadKind::Media || meaning.kind != PayloadKind::Media
        || before == meaning || before.codec == 0 || meaning.codec == 0)
        return false;
    if (before.payloadType == meaning.payloadType && before.clock == meaning.clock
        && equalsIgnoringCase(m_codecs.name(before.codec).view(), m_codecs.name(meaning.codec).view()))
        return false;
    const bool late = static_cast<std::int16_t>(packet.sequence - sequence.highest()) <= 0;
    return !late && !accompanies(m_codecs.name(before.codec).view())
        && !accompanies(m_codecs.name(meaning.codec).view());
}

// Opens the streams of flows that waited for what T2 knows by now.
void MediaLane::joinWaiting()
{
    if (!m_addressesChanged)
        return;
    m_addressesChanged = false;
    for (std::uint32_t flow = m_waiting.oldest(), after = noIndex; flow != noIndex; flow = after) {
        after = m_waiting.after(flow);
        Datagram first;
        const StreamIdentity& identity = m_waiting.identityOf(flow);
        const Binding binding = bindingOf(identity, m_waiting.first(flow, first).payloadType);
        if (binding.address == noIndex)
            continue;
        const std::uint64_t hash = m_hash(identity);
        m_joined[m_joinedCount++] = { flow, bindTo(binding, first, identity, hash), hash };
    }
}

std::optional<AddressAdded> MediaLane::learntFrom(std::uint32_t index) const
{
    const CallStream& stream = m_streams[index];
    if (stream.rule != BindingRule::Advertised || m_media[stream.receiver].ofBoth)
        return std::nullopt;
    const std::uint32_t known = m_media.find(stream.identity.flow.src);
    if (known != noIndex
        && (m_media[known].origin == AddressOrigin::Advertised
            || (m_media[known].call == stream.call && m_media[known].origin == AddressOrigin::Observed)))
        return std::nullopt;
    AddressAdded learnt;
    learnt.call = stream.call;
    learnt.endpoint = stream.identity.flow.src;
    learnt.party = stream.sender;
    learnt.origin = AddressOrigin::Observed;
    learnt.kind = m_media[stream.receiver].kind;
    return learnt;
}

// F keeps what T2 said when a stream was bound. Where T2 changes its mind, the streams concerned leave F and are bound
// anew by their next packet, perhaps to the same call: those of both calls that have the address at either end; and,
// by the epoch, those bound otherwise because nobody had advertised their destination.
bool MediaLane::add(const AddressAdded& address)
{
    const MediaTable::Added added = m_media.add(address, m_calls[address.call]);
    if (added.found) {
        changeEpoch(address.endpoint);
        if (address.origin == AddressOrigin::Advertised)
            shake(m_calls[address.call], address.endpoint);
        if (added.takenFrom != noIndex)
            shake(m_calls[added.takenFrom], address.endpoint);
    }
    return !added.refused;
}

void MediaLane::shake(const CallMedia& call, const Endpoint& endpoint)
{
    for (std::uint32_t i = call.streams; i != noIndex; i = m_streams[i].next) {
        const StreamIdentity& identity = m_streams[i].identity;
        if (identity.flow.src != endpoint && identity.flow.dst != endpoint)
            continue;
        const std::uint64_t hash = m_hash(identity);
        if (const std::uint32_t bound = find(identity.flow, identity.ssrc, hash); bound != noIndex)
            m_flows.erase(hash, bound);
    }
}

}
