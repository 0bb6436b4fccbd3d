#include "engine/alarms/probe_alarms.h"

#include "engine/alarms/alarm_texts.h"
#include "shared/base/translatable.h"
#include "shared/calls/counter_meaning.h"

#include <algorithm>
#include <utility>

namespace callmon {

namespace {

// Which alarm a counter's growth belongs to; none for what is no loss.
std::optional<AlarmKind> kindOf(const CounterMeaning& meaning)
{
    if (meaning.kind != CounterKind::Dropped && meaning.kind != CounterKind::Missed)
        return std::nullopt;
    switch (meaning.group) {
    case CounterGroup::Dropped:
        return AlarmKind::FramesLost;
    case CounterGroup::Disk:
    case CounterGroup::Queues:
        return AlarmKind::DiskLate;
    default:
        return AlarmKind::RecordsLost;
    }
}

struct CountedTable {
    std::string_view counter; // percent of it that is used
    const char* what;
};
constexpr CountedTable countedTables[] { { "stream_table_percent",
    TR("ProbeBuffer", "table of the RTP streams that are on") } };

// Levels that are a fault of a disk for as long as they are not 0, as from the start of an engine that cannot have it.
constexpr std::string_view disksLeftOut[] { "media_directories_down", "media_directories_held",
    "data_directory_silent_s", "retention_folders_silent" };

std::uint64_t valueOf(std::span<const NamedCounter> counters, std::string_view name)
{
    for (const NamedCounter& counter : counters)
        if (counter.name == name)
            return counter.value;
    return 0;
}

}

ProbeAlarms::ProbeAlarms(AlarmBook& book)
    : m_book(book)
{
}

void ProbeAlarms::setRules(std::span<const AlarmRule> rules, Timestamp now)
{
    std::vector<RuleState> next;
    for (const AlarmRule& rule : rules) {
        if (isOfCall(rule.kind) || isOfMetric(rule.kind) || !rule.enabled)
            continue;
        RuleState state { rule, {}, {} };
        for (RuleState& old : m_rules)
            if (old.rule.name == rule.name && old.rule.kind == rule.kind) {
                state.threshold = old.threshold;
                state.alarm = std::exchange(old.alarm, {});
            }
        next.push_back(state);
    }
    for (const RuleState& old : m_rules)
        if (old.alarm)
            m_book.clear(*old.alarm, now, AlarmEnd::RuleChanged, old.threshold.worst());
    m_rules = std::move(next);
}

ProbeAlarms::Growth ProbeAlarms::growthOf(AlarmKind kind, std::span<const NamedCounter> counters) const
{
    Growth growth;
    for (const NamedCounter& counter : counters) {
        const CounterMeaning& meaning = meaningOf(counter.name);
        const std::uint64_t before = valueOf(m_before, counter.name);
        if (kindOf(meaning) != kind || counter.value <= before)
            continue;
        growth.sum += counter.value - before;
        if (counter.value - before > growth.most) {
            growth.most = counter.value - before;
            growth.largest = meaning.title;
        }
    }
    return growth;
}

std::optional<double> ProbeAlarms::figureOf(AlarmKind kind, const ProbeReadings& readings, std::string& detail) const
{
    const double seconds = std::chrono::duration<double>(readings.now - m_at).count();
    switch (kind) {
    case AlarmKind::FramesLost:
    case AlarmKind::RecordsLost:
    case AlarmKind::DiskLate: {
        const Growth growth = growthOf(kind, readings.counters);
        detail = growth.largest;
        double figure = static_cast<double>(growth.sum) / seconds;
        if (kind == AlarmKind::DiskLate)
            for (const std::string_view name : disksLeftOut)
                if (const std::uint64_t disks = valueOf(readings.counters, name); disks > 0) {
                    figure += static_cast<double>(disks);
                    if (growth.sum == 0)
                        detail = meaningOf(name).title;
                }
        return figure;
    }
    case AlarmKind::PollGap:
        return Milliseconds(m_longestPollGap).count();
    case AlarmKind::BufferNearlyFull: {
        std::vector<BufferFill> buffers(readings.buffers.begin(), readings.buffers.end());
        for (const NamedCounter& counter : readings.counters)
            for (const CountedTable& table : countedTables)
                if (counter.name == table.counter)
                    buffers.push_back({ table.what, static_cast<double>(counter.value) });
        if (buffers.empty())
            return std::nullopt;
        const BufferFill& fullest = *std::ranges::max_element(buffers, {}, &BufferFill::percent);
        detail = fullest.what;
        return fullest.percent;
    }
    case AlarmKind::DiskNearlyFull:
        detail = readings.fullestDisk;
        return readings.diskUsedPercent;
    case AlarmKind::NoTraffic:
        if (!readings.live)
            return std::nullopt;
        return std::chrono::duration<double>(readings.now - m_framesGrewAt).count();
    default:
        return std::nullopt;
    }
}

void ProbeAlarms::second(const ProbeReadings& readings)
{
    m_longestPollGap = std::max(m_longestPollGap, readings.longestPollGap);
    const bool first = m_at == Timestamp {} || readings.now < m_at;
    if (!first && readings.now - m_at < std::chrono::seconds(1))
        return;
    if (first || valueOf(readings.counters, "frames_received") > valueOf(m_before, "frames_received"))
        m_framesGrewAt = readings.now;
    if (!first)
        for (RuleState& state : m_rules) {
            std::string detail;
            if (const auto figure = figureOf(state.rule.kind, readings, detail))
                apply(state, *figure, detail, m_at, readings.now);
        }
    m_at = readings.now;
    m_longestPollGap = {};
    m_before.assign(readings.counters.begin(), readings.counters.end());
}

void ProbeAlarms::apply(RuleState& state, double figure, const std::string& detail, Timestamp from, Timestamp to)
{
    switch (state.threshold.update(state.rule, figure, from, to)) {
    case ThresholdWatch::Change::Raise: {
        Alarm alarm = alarmOf(state.rule, to);
        alarm.since = state.threshold.since();
        alarm.figure = alarm.worst = state.threshold.worst();
        alarm.text = alarmText(state.rule, alarm.figure, {}) + (detail.empty() ? "" : " (" + detail + ')');
        alarm.part = detail;
        state.alarm = m_book.raise(alarm);
        break;
    }
    case ThresholdWatch::Change::Clear:
        if (state.alarm)
            m_book.clear(*state.alarm, to, AlarmEnd::Recovered, state.threshold.worst());
        state.alarm.reset();
        break;
    case ThresholdWatch::Change::None:
        break;
    }
}

}
