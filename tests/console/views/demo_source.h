// Made-up calls behind the interface that the views know: for tests of the views and for their pictures.
#pragma once

#include "console/models/call_source.h"
#include "console/models/sentence_words.h"
#include "shared/calls/kept_no_more.h"
#include "shared/calls/media_chunk.h"

#include <QTimer>
#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace callmon {

class DemoSource : public CallSource {
public:
    static constexpr std::int64_t second = 1'000'000'000;

    State state() const override { return m_state; }
    Timestamp now() const { return timestampFromNanoseconds(1'795'413'723LL * second); } // 2026-11-23 06:42:03 UTC

    void connectNow(int calls)
    {
        m_state = State::Connected;
        emit stateChanged(m_state, {});
        emit probesChanged();
        emit statusChanged(status(static_cast<quint64>(calls)));
        LiveDelta delta;
        delta.snapshot = true;
        for (int i = 0; i < calls; ++i)
            delta.changed.push_back(liveCall(i));
        emit liveChanged(delta);
    }

    void loseConnection()
    {
        m_state = State::Connecting;
        emit stateChanged(
            m_state, QStringLiteral("The engine at local:/run/callmon/engine.sock does not answer; trying again."));
        emit probesChanged();
    }

    void sendStatus(const ProbeStatus& probe) { emit statusChanged(probe); }

    ProbeStatus status(quint64 calls) const
    {
        ProbeStatus probe;
        probe.source = "net_af_packet0,iface=eth1";
        probe.version = "0.1.0";
        probe.now = now();
        probe.liveCalls = calls;
        probe.framesPerSecond = calls * 100;
        probe.bitsPerSecond = calls * 100 * 214 * 8;
        const bool busy = calls > 50'000;
        probe.counters = { { "frames_received", 812'345'678, calls * 100 }, { "nic_missed", busy ? 31ULL : 0ULL },
            { "frames_handed_on", busy ? 812'344'474ULL : 812'345'678ULL, calls * 100 },
            { "ring_full_dropped", busy ? 1'204ULL : 0ULL, busy ? 3ULL : 0ULL }, { "poll_gap_longest_us", 4'120 } };
        return probe;
    }

    virtual LiveCall liveCall(int i) const
    {
        std::mt19937 random(static_cast<unsigned>(i) * 2654435761U + 1);
        const auto pick = [&](unsigned below) { return static_cast<unsigned>(random()) % below; };
        LiveCall call;
        call.startedAt = now() - std::chrono::milliseconds(4'000 + (52'000LL - i % 52'000) * 13 + pick(900));
        call.key = { nanosecondsSinceEpoch(call.startedAt) + i };
        call.trust = i % 40 == 7 ? CaptureTrust::Lossy : i % 25 == 3 ? CaptureTrust::Delayed : CaptureTrust::Whole;
        call.caller = number(pick(90'000'000));
        call.callee = pick(6) == 0 ? std::string("anna.weiss") + std::to_string(pick(99)) : number(pick(90'000'000));
        if (i % 11 == 3)
            call.caller = "reception.building-7.floor-3.long-distance-gateway-with-a-very-long-name";
        call.callId =
            std::to_string(random()) + "-" + std::to_string(random()) + "@10.20.0." + std::to_string(pick(250));
        call.callerTrunk = i % 3 == 0 ? "north" : "other";
        call.calleeTrunk = i % 2 == 0 ? "south" : "other";
        const unsigned kind = pick(20);
        call.state = kind < 2 ? CallState::Ringing
            : kind < 3        ? CallState::Trying
            : kind < 4        ? CallState::OnHold
                              : CallState::Answered;
        call.lastCode = call.state == CallState::Ringing ? 180 : call.state == CallState::Trying ? 100 : 200;
        if (call.state == CallState::Answered || call.state == CallState::OnHold) {
            call.answeredAt = call.startedAt + std::chrono::seconds(3);
            call.countedAt = std::chrono::floor<std::chrono::seconds>(*call.answeredAt);
            constexpr std::array codecs { "PCMA", "PCMU", "G729", "opus", "PCMA", "PCMA" };
            call.codec = codecs[pick(static_cast<unsigned>(codecs.size()))];
            for (LiveDirection& side : call.sent) {
                if (pick(30) == 0)
                    continue; // one-way
                const float trouble = pick(9) == 0 ? static_cast<float>(pick(100)) / 100 : 0;
                side.seen = true;
                const bool known = call.codec != std::string_view("opus");
                side.mosNow = known ? 4.37F - 2.1F * trouble - static_cast<float>(pick(20)) / 100 : 0;
                side.mosMin = known ? std::max(1.0F, side.mosNow - static_cast<float>(pick(60)) / 100) : 0;
                side.lossPercent = trouble * 9 + (pick(4) == 0 ? 0.04F : 0);
                side.jitterMs = 0.4F + static_cast<float>(pick(60)) / 10 + trouble * 40;
            }
        }
        return call;
    }

    virtual CallRecord record(int i) const
    {
        const LiveCall live = liveCall(i);
        CallRecord call;
        call.key = { live.key.value - 3600 * second }; // an hour ago: none of the live ones
        call.caller = live.caller;
        call.callee = live.callee;
        call.callId = live.callId;
        call.startedAt = live.startedAt - std::chrono::hours(1);
        call.state = CallState::Ended;
        call.outcome = i % 3 != 1 ? CallOutcome::Answered : static_cast<CallOutcome>(i / 3 % 7);
        call.callerAddress = { IpAddress::v4(0x0a140001U + static_cast<std::uint32_t>(i % 200)), 5060 };
        call.calleeAddress = { IpAddress::v4(0x0a140101U + static_cast<std::uint32_t>(i % 90)), 5060 };
        call.postDialDelay = Milliseconds(340.5 + i % 800);
        call.messages = 8;
        call.recorded = i % 10 == 5 || (i == 0 && !recordsFirst) ? Recording::No : Recording::Yes;
        call.recordingRule = call.recorded == Recording::No ? "board" : "default";
        call.callerTrunk = live.callerTrunk;
        call.calleeTrunk = live.calleeTrunk;
        call.trust = i == 0 || i % 40 == 7 ? CaptureTrust::Lossy
            : i % 12 == 3                  ? CaptureTrust::Delayed
                                           : CaptureTrust::Whole;
        call.probeFramesLost = call.trust == CaptureTrust::Lossy ? 1'204 : 0;
        call.pollGapLongest = std::chrono::microseconds(call.trust == CaptureTrust::Whole ? 310 : 41'200);
        if (call.outcome == CallOutcome::Answered) {
            call.ringingAt = call.startedAt + std::chrono::milliseconds(400);
            call.answeredAt = call.startedAt + std::chrono::milliseconds(3'200);
            call.answerDelay = Milliseconds(3'200);
            call.endedAt = *call.answeredAt + std::chrono::seconds(i == 0 ? 95 : 20 + i * 7 % 4'000);
            call.finalCode = call.lastCode = 200;
            call.endedBy = i % 2 ? EndedBy::Caller : EndedBy::Callee;
            call.mosMean = 4.35 - (i % 9 == 0 ? 0.9 : 0.02 * (i % 5));
            call.mosMin = *call.mosMean - (i % 9 == 0 ? 0.7 : 0.1);
            call.streamCount = 2;
        } else {
            call.endedAt = call.startedAt + std::chrono::seconds(9);
            constexpr std::array<std::uint16_t, 7> codes { 200, 486, 487, 480, 403, 503, 0 };
            call.finalCode = call.lastCode = codes[static_cast<std::size_t>(call.outcome)];
            call.endedBy = EndedBy::Callee;
        }
        call.lastPacketAt = *call.endedAt;
        call.countedAt = std::chrono::floor<std::chrono::seconds>(call.answeredAt.value_or(*call.endedAt));
        return call;
    }

    quint64 search(const CallQuery& query) override
    {
        const quint64 id = ++m_last;
        QTimer::singleShot(0, this, [this, id, query] {
            if (m_state != State::Connected) {
                emit failed(id, QStringLiteral("not connected"));
                return;
            }
            std::vector<CallRecord> calls;
            if (query.key)
                calls.push_back(stored.value_or(record(0)));
            else if (query.number != "nobody")
                for (int i = 0; i < 1'000; ++i)
                    calls.push_back(record(i));
            if (query.number == "broken")
                emit failed(
                    id, QStringLiteral("The disk of the probe cannot be read (/var/lib/callmon: Input/output error)."));
            else {
                if (!remarks.isEmpty())
                    emit remarked(id, remarks);
                if (query.key && !legalHold.empty())
                    emit tagsFound(id, { { *query.key, {}, plainText(legalHold) } });
                emit callsFound(id, calls, query.key ? 1 : calls.empty() ? 0 : 48'213);
                if (query.number != "slow")
                    emit finished(id);
            }
        });
        return id;
    }

    std::optional<CallRecord> stored; // what is said of a call asked for by its key; else record(0)
    std::string legalHold; // of that one
    QStringList remarks; // what the answers about calls, alarms and metrics lack
    QStringList mediaRemarks; // and those with media
    Sentence qualityGone, messagesGone, mediaGone; // what is said instead of an answer
    int seconds = 95; // of quality points

    // That of record(0), 20 s after its answer.
    CallRecord callThatIsOn() const
    {
        CallRecord call = record(0);
        call.state = CallState::Answered;
        call.endedBy = EndedBy::Nobody;
        call.endedAt.reset();
        call.lastPacketAt = *call.answeredAt + std::chrono::seconds(20);
        return call;
    }

    virtual std::vector<StreamRecord> streamsOf(CallKey key) const
    {
        const CallRecord call = record(0);
        std::vector<StreamRecord> streams(2);
        for (std::uint32_t i = 0; i < 2; ++i) {
            StreamRecord& s = streams[i];
            s.key = { key, i };
            s.direction = i == 0 ? Party::Caller : Party::Callee;
            const Endpoint a { call.callerAddress.ip, 30'012 };
            const Endpoint b { call.calleeAddress.ip, 40'118 };
            s.flow = i == 0 ? FlowKey { a, b } : FlowKey { b, a };
            s.ssrc = { 0xdeadbeefU + i };
            s.codec = "PCMU";
            s.clockRate = { 8000 };
            s.firstPacketAt = *call.answeredAt + std::chrono::milliseconds(20 + 40 * i);
            s.lastPacketAt = *call.endedAt;
            s.packets = 4'745 - 61 * i;
            s.bytes = s.packets * 200;
            s.expected = 4'750;
            s.lost = s.expected - s.packets;
            s.lossPercent = 100.0 * static_cast<double>(s.lost) / static_cast<double>(s.expected);
            s.lostWithProbe = 37 * i;
            s.jitterError = Milliseconds(0.12 + 0.9 * i);
            s.reordered = 2 * i;
            s.jitterMean = Milliseconds(1.8 + 4 * i);
            s.jitterMax = Milliseconds(6.1 + 22 * i);
            s.deltaMin = Milliseconds(3.2);
            s.deltaMean = Milliseconds(20.0);
            s.deltaMax = Milliseconds(41.3 + 310 * i);
            s.rtt = Milliseconds(38.4);
            s.rFactor = 92.1 - 14 * i;
            s.ptime = Milliseconds(20);
            s.payloadType = 0;
            s.bindingRule = i == 0 ? BindingRule::Advertised : BindingRule::LearntAddress;
            s.bindingConfidence = i == 0 ? 100 : 80;
            s.dscp = i == 0 ? 46 : 0;
            s.jitterBuffer = JitterBufferKind::Adaptive;
            s.jitterBufferDelay = Milliseconds(40);
            s.discarded = 12 * i;
            s.lossRuns = 4 + 20 * i;
            s.burstRatio = 1.0 + 1.3 * i;
            s.oneWayDelay = Milliseconds(79.2);
            s.delaySource = DelaySource::Rtcp;
            s.mosLostToCodec = 0;
            s.mosLostToLoss = 0.01 + 0.11 * i;
            s.mosLostToDiscards = 0.02 * i;
            s.mosLostToBursts = 0.19 * i;
            s.mosLostToDelay = 0.03;
            s.dtmfDigits = 3 * (1 - i);
            s.dtmf = i == 0 ? "***" : "";
            s.mosMean = 4.38 - 0.4 * i;
            s.mosMin = 4.31 - 1.3 * i;
        }
        return streams;
    }

    quint64 streams(CallKey call) override
    {
        const quint64 id = ++m_last;
        QTimer::singleShot(0, this, [this, id, call] {
            emit streamsFound(id, streamsOf(call));
            emit finished(id);
        });
        return id;
    }

    quint64 quality(CallKey call) override
    {
        const quint64 id = ++m_last;
        if (!qualityGone.words.empty())
            return failLater(id, qualityGone);
        QTimer::singleShot(0, this, [this, id, call] {
            std::vector<QualityPoint> points;
            std::mt19937 random(5);
            const auto noise = [&] { return static_cast<float>(random() % 100) / 100; };
            for (const StreamRecord& stream : streamsOf(call))
                for (int t = 0; t < seconds; ++t) {
                    if (stream.key.index == 1 && t > 62 && t < 71)
                        continue; // on hold: nothing sent
                    const bool burst = stream.key.index == 1 && t > 30 && t < 41;
                    QualityPoint p;
                    p.stream = stream.key;
                    p.at = stream.firstPacketAt + std::chrono::seconds(t);
                    p.lost = burst ? 2 + static_cast<std::uint32_t>(random() % 6) : random() % 40 == 0;
                    p.packets = 50 - p.lost;
                    p.jitterMs =
                        1.2F + noise() + static_cast<float>(stream.key.index) * 2 + (burst ? 14 + 8 * noise() : 0);
                    p.mos = (burst ? 3.1F : 4.3F) + 0.1F * noise() - 0.06F * static_cast<float>(p.lost);
                    p.deltaMaxMs = 20.4F + p.jitterMs * 1.5F + (stream.key.index == 1 && t == 71 ? 8'000.F : 0.F);
                    p.jitterErrorMs = 0.15F + 0.9F * static_cast<float>(stream.key.index) + (burst ? 3.F : 0.F);
                    if (t % 5 == 4) // RTCP: what is lost and delayed behind the probe, too
                        p.farEnd = { static_cast<std::uint16_t>(burst ? 900 : 150),
                            static_cast<std::uint16_t>(burst ? 240 : 62), 834, 1 };
                    if (t == 48 || t == 49) { // the probe itself was in trouble
                        p.lostWithProbe = 9;
                        p.probeLost = true;
                        p.mos = 0;
                        p.jitterErrorMs = 6;
                    }
                    points.push_back(p);
                }
            emit qualityFound(id, points);
            emit finished(id);
        });
        return id;
    }

    // Through two proxies, one of them with a long address; the INVITE was repeated, the second try answered.
    static std::vector<CallMessage> messagesOf(CallKey call, bool held = false)
    {
        const std::array<Endpoint, 4> hosts { { { *IpAddress::parse("10.20.0.1"), 5060 },
            { *IpAddress::parse("2001:db8:1234:5678:9abc:def0:1234:5678"), 5060 },
            { *IpAddress::parse("10.20.7.9"), 5080 }, { *IpAddress::parse("10.20.1.1"), 5062 } } };
        const std::string sdp = "v=0\r\no=- 1 1 IN IP4 10.20.0.1\r\ns=-\r\nc=IN IP4 10.20.0.1\r\nt=0 0\r\n"
                                "m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";
        std::vector<CallMessage> messages;
        const auto put = [&](int ms, std::size_t from, std::size_t to, const std::string& first,
                             const std::string& cseq, bool withSdp = false, bool repeated = false) {
            CallMessage message;
            message.head.call = call;
            message.head.arrival = approximateStart(call) + std::chrono::milliseconds(ms);
            message.head.flow = { hosts[from], hosts[to] };
            message.head.transport = from + to > 4 ? Transport::Tcp : Transport::Udp;
            message.head.repeated = repeated;
            message.text = first + "\r\nVia: SIP/2.0/UDP 10.20.0.1:5060;branch=z9hG4bK-77-" + std::to_string(from)
                + "\r\nFrom: \"Anna\" <sip:+34910000001@example.com>;tag=77\r\nTo: <sip:200@example.com>\r\n"
                  "Call-ID: 77@10.20.0.1\r\nCSeq: "
                + cseq + "\r\nProxy-Authorization: Digest username=\"anna\", response=\"********\"\r\n"
                + (withSdp ? "Content-Type: application/sdp\r\n" : "")
                + "Content-Length: " + std::to_string(withSdp ? sdp.size() : 0) + "\r\n\r\n" + (withSdp ? sdp : "");
            message.head.wireSize = static_cast<std::uint32_t>(message.text.size());
            messages.push_back(std::move(message));
        };
        put(0, 0, 1, "INVITE sip:200@example.com SIP/2.0", "1 INVITE", true);
        put(500, 0, 1, "INVITE sip:200@example.com SIP/2.0", "1 INVITE", true, true);
        put(501, 1, 0, "SIP/2.0 100 Trying", "1 INVITE");
        put(502, 1, 2, "INVITE sip:200@example.com SIP/2.0", "1 INVITE", true);
        put(503, 2, 3, "INVITE sip:200@10.20.1.1:5062 SIP/2.0", "1 INVITE", true);
        put(540, 3, 2, "SIP/2.0 180 Ringing", "1 INVITE");
        put(541, 2, 1, "SIP/2.0 180 Ringing", "1 INVITE");
        put(542, 1, 0, "SIP/2.0 180 Ringing", "1 INVITE");
        put(3'200, 3, 2, "SIP/2.0 200 OK", "1 INVITE", true);
        put(3'201, 2, 1, "SIP/2.0 200 OK", "1 INVITE", true);
        put(3'202, 1, 0, "SIP/2.0 200 OK", "1 INVITE", true);
        put(3'230, 0, 3, "ACK sip:200@10.20.1.1:5062 SIP/2.0", "1 ACK");
        if (held) { // by the callee, from 62.1 to 71.1 s
            for (const bool resumes : { false, true }) {
                const int at = resumes ? 71'000 : 62'000;
                put(at, 3, 0, "INVITE sip:+34910000001@10.20.0.1 SIP/2.0", resumes ? "6 INVITE" : "5 INVITE", true);
                if (!resumes) {
                    std::string& offer = messages.back().text;
                    offer += "a=sendonly\r\n";
                    messages.back().head.wireSize = static_cast<std::uint32_t>(offer.size());
                }
                put(at + 100, 0, 3, "SIP/2.0 200 OK", resumes ? "6 INVITE" : "5 INVITE", true);
            }
        }
        put(60'000, 0, 3, "INFO sip:200@10.20.1.1:5062 SIP/2.0", "2 INFO");
        put(60'040, 3, 0, "SIP/2.0 415 Unsupported Media Type", "2 INFO");
        put(95'000, 3, 0, "BYE sip:+34910000001@10.20.0.1 SIP/2.0", "7 BYE");
        put(95'020, 0, 3, "SIP/2.0 200 OK", "7 BYE");
        std::ranges::stable_sort(
            messages, {}, [](const CallMessage& message) { return message.head.arrival; }); // as they were seen
        return messages;
    }

    quint64 messages(CallKey call) override
    {
        const quint64 id = ++m_last;
        if (!messagesGone.words.empty())
            return failLater(id, messagesGone);
        QTimer::singleShot(0, this, [this, id, call] {
            if (keepsMessages)
                emit messagesFound(id, messagesOf(call, held));
            emit finished(id);
        });
        return id;
    }
    bool keepsMessages = true;
    bool recordsFirst = true; // the call that a search by key finds
    bool held = false;

    quint64 media(CallKey call) override
    {
        const quint64 id = ++m_last;
        mediaRequests.push_back(id);
        if (!mediaGone.words.empty())
            return failLater(id, mediaGone);
        if (mediaStops) {
            QTimer::singleShot(0, this, [this, id, call] { sendMedia(id, streamsOf(call).front()); });
            return id;
        }
        QTimer::singleShot(0, this, [this, id, call] {
            if (!mediaRemarks.isEmpty())
                emit remarked(id, mediaRemarks);
            if (soundNotYetStored > 0)
                --soundNotYetStored;
            else
                for (const StreamRecord& stream : streamsOf(call))
                    sendMedia(id, stream);
            emit finished(id);
        });
        return id;
    }
    int soundNotYetStored = 0; // so many times none is found
    bool mediaStops = false; // amid them
    std::vector<quint64> mediaRequests;

    // Open ones from `first` on; every one about a call of record(), the last two about the probe.
    virtual std::vector<Alarm> alarmsOf(int count) const
    {
        constexpr std::array kinds { AlarmKind::JitterHigh, AlarmKind::MosLow, AlarmKind::OneWayAudio,
            AlarmKind::LossHigh, AlarmKind::LongCall, AlarmKind::NoMedia };
        constexpr std::array texts { "Jitter of the callee's media 64 ms, above 50 ms for 10 s",
            "MOS low of the caller's media 2.41, below 3.10 for 10 s",
            "Nothing heard from the callee for 21 s while the caller sends, above 20 s",
            "Loss of the callee's media 7.3 %, above 5 % for 10 s", "The call has lasted 4:00:01, above 4:00:00",
            "No media 11 s after the answer, above 10 s" };
        constexpr std::array figures { 64.0, 2.41, 21.0, 7.3, 14'401.0, 11.0 };
        constexpr std::array thresholds { 50.0, 3.1, 20.0, 5.0, 14'400.0, 10.0 };
        constexpr std::array severities { AlarmSeverity::Minor, AlarmSeverity::Major, AlarmSeverity::Major,
            AlarmSeverity::Minor, AlarmSeverity::Warning, AlarmSeverity::Major };
        std::vector<Alarm> alarms;
        for (int i = 0; i < count; ++i) {
            const auto sort = static_cast<std::size_t>(i) % kinds.size();
            Alarm alarm;
            alarm.raisedAt = now() - std::chrono::seconds(20 + 37 * (count - i));
            alarm.id = { nanosecondsSinceEpoch(alarm.raisedAt) };
            alarm.since = alarm.raisedAt - std::chrono::seconds(10);
            alarm.kind = kinds[sort];
            alarm.severity = severities[sort];
            alarm.rule = std::string_view(toText(alarm.kind));
            alarm.text = std::string_view(texts[sort]);
            alarm.figure = alarm.worst = figures[sort];
            alarm.threshold = thresholds[sort];
            alarm.raiseAfter = std::chrono::seconds(10);
            const CallRecord call = record(i);
            alarm.call = call.key;
            alarm.caller = call.caller;
            alarm.callee = call.callee;
            alarm.direction = Party::Callee;
            if (i == 3) {
                alarm.acknowledgedAt = now();
                alarm.acknowledgedBy = "anna";
                alarm.comment = "told the carrier";
            }
            alarms.push_back(alarm);
        }
        if (count > 1) {
            Alarm& disk = alarms.back();
            disk.kind = AlarmKind::DiskNearlyFull;
            disk.severity = AlarmSeverity::Critical;
            disk.rule = "disk-nearly-full";
            disk.text = "Disk nearly full 96.4 %, above 95 % for 10 s";
            disk.figure = disk.worst = 96.4;
            disk.threshold = 95;
            disk.call.reset();
            disk.caller = disk.callee = std::string_view();
            disk.direction.reset();
        }
        if (count > 8) {
            Alarm& storm = alarms[7];
            storm.calls = 412;
            storm.group = "10.20.7.0/24";
            storm.part = "10.20.7.0/24";
            storm.partCalls = 390;
            storm.callThreshold = 3.1;
            storm.threshold = 20;
            storm.text = "One-way audio of 412 calls at once, most of them of 10.20.7.0/24";
            storm.call.reset();
            storm.caller = storm.callee = std::string_view();
        }
        return alarms;
    }

    void openAlarms(const std::vector<Alarm>& alarms)
    {
        AlarmDelta delta;
        delta.snapshot = true;
        delta.toVersion = 1;
        delta.changed = alarms;
        shownAlarms = alarms;
        emit alarmsChanged(delta);
    }
    std::vector<Alarm> shownAlarms;

    quint64 alarms(const AlarmQuery& query) override
    {
        return later([this, query](quint64 id) {
            std::vector<Alarm> found =
                query.from && query.from > now() - std::chrono::hours(2) ? std::vector<Alarm>() : alarmsOf(60);
            if (query.call) { // two of that call's own
                found.resize(2);
                for (std::size_t i = 0; i < 2; ++i)
                    found[i].raisedAt = approximateStart(*query.call) + std::chrono::seconds(44 + 20 * i);
            }
            if (!query.call && !remarks.isEmpty())
                emit remarked(id, remarks);
            for (Alarm& alarm : found) {
                if (query.call) {
                    alarm.clearedAt = alarm.raisedAt + std::chrono::seconds(12);
                    continue;
                }
                alarm.clearedAt = alarm.raisedAt + std::chrono::seconds(95);
                alarm.end = alarm.call ? AlarmEnd::CallEnded : AlarmEnd::Recovered;
            }
            emit alarmsFound(id, found, found.size());
        });
    }
    quint64 alarmRules() override
    {
        return later([this](quint64 id) { emit alarmRulesFound(id, rules); });
    }
    quint64 alarmRuleChanges() override
    {
        return later([this](quint64 id) { emit alarmRuleChangesFound(id, ruleChanges); });
    }
    quint64 acknowledgeAlarm(AlarmId alarm, const QString& comment) override
    {
        acknowledged.emplace_back(alarm, comment);
        return comment == "refused"
            ? later([this](quint64 id) { emit failed(id, wordsOf(sentence("there is no alarm %1", "7"))); })
            : later([](quint64) {});
    }
    quint64 shelveAlarm(AlarmId alarm, std::chrono::seconds time, const QString& comment) override
    {
        for (Alarm& one : shownAlarms) {
            if (one.id != alarm)
                continue;
            one.shelvedUntil = time.count() > 0 ? std::optional(now() + time) : std::nullopt;
            one.shelvedBy = std::string_view("anna");
            one.shelfComment = comment.toStdString();
            AlarmDelta delta;
            delta.changed = { one };
            return later([this, delta](quint64) { emit alarmsChanged(delta); });
        }
        return later([this](quint64 id) {
            emit failed(
                id, wordsOf(sentence("the alarm '%1' has ended meanwhile: there is nothing to shelve", "busy")));
        });
    }
    quint64 putAlarmRule(const AlarmRule& rule) override
    {
        AlarmRule kept = rule;
        kept.changedBy = "anna";
        kept.changedAt = now();
        putRule(rules, kept);
        ruleChanges.push_back({ kept });
        return later([](quint64) {});
    }
    quint64 removeAlarmRule(const QString& name) override
    {
        std::erase_if(rules, [&](const AlarmRule& rule) { return rule.name == name.toStdString(); });
        return later([](quint64) {});
    }
    std::vector<AlarmRule> rules = builtInRules();
    std::vector<AlarmRuleChange> ruleChanges;
    std::vector<std::pair<AlarmId, QString>> acknowledged;
    // A day with its rush hours; the second trunk fails for a while; for some minutes the engine did not run.
    std::vector<ServiceRow> serviceRows(const ServiceQuery& query) const
    {
        using enum ServiceGrouping;
        const std::vector<std::vector<const char*>> names { { "" }, { "north", "south", "other" },
            { "+34", "+3491", "00", "other" }, { "PCMA", "PCMU", "G729", "opus", "none" } };
        const auto step = std::chrono::minutes(query.stepMinutes);
        std::vector<ServiceRow> rows;
        int number = 0;
        for (Timestamp from = *query.from; from < *query.to; from += step, ++number) {
            const double place = double((from - *query.from).count()) / double((*query.to - *query.from).count());
            if (place > 0.3 && place < 0.34)
                continue;
            const auto& group = names[static_cast<std::size_t>(query.grouping.value_or(Total))];
            for (std::size_t i = 0; i < group.size(); ++i) {
                ServiceRow row;
                row.group = { query.grouping.value_or(Total), std::string_view(group[i]) };
                row.from = from;
                row.to = from + step;
                const double busy = (2 + std::sin(place * 9 + 0.3) + 0.2 * std::sin(number * 1.7)) / double(1 + 2 * i);
                const bool failing = place > 0.7 && place < 0.8 && (i == 1 || group.size() == 1);
                row.sums.seconds = 60 * query.stepMinutes;
                const auto perStep = [&](double perMinute) {
                    return static_cast<std::uint64_t>(std::max(0.0, perMinute) * query.stepMinutes);
                };
                ServiceFigures& figures = row.sums.figures;
                figures.attempts = row.sums.newCalls = perStep(400 * busy);
                figures.answered = failing ? figures.attempts / 5 : figures.attempts * 62 / 100;
                figures.userBusy = figures.attempts * 11 / 100;
                figures.ringNoAnswer = figures.attempts * 14 / 100;
                figures.effectiveFailures = figures.userBusy + figures.ringNoAnswer;
                figures.ineffective = failing ? figures.attempts / 2 : figures.attempts / 90;
                figures.numberErrors = figures.attempts / 40;
                figures.talked = figures.answered;
                figures.talkTime = std::chrono::seconds(117 * figures.talked + figures.talked * (number % 7));
                figures.answerDelays = figures.answered;
                figures.answerDelay = std::chrono::milliseconds(6'200 * figures.answerDelays);
                figures.requestDelaysAnswered = figures.answered;
                figures.requestDelayAnswered = std::chrono::milliseconds(840 * figures.answered);
                figures.mosCalls = figures.answered;
                const double mos = failing ? 3.2 : 4.2 + 0.05 * std::sin(number);
                figures.mosMillionths = static_cast<std::uint64_t>(mos * 1e6 * double(figures.mosCalls));
                figures.mosBands = { figures.mosCalls * 55 / 100, figures.mosCalls * 25 / 100,
                    figures.mosCalls * 12 / 100, figures.mosCalls * 5 / 100, 0 };
                figures.mosBands[4] = figures.mosCalls - figures.mosBands[0] - figures.mosBands[1] - figures.mosBands[2]
                    - figures.mosBands[3];
                row.sums.repeatedCalls = figures.attempts / (failing ? 4 : 50);
                row.sums.callSeconds = perStep(400 * busy) * 80;
                row.concurrentCalls = static_cast<std::uint32_t>(400 * busy * 80 / 60);
                row.peaks = { row.concurrentCalls * 12 / 10, static_cast<std::uint32_t>(busy * 20) };
                rows.push_back(row);
            }
        }
        return rows;
    }

    quint64 serviceHistory(const ServiceQuery& query) override
    {
        if (service == Service::Broken) {
            const quint64 id = ++m_last;
            QTimer::singleShot(0, this, [this, id] {
                emit failed(
                    id, QStringLiteral("The disk of the probe cannot be read (/var/lib/callmon: Input/output error)."));
            });
            return id;
        }
        return later([this, query](quint64 id) {
            if (!remarks.isEmpty())
                emit remarked(id, remarks);
            if (service == Service::Kept)
                emit serviceFound(id, serviceRows(query));
        });
    }
    quint64 serviceWindows() override
    {
        return later([this](quint64 id) {
            std::vector<ServiceRow> rows;
            for (const std::uint32_t minutes : serviceWindowMinutes) {
                ServiceQuery query;
                query.to = now();
                query.from = now() - std::chrono::minutes(minutes);
                query.stepMinutes = minutes;
                rows.push_back(serviceRows(query).front());
                rows.back().to = now();
            }
            emit serviceFound(id, rows);
        });
    }
    enum class Service { Kept, None, Broken };
    Service service = Service::Kept;

    quint64 listen(CallKey) override { return listens ? ++m_last : 0; }
    bool listens = false;
    void cancel(quint64 request) override { cancelled.push_back(request); }
    std::vector<quint64> cancelled;

private:
    template <typename Answer> quint64 later(Answer answer)
    {
        const quint64 id = ++m_last;
        QTimer::singleShot(0, this, [this, id, answer] {
            answer(id);
            emit finished(id); // after failed() it is no longer known
        });
        return id;
    }

    static std::string number(unsigned i)
    {
        const std::string digits = std::to_string(10'000'000 + i);
        return "+3491" + digits.substr(digits.size() - 7);
    }

    quint64 failLater(quint64 id, const Sentence& why)
    {
        QTimer::singleShot(0, this, [this, id, why] { emit failed(id, wordsOf(why), isKeptNoMore(why)); });
        return id;
    }

    // ITU-T G.711 mu-law, from the segment definition; good enough for pictures.
    static std::uint8_t muLaw(double sample)
    {
        const double magnitude = std::log1p(255 * std::min(1.0, std::abs(sample))) / std::log1p(255);
        const auto code = static_cast<std::uint8_t>(127 * magnitude);
        return static_cast<std::uint8_t>(~((sample < 0 ? 0x80 : 0) | code));
    }

    void sendMedia(quint64 id, const StreamRecord& stream)
    {
        auto chunk = std::make_unique<MediaChunk>();
        chunk->clear(stream.key);
        std::array<std::byte, 172> packet {};
        const auto flush = [&] {
            std::vector<std::byte> bytes;
            unpackPackets(*chunk, bytes);
            emit mediaArrived(id, stream.key,
                QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())));
            chunk->clear(stream.key);
        };
        for (unsigned n = 0; n < 95 * 50; ++n) {
            packet[0] = std::byte { 0x80 };
            for (unsigned b = 0; b < 2; ++b)
                packet[2 + b] = static_cast<std::byte>(n >> (8 - 8 * b));
            for (unsigned b = 0; b < 4; ++b) {
                packet[4 + b] = static_cast<std::byte>((n * 160) >> (24 - 8 * b));
                packet[8 + b] = static_cast<std::byte>(stream.ssrc.value >> (24 - 8 * b));
            }
            const double t = n / 50.0; // the two take turns to speak
            const double turn = std::sin(t * 0.55 + 3.14159 * stream.key.index);
            const double loud = turn > 0 ? turn * std::abs(std::sin(t * 9)) * std::abs(std::sin(t * 2.3)) * 0.5 : 0.002;
            for (unsigned s = 0; s < 160; ++s)
                packet[12 + s] = static_cast<std::byte>(muLaw(loud * std::sin((n * 160 + s) * 0.11)));
            RecordedPacket recorded;
            recorded.arrival = stream.firstPacketAt + std::chrono::milliseconds(20 * n);
            recorded.wireSize = packet.size();
            recorded.datagram = packet;
            if (!chunk->append(recorded)) {
                flush();
                (void)chunk->append(recorded);
            }
        }
        flush();
    }

    State m_state = State::Disconnected;
    quint64 m_last = 0;
};

}
