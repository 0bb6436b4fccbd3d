#include "engine/records/call_monitor.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr Nanoseconds reportInterval = std::chrono::seconds(60);

}

CallMonitor::CallMonitor(const TrackerOptions& options, RecordSink& sink, const MessageOptions& messages)
    : CallMonitor(options, std::array { &sink }, messages)
{
}

CallMonitor::CallMonitor(const TrackerOptions& options, std::span<RecordSink* const> sinks,
    const MessageOptions& messages, CallGroups trunks)
    : m_sink(*sinks.front())
    , m_trunks(std::move(trunks))
    , m_messages(m_sink, messages)
    , m_callLinks(options.maxCalls)
    , m_reportAt(options.maxCalls)
{
    std::vector<LaneListener*> listeners;
    for (RecordSink* sink : sinks)
        listeners.push_back(&m_streams.emplace_back(options, *sink));
    m_tracker.emplace(options, static_cast<TrackerListener&>(*this), listeners);
    for (std::size_t lane = 0; lane < m_streams.size(); ++lane)
        m_streams[lane].attach(m_tracker->lane(lane));
    if (options.touchMemory) {
        m_callLinks.touch();
        m_reportAt.touch();
    }
}

std::vector<NamedCounter> CallMonitor::counters() const
{
    const StreamMonitor::Counters& own = m_streams.front().counters();
    auto all = m_tracker->counters();
    const std::uint64_t stored = m_laneCounters.packetsStored + own.packetsStored;
    all.push_back({ "media_packets_recorded", stored });
    const std::uint64_t notWanted = m_tracker->mediaNotWanted();
    all.push_back({ "media_packets_not_recorded", m_tracker->rtpPackets() - stored - notWanted });
    all.push_back({ "media_not_wanted", notWanted });
    all.push_back({ "quality_points", m_laneCounters.points + own.points });
    all.push_back({ "messages_recorded", m_messages.messagesRecorded() });
    all.push_back({ "messages_not_recorded", m_messages.messagesNotRecorded() });
    return all;
}

// Between ticks lanes are under way: the call's quality is that of its last minute's report.
void CallMonitor::callStarted(std::uint32_t call)
{
    m_dueCalls.append(m_callLinks, call);
    m_reportAt[call] = m_lastTick + reportInterval;
    callChanged(call);
}

void CallMonitor::callChanged(std::uint32_t call)
{
    CallRecord& record = m_tracker->knownCall(call).record;
    settle(record, false);
    m_sink.liveCall(record);
}

// What the service metrics will count it as when they get this record, and when: told by the record, so that the calls
// behind a figure can be found. Once it is said it stays.
void CallMonitor::settle(CallRecord& record, bool isGone) const
{
    if (isDialled(record) && !isGone)
        return;
    if (record.callerTrunk.empty())
        m_trunks.nameTrunks(record);
    const bool isAttempt = !record.beganBeforeProbe && (record.answeredAt || isGone);
    if (isAttempt && !record.countedAt)
        record.countedAt = m_second;
}

void CallMonitor::messageSeen(std::uint32_t call, const SeenMessage& message)
{
    CallRecord& record = m_tracker->knownCall(call).record;
    MessageHead head;
    head.call = record.key;
    head.arrival = message.datagram.arrival;
    head.uncertainty = message.datagram.uncertainty;
    head.flow = message.datagram.flow;
    head.signalling = record.signalling;
    head.transport = message.transport;
    head.repeated = message.repeated;
    head.wireSize = message.datagram.wirePayloadSize;
    const std::uint32_t count = record.messages + record.retransmissions;
    if (!m_messages.add(head, message.datagram.payload, count, record.answeredAt.has_value()))
        ++record.messagesNotStored;
}

void CallMonitor::callForgotten(std::uint32_t call)
{
    m_sink.callForgotten(m_tracker->knownCall(call).record.key);
}

void CallMonitor::fillQuality(std::uint32_t index)
{
    StreamMonitor::Quality sum;
    CallRecord& record = m_tracker->call(index).record;
    std::array<bool, 2> heard {}; // since the answer, by sender
    Timestamp lastMediaAt;
    Tracker::CallStreams places;
    for (const Tracker::StreamPlace& place : m_tracker->streamsOf(index, places)) {
        const StreamMonitor::Quality quality = m_streams[place.lane].qualityOf(place.index);
        sum.mosSum += quality.mosSum;
        sum.mosCount += quality.mosCount;
        if (quality.mosMin && (!sum.mosMin || *quality.mosMin < *sum.mosMin))
            sum.mosMin = quality.mosMin;
        sum.packetsNotStored += quality.packetsNotStored;
        sum.packetsStored += quality.packetsStored;
        sum.packetsNotWanted += quality.packetsNotWanted;
        const CallStream& stream = m_tracker->lane(place.lane).stream(place.index);
        const Timestamp last = stream.rtp.lastPacketAt();
        lastMediaAt = std::max(lastMediaAt, last);
        const bool audio = m_tracker->lane(place.lane).mediaKindOf(stream) == MediaKind::Audio;
        if (audio && record.answeredAt && last >= *record.answeredAt)
            heard[static_cast<std::size_t>(stream.sender)] = true;
    }
    if (record.answeredAt) {
        using enum MediaAfterAnswer;
        record.mediaAfterAnswer = heard[0] ? (heard[1] ? Both : CallerOnly) : (heard[1] ? CalleeOnly : None);
    }
    const bool hungUp = record.endedBy == EndedBy::Caller || record.endedBy == EndedBy::Callee;
    if (hungUp && record.endedAt && lastMediaAt > *record.endedAt)
        record.mediaAfterEnd = lastMediaAt - *record.endedAt;
    record.mosMean = sum.mosCount > 0 ? std::optional(sum.mosSum / sum.mosCount) : std::nullopt;
    record.mosMin = sum.mosMin;
    record.mediaPacketsNotStored = sum.packetsNotStored;
    if (m_tracker->call(index).recorded && sum.packetsNotWanted > 0)
        record.recorded = sum.packetsStored + sum.packetsNotStored > 0 ? Recording::Partly : Recording::No;
}

void CallMonitor::callEnded(std::uint32_t call)
{
    Tracker::CallStreams places;
    for (const Tracker::StreamPlace& place : m_tracker->streamsOf(call, places))
        m_streams[place.lane].finish(place.index);
    fillQuality(call);
    m_dueCalls.remove(m_callLinks, call);
    CallRecord& record = m_tracker->call(call).record;
    settle(record, true);
    m_sink.callEnded(record);
}

void CallMonitor::tick(Timestamp now)
{
    if (!m_started) {
        m_started = true;
        m_second = std::chrono::floor<std::chrono::seconds>(now);
    } else if (now < m_lastTick) {
        stepBack(now);
    }
    m_lastTick = now;
    for (std::uint32_t i = m_dueCalls.oldest(); i != noIndex && m_reportAt[i] <= now; i = m_dueCalls.oldest()) {
        m_reportAt[i] = now + reportInterval;
        m_dueCalls.moveToNewest(m_callLinks, i);
        fillQuality(i);
        CallRecord& record = m_tracker->call(i).record;
        settle(record, false);
        m_sink.liveCall(record);
    }
    if (const Timestamp second = std::chrono::floor<std::chrono::seconds>(now); second > m_second) {
        m_second = second;
        m_sink.second(second);
    }
    m_laneCounters = {};
    for (std::size_t lane = 1; lane < m_streams.size(); ++lane) {
        m_laneCounters.packetsStored += m_streams[lane].counters().packetsStored;
        m_laneCounters.points += m_streams[lane].counters().points;
    }
}

// Nothing may wait for a time that lies far ahead now.
void CallMonitor::stepBack(Timestamp now)
{
    for (std::uint32_t i = m_dueCalls.oldest(); i != noIndex; i = m_callLinks[i].after)
        m_reportAt[i] = std::min(m_reportAt[i], now + reportInterval);
    m_second = std::chrono::floor<std::chrono::seconds>(now);
}

}
