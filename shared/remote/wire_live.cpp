// What an engine sends by itself: the live list and its status.
#include "shared/remote/live_snapshot_writer.h"
#include "shared/remote/wire_archive.h"

namespace callmon {

using namespace wire;

namespace {

template <typename Archive, typename Directions> void visitDirections(Archive& archive, Directions& sent)
{
    for (auto& direction : sent) {
        archive.field(direction.seen);
        archive.field(direction.mosNow);
        archive.field(direction.mosMin);
        archive.field(direction.lossPercent);
        archive.field(direction.jitterMs);
    }
}

template <typename Archive, typename Call> void visitLiveCall(Archive& archive, Call& call)
{
    archive.field(call.key);
    archive.enumeration(call.state, CallState::Ended);
    archive.enumeration(call.trust, CaptureTrust::Lossy);
    archive.field(call.lastCode);
    archive.field(call.startedAt);
    archive.field(call.answeredAt);
    archive.field(call.endedAt);
    archive.field(call.caller);
    archive.field(call.callee);
    archive.field(call.callId);
    archive.field(call.codec);
    archive.field(call.callerTrunk);
    archive.field(call.calleeTrunk);
    archive.field(call.countedAt);
    visitDirections(archive, call.sent);
}
constexpr std::size_t liveCallMinBytes = 69;

template <typename Archive, typename Figures> void visitLiveFigures(Archive& archive, Figures& figures)
{
    archive.field(figures.key);
    visitDirections(archive, figures.sent);
}
constexpr std::size_t liveFiguresBytes = 42;

struct LiveVisit {
    void operator()(Writer& out, const LiveCall& call) const { visitLiveCall(out, call); }
    void operator()(Writer& out, const LiveFigures& figures) const { visitLiveFigures(out, figures); }
    void operator()(Reader& in, LiveCall& call) const { visitLiveCall(in, call); }
    void operator()(Reader& in, LiveFigures& figures) const { visitLiveFigures(in, figures); }
};

template <typename Archive, typename Status> void visitStatusHead(Archive& archive, Status& status)
{
    archive.field(status.source);
    archive.field(status.version);
    archive.field(status.now);
    archive.field(status.liveCalls);
    archive.field(status.framesPerSecond);
    archive.field(status.bitsPerSecond);
    archive.field(status.addressesWithheld);
}
constexpr std::size_t namedCounterMinBytes = 18;

template <typename Archive, typename Counter> void visitNamedCounter(Archive& archive, Counter& counter)
{
    archive.field(counter.name);
    archive.field(counter.value);
    archive.field(counter.perSecond);
}

template <typename Archive, typename Flow> void visitUnboundFlow(Archive& archive, Flow& flow)
{
    for (auto* endpoint : { &flow.flow.src, &flow.flow.dst }) {
        archive.field(endpoint->ip);
        archive.field(endpoint->port);
    }
    archive.field(flow.ssrc.value);
    archive.field(flow.payloadType);
    archive.field(flow.firstPacketAt);
    archive.field(flow.lastPacketAt);
    archive.field(flow.packets);
    archive.field(flow.bytes);
}
constexpr std::size_t unboundFlowBytes = 2 * 18 + 5 + 4 * 8;

}

std::vector<QByteArray> encode(const LiveDelta& delta, std::size_t messageBytes)
{
    return encodeParts(Kind::LiveDelta, delta, messageBytes, LiveVisit());
}

struct LiveSnapshotWriter::Part {
    Writer out;
    std::size_t rowsAt = out.out().size(); // where their number stands
    std::size_t rows = 0;
};

LiveSnapshotWriter::LiveSnapshotWriter(std::uint64_t version, std::size_t messageBytes)
    : m_version(version)
    , m_messageBytes(messageBytes)
{
    beginPart();
}

LiveSnapshotWriter::~LiveSnapshotWriter() = default;

void LiveSnapshotWriter::beginPart()
{
    m_part = std::make_unique<Part>(Part { wire::beginPart(Kind::LiveDelta, m_parts.size(), true, 0, m_version) });
    m_part->out.field(std::uint32_t { 0 });
}

void LiveSnapshotWriter::endPart()
{
    ByteWriter& out = m_part->out.out();
    out.u32At(m_part->rowsAt, count32(m_part->rows));
    out.u32(0); // figures
    out.u32(0); // keys that went
    m_parts.push_back(out.take());
}

void LiveSnapshotWriter::add(std::span<const LiveCall> rows)
{
    for (const LiveCall& row : rows) {
        if (m_part->out.out().size() >= m_messageBytes) {
            endPart();
            beginPart();
        }
        visitLiveCall(m_part->out, row);
        ++m_part->rows;
    }
}

std::vector<QByteArray> LiveSnapshotWriter::finish()
{
    endPart();
    writeNumberOfParts(m_parts);
    return std::move(m_parts);
}

std::optional<LiveDeltaPart> decodeLiveDeltaPart(const QByteArray& blob)
{
    return decodePart<LiveDeltaPart>(blob, Kind::LiveDelta, liveCallMinBytes, LiveVisit(), liveFiguresBytes);
}

QByteArray encode(const ProbeStatus& status)
{
    Writer out(Kind::ProbeStatus);
    visitStatusHead(out, status);
    writeList(out, status.counters, [](Writer& w, const NamedCounter& counter) { visitNamedCounter(w, counter); });
    return writePage(
        std::move(out), status.unboundFlows, [](Writer& w, const UnboundFlow& flow) { visitUnboundFlow(w, flow); });
}

std::optional<ProbeStatus> decodeProbeStatus(const QByteArray& blob)
{
    Reader in(blob, Kind::ProbeStatus);
    ProbeStatus status;
    visitStatusHead(in, status);
    readList(in, status.counters, namedCounterMinBytes,
        [](Reader& r, NamedCounter& counter) { visitNamedCounter(r, counter); });
    readList(
        in, status.unboundFlows, unboundFlowBytes, [](Reader& r, UnboundFlow& flow) { visitUnboundFlow(r, flow); });
    return in.complete() ? std::optional(std::move(status)) : std::nullopt;
}

}
