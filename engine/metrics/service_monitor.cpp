#include "engine/metrics/service_monitor.h"

#include "shared/base/ascii.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::int64_t tickSeconds = GroupWindows::tickLength.count();
constexpr std::int64_t ticksPerMinute = 60 / tickSeconds;
constexpr std::int64_t longestGap = 10; // seconds; a longer one was not watched: a capture's end, or time that was set

ServiceGroup named(ServiceGrouping grouping, std::string_view name)
{
    return { grouping, name };
}

}

ServiceMonitor::ServiceMonitor(const ServiceOptions& options)
    : m_names(options.groups)
    , m_shortCall(options.shortCall)
    , m_hash(options.seed)
    , m_index(options.maxCalls)
    , m_calls(options.maxCalls)
    , m_repeated(options.repeatWithin, options.seed)
{
    const auto add = [&](ServiceGrouping grouping, std::string_view name) {
        m_groups.emplace_back(named(grouping, name));
        return static_cast<GroupIndex>(m_groups.size() - 1);
    };
    m_groups.reserve(5 + CallGroups::mostTrunks + CallGroups::mostPrefixes + mostCodecs);
    add(ServiceGrouping::Total, {});
    if (!m_names.trunks().empty()) {
        m_firstTrunk = static_cast<GroupIndex>(m_groups.size());
        for (const Trunk& trunk : m_names.trunks())
            add(ServiceGrouping::Trunk, trunk.name);
        add(ServiceGrouping::Trunk, otherTrunk);
    }
    if (!m_names.prefixes().empty()) {
        m_firstPrefix = static_cast<GroupIndex>(m_groups.size());
        for (const std::string& prefix : m_names.prefixes())
            add(ServiceGrouping::Prefix, prefix);
        add(ServiceGrouping::Prefix, "other");
    }
    m_noCodec = add(ServiceGrouping::Codec, noCodecName);
    add(ServiceGrouping::Codec, "other");
    m_used = m_groups.size();
    for (std::size_t i = 0; i < mostCodecs; ++i)
        add(ServiceGrouping::Codec, {});
    m_minutes.reserve(m_groups.size());
    m_published.reserve(m_groups.size() * serviceWindowMinutes.size());
}

template <typename Count> void ServiceMonitor::countIn(const std::array<GroupIndex, 4>& groups, Count&& count)
{
    for (const GroupIndex group : groups)
        if (group != noGroup)
            count(m_groups[group]);
}

std::uint32_t ServiceMonitor::find(CallKey key) const
{
    return m_index.find(m_hash(static_cast<std::uint64_t>(key.value), 0, 0, 0),
        [&](std::uint32_t index) { return m_calls[index].key == key; });
}

// noGroup: the record names none.
ServiceMonitor::GroupIndex ServiceMonitor::trunkGroup(std::string_view name) const
{
    const auto first = m_groups.begin() + m_firstTrunk;
    const auto last = first + static_cast<std::ptrdiff_t>(m_names.trunks().size()) + 1; // "other"
    const auto found = std::find_if(first, last, [&](const GroupWindows& each) { return each.group().name == name; });
    return found == last ? noGroup : static_cast<GroupIndex>(found - m_groups.begin());
}

std::array<ServiceMonitor::GroupIndex, 4> ServiceMonitor::groupsOf(const CallRecord& call) const
{
    std::array<GroupIndex, 4> groups { 0, noGroup, noGroup, noGroup };
    if (m_firstTrunk != noGroup) {
        const auto trunks = trunksOf(call);
        groups[1] = trunkGroup(trunks[0]);
        groups[2] = trunkGroup(trunks[1]);
    }
    if (m_firstPrefix != noGroup)
        groups[3] =
            static_cast<GroupIndex>(m_firstPrefix + m_names.prefixOf(call.callee).value_or(m_names.prefixes().size()));
    return groups;
}

// The names come from session descriptions, in any case (RFC 4855 3).
ServiceMonitor::GroupIndex ServiceMonitor::codecGroup(std::string_view codec)
{
    const auto isSame = [&](const GroupWindows& group) {
        return std::ranges::equal(group.group().name.view(), codec, {}, toLower, toLower);
    };
    const std::size_t first = std::size_t { m_noCodec } + 2;
    for (std::size_t i = first; i < m_used; ++i)
        if (isSame(m_groups[i]))
            return static_cast<GroupIndex>(i);
    if (m_used == m_groups.size()) {
        ++m_codecsRefused;
        return static_cast<GroupIndex>(m_noCodec + 1);
    }
    m_groups[m_used].setName(codec);
    return static_cast<GroupIndex>(m_used++);
}

std::uint32_t ServiceMonitor::follow(const CallRecord& call)
{
    const std::uint32_t index = m_calls.acquire();
    if (index == noIndex)
        return noIndex;
    m_index.insert(m_hash(static_cast<std::uint64_t>(call.key.value), 0, 0, 0), index);
    FollowedCall& followed = m_calls[index];
    followed.key = call.key;
    followed.groups = groupsOf(call);
    followed.codec = m_noCodec;
    if (!call.beganBeforeProbe) {
        followed.isNew = true;
        followed.isRepeated = m_repeated.isRepeated(call.caller, call.callee, call.startedAt);
        countIn(followed.groups, [&](GroupWindows& group) { group.callBegan(followed.isRepeated); });
    }
    return index;
}

// Once: a stream that comes later with a lower number may tell another codec, and the call is no new one by that.
void ServiceMonitor::countNewOfCodec(FollowedCall& call)
{
    if (std::exchange(call.isNew, false))
        m_groups[call.codec].callBegan(call.isRepeated);
}

void ServiceMonitor::setOn(FollowedCall& call, bool on)
{
    if (std::exchange(call.isOn, on) == on)
        return;
    const auto change = [&](GroupWindows& group) { on ? group.callIsOn() : group.callIsOver(); };
    countIn(call.groups, change);
    change(m_groups[call.codec]);
}

void ServiceMonitor::liveCall(const CallRecord& call)
{
    if (isDialled(call))
        return;
    std::uint32_t index = find(call.key);
    if (index == noIndex)
        index = follow(call);
    if (index != noIndex)
        update(m_calls[index], call);
}

void ServiceMonitor::update(FollowedCall& call, const CallRecord& record)
{
    const bool isOver = record.state == CallState::Ended;
    if (isOver && !std::exchange(call.isOver, true))
        rememberEnd(record);
    setOn(call, !isOver);
    if (record.answeredAt && !std::exchange(call.isCounted, true))
        countIn(call.groups, [&](GroupWindows& group) { group.now().figures.addAttempt(record); });
}

// Told at once: who dials again does not wait until the call has left the tables.
void ServiceMonitor::rememberEnd(const CallRecord& call)
{
    if (!call.endedAt)
        return;
    if (call.answeredAt && durationOf(call).value_or(Milliseconds {}) >= m_shortCall)
        return m_repeated.settled(call.caller, call.callee);
    m_repeated.ended(call.caller, call.callee, *call.endedAt);
    m_pairsForgotten = m_repeated.forgotten();
}

void ServiceMonitor::stream(const StreamRecord& stream)
{
    if (!tellsCodec(stream))
        return;
    const std::uint32_t index = find(stream.key.call);
    if (index == noIndex || stream.key.index >= m_calls[index].codecStream)
        return;
    FollowedCall& call = m_calls[index];
    call.codecStream = stream.key.index;
    const GroupIndex codec = codecGroup(stream.codec);
    if (codec != call.codec && call.isOn) {
        m_groups[call.codec].callIsOver();
        m_groups[codec].callIsOn();
    }
    call.codec = codec;
    countNewOfCodec(call);
}

void ServiceMonitor::callEnded(const CallRecord& record)
{
    std::uint32_t index = find(record.key);
    if (index == noIndex)
        index = follow(record);
    // Without room its figures are whole all the same; that it was on, or repeated, was not counted.
    FollowedCall lost;
    lost.groups = groupsOf(record);
    lost.codec = m_noCodec;
    FollowedCall& call = index != noIndex ? m_calls[index] : lost;
    update(call, record);
    setOn(call, false);
    countIn(call.groups, [&](GroupWindows& group) {
        if (!call.isCounted)
            group.now().figures.addAttempt(record);
        group.now().figures.addEnd(record);
    });
    m_groups[call.codec].now().figures.add(record);
    countNewOfCodec(call); // of no media
    if (index == noIndex) {
        ++m_callsRefused;
        return;
    }
    m_index.erase(m_hash(static_cast<std::uint64_t>(record.key.value), 0, 0, 0), index);
    m_calls.release(index);
}

void ServiceMonitor::second(Timestamp now)
{
    const std::int64_t second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    if (!m_second)
        m_second = second - 1;
    if (second < *m_second)
        return startAgain(second);
    const std::int64_t watched = second - *m_second <= longestGap ? second - *m_second : 1;
    for (std::int64_t i = 0; i < watched; ++i)
        passSecond();
    if (*m_second < second)
        skipTo(second);
}

void ServiceMonitor::passSecond()
{
    openPart();
    ++*m_second;
    for (std::size_t i = 0; i < m_used; ++i)
        m_groups[i].passSecond();
    if (*m_second % tickSeconds == 0)
        closeTick(*m_second / tickSeconds - 1);
}

void ServiceMonitor::closeTick(std::int64_t tick)
{
    for (std::size_t i = 0; i < m_used; ++i)
        m_groups[i].closeTick(tick);
    m_moved = Timestamp((tick + 1) * GroupWindows::tickLength);
    if ((tick + 1) % ticksPerMinute == 0)
        closeMinute();
    publish();
}

void ServiceMonitor::openPart()
{
    if (!std::exchange(m_minuteOpen, true))
        m_minuteFrom = Timestamp(std::chrono::seconds(*m_second));
}

void ServiceMonitor::closeMinute()
{
    addMinuteTo(m_minutes);
    for (std::size_t i = 0; i < m_used; ++i)
        m_groups[i].beginMinute();
    m_minuteOpen = false;
}

std::vector<ServiceRow> ServiceMonitor::openMinute() const
{
    std::vector<ServiceRow> rows;
    if (m_minuteOpen)
        addMinuteTo(rows);
    return rows;
}

void ServiceMonitor::addMinuteTo(std::vector<ServiceRow>& rows) const
{
    for (std::size_t i = 0; i < m_used; ++i) {
        const ServiceRow row = m_groups[i].minute(m_minuteFrom);
        if (i == 0 || !row.isEmpty())
            rows.push_back(row);
    }
}

void ServiceMonitor::skipTo(std::int64_t second)
{
    stop();
    m_second = second;
    for (std::size_t i = 0; i < m_used; ++i)
        m_groups[i].advanceTo(second / tickSeconds - 1);
    publish();
}

void ServiceMonitor::stop()
{
    if (!m_second)
        return;
    // At the end of a capture most calls end at once, after the last whole second.
    if (m_groups.front().now() != ServiceSums {})
        openPart();
    if (m_minuteOpen)
        closeTick(*m_second / tickSeconds);
    if (m_minuteOpen)
        closeMinute();
}

// Time went back: what the windows hold lies ahead of now.
void ServiceMonitor::startAgain(std::int64_t second)
{
    stop();
    m_second = second;
    for (GroupWindows& group : m_groups)
        group.clear();
}

bool ServiceMonitor::mayMeasure(std::string_view group) const
{
    if (group.empty() || group.starts_with("codec "))
        return true;
    return std::ranges::any_of(
        std::span(m_groups).first(m_noCodec), // those of the configuration, which stay as they are
        [&](const GroupWindows& each) { return toText(each.group()) == group; });
}

void ServiceMonitor::publish()
{
    const std::scoped_lock lock(m_mutex);
    m_published.clear();
    for (std::size_t group = 0; group < m_used; ++group)
        for (std::size_t which = 0; which < serviceWindowMinutes.size(); ++which)
            m_published.push_back(window(group, which));
}

std::vector<ServiceRow> ServiceMonitor::windows() const
{
    const std::scoped_lock lock(m_mutex);
    return m_published;
}

std::vector<NamedCounter> ServiceMonitor::counters() const
{
    return { { "service_calls_refused", m_callsRefused }, { "service_codecs_refused", m_codecsRefused },
        { "service_pairs_forgotten", m_pairsForgotten } };
}

}
