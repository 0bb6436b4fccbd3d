#include "engine/tracking/rtcp_reports.h"

#include <algorithm>

namespace callmon {

namespace {

std::optional<float> asFloat(const std::optional<Milliseconds>& value)
{
    return value ? std::optional(static_cast<float>(value->count())) : std::nullopt;
}

std::optional<float> asFloat(const std::optional<double>& value)
{
    return value ? std::optional(static_cast<float>(*value)) : std::nullopt;
}

}

RtcpReports::RtcpReports(const TrackerOptions& options)
    : m_sources(options.maxStreams)
    , m_calls(options.maxCalls)
    , m_counts(options.maxCalls)
    , m_changed(options.maxCalls)
{
}

std::uint32_t RtcpReports::read(const Datagram& datagram, const MediaLane& lane)
{
    ++m_counters.packets;
    const std::uint32_t call = callOf(datagram.flow, lane);
    if (call == noIndex) {
        ++m_counters.unbound;
        return noIndex;
    }
    const RtcpForm form = formOf(datagram.payload, datagram.wirePayloadSize);
    if (form == RtcpForm::Malformed) {
        ++m_counters.malformed;
        return noIndex;
    }
    if (form == RtcpForm::Encrypted) {
        ++m_counters.encrypted;
        return call;
    }
    RtcpParts parts(datagram.payload);
    while (const auto part = parts.next()) {
        if (const auto report = callmon::readReport(*part))
            readReport(call, *report, datagram);
        else if (part->type == RtcpType::ExtendedReport)
            readExtended(call, *part, datagram);
    }
    return call;
}

// Advertised for RTCP, or for RTP that shares its port (RFC 5761); else the port above that of RTP (RFC 3550 11). Where
// both readings of an address lead to calls, the one that the other end agrees with counts.
std::uint32_t RtcpReports::callOf(const FlowKey& flow, const MediaLane& lane) const
{
    const auto callsAt = [&](const Endpoint& at) {
        const Endpoint below { at.ip, static_cast<std::uint16_t>(at.port - 1) };
        return std::array { lane.callAt(at), at.port > 1 ? lane.callAt(below) : noIndex };
    };
    const auto destination = callsAt(flow.dst);
    const auto source = callsAt(flow.src);
    for (const std::uint32_t call : destination) {
        if (call != noIndex && (call == source[0] || call == source[1]))
            return call;
    }
    for (const std::uint32_t call : { destination[0], destination[1], source[0] }) {
        if (call != noIndex)
            return call;
    }
    return source[1];
}

void RtcpReports::readReport(std::uint32_t call, const RtcpReport& report, const Datagram& datagram)
{
    const IpAddress& here = datagram.flow.src.ip;
    const IpAddress& there = datagram.flow.dst.ip;
    if (report.sender) {
        if (RtcpFigures* const figures = figuresOf(call, report.author, here, there))
            figures->addReference(report.sender->sentAt, datagram.arrival);
    }
    for (std::size_t i = 0; i < report.blocks; ++i) {
        const RtcpReportBlock block = report.block(i);
        // Some devices report on themselves, or write 0 until they know of somebody.
        if (block.source == report.author || block.source.value == 0)
            continue;
        RtcpFigures* const figures = figuresOf(call, block.source, there, here);
        if (figures == nullptr || !figures->addReport(block, datagram.arrival))
            continue;
        ++m_counters.reports;
        countEcho(*figures, block.lastSenderReport, block.delay, datagram.arrival);
    }
}

void RtcpReports::readExtended(std::uint32_t call, const RtcpPart& part, const Datagram& datagram)
{
    const IpAddress& here = datagram.flow.src.ip;
    const IpAddress& there = datagram.flow.dst.ip;
    XrBlocks blocks(part);
    while (const auto block = blocks.next()) {
        ++m_counters.extendedBlocks;
        if (const auto reference = readReferenceTime(*block)) {
            if (RtcpFigures* const figures = figuresOf(call, blocks.author(), here, there))
                figures->addReference(*reference, datagram.arrival);
        } else if (const auto metrics = readVoipMetrics(*block)) {
            if (RtcpFigures* const figures = figuresOf(call, metrics->source, there, here))
                figures->addVoipMetrics(*metrics);
        }
        XrEchoes echoes(*block);
        while (const auto echo = echoes.next()) {
            if (RtcpFigures* const figures = figuresOf(call, echo->receiver, there, here))
                countEcho(*figures, echo->lastReference, echo->delay, datagram.arrival);
        }
    }
}

void RtcpReports::countEcho(RtcpFigures& figures, NtpShort reference, NtpShort delay, Timestamp at)
{
    if (!figures.addEcho(reference, delay, at))
        ++m_counters.delaysImplausible;
}

// nullptr: counted.
RtcpFigures* RtcpReports::figuresOf(std::uint32_t call, Ssrc ssrc, const IpAddress& sender, const IpAddress& receiver)
{
    change(call);
    for (std::uint32_t i = newest(call); i != noIndex; i = m_sources[i].next) {
        Source& source = m_sources[i];
        if (source.ssrc == ssrc && source.sender == sender && source.receiver == receiver)
            return &source.figures;
    }
    CallSources& sources = m_calls[call];
    const std::uint32_t index = sources.count < maxSources ? m_sources.acquire() : noIndex;
    if (index == noIndex) {
        ++m_counters.sourcesRefused;
        return nullptr;
    }
    m_sources[index].ssrc = ssrc;
    m_sources[index].sender = sender;
    m_sources[index].receiver = receiver;
    m_sources[index].next = newest(call);
    sources.newestPlusOne = index + 1;
    ++sources.count;
    return &m_sources[index].figures;
}

void RtcpReports::addCounts(std::uint32_t call, Party receiver, const ReceiverCounts& counts)
{
    if (counts.packets == 0 && counts.lost == 0)
        return; // some telephones fill in nothing
    m_counts[call][static_cast<std::size_t>(receiver)] = counts;
    change(call);
}

void RtcpReports::change(std::uint32_t call)
{
    if (m_calls[call].changed)
        return;
    m_calls[call].changed = true;
    m_changed[m_changedCount++] = call;
}

void RtcpReports::tellStreams(LaneGroup& lanes)
{
    for (std::uint32_t i = 0; i < m_changedCount; ++i) {
        const std::uint32_t call = m_changed[i];
        m_calls[call].changed = false;
        for (std::uint32_t s = newest(call); s != noIndex; s = m_sources[s].next)
            tellStream(call, m_sources[s], lanes);
        tellCounts(call, lanes);
    }
    m_changedCount = 0;
}

// From the probe to both ends and back: the way to the receiver is this stream's, that to the sender one of the other
// direction's.
std::optional<Milliseconds> RtcpReports::roundTripOf(std::uint32_t call, const Source& source) const
{
    const auto toReceiver = source.figures.receiverLoop();
    for (std::uint32_t i = newest(call); toReceiver && i != noIndex; i = m_sources[i].next) {
        const Source& other = m_sources[i];
        if (&other == &source || other.sender != source.receiver || other.receiver != source.sender)
            continue;
        if (const auto toSender = other.figures.receiverLoop())
            return *toReceiver + *toSender;
    }
    return std::nullopt;
}

// A source that moved to other ports within the call has several streams: the newest has the figures of all.
void RtcpReports::tellStream(std::uint32_t call, Source& source, LaneGroup& lanes)
{
    CallStream* newest = nullptr;
    LaneGroup::CallStreams places;
    for (const LaneGroup::StreamPlace& place : lanes.streamsOf(call, places)) { // by number
        CallStream& stream = lanes[place.lane].stream(place.index);
        const StreamIdentity& its = stream.identity;
        if (its.ssrc == source.ssrc && its.flow.src.ip == source.sender && its.flow.dst.ip == source.receiver)
            newest = &stream;
    }
    if (newest == nullptr)
        return;
    const RtcpFigures& figures = source.figures;
    newest->rtcp = { figures.reports(), asFloat(roundTripOf(call, source)),
        asFloat(figures.lossPercent(newest->rtp.sequence().first())),
        asFloat(figures.jitter(newest->rtp.payload().clock)), figures.voipMetrics(), newest->rtcp.second };
    tellSecond(call, source, *newest);
}

// A second of the stream may be told several times before it is over; its point then takes what it was told.
void RtcpReports::tellSecond(std::uint32_t call, Source& source, CallStream& stream)
{
    const RtcpFigures::Interval fresh = source.figures.takeInterval();
    if (fresh.reports == 0)
        return;
    FarEndReport& told = stream.rtcp.second;
    if (told.reports == 0)
        source.second = {};
    source.second.add(fresh);
    const RtcpFigures::Interval& second = source.second;
    const auto inUnits = [](std::optional<double> value, double unit) {
        constexpr double most = FarEndReport::unknown - 1;
        return value ? static_cast<std::uint16_t>(std::min(most, *value * unit + 0.5)) : FarEndReport::unknown;
    };
    const auto count = [](std::optional<Milliseconds> span) {
        return span ? std::optional(span->count()) : std::nullopt;
    };
    told.lost = inUnits(second.lostPercent(), 100);
    told.jitter = inUnits(count(second.jitter(stream.rtp.payload().clock)), 10);
    const auto toSender = loopToSender(call, source);
    const bool isWhole = second.receiverLoop && toSender;
    told.roundTrip = inUnits(isWhole ? std::optional((*second.receiverLoop + *toSender).count()) : std::nullopt, 10);
    told.reports = static_cast<std::uint16_t>(std::min(second.reports, 0xffffU));
}

std::optional<Milliseconds> RtcpReports::loopToSender(std::uint32_t call, const Source& source) const
{
    for (std::uint32_t i = newest(call); i != noIndex; i = m_sources[i].next) {
        const Source& other = m_sources[i];
        if (&other != &source && other.sender == source.receiver && other.receiver == source.sender)
            if (const auto loop = other.figures.newestLoop())
                return loop;
    }
    return std::nullopt;
}

void RtcpReports::tellCounts(std::uint32_t call, LaneGroup& lanes) const
{
    for (const ReceiverCounts& counts : m_counts[call]) {
        if (counts.packets == 0 && counts.lost == 0)
            continue;
        CallStream* newest = nullptr;
        LaneGroup::CallStreams places;
        for (const LaneGroup::StreamPlace& place : lanes.streamsOf(call, places)) { // by number
            CallStream& stream = lanes[place.lane].stream(place.index);
            if (stream.identity.flow.dst == counts.receivedAt)
                newest = &stream;
        }
        if (newest == nullptr || newest->rtcp.reports > 0)
            continue;
        const double expected = static_cast<double>(counts.packets) + counts.lost;
        newest->rtcp.lostPercent = static_cast<float>(100.0 * counts.lost / expected);
        newest->rtcp.jitterMs = static_cast<float>(counts.jitterMs);
    }
}

void RtcpReports::removeCall(std::uint32_t call)
{
    for (std::uint32_t i = newest(call); i != noIndex;) {
        const std::uint32_t next = m_sources[i].next;
        m_sources.release(i);
        i = next;
    }
    const bool changed = m_calls[call].changed; // still in the list
    m_calls[call] = {};
    m_counts[call] = {};
    m_calls[call].changed = changed;
}

void RtcpReports::touch()
{
    m_sources.touch();
    m_calls.touch();
    m_counts.touch();
    m_changed.touch();
}

}
