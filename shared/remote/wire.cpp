#include "shared/remote/wire.h"

#include "shared/remote/wire_alarms.h"
#include "shared/remote/wire_desk.h"
#include "shared/remote/wire_keeping.h"
#include "shared/remote/wire_notes.h"
#include "shared/remote/wire_recording.h"

namespace callmon {

using namespace wire;

namespace {

template <typename Archive>
void visit(Archive& archive,
    auto& endpoint) requires std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(endpoint)>>, Endpoint>
{
    archive.field(endpoint.ip);
    archive.field(endpoint.port);
}

template <typename Archive, typename Call> void visitCallRecord(Archive& archive, Call& call)
{
    archive.field(call.key);
    archive.enumeration(call.state, CallState::Ended);
    archive.enumeration(call.outcome, CallOutcome::Incomplete);
    archive.enumeration(call.endedBy, EndedBy::ProbeStopped);
    archive.enumeration(call.signalling, Signalling::Skinny);
    archive.enumeration(call.transport, Transport::WebSocket);
    archive.field(call.finalCode);
    archive.field(call.lastCode);
    archive.field(call.callId);
    archive.field(call.caller);
    archive.field(call.callee);
    visit(archive, call.callerAddress);
    visit(archive, call.calleeAddress);
    archive.field(call.startedAt);
    archive.field(call.ringingAt);
    archive.field(call.answeredAt);
    archive.field(call.endedAt);
    archive.field(call.lastPacketAt);
    archive.field(call.postDialDelay);
    archive.field(call.answerDelay);
    archive.field(call.signallingRtt);
    archive.field(call.mosMean);
    archive.field(call.mosMin);
    archive.field(call.streamCount);
    archive.field(call.messages);
    archive.field(call.retransmissions);
    archive.field(call.mediaPacketsNotStored);
    archive.field(call.probeFramesLost);
    archive.field(call.pollGapLongest);
    archive.enumeration(call.trust, CaptureTrust::Lossy);
    archive.field(call.q850Cause);
    archive.field(call.endReason);
    archive.field(call.assertedIdentity);
    archive.field(call.diversion);
    archive.field(call.legId);
    archive.field(call.transferTarget);
    archive.field(call.replacedCallId);
    archive.field(call.callerAgent);
    archive.field(call.calleeAgent);
    archive.field(call.sessionExpiresSeconds);
    archive.field(call.branches);
    archive.field(call.offers);
    archive.field(call.holds);
    archive.field(call.holdTime);
    archive.field(call.mediaKinds.bits);
    archive.field(call.secureMedia);
    archive.field(call.beganBeforeProbe);
    archive.enumeration(call.encapsulation, Encapsulation::L2tp);
    archive.field(call.messagesNotStored);
    archive.enumeration(call.mediaAfterAnswer, MediaAfterAnswer::Both);
    archive.field(call.mediaAfterEnd);
    archive.enumeration(call.recorded, Recording::Partly);
    archive.field(call.recordingRule);
    archive.field(call.callerTrunk);
    archive.field(call.calleeTrunk);
    archive.field(call.countedAt);
}
constexpr std::size_t callRecordMinBytes = 179;

void visit(Writer& out, const PayloadUses& payloads)
{
    out.field(toText(payloads));
}

void visit(Reader& in, PayloadUses& payloads)
{
    std::string text;
    in.field(text);
    const auto parsed = payloadUsesOf(text);
    if (!parsed)
        in.fail();
    payloads = parsed.value_or(PayloadUses {});
}

void visitLimits(Writer& out, const std::optional<JitterBufferLimits>& limits)
{
    out.field(limits ? std::optional(limits->maximumMs) : std::nullopt);
    if (limits)
        out.field(limits->absoluteMaximumMs);
}

void visitLimits(Reader& in, std::optional<JitterBufferLimits>& limits)
{
    std::optional<std::uint16_t> maximum;
    in.field(maximum);
    if (!maximum)
        return limits.reset();
    limits = JitterBufferLimits { *maximum };
    in.field(limits->absoluteMaximumMs);
}

template <typename Archive, typename Stream> void visitStreamRecord(Archive& archive, Stream& stream)
{
    archive.field(stream.key.call);
    archive.field(stream.key.index);
    archive.enumeration(stream.direction, Party::Callee);
    visit(archive, stream.flow.src);
    visit(archive, stream.flow.dst);
    archive.field(stream.ssrc.value);
    archive.field(stream.payloadType);
    archive.field(stream.codec);
    archive.field(stream.clockRate.value);
    archive.field(stream.firstPacketAt);
    archive.field(stream.lastPacketAt);
    archive.field(stream.packets);
    archive.field(stream.bytes);
    archive.field(stream.duplicates);
    archive.field(stream.reordered);
    archive.field(stream.expected);
    archive.field(stream.lost);
    archive.field(stream.lossPercent);
    archive.field(stream.jitterMean);
    archive.field(stream.jitterMax);
    archive.field(stream.deltaMin);
    archive.field(stream.deltaMean);
    archive.field(stream.deltaMax);
    archive.field(stream.deltaStddev);
    archive.field(stream.sizeMinBytes);
    archive.field(stream.sizeMeanBytes);
    archive.field(stream.sizeMaxBytes);
    archive.field(stream.sizeStddevBytes);
    archive.field(stream.throughputBps);
    archive.field(stream.rtt);
    archive.field(stream.rFactor);
    archive.field(stream.mosMean);
    archive.field(stream.mosMin);
    archive.field(stream.arrivalUncertaintyMax);
    archive.field(stream.packetsStored);
    archive.field(stream.packetsNotStored);
    archive.field(stream.lostWithProbe);
    archive.field(stream.jitterError);
    archive.enumeration(stream.bindingRule, BindingRule::LearntAddress);
    archive.field(stream.bindingConfidence);
    archive.enumeration(stream.kind, MediaKind::Other);
    archive.field(stream.secure);
    archive.field(stream.packetsJoinedLater);
    archive.field(stream.rtcpReports);
    archive.field(stream.rtcpRtt);
    archive.field(stream.farEndLostPercent);
    archive.field(stream.farEndJitter);
    archive.field(stream.xrMos);
    archive.field(stream.lossRuns);
    archive.field(stream.burstRatio);
    archive.field(stream.burstDensityPercent);
    archive.field(stream.gapDensityPercent);
    archive.field(stream.burstDuration);
    archive.field(stream.gapDuration);
    archive.field(stream.ptime);
    archive.field(stream.comfortNoise);
    archive.field(stream.dtmfDigits);
    archive.field(stream.oneWayDelay);
    archive.enumeration(stream.delaySource, DelaySource::Rtcp);
    archive.field(stream.mosLostToCodec);
    archive.field(stream.mosLostToLoss);
    archive.field(stream.mosLostToBursts);
    archive.field(stream.mosLostToDelay);
    archive.field(stream.mosLostToDiscards);
    archive.enumeration(stream.jitterBuffer, JitterBufferKind::Adaptive);
    archive.field(stream.jitterBufferDelay);
    archive.field(stream.discarded);
    archive.field(stream.dscp);
    archive.field(stream.dscpChanges);
    archive.field(stream.ptimeChanges);
    archive.field(stream.clockSkewPpm);
    archive.field(stream.mediaGaps);
    archive.field(stream.mediaGapLongest);
    archive.field(stream.earlyPackets);
    archive.field(stream.earlyLost);
    archive.field(stream.dtmf);
    archive.field(stream.packetsNotWanted);
    archive.field(stream.xr.lostPercent);
    archive.field(stream.xr.discardedPercent);
    archive.field(stream.xr.burstDensityPercent);
    archive.field(stream.xr.gapDensityPercent);
    archive.field(stream.xr.burstDuration);
    archive.field(stream.xr.gapDuration);
    archive.field(stream.xr.roundTrip);
    archive.field(stream.xr.endSystemDelay);
    archive.field(stream.xr.jitterBuffer);
    archive.field(stream.xr.signalLevelDbm0);
    archive.field(stream.xr.noiseLevelDbm0);
    archive.field(stream.xr.echoReturnLossDb);
    archive.field(stream.xr.rFactor);
    visit(archive, stream.payloads);
    archive.field(stream.describedAt);
    archive.field(stream.xr.externalRFactor);
    archive.field(stream.xr.gapThreshold);
    visitLimits(archive, stream.xr.jitterBufferLimits);
}
constexpr std::size_t streamRecordMinBytes = 330;

template <typename Archive, typename Point> void visitQualityPoint(Archive& archive, Point& point)
{
    archive.field(point.stream.call);
    archive.field(point.stream.index);
    archive.field(point.at);
    archive.field(point.packets);
    archive.field(point.lost);
    archive.field(point.duplicates);
    archive.field(point.reordered);
    archive.field(point.jitterMs);
    archive.field(point.deltaMaxMs);
    archive.field(point.mos);
    archive.field(point.lostWithProbe);
    archive.field(point.jitterErrorMs);
    archive.field(point.bytes);
    archive.field(point.discarded);
    archive.field(point.dscp);
    archive.field(point.earlyMedia);
    archive.field(point.pausing);
    archive.field(point.probeLost);
    archive.field(point.farEnd.lost);
    archive.field(point.farEnd.jitter);
    archive.field(point.farEnd.roundTrip);
    archive.field(point.farEnd.reports);
}
constexpr std::size_t qualityPointBytes = 74;

template <typename Archive, typename Message> void visitMessage(Archive& archive, Message& message)
{
    archive.field(message.head.call);
    archive.field(message.head.arrival);
    archive.field(message.head.uncertainty);
    visit(archive, message.head.flow.src);
    visit(archive, message.head.flow.dst);
    archive.enumeration(message.head.signalling, Signalling::Skinny);
    archive.enumeration(message.head.transport, Transport::WebSocket);
    archive.field(message.head.repeated);
    archive.field(message.head.wireSize);
    archive.field(message.text);
}
constexpr std::size_t messageMinBytes = 69;

template <typename Archive, typename Query> void visitCallQuery(Archive& archive, Query& query)
{
    archive.field(query.from);
    archive.field(query.to);
    archive.field(query.caller);
    archive.field(query.callee);
    archive.field(query.number);
    archive.field(query.callId);
    archive.field(query.leg);
    archive.field(query.key);
    archive.enumeration(query.outcome, CallOutcome::Incomplete);
    archive.enumeration(query.trust, CaptureTrust::Lossy);
    archive.enumeration(query.recorded, Recording::Partly);
    archive.field(query.recordingRule);
    archive.field(query.minMos);
    archive.field(query.maxMos);
    archive.field(query.limit);
    archive.field(query.newestFirst);
    archive.field(query.sortBy);
    archive.field(query.count);
}
constexpr std::size_t mostConditions = 64;
constexpr std::size_t conditionMinBytes = 5;

template <typename Archive, typename Condition> void visitCondition(Archive& archive, Condition& condition)
{
    archive.field(condition.field);
    archive.enumeration(condition.comparison, Comparison::Greater);
    archive.field(condition.value);
}

}

QByteArray encode(const CallQuery& query)
{
    Writer out(Kind::CallQuery);
    visitCallQuery(out, query);
    out.field(query.after ? std::optional(toText(*query.after)) : std::nullopt);
    return writePage(std::move(out), query.conditions,
        [](Writer& w, const CallCondition& condition) { visitCondition(w, condition); });
}

std::optional<CallQuery> decodeCallQuery(const QByteArray& blob)
{
    Reader in(blob, Kind::CallQuery);
    CallQuery query;
    visitCallQuery(in, query);
    std::optional<std::string> after;
    in.field(after);
    if (after)
        query.after = parseCursor(*after);
    readList(in, query.conditions, conditionMinBytes,
        [](Reader& r, CallCondition& condition) { visitCondition(r, condition); });
    const bool good =
        in.complete() && after.has_value() == query.after.has_value() && query.conditions.size() <= mostConditions;
    return good ? std::optional(std::move(query)) : std::nullopt;
}

QByteArray encode(const FoundCalls& page)
{
    Writer out(Kind::FoundCalls);
    out.field(page.matchesInAll);
    writeTags(out, page.tags);
    return writePage(std::move(out), page.calls, [](Writer& w, const CallRecord& call) { visitCallRecord(w, call); });
}

QByteArray encode(const StreamPage& page)
{
    return writePage(Writer(Kind::StreamPage), page.streams,
        [](Writer& w, const StreamRecord& stream) { visitStreamRecord(w, stream); });
}

QByteArray encode(const QualityPage& page)
{
    return writePage(Writer(Kind::QualityPage), page.points,
        [](Writer& w, const QualityPoint& point) { visitQualityPoint(w, point); });
}

QByteArray encode(const MediaPage& page)
{
    Writer out(Kind::MediaPage);
    out.field(page.stream.call);
    out.field(page.stream.index);
    out.out().bytes(bytesOf(page.bytes));
    return out.out().take();
}

QByteArray encode(const MessagePage& page)
{
    return writePage(Writer(Kind::MessagePage), page.messages,
        [](Writer& w, const CallMessage& message) { visitMessage(w, message); });
}

std::optional<RemoteAnswer> decodeAnswer(const QByteArray& blob)
{
    if (blob.isEmpty())
        return std::nullopt;
    if (isServiceRowPage(blob))
        return decodeServiceRowPage(blob);
    const auto kind = static_cast<Kind>(blob[0]);
    Reader in(blob, kind);
    RemoteAnswer answer;
    switch (kind) {
    case Kind::FoundCalls: {
        FoundCalls& page = answer.emplace<FoundCalls>();
        in.field(page.matchesInAll);
        readTags(in, page.tags);
        readList(in, page.calls, callRecordMinBytes, [](Reader& r, CallRecord& call) { visitCallRecord(r, call); });
        break;
    }
    case Kind::StreamPage:
        readList(in, answer.emplace<StreamPage>().streams, streamRecordMinBytes,
            [](Reader& r, StreamRecord& stream) { visitStreamRecord(r, stream); });
        break;
    case Kind::QualityPage:
        readList(in, answer.emplace<QualityPage>().points, qualityPointBytes,
            [](Reader& r, QualityPoint& point) { visitQualityPoint(r, point); });
        break;
    case Kind::MessagePage:
        readList(in, answer.emplace<MessagePage>().messages, messageMinBytes,
            [](Reader& r, CallMessage& message) { visitMessage(r, message); });
        break;
    case Kind::MediaPage: {
        MediaPage& page = answer.emplace<MediaPage>();
        in.field(page.stream.call);
        in.field(page.stream.index);
        const Bytes rest = in.rest();
        page.bytes = QByteArray(reinterpret_cast<const char*>(rest.data()), static_cast<qsizetype>(rest.size()));
        break;
    }
    case Kind::FoundAlarms:
        readPage(in, answer.emplace<FoundAlarms>());
        break;
    case Kind::AlarmRulePage:
        readPage(in, answer.emplace<AlarmRulePage>());
        break;
    case Kind::AlarmRuleChangePage:
        readPage(in, answer.emplace<AlarmRuleChangePage>());
        break;
    case Kind::RecordingRules:
        readRules(in, answer.emplace<RecordingRules>());
        break;
    case Kind::HoldPage:
        readPage(in, answer.emplace<HoldPage>());
        break;
    case Kind::DeletionPage:
        readPage(in, answer.emplace<DeletionPage>());
        break;
    case Kind::CallNotes:
        readNotes(in, answer.emplace<CallNotes>());
        break;
    case Kind::TagNamePage:
        readPage(in, answer.emplace<TagNamePage>());
        break;
    case Kind::RemoteIdentity:
        readIdentity(in, answer.emplace<RemoteIdentity>());
        break;
    case Kind::AuditPage:
        readPage(in, answer.emplace<AuditPage>());
        break;
    case Kind::RetentionClock:
        readClock(in, answer.emplace<RetentionClock>());
        break;
    case Kind::AnswerRemarks:
        readPage(in, answer.emplace<AnswerRemarks>());
        break;
    default:
        return std::nullopt;
    }
    return in.complete() ? std::optional(std::move(answer)) : std::nullopt;
}

}
