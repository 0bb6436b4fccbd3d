// Records with every field set to a value of its own, for round trips.
#pragma once

#include "shared/base/utc_time.h"
#include "shared/calls/media_chunk.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <cstdint>
#include <string>
#include <vector>

namespace callmon::sample {

using namespace std::chrono_literals;

inline Timestamp at(const char* iso)
{
    return *parseIso8601(iso);
}

inline CallRecord call(Timestamp start, const std::string& callId)
{
    CallRecord call;
    call.key = makeCallKey(start, callId, {});
    call.startedAt = call.lastPacketAt = start;
    call.callId = callId;
    call.caller = "+34910000001";
    call.callee = "200";
    call.callerAddress = { *IpAddress::parse("10.0.0.1"), 5060 };
    call.calleeAddress = { *IpAddress::parse("10.0.0.2"), 5060 };
    return call;
}

inline CallRecord ended(CallRecord call, Nanoseconds after = 10s)
{
    call.state = CallState::Ended;
    call.outcome = CallOutcome::Answered;
    call.endedBy = EndedBy::Caller;
    call.endedAt = call.lastPacketAt = call.startedAt + after;
    return call;
}

inline CallRecord fullCall(Timestamp start, const std::string& callId)
{
    CallRecord call = sample::call(start, callId);
    call.state = CallState::Ended;
    call.outcome = CallOutcome::Rejected;
    call.endedBy = EndedBy::Callee;
    call.signalling = Signalling::Skinny;
    call.transport = Transport::WebSocket;
    call.finalCode = 603;
    call.lastCode = 487;
    call.caller = "José \"el\" O'Hara; DROP TABLE calls;--";
    call.callee = "\xe9\x9b\xbb\xe8\xa9\xb1*%_?[";
    call.callerAddress = { *IpAddress::parse("2001:db8::1"), 65535 };
    call.calleeAddress = { *IpAddress::parse("192.0.2.7"), 1 };
    call.ringingAt = start + 1ns;
    call.answeredAt = start + 2s + 3ns;
    call.endedAt = start + 90s + 999'999'999ns;
    call.lastPacketAt = start + 91s;
    call.postDialDelay = Milliseconds(0.1 + 0.2);
    call.answerDelay = Milliseconds(2000.000003);
    call.signallingRtt = Milliseconds(1e-6);
    call.mosMean = 4.1041234567891;
    call.mosMin = 1.0;
    call.streamCount = 7;
    call.messages = 4'000'000'000u;
    call.retransmissions = 3;
    call.mediaPacketsNotStored = 1ull << 62;
    call.probeFramesLost = 1ull << 61;
    call.pollGapLongest = 3s + 1ns;
    call.trust = CaptureTrust::Lossy;
    call.q850Cause = 17;
    call.endReason = "User busy";
    call.assertedIdentity = "+34910000009";
    call.diversion = "300";
    call.legId = "leg@b2bua";
    call.transferTarget = "400";
    call.replacedCallId = "before@host";
    call.callerAgent = "phone 1";
    call.calleeAgent = "phone 2";
    call.sessionExpiresSeconds = 1800;
    call.branches = 2;
    call.offers = 3;
    call.holds = 4;
    call.holdTime = Milliseconds(1500.25);
    call.mediaKinds = { 5 };
    call.secureMedia = true;
    call.beganBeforeProbe = true;
    call.encapsulation = Encapsulation::L2tp;
    call.messagesNotStored = 4'000'000'001u;
    call.mediaAfterAnswer = MediaAfterAnswer::Both;
    call.mediaAfterEnd = Milliseconds(250.5);
    call.recorded = Recording::Partly;
    call.recordingRule = "board";
    call.callerTrunk = "north";
    call.calleeTrunk = "south";
    call.countedAt = std::chrono::floor<std::chrono::seconds>(call.startedAt) + 6s;
    return call;
}

inline StreamRecord stream(CallKey call, std::uint32_t index, Timestamp first)
{
    StreamRecord stream;
    stream.key = { call, index };
    stream.direction = index % 2 ? Party::Callee : Party::Caller;
    stream.flow = { { *IpAddress::parse("10.0.0.1"), 4000 }, { *IpAddress::parse("10.0.0.2"), 5000 } };
    stream.ssrc = { 0x1000u + index };
    stream.codec = "PCMA";
    stream.payloadType = 8;
    stream.clockRate = { 8000 };
    stream.firstPacketAt = first;
    stream.lastPacketAt = first + 1s;
    return stream;
}

inline StreamRecord fullStream(CallKey call, std::uint32_t index, Timestamp first)
{
    StreamRecord stream = sample::stream(call, index, first);
    stream.direction = Party::Callee;
    stream.flow.src = { *IpAddress::parse("2001:db8::2"), 40000 };
    stream.ssrc = { 0xffffffffu };
    stream.payloadType = 127;
    stream.codec = "telephone-\"event\"";
    stream.lastPacketAt = first + 61s + 1ns;
    stream.packets = 3001;
    stream.bytes = 1ull << 40;
    stream.duplicates = 5;
    stream.reordered = 6;
    stream.expected = 3007;
    stream.lost = 11;
    stream.lossPercent = 100.0 * 11 / 3007;
    stream.jitterMean = Milliseconds(0.123456789);
    stream.jitterMax = Milliseconds(7.5);
    stream.deltaMin = Milliseconds(0);
    stream.deltaMean = Milliseconds(20.0001);
    stream.deltaMax = Milliseconds(1000.5);
    stream.deltaStddev = Milliseconds(3.3);
    stream.sizeMinBytes = 40;
    stream.sizeMeanBytes = 200.25;
    stream.sizeMaxBytes = 214;
    stream.sizeStddevBytes = 0.75;
    stream.throughputBps = 80000.125;
    stream.rtt = Milliseconds(42);
    stream.rFactor = 92.9;
    stream.mosMean = 4.4;
    stream.mosMin = 1.5;
    stream.arrivalUncertaintyMax = 12345ns;
    stream.packetsStored = 2990;
    stream.packetsNotStored = 11;
    stream.lostWithProbe = 4;
    stream.jitterError = Milliseconds(0.015);
    stream.bindingRule = BindingRule::LearntAddress;
    stream.bindingConfidence = 70;
    stream.kind = MediaKind::Video;
    stream.secure = true;
    stream.packetsJoinedLater = 1ull << 33;
    stream.rtcpReports = 12;
    stream.rtcpRtt = Milliseconds(55.5);
    stream.farEndLostPercent = 1.25;
    stream.farEndJitter = Milliseconds(2.5);
    stream.xrMos = 4.1;
    stream.lossRuns = 13;
    stream.burstRatio = 1.75;
    stream.burstDensityPercent = 40.5;
    stream.gapDensityPercent = 0.25;
    stream.burstDuration = Milliseconds(120.5);
    stream.gapDuration = Milliseconds(9000.25);
    stream.ptime = Milliseconds(20.5);
    stream.comfortNoise = 14;
    stream.dtmfDigits = 15;
    stream.oneWayDelay = Milliseconds(81.5);
    stream.delaySource = DelaySource::Rtcp;
    stream.mosLostToCodec = 0.125;
    stream.mosLostToLoss = 0.25;
    stream.mosLostToBursts = 0.5;
    stream.mosLostToDelay = 0.0625;
    stream.mosLostToDiscards = 0.03125;
    stream.jitterBuffer = JitterBufferKind::Adaptive;
    stream.jitterBufferDelay = Milliseconds(40.5);
    stream.discarded = 1ull << 34;
    stream.dscp = 46;
    stream.dscpChanges = 16;
    stream.ptimeChanges = 17;
    stream.clockSkewPpm = -12.5;
    stream.mediaGaps = 18;
    stream.mediaGapLongest = Milliseconds(1234.5);
    stream.earlyPackets = 1ull << 35;
    stream.earlyLost = 19;
    stream.dtmf = "0123456789*#ABCD";
    stream.packetsNotWanted = 1ull << 36;
    stream.payloads.add(127, "telephone-\"event\"", { 8000 }, first);
    stream.payloads.add(96, "x/y@z", {}, first + 1ns);
    stream.payloads.setLeftOut(20);
    stream.describedAt = first + 3ns;
    stream.xr.lostPercent = 1.5;
    stream.xr.discardedPercent = 2.5;
    stream.xr.burstDensityPercent = 3.5;
    stream.xr.gapDensityPercent = 4.5;
    stream.xr.burstDuration = Milliseconds(5.5);
    stream.xr.gapDuration = Milliseconds(6.5);
    stream.xr.roundTrip = Milliseconds(7.5);
    stream.xr.endSystemDelay = Milliseconds(8.5);
    stream.xr.jitterBuffer = Milliseconds(9.5);
    stream.xr.signalLevelDbm0 = 10.5;
    stream.xr.noiseLevelDbm0 = 11.5;
    stream.xr.echoReturnLossDb = 12.5;
    stream.xr.rFactor = 13.5;
    stream.xr.externalRFactor = 14.5;
    stream.xr.gapThreshold = 15;
    stream.xr.jitterBufferLimits = { 16, 17 };
    return stream;
}

inline QualityPoint point(StreamKey stream, Timestamp at, std::uint32_t packets = 50)
{
    return { stream, at, packets, 1, 2, 3, 0.5f, 21.25f, 4.25f, 4, 0.125f, 10'000, 5, 46, true, true, true,
        { 125, 45, 521, 2 } };
}

// A chunk of `count` packets from `first` on, 20 ms apart; each datagram holds its running number and a filling byte.
inline MediaChunk chunk(StreamKey stream, Timestamp first, int count, std::uint32_t number, std::size_t size = 172)
{
    MediaChunk chunk;
    chunk.clear(stream);
    for (int i = 0; i < count; ++i) {
        std::vector<std::byte> datagram(size, std::byte(stream.index + 1));
        const std::uint32_t running = number + static_cast<std::uint32_t>(i);
        for (std::size_t b = 0; b < 4; ++b)
            datagram[b] = std::byte(running >> (8 * b) & 0xff);
        chunk.append({ first + 20ms * i, 7ns, static_cast<std::uint16_t>(size + 1), datagram });
    }
    return chunk;
}

}
