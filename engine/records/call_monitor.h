// Module III, and the one door to tracking for the rest of the engine: datagrams go in, records come out at the sinks.
#pragma once

#include "engine/records/message_recorder.h"
#include "engine/records/stream_monitor.h"
#include "engine/tracking/tracker.h"
#include "shared/calls/call_groups.h"

namespace callmon {

// Lane 0's thread, but for processLane(). Nothing is allocated after the constructor, but by the sinks.
class CallMonitor final : private TrackerListener {
public:
    CallMonitor(const TrackerOptions& options, RecordSink& sink, const MessageOptions& messages = {});
    // A lane for each sink; see RecordSink. Calls go to the first.
    CallMonitor(const TrackerOptions& options, std::span<RecordSink* const> sinks, const MessageOptions& messages = {},
        CallGroups trunks = {});

    // As Tracker's.
    void process(std::span<const Datagram> batch) { m_tracker->process(batch); }
    void message(const Datagram& message, Transport transport) { m_tracker->message(message, transport); }
    void skinnyMessage(const Datagram& message) { m_tracker->skinnyMessage(message); }
    void mediaOfLane(std::size_t lane, const Datagram& media) { m_tracker->mediaOfLane(lane, media); }
    void reached(std::uint64_t sequence) { m_tracker->reached(sequence); }
    void processLane(std::size_t lane, std::span<const Datagram> batch, std::uint64_t end)
    {
        m_tracker->processLane(lane, batch, end);
    }
    void account(const ProbeLoss& loss, Timestamp now) { m_tracker->account(loss, now); }
    void advance(Timestamp now) { m_tracker->advance(now); }
    void finish() { m_tracker->finish(); }
    void replaceRecordingRules(RecordingPolicy rules) { m_tracker->replaceRecordingRules(std::move(rules)); }

    std::size_t lanes() const { return m_streams.size(); }
    std::uint32_t liveCalls() const { return m_tracker->liveCalls(); }
    std::span<const UnboundFlow> unboundFlows() const { return m_tracker->unboundFlows(); } // as Tracker's
    // Of tracking (the first seven add up to the datagrams processed), then of the media record.
    std::vector<NamedCounter> counters() const;
    std::uint64_t datagrams() const { return m_tracker->datagrams(); }

private:
    void callStarted(std::uint32_t call) override;
    void callChanged(std::uint32_t call) override;
    void messageSeen(std::uint32_t call, const SeenMessage& message) override;
    void callEnded(std::uint32_t call) override;
    void callForgotten(std::uint32_t call) override;
    void tick(Timestamp now) override;

    void settle(CallRecord& record, bool isGone) const;
    void fillQuality(std::uint32_t call);
    void stepBack(Timestamp now);

    RecordSink& m_sink;
    CallGroups m_trunks;
    MessageRecorder m_messages;
    std::deque<StreamMonitor> m_streams; // by lane; grows in the constructor only
    std::optional<Tracker> m_tracker;
    LazyArray<ListLink> m_callLinks;
    LazyArray<Timestamp> m_reportAt;
    ActivityList m_dueCalls;
    bool m_started = false;
    Timestamp m_lastTick;
    Timestamp m_second; // last given to the sink
    StreamMonitor::Counters m_laneCounters; // of lanes 1, 2... when they last stood still
};

}
