// Alarms of the calls that are on: quality by its seconds, and what a call lacks by time. O(1) an event; packet time
// only.
#pragma once

#include "engine/alarms/storm_gauge.h"
#include "engine/alarms/threshold_watch.h"
#include "engine/tracking/index_table.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <limits>

namespace callmon {

// Storage thread. Never a quality alarm from a second in which the probe itself lost frames, nor from jitter within its
// own error. A second without packets says nothing of quality. What is not audio never makes one-way audio.
class CallAlarms {
public:
    CallAlarms(AlarmBook& book, std::uint32_t maxCalls);

    void setRules(std::span<const AlarmRule> rules, Timestamp now); // those of other kinds are left out
    void liveCall(const CallRecord& call);
    void stream(const StreamRecord& stream);
    // Points of these come next: what is cold is asked for.
    void expect(std::span<const StreamKey> streams) const;
    void quality(const QualityPoint& point);
    void callEnded(const CallRecord& call);
    void second(Timestamp now); // every whole second of packet time

    std::vector<NamedCounter> counters() const;

private:
    using Seconds = std::uint32_t; // since 1970; 0: never

    struct FollowedCall { // one cache line: a point of a call in order touches nothing else
        CallKey key;
        std::array<Seconds, 2> heardUpTo {}; // by Party
        std::array<Seconds, 2> heardSince {}; // without a pause
        Seconds answeredAt = 0;
        Seconds judgedFrom = 0; // answer, or the end of a hold
        Seconds endedAt = 0; // BYE
        std::array<std::uint32_t, 2> streams {}; // bit per index below 32: audio that this party sends
        std::uint32_t watches = noIndex; // first of its list
        bool onHold = false;
        bool wantsAudio = false;
        bool manyStreams = false; // more than the bits tell: who is heard is not known
        std::array<bool, 2> paused {}; // suppresses silence: not hearing it means nothing
    };
    static_assert(sizeof(FollowedCall) <= 64);
    struct Face { // what an alarm says of its call; seldom read
        FixedText<47> caller, callee;
        Network callerNetwork, calleeNetwork;
    };
    struct Watch {
        ThresholdWatch threshold;
        std::uint32_t call = noIndex;
        std::uint32_t next = noIndex; // of the same call
        std::uint32_t stream = noIndex; // index; none: of the whole call
        std::uint16_t rule = 0;
        bool folded = false;
        bool used = false;
        std::optional<Party> direction;
        std::optional<AlarmId> alarm;
    };
    struct RuleState {
        AlarmRule rule;
        StormGauge storm;
    };

    std::uint32_t find(CallKey key) const;
    std::uint32_t follow(CallKey key); // noIndex: no room
    bool isPlain(const QualityPoint& point) const;
    void judge(std::uint32_t call, const QualityPoint& point);
    void judgeTimes(std::uint32_t call, Timestamp now);
    double longestTime(const FollowedCall& call, AlarmKind kind, Seconds now, std::optional<Party>& direction) const;
    void apply(std::uint32_t call, std::uint16_t rule, std::uint32_t stream, std::optional<Party> direction,
        double figure, Timestamp from, Timestamp to);
    void raise(Watch& watch, Timestamp now);
    void list(Watch& watch, Timestamp now);
    void release(std::uint32_t watch, Timestamp now, AlarmEnd end);
    void unlink(std::uint32_t watch);

    AlarmBook& m_book;
    IndexTable m_index;
    ObjectPool<FollowedCall> m_calls;
    std::uint32_t m_callsEver = 0; // places used so far: what second() looks through
    std::vector<Face> m_faces;
    ObjectPool<Watch> m_watches;
    std::uint32_t m_watchesEver = 0;
    std::vector<RuleState> m_rules;
    struct Loosest { // of all rules: a second within these concerns none
        float mos = 0;
        float lossPercent = std::numeric_limits<float>::infinity();
        float jitterMs = std::numeric_limits<float>::infinity();
    } m_loosest;
    std::array<double, 4> m_shortestTimes {}; // of all rules: OneWayAudio, NoMedia, MediaAfterBye, LongCall
    std::uint64_t m_callsRefused = 0;
    std::uint64_t m_watchesRefused = 0;
};

}
