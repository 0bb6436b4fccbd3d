#include "shared/remote/live_snapshot_writer.h"
#include "shared/remote/wire.h"
#include "shared/remote/wire_service.h"
#include "tests/shared/remote/sample_blobs.h"

#include <QTest>
#include <cstring>

using namespace callmon;

namespace {

Timestamp at(std::int64_t nanoseconds)
{
    return timestampFromNanoseconds(nanoseconds);
}

CallRecord fullCall()
{
    CallRecord call = sample::fullCall(at(1'700'000'000'123'456'789), std::string(254, 'i'));
    call.lastPacketAt = at(-5);
    return call;
}

void compare(const CallRecord& a, const CallRecord& b)
{
    QCOMPARE(a.key, b.key);
    QCOMPARE(a.state, b.state);
    QCOMPARE(a.outcome, b.outcome);
    QCOMPARE(a.endedBy, b.endedBy);
    QCOMPARE(a.signalling, b.signalling);
    QCOMPARE(a.transport, b.transport);
    QCOMPARE(a.finalCode, b.finalCode);
    QCOMPARE(a.lastCode, b.lastCode);
    QCOMPARE(a.callId, b.callId);
    QCOMPARE(a.caller, b.caller);
    QCOMPARE(a.callee, b.callee);
    QVERIFY(a.callerAddress == b.callerAddress);
    QVERIFY(a.calleeAddress == b.calleeAddress);
    QCOMPARE(a.startedAt, b.startedAt);
    QCOMPARE(a.ringingAt, b.ringingAt);
    QCOMPARE(a.answeredAt, b.answeredAt);
    QCOMPARE(a.endedAt, b.endedAt);
    QCOMPARE(a.lastPacketAt, b.lastPacketAt);
    QCOMPARE(a.postDialDelay, b.postDialDelay);
    QCOMPARE(a.answerDelay, b.answerDelay);
    QCOMPARE(a.signallingRtt, b.signallingRtt);
    QCOMPARE(a.mosMean, b.mosMean);
    QCOMPARE(a.mosMin, b.mosMin);
    QCOMPARE(a.streamCount, b.streamCount);
    QCOMPARE(a.messages, b.messages);
    QCOMPARE(a.retransmissions, b.retransmissions);
    QCOMPARE(a.mediaPacketsNotStored, b.mediaPacketsNotStored);
    QCOMPARE(a.probeFramesLost, b.probeFramesLost);
    QCOMPARE(a.pollGapLongest, b.pollGapLongest);
    QCOMPARE(a.trust, b.trust);
    QCOMPARE(a.q850Cause, b.q850Cause);
    QCOMPARE(a.endReason, b.endReason);
    QCOMPARE(a.assertedIdentity, b.assertedIdentity);
    QCOMPARE(a.diversion, b.diversion);
    QCOMPARE(a.legId, b.legId);
    QCOMPARE(a.transferTarget, b.transferTarget);
    QCOMPARE(a.replacedCallId, b.replacedCallId);
    QCOMPARE(a.callerAgent, b.callerAgent);
    QCOMPARE(a.calleeAgent, b.calleeAgent);
    QCOMPARE(a.sessionExpiresSeconds, b.sessionExpiresSeconds);
    QCOMPARE(a.branches, b.branches);
    QCOMPARE(a.offers, b.offers);
    QCOMPARE(a.holds, b.holds);
    QCOMPARE(a.holdTime, b.holdTime);
    QCOMPARE(a.mediaKinds.bits, b.mediaKinds.bits);
    QCOMPARE(a.secureMedia, b.secureMedia);
    QCOMPARE(a.beganBeforeProbe, b.beganBeforeProbe);
    QCOMPARE(a.encapsulation, b.encapsulation);
    QCOMPARE(a.messagesNotStored, b.messagesNotStored);
    QCOMPARE(a.mediaAfterAnswer, b.mediaAfterAnswer);
    QCOMPARE(a.mediaAfterEnd, b.mediaAfterEnd);
    QCOMPARE(a.recorded, b.recorded);
    QCOMPARE(a.recordingRule, b.recordingRule);
    QCOMPARE(a.callerTrunk, b.callerTrunk);
    QCOMPARE(a.calleeTrunk, b.calleeTrunk);
    QCOMPARE(a.countedAt, b.countedAt);
}

StreamRecord fullStream()
{
    return sample::fullStream({ 77 }, 4, at(5));
}

void compare(const StreamRecord& a, const StreamRecord& b)
{
    QCOMPARE(a.key, b.key);
    QCOMPARE(a.direction, b.direction);
    QCOMPARE(a.flow, b.flow);
    QCOMPARE(a.ssrc, b.ssrc);
    QCOMPARE(a.payloadType, b.payloadType);
    QCOMPARE(a.codec, b.codec);
    QCOMPARE(a.clockRate, b.clockRate);
    QCOMPARE(a.firstPacketAt, b.firstPacketAt);
    QCOMPARE(a.lastPacketAt, b.lastPacketAt);
    QCOMPARE(a.packets, b.packets);
    QCOMPARE(a.bytes, b.bytes);
    QCOMPARE(a.duplicates, b.duplicates);
    QCOMPARE(a.reordered, b.reordered);
    QCOMPARE(a.expected, b.expected);
    QCOMPARE(a.lost, b.lost);
    QCOMPARE(a.lossPercent, b.lossPercent);
    QCOMPARE(a.jitterMean, b.jitterMean);
    QCOMPARE(a.jitterMax, b.jitterMax);
    QCOMPARE(a.deltaMin, b.deltaMin);
    QCOMPARE(a.deltaMean, b.deltaMean);
    QCOMPARE(a.deltaMax, b.deltaMax);
    QCOMPARE(a.deltaStddev, b.deltaStddev);
    QCOMPARE(a.sizeMinBytes, b.sizeMinBytes);
    QCOMPARE(a.sizeMeanBytes, b.sizeMeanBytes);
    QCOMPARE(a.sizeMaxBytes, b.sizeMaxBytes);
    QCOMPARE(a.sizeStddevBytes, b.sizeStddevBytes);
    QCOMPARE(a.throughputBps, b.throughputBps);
    QCOMPARE(a.rtt, b.rtt);
    QCOMPARE(a.rFactor, b.rFactor);
    QCOMPARE(a.mosMean, b.mosMean);
    QCOMPARE(a.mosMin, b.mosMin);
    QCOMPARE(a.arrivalUncertaintyMax, b.arrivalUncertaintyMax);
    QCOMPARE(a.packetsStored, b.packetsStored);
    QCOMPARE(a.packetsNotStored, b.packetsNotStored);
    QCOMPARE(a.packetsNotWanted, b.packetsNotWanted);
    QCOMPARE(a.lostWithProbe, b.lostWithProbe);
    QCOMPARE(a.jitterError, b.jitterError);
    QCOMPARE(a.bindingRule, b.bindingRule);
    QCOMPARE(a.bindingConfidence, b.bindingConfidence);
    QCOMPARE(a.kind, b.kind);
    QCOMPARE(a.secure, b.secure);
    QCOMPARE(a.packetsJoinedLater, b.packetsJoinedLater);
    QCOMPARE(a.rtcpReports, b.rtcpReports);
    QCOMPARE(a.rtcpRtt, b.rtcpRtt);
    QCOMPARE(a.farEndLostPercent, b.farEndLostPercent);
    QCOMPARE(a.farEndJitter, b.farEndJitter);
    QCOMPARE(a.xrMos, b.xrMos);
    QCOMPARE(a.xr.lostPercent, b.xr.lostPercent);
    QCOMPARE(a.xr.discardedPercent, b.xr.discardedPercent);
    QCOMPARE(a.xr.burstDensityPercent, b.xr.burstDensityPercent);
    QCOMPARE(a.xr.gapDensityPercent, b.xr.gapDensityPercent);
    QCOMPARE(a.xr.burstDuration, b.xr.burstDuration);
    QCOMPARE(a.xr.gapDuration, b.xr.gapDuration);
    QCOMPARE(a.xr.roundTrip, b.xr.roundTrip);
    QCOMPARE(a.xr.endSystemDelay, b.xr.endSystemDelay);
    QCOMPARE(a.xr.jitterBuffer, b.xr.jitterBuffer);
    QCOMPARE(a.xr.signalLevelDbm0, b.xr.signalLevelDbm0);
    QCOMPARE(a.xr.noiseLevelDbm0, b.xr.noiseLevelDbm0);
    QCOMPARE(a.xr.echoReturnLossDb, b.xr.echoReturnLossDb);
    QCOMPARE(a.xr.rFactor, b.xr.rFactor);
    QCOMPARE(a.xr.externalRFactor, b.xr.externalRFactor);
    QCOMPARE(a.xr.gapThreshold, b.xr.gapThreshold);
    QVERIFY(a.xr.jitterBufferLimits == b.xr.jitterBufferLimits);
    QCOMPARE(a.lossRuns, b.lossRuns);
    QCOMPARE(a.burstRatio, b.burstRatio);
    QCOMPARE(a.burstDensityPercent, b.burstDensityPercent);
    QCOMPARE(a.gapDensityPercent, b.gapDensityPercent);
    QCOMPARE(a.burstDuration, b.burstDuration);
    QCOMPARE(a.gapDuration, b.gapDuration);
    QCOMPARE(a.ptime, b.ptime);
    QCOMPARE(a.comfortNoise, b.comfortNoise);
    QCOMPARE(a.dtmfDigits, b.dtmfDigits);
    QCOMPARE(a.oneWayDelay, b.oneWayDelay);
    QCOMPARE(a.delaySource, b.delaySource);
    QCOMPARE(a.mosLostToCodec, b.mosLostToCodec);
    QCOMPARE(a.mosLostToLoss, b.mosLostToLoss);
    QCOMPARE(a.mosLostToBursts, b.mosLostToBursts);
    QCOMPARE(a.mosLostToDelay, b.mosLostToDelay);
    QCOMPARE(a.mosLostToDiscards, b.mosLostToDiscards);
    QCOMPARE(a.jitterBuffer, b.jitterBuffer);
    QCOMPARE(a.jitterBufferDelay, b.jitterBufferDelay);
    QCOMPARE(a.discarded, b.discarded);
    QCOMPARE(a.dscp, b.dscp);
    QCOMPARE(a.dscpChanges, b.dscpChanges);
    QCOMPARE(a.ptimeChanges, b.ptimeChanges);
    QCOMPARE(a.clockSkewPpm, b.clockSkewPpm);
    QCOMPARE(a.mediaGaps, b.mediaGaps);
    QCOMPARE(a.mediaGapLongest, b.mediaGapLongest);
    QCOMPARE(a.earlyPackets, b.earlyPackets);
    QCOMPARE(a.earlyLost, b.earlyLost);
    QCOMPARE(a.dtmf, b.dtmf);
    QVERIFY(a.payloads == b.payloads && a.describedAt == b.describedAt);
}

LiveCall fullLiveCall()
{
    LiveCall call;
    call.key = { 99 };
    call.state = CallState::Ringing;
    call.trust = CaptureTrust::Delayed;
    call.lastCode = 183;
    call.startedAt = at(1);
    call.answeredAt = at(2);
    call.endedAt = at(3);
    call.caller = "alice";
    call.callee = "bob";
    call.callId = "id@host";
    call.codec = "G729";
    call.callerTrunk = "north";
    call.calleeTrunk = "other";
    call.countedAt = at(4);
    call.sent[0] = { true, 4.F, 3.F, 1.5F, 20.F };
    call.sent[1] = { true, 4.1F, 3.1F, 1.6F, 21.F };
    return call;
}

void compare(const std::array<LiveDirection, 2>& a, const std::array<LiveDirection, 2>& b)
{
    for (std::size_t i = 0; i < 2; ++i) {
        QCOMPARE(a[i].seen, b[i].seen);
        QCOMPARE(a[i].mosNow, b[i].mosNow);
        QCOMPARE(a[i].mosMin, b[i].mosMin);
        QCOMPARE(a[i].lossPercent, b[i].lossPercent);
        QCOMPARE(a[i].jitterMs, b[i].jitterMs);
    }
}

void compare(const LiveCall& a, const LiveCall& b)
{
    QCOMPARE(a.key, b.key);
    QCOMPARE(a.state, b.state);
    QCOMPARE(a.trust, b.trust);
    QCOMPARE(a.lastCode, b.lastCode);
    QCOMPARE(a.startedAt, b.startedAt);
    QCOMPARE(a.answeredAt, b.answeredAt);
    QCOMPARE(a.endedAt, b.endedAt);
    QCOMPARE(a.caller, b.caller);
    QCOMPARE(a.callee, b.callee);
    QCOMPARE(a.callId, b.callId);
    QCOMPARE(a.callerTrunk, b.callerTrunk);
    QCOMPARE(a.calleeTrunk, b.calleeTrunk);
    QCOMPARE(a.countedAt, b.countedAt);
    QCOMPARE(a.codec, b.codec);
    compare(a.sent, b.sent);
}

CallQuery fullQuery()
{
    CallQuery query;
    query.from = at(1);
    query.to = at(2);
    query.caller = "+34*";
    query.callee = "*99";
    query.number = "5";
    query.callId = "x@y";
    query.leg = "l@y";
    query.key = CallKey { 3 };
    query.outcome = CallOutcome::NoAnswer;
    query.trust = CaptureTrust::Delayed;
    query.recorded = Recording::No;
    query.recordingRule = "board";
    query.minMos = 1.5;
    query.maxMos = 2.5;
    query.limit = 1ULL << 33;
    query.newestFirst = true;
    query.sortBy = "mos_mean";
    query.count = false;
    query.after = CallCursor { 3.1234567890123456, { 77 } };
    query.conditions = { { "caller", Comparison::NotEqual, "+34*" }, { "final_code", Comparison::Greater, "399" } };
    return query;
}

void compare(const CallQuery& a, const CallQuery& b)
{
    QCOMPARE(a.from, b.from);
    QCOMPARE(a.to, b.to);
    QCOMPARE(a.caller, b.caller);
    QCOMPARE(a.callee, b.callee);
    QCOMPARE(a.number, b.number);
    QCOMPARE(a.callId, b.callId);
    QCOMPARE(a.leg, b.leg);
    QCOMPARE(a.key, b.key);
    QCOMPARE(a.outcome, b.outcome);
    QCOMPARE(a.trust, b.trust);
    QCOMPARE(a.recorded, b.recorded);
    QCOMPARE(a.recordingRule, b.recordingRule);
    QCOMPARE(a.minMos, b.minMos);
    QCOMPARE(a.maxMos, b.maxMos);
    QCOMPARE(a.limit, b.limit);
    QCOMPARE(a.newestFirst, b.newestFirst);
    QCOMPARE(a.sortBy, b.sortBy);
    QCOMPARE(a.count, b.count);
    QVERIFY(a.after == b.after);
    QVERIFY(a.conditions == b.conditions);
}

template <typename Page> Page through(const Page& page)
{
    const auto answer = decodeAnswer(encode(page));
    return answer && std::holds_alternative<Page>(*answer) ? std::get<Page>(*answer) : Page {};
}

LiveDelta deltaOf(int rows, int figures, int removals)
{
    LiveDelta delta;
    delta.fromVersion = 5;
    delta.toVersion = 9;
    for (int i = 0; i < rows; ++i) {
        delta.changed.push_back(fullLiveCall());
        delta.changed.back().key = { i };
    }
    for (int i = 0; i < figures; ++i)
        delta.figures.push_back({ { 500'000 + i }, fullLiveCall().sent });
    for (int i = 0; i < removals; ++i)
        delta.removed.push_back({ 1'000'000 + i });
    return delta;
}

bool decodes(const QByteArray& blob)
{
    return decodeLiveDeltaPart(blob) || decodeCallQuery(blob) || decodeProbeStatus(blob) || decodeAnswer(blob)
        || decodeAlarmDeltaPart(blob) || decodeAlarmQuery(blob) || decodeAlarmRule(blob) || decodeServiceQuery(blob)
        || decodeServiceRowPage(blob) || decodeRecordingRules(blob) || decodeDeletionRequest(blob)
        || decodeAuditQuery(blob) || decodeSentence(blob);
}

void compare(const Alarm& a, const Alarm& b)
{
    QCOMPARE(a.id.value, b.id.value);
    QCOMPARE(a.rule, b.rule);
    QCOMPARE(a.kind, b.kind);
    QCOMPARE(a.severity, b.severity);
    QCOMPARE(a.end, b.end);
    QCOMPARE(a.since, b.since);
    QCOMPARE(a.raisedAt, b.raisedAt);
    QCOMPARE(a.clearedAt, b.clearedAt);
    QCOMPARE(a.call, b.call);
    QCOMPARE(a.direction, b.direction);
    QCOMPARE(a.caller, b.caller);
    QCOMPARE(a.callee, b.callee);
    QCOMPARE(a.metric, b.metric);
    QCOMPARE(a.group, b.group);
    QCOMPARE(a.calls, b.calls);
    QCOMPARE(a.figure, b.figure);
    QCOMPARE(a.worst, b.worst);
    QCOMPARE(a.threshold, b.threshold);
    QCOMPARE(a.text, b.text);
    QCOMPARE(a.raiseAfter, b.raiseAfter);
    QCOMPARE(a.windowMinutes, b.windowMinutes);
    QCOMPARE(a.part, b.part);
    QCOMPARE(a.partCalls, b.partCalls);
    QCOMPARE(a.callThreshold, b.callThreshold);
    QCOMPARE(a.acknowledgedAt, b.acknowledgedAt);
    QCOMPARE(a.acknowledgedBy, b.acknowledgedBy);
    QCOMPARE(a.comment, b.comment);
    QCOMPARE(a.shelvedUntil, b.shelvedUntil);
    QCOMPARE(a.shelvedBy, b.shelvedBy);
    QCOMPARE(a.shelfComment, b.shelfComment);
}

void compare(const AlarmRule& a, const AlarmRule& b)
{
    QCOMPARE(a.name, b.name);
    QCOMPARE(a.kind, b.kind);
    QCOMPARE(a.severity, b.severity);
    QCOMPARE(a.enabled, b.enabled);
    QCOMPARE(a.threshold, b.threshold);
    QCOMPARE(a.clearThreshold, b.clearThreshold);
    QCOMPARE(a.raiseAfter, b.raiseAfter);
    QCOMPARE(a.clearAfter, b.clearAfter);
    QCOMPARE(a.together, b.together);
    QCOMPARE(a.metric, b.metric);
    QCOMPARE(a.group, b.group);
    QCOMPARE(a.windowMinutes, b.windowMinutes);
    QCOMPARE(a.leastCalls, b.leastCalls);
    QCOMPARE(a.changedBy, b.changedBy);
    QCOMPARE(a.changedAt, b.changedAt);
}

Hold aHold()
{
    Hold hold;
    hold.state = HoldState::Held;
    hold.setBy = "ada";
    hold.reason = "case 17";
    hold.missing = { sentence("%1 of %2 is gone.", 1, 2), sentence("So is %1.", 3) };
    return hold;
}

class WireTest : public QObject {
    Q_OBJECT

private slots:
    void everyFieldOfACallArrives()
    {
        const FoundCalls page { 1ULL << 35, { fullCall(), CallRecord {} },
            { { { 77 }, "bad-line billing", textOf(aHold()) }, { { 78 }, "billing" } } };
        const FoundCalls there = through(page);
        QCOMPARE(there.tags.size(), 2u);
        QVERIFY(there.tags[0].legalHold == page.tags[0].legalHold);
        QCOMPARE(toText(there.tags[0].legalHold), std::string("kept by hold, ada: case 17 (1 of 2 is gone. So is 3.)"));
        QVERIFY(there.tags[1].legalHold == Sentence());
        QCOMPARE(there.matchesInAll, page.matchesInAll);
        QCOMPARE(there.calls.size(), 2u);
        compare(there.calls[0], page.calls[0]);
        compare(there.calls[1], page.calls[1]); // every optional absent
    }

    void everyFieldOfAStreamArrives()
    {
        const StreamPage page { { fullStream(), StreamRecord {} } };
        const StreamPage there = through(page);
        QCOMPARE(there.streams.size(), 2u);
        compare(there.streams[0], page.streams[0]);
        compare(there.streams[1], page.streams[1]);
    }

    void everyFieldOfAQualityPointArrives()
    {
        QualityPoint point;
        point.stream = { { 5 }, 6 };
        point.at = at(7);
        point.packets = 8;
        point.lost = 9;
        point.duplicates = 10;
        point.reordered = 11;
        point.jitterMs = 1.5F;
        point.deltaMaxMs = 2.5F;
        point.mos = 3.5F;
        point.lostWithProbe = 12;
        point.jitterErrorMs = 4.5F;
        point.bytes = 13;
        point.discarded = 14;
        point.dscp = 15;
        point.earlyMedia = true;
        point.pausing = true;
        point.probeLost = true;
        point.farEnd = { 16, 17, 18, 19 };
        const QualityPage there = through(QualityPage { { point } });
        QCOMPARE(there.points.size(), 1u);
        const QualityPoint& b = there.points[0];
        QCOMPARE(b.stream, point.stream);
        QCOMPARE(b.at, point.at);
        QCOMPARE(b.packets, point.packets);
        QCOMPARE(b.lost, point.lost);
        QCOMPARE(b.duplicates, point.duplicates);
        QCOMPARE(b.reordered, point.reordered);
        QCOMPARE(b.jitterMs, point.jitterMs);
        QCOMPARE(b.deltaMaxMs, point.deltaMaxMs);
        QCOMPARE(b.mos, point.mos);
        QCOMPARE(b.lostWithProbe, point.lostWithProbe);
        QCOMPARE(b.jitterErrorMs, point.jitterErrorMs);
        QCOMPARE(b.bytes, point.bytes);
        QCOMPARE(b.discarded, point.discarded);
        QCOMPARE(b.dscp, point.dscp);
        QVERIFY(b.earlyMedia && b.pausing && b.probeLost);
        QCOMPARE(b.farEnd, point.farEnd);
    }

    void messagesArriveByteForByte()
    {
        CallMessage message;
        message.head.call = { 1 };
        message.head.arrival = timestampFromNanoseconds(2);
        message.head.uncertainty = Nanoseconds(3);
        message.head.flow = { { *IpAddress::parse("10.0.0.1"), 4 }, { *IpAddress::parse("2001:db8::1"), 65535 } };
        message.head.signalling = Signalling::Skinny;
        message.head.transport = Transport::WebSocket;
        message.head.repeated = true;
        message.head.wireSize = 70'000;
        message.text = std::string("INVITE\r\n\0\xff", 10) + std::string(65'525, 'x');
        const MessagePage there = through(MessagePage { { {}, message } });
        QCOMPARE(there.messages.size(), 2u);
        const CallMessage& b = there.messages[1];
        QCOMPARE(b.head.call, message.head.call);
        QCOMPARE(b.head.arrival, message.head.arrival);
        QCOMPARE(b.head.uncertainty, message.head.uncertainty);
        QCOMPARE(b.head.flow, message.head.flow);
        QCOMPARE(b.head.signalling, message.head.signalling);
        QCOMPARE(b.head.transport, message.head.transport);
        QCOMPARE(b.head.repeated, message.head.repeated);
        QCOMPARE(b.head.wireSize, message.head.wireSize);
        QVERIFY(b.text == message.text);
    }

    void mediaArriveByteForByte()
    {
        const MediaPage page { { { 5 }, 6 }, QByteArray("\0\xff binary", 9) };
        const MediaPage there = through(page);
        QCOMPARE(there.stream, page.stream);
        QCOMPARE(there.bytes, page.bytes);
    }

    void everyFieldOfAQueryArrives()
    {
        const auto full = decodeCallQuery(encode(fullQuery()));
        QVERIFY(full);
        compare(*full, fullQuery());
        const auto empty = decodeCallQuery(encode(CallQuery {}));
        QVERIFY(empty);
        compare(*empty, CallQuery {});
    }

    void everyFieldOfTheStatusArrives()
    {
        ProbeStatus status;
        status.source = "net_af_packet0,iface=eth1";
        status.version = "0.1.0";
        status.now = at(9);
        status.liveCalls = 52'000;
        status.framesPerSecond = 5'200'000;
        status.bitsPerSecond = 9'000'000'000;
        status.counters = { { "frames_received", 1ULL << 50, 1ULL << 40 }, { "", 0 } };
        for (const std::uint16_t port : { std::uint16_t { 4000 }, std::uint16_t { 4002 } })
            status.unboundFlows.push_back(
                { { { IpAddress::v4(0x0a000001), port }, { IpAddress::v4(0x0a000002), 6000 } }, Ssrc { 0x1a2b3c4d }, 8,
                    at(1), at(8), 1ULL << 40, 1ULL << 50 });
        status.addressesWithheld = true;
        const auto there = decodeProbeStatus(encode(status));
        QVERIFY(there);
        QVERIFY(there->addressesWithheld);
        QCOMPARE(there->source, status.source);
        QCOMPARE(there->version, status.version);
        QCOMPARE(there->now, status.now);
        QCOMPARE(there->liveCalls, status.liveCalls);
        QCOMPARE(there->framesPerSecond, status.framesPerSecond);
        QCOMPARE(there->bitsPerSecond, status.bitsPerSecond);
        QVERIFY(there->unboundFlows == status.unboundFlows);
        QCOMPARE(there->counters.size(), 2u);
        QCOMPARE(there->counters[0].name, status.counters[0].name);
        QCOMPARE(there->counters[0].value, status.counters[0].value);
        QCOMPARE(there->counters[0].perSecond, status.counters[0].perSecond);
    }

    void everyFieldOfTheClockAndOfRemarksArrives()
    {
        for (const RetentionClock& sent :
            { RetentionClock { at(9), at(4), true }, RetentionClock { at(9), {}, false } }) {
            const auto there = decodeAnswer(encode(sent));
            QVERIFY(there && std::holds_alternative<RetentionClock>(*there));
            const auto& clock = std::get<RetentionClock>(*there);
            QCOMPARE(clock.now, sent.now);
            QVERIFY(clock.lastBelieved == sent.lastBelieved);
            QCOMPARE(clock.doubted, sent.doubted);
        }
        const std::vector<Sentence> remarks { sentence("Calls of %1 are left out: %2.", "2026-11-02", 7),
            plainText("a day is damaged"), Sentence {} };
        const auto there = decodeAnswer(encode(AnswerRemarks { remarks }));
        QVERIFY(there && std::holds_alternative<AnswerRemarks>(*there));
        QVERIFY(std::get<AnswerRemarks>(*there).remarks == remarks);
    }

    void everyFieldOfALiveCallArrives()
    {
        LiveDelta delta;
        delta.snapshot = true;
        delta.toVersion = 12;
        delta.changed = { fullLiveCall(), LiveCall {} };
        const auto parts = encode(delta);
        QCOMPARE(parts.size(), 1u);
        const auto there = decodeLiveDeltaPart(parts[0]);
        QVERIFY(there);
        QVERIFY(there->delta.snapshot);
        QCOMPARE(there->delta.toVersion, 12u);
        QCOMPARE(there->delta.changed.size(), 2u);
        compare(there->delta.changed[0], delta.changed[0]);
        compare(there->delta.changed[1], delta.changed[1]);
    }

    void aSentenceArrivesWithItsParts()
    {
        const Sentence why = sentence("Calls of %1 are left out: %2.", "2026-11-02",
            sentence("it expired at %1", timestampFromNanoseconds(1'795'413'600'000'000'001)));
        QCOMPARE(decodeSentence(encode(why)), std::optional(why));
    }

    // What nests deeper than anybody words a sentence is sent as its English text, and believed from nobody.
    void aSentenceIsOfBoundedDepthAndWidth()
    {
        Sentence deep = plainText("the end");
        for (int i = 0; i < 20; ++i)
            deep = sentence("because %1", deep);
        QCOMPARE(decodeSentence(encode(deep)), std::optional(plainText(toText(deep))));
        Sentence wide { Sentence::Sort::Pattern, "%1", std::vector<Sentence>(10, plainText("x")) };
        QCOMPARE(decodeSentence(encode(wide)), std::optional(plainText("x")));

        QByteArray hostile = encode(sentence("%1", sentence("%1", "x")));
        const QByteArray level =
            QByteArray::fromHex("03") + QByteArray::fromHex("0002") + "%1" + QByteArray::fromHex("01");
        QCOMPARE(hostile.count(level), 2);
        const qsizetype at = hostile.indexOf(level);
        hostile.insert(at, level.repeated(3));
        QVERIFY(decodeSentence(hostile)); // five patterns and a text
        hostile.insert(at, level);
        QVERIFY(!decodeSentence(hostile));
        hostile.insert(at, level.repeated(100'000));
        QVERIFY(!decodeSentence(hostile));
        Sentence part = plainText("x");
        part.parts.push_back(part);
        QVERIFY(!decodeSentence(encode(part))); // parts of what is no pattern
    }

    void everyFieldOfAnAlarmArrives()
    {
        AlarmDelta delta;
        delta.fromVersion = 5;
        delta.toVersion = 9;
        delta.changed = { sample::fullAlarm(), Alarm {} };
        delta.removed = { { 3 }, { -4 } };
        const auto part = decodeAlarmDeltaPart(encode(delta)[0]);
        QVERIFY(part);
        QCOMPARE(part->delta.fromVersion, 5u);
        QCOMPARE(part->delta.toVersion, 9u);
        QCOMPARE(part->delta.removed, delta.removed);
        const FoundAlarms page = through(FoundAlarms { 1ULL << 35, delta.changed });
        QCOMPARE(page.matchesInAll, 1ULL << 35);
        for (const auto* list : { &part->delta.changed, &page.alarms }) {
            QCOMPARE(list->size(), 2u);
            compare((*list)[0], sample::fullAlarm());
            compare((*list)[1], Alarm {}); // every optional absent
        }
    }

    void everyFieldOfARuleAndOfItsChangeArrives()
    {
        const auto rule = decodeAlarmRule(encode(sample::fullRule()));
        QVERIFY(rule);
        compare(*rule, sample::fullRule());
        const AlarmRulePage rules = through(AlarmRulePage { { AlarmRule {}, sample::fullRule() } });
        QCOMPARE(rules.rules.size(), 2u);
        compare(rules.rules[1], sample::fullRule());
        const auto changes = through(AlarmRuleChangePage { { { sample::fullRule(), true }, {} } });
        QCOMPARE(changes.changes.size(), 2u);
        compare(changes.changes[0].rule, sample::fullRule());
        QVERIFY(changes.changes[0].removed);
        QVERIFY(!changes.changes[1].removed);
    }

    void everyFieldOfARecordingRuleArrives()
    {
        const RecordingRules rules { 1ULL << 40, { sample::fullRecordingRule(), RecordingRule {} } };
        const auto request = decodeRecordingRules(encode(rules));
        QVERIFY(request);
        const RecordingRules answer = through(rules);
        for (const RecordingRules* there : { &*request, &answer }) {
            QCOMPARE(there->version, 1ULL << 40);
            QCOMPARE(there->rules.size(), 2u);
            for (std::size_t i = 0; i < 2; ++i) {
                QVERIFY(saysTheSame(there->rules[i], rules.rules[i]));
                QCOMPARE(there->rules[i].changedBy, rules.rules[i].changedBy);
                QCOMPARE(there->rules[i].changedAt, rules.rules[i].changedAt);
            }
        }
    }

    void everyFieldOfAnAlarmQueryArrives()
    {
        AlarmQuery query;
        query.from = at(1);
        query.to = at(2);
        query.id = AlarmId { 3 };
        query.severity = AlarmSeverity::Minor;
        query.kind = AlarmKind::NoTraffic;
        query.rule = "no-traffic";
        query.call = CallKey { 4 };
        query.openOnly = true;
        query.limit = 1ULL << 33;
        query.newestFirst = true;
        const auto there = decodeAlarmQuery(encode(query));
        QVERIFY(there);
        QCOMPARE(there->from, query.from);
        QCOMPARE(there->to, query.to);
        QCOMPARE(there->id->value, query.id->value);
        QCOMPARE(there->severity, query.severity);
        QCOMPARE(there->kind, query.kind);
        QCOMPARE(there->rule, query.rule);
        QCOMPARE(there->call, query.call);
        QVERIFY(there->openOnly);
        QCOMPARE(there->limit, query.limit);
        QVERIFY(there->newestFirst);
        QVERIFY(decodeAlarmQuery(encode(AlarmQuery {})));
    }

    void snapshotWrittenPieceByPieceIsTheSnapshotOfAllRows()
    {
        for (const int rows : { 0, 1, 63, 64, 65, 1000 }) {
            LiveDelta snapshot = deltaOf(rows, 0, 0);
            snapshot.snapshot = true;
            snapshot.fromVersion = 0;
            LiveSnapshotWriter writer(snapshot.toVersion, 10'000);
            for (std::span<const LiveCall> left(snapshot.changed); !left.empty();) {
                const std::size_t some = std::min<std::size_t>(left.size(), 64);
                writer.add(left.first(some));
                left = left.subspan(some);
            }
            QCOMPARE(writer.finish(), encode(snapshot, 10'000));
        }
    }

    void largeDeltasTravelInPartsOfTheGivenSize_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("figures");
        QTest::addColumn<int>("removals");
        QTest::newRow("empty") << 0 << 0 << 0;
        QTest::newRow("rows") << 1'000 << 0 << 0;
        QTest::newRow("figures") << 0 << 2'000 << 0;
        QTest::newRow("removals") << 0 << 0 << 5'000;
        QTest::newRow("all") << 777 << 1'111 << 3'333;
    }
    void largeDeltasTravelInPartsOfTheGivenSize()
    {
        QFETCH(int, rows);
        QFETCH(int, figures);
        QFETCH(int, removals);
        const LiveDelta delta = deltaOf(rows, figures, removals);
        constexpr std::size_t size = 10'000;
        DeltaAssembler<LiveDelta> assembler;
        std::optional<LiveDelta> there;
        for (const QByteArray& part : encode(delta, size)) {
            QVERIFY(!there);
            QVERIFY(static_cast<std::size_t>(part.size()) < 2 * size + 100);
            auto decoded = decodeLiveDeltaPart(part);
            QVERIFY(decoded);
            there = assembler.add(std::move(*decoded));
        }
        QVERIFY(there);
        QCOMPARE(there->fromVersion, 5u);
        QCOMPARE(there->toVersion, 9u);
        QCOMPARE(there->changed.size(), delta.changed.size());
        for (int i = 0; i < rows; ++i)
            QCOMPARE(there->changed[static_cast<std::size_t>(i)].key, CallKey { i });
        QCOMPARE(there->figures.size(), delta.figures.size());
        for (int i = 0; i < figures; ++i) {
            const LiveFigures& one = there->figures[static_cast<std::size_t>(i)];
            QCOMPARE(one.key, CallKey { 500'000 + i });
            compare(one.sent, fullLiveCall().sent);
        }
        QCOMPARE(there->removed, delta.removed);
    }

    void missingPartIsNoticed()
    {
        const auto parts = encode(deltaOf(1'000, 0, 0), 10'000);
        QVERIFY(parts.size() > 3);
        DeltaAssembler<LiveDelta> assembler;
        QVERIFY(!assembler.add(*decodeLiveDeltaPart(parts[0])));
        QVERIFY(!assembler.add(*decodeLiveDeltaPart(parts[2])));
        QVERIFY(assembler.broken());
    }

    void aHoldSaysWhatItLacksAsSentences()
    {
        const auto there = through(HoldPage { { aHold(), Hold {} } });
        QCOMPARE(there.holds.size(), 2u);
        QVERIFY(there.holds[0].missing == aHold().missing);
        QVERIFY(there.holds[1].missing.empty());
    }

    // The kind and version bytes and the big-endian fields as wire.h promises them, written out by hand.
    void formatIsTheOneInTheHeader()
    {
        CallQuery query;
        query.caller = "ab";
        query.minMos = 1.0;
        const QByteArray expected = QByteArray::fromHex("020b" // CallQuery, version 11
                                                        "0000" // from, to: absent
                                                        "00026162" // caller
                                                        "0000000000000000" // callee, number, callId, leg
                                                        "000000" // key, outcome, trust
                                                        "000000" // recorded, recordingRule
                                                        "013ff0000000000000" // minMos
                                                        "00" // maxMos
                                                        "0000000000000000" // limit
                                                        "00" // newestFirst
                                                        "0000" // sortBy
                                                        "01" // count
                                                        "00" // after
                                                        "00000001" // conditions
                                                        "0004746578740400023939"); // text >= 99
        query.conditions = { { "text", Comparison::AtLeast, "99" } };
        QCOMPARE(encode(query), expected);
    }

    void cutBlobsAreRefused()
    {
        for (const QByteArray& blob : sample::blobs()) {
            QVERIFY(decodes(blob));
            for (qsizetype size = 0; size < blob.size(); ++size)
                QVERIFY2(!decodes(blob.first(size)), qPrintable(QString::number(size)));
            QVERIFY(!decodes(blob + '\0'));
        }
    }

    void foreignVersionsAreRefused()
    {
        for (QByteArray blob : sample::blobs())
            for (const int version : { 10, 12 }) {
                blob[1] = static_cast<char>(version);
                QVERIFY(!decodes(blob));
            }
    }

    void lyingCountsAllocateNothing()
    {
        QByteArray blob = encode(QualityPage {}); // kind, version, u32 count
        QCOMPARE(blob.size(), 6);
        blob.replace(2, 4, QByteArray::fromHex("ffffffff"));
        QVERIFY(!decodes(blob)); // and did not end in std::bad_alloc
    }

    void enumeratorsThatDoNotExistAreRefused()
    {
        CallRecord call;
        const QByteArray good = encode(FoundCalls { 0, { call } });
        constexpr qsizetype state = 2 + 8 + 4 + 8; // after kind, version, matches, count and key
        for (qsizetype i = 0; i < 5; ++i) {
            QByteArray blob = good;
            blob[state + i] = 99;
            QVERIFY(!decodes(blob));
        }
        QByteArray blob = good;
        blob.back() = 3; // bytes of a rule's name that are not there
        QVERIFY(!decodes(blob));
    }

    void textsLongerThanTheirFieldAreRefused()
    {
        LiveDelta delta;
        delta.changed = { LiveCall {} };
        delta.changed[0].caller = std::string(127, 'a');
        QByteArray blob = encode(delta)[0];
        QVERIFY(decodes(blob));
        const qsizetype text = blob.indexOf(QByteArray(127, 'a'));
        blob[text - 1] = static_cast<char>(128);
        blob.insert(text, 'a');
        QVERIFY(!decodes(blob));
    }
};

}

QTEST_GUILESS_MAIN(WireTest)
#include "tst_wire.moc"
