// Service metrics while calls are on: attempts, ASR, NER and the rest over sliding windows, in total, by trunk, by
// prefix and by codec. O(1) a call and, a second, by the number of groups; packet time only.
#pragma once

#include "engine/metrics/group_windows.h"
#include "engine/metrics/repeated_calls.h"
#include "engine/tracking/index_table.h"
#include "shared/calls/call_groups.h"
#include "shared/calls/probe_status.h"
#include "shared/calls/stream_record.h"

#include <atomic>
#include <mutex>

namespace callmon {

struct ServiceOptions {
    CallGroups groups;
    std::chrono::seconds repeatWithin { 120 }; // after the end of a short or failed call
    std::chrono::seconds shortCall { 10 };
    std::uint32_t maxCalls = 131072;
    std::uint64_t seed = 0; // of tables; no figure depends on it
};

// A call belongs to the trunks of both its ends, as its record names them, to one prefix, and to the codec of its first
// audio stream. It counts as an attempt when it is answered or over, and with its end when it is over; by codec with
// both then, and as a new call when its codec is known.
class ServiceMonitor {
public:
    explicit ServiceMonitor(const ServiceOptions& options);

    // Storage thread, in the order in which things happened.
    void liveCall(const CallRecord& call);
    void stream(const StreamRecord& stream);
    void callEnded(const CallRecord& call);
    void second(Timestamp now); // every whole second of packet time, after what belongs before it
    void stop(); // closes the minute that is being filled

    std::size_t groupCount() const { return m_used; }
    const ServiceGroup& group(std::size_t index) const { return m_groups[index].group(); }
    // "trunk north"; any codec may come, and "" is every group. Any thread.
    bool mayMeasure(std::string_view group) const;
    ServiceRow window(std::size_t group, std::size_t which) const { return m_groups[group].window(which); }
    // End of the windows, when they have moved since the last time: every ten seconds.
    std::optional<Timestamp> takeMove() { return std::exchange(m_moved, std::nullopt); }
    // The minutes that were closed since the last time: the total, and every group in which something happened. Of a
    // minute that was not watched from its begin a row says from when on, so that one minute may have several.
    std::vector<ServiceRow> takeMinutes() { return std::exchange(m_minutes, {}); }
    std::vector<ServiceRow> openMinute() const; // the one that is being filled, as far as it is

    // Any thread.
    std::vector<ServiceRow> windows() const; // of all groups, each from the shortest to the longest
    std::vector<NamedCounter> counters() const;

    static constexpr std::size_t mostCodecs = 16; // others are one group

private:
    using GroupIndex = std::uint16_t;
    static constexpr GroupIndex noGroup = 0xffff;
    struct FollowedCall {
        CallKey key;
        std::array<GroupIndex, 4> groups {}; // total, the trunks, the prefix; noGroup: none
        GroupIndex codec = noGroup;
        std::uint32_t codecStream = noIndex; // that told it; lower ones count more
        bool isOn = false;
        bool isOver = false; // was once, at least
        bool isCounted = false; // as an attempt
        bool isNew = false; // and not of before the probe; by codec not counted yet
        bool isRepeated = false;
    };

    std::uint32_t find(CallKey key) const;
    std::uint32_t follow(const CallRecord& call); // noIndex: no room
    GroupIndex trunkGroup(std::string_view name) const;
    std::array<GroupIndex, 4> groupsOf(const CallRecord& call) const;
    GroupIndex codecGroup(std::string_view codec);
    void countNewOfCodec(FollowedCall& call);
    void setOn(FollowedCall& call, bool on);
    void update(FollowedCall& call, const CallRecord& record);
    void rememberEnd(const CallRecord& call);
    template <typename Count> void countIn(const std::array<GroupIndex, 4>& groups, Count&& count);

    void passSecond();
    void closeTick(std::int64_t tick);
    void closeMinute();
    void openPart();
    void addMinuteTo(std::vector<ServiceRow>& rows) const;
    void skipTo(std::int64_t second);
    void startAgain(std::int64_t second);
    void publish();

    CallGroups m_names;
    std::chrono::seconds m_shortCall;
    std::vector<GroupWindows>
        m_groups; // total; trunks, "other"; prefixes, "other"; codecs "none", "other", and those seen
    std::size_t m_used; // codecs that were not seen lie behind
    GroupIndex m_firstTrunk = noGroup;
    GroupIndex m_firstPrefix = noGroup;
    GroupIndex m_noCodec = noGroup;

    SeededHash m_hash;
    IndexTable m_index;
    ObjectPool<FollowedCall> m_calls;
    RepeatedCalls m_repeated;

    std::optional<std::int64_t> m_second; // since 1970: all before it is counted
    bool m_minuteOpen = false;
    Timestamp m_minuteFrom; // while it is open: watched from then on
    std::optional<Timestamp> m_moved;
    std::vector<ServiceRow> m_minutes;

    mutable std::mutex m_mutex;
    std::vector<ServiceRow> m_published;
    std::atomic<std::uint64_t> m_callsRefused { 0 };
    std::atomic<std::uint64_t> m_codecsRefused { 0 };
    std::atomic<std::uint64_t> m_pairsForgotten { 0 };
};

}
