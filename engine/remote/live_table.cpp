#include "engine/remote/live_table.h"

#include <algorithm>

namespace callmon {

LiveTable::LiveTable(std::size_t rememberedRemovals)
    : m_rememberedRemovals(rememberedRemovals)
{
}

std::size_t LiveTable::KeyHash::operator()(CallKey key) const
{
    return static_cast<std::size_t>(static_cast<std::uint64_t>(key.value) * 0x9e3779b97f4a7c15ULL >> 7);
}

LiveTable::Row* LiveTable::find(CallKey key)
{
    const auto found = m_rows.find(key);
    return found == m_rows.end() ? nullptr : &found->second;
}

LiveTable::Stream& LiveTable::streamOf(Row& row, std::uint32_t index)
{
    const auto at = std::lower_bound(row.streams.begin(), row.streams.end(), index,
        [](const Stream& stream, std::uint32_t wanted) { return stream.index < wanted; });
    if (at != row.streams.end() && at->index == index)
        return *at;
    Stream added;
    added.index = index;
    return *row.streams.insert(at, added);
}

void LiveTable::linkAsNewest(Row& row)
{
    row.older = m_newest;
    row.newer = nullptr;
    if (m_newest != nullptr)
        m_newest->newer = &row;
    m_newest = &row;
}

void LiveTable::unlink(Row& row)
{
    if (row.older != nullptr)
        row.older->newer = row.newer;
    if (row.newer != nullptr)
        row.newer->older = row.older;
    else if (m_newest == &row)
        m_newest = row.older;
}

void LiveTable::changed(Row& row, What what)
{
    row.version = ++m_version;
    unlink(row);
    linkAsNewest(row);
    const FixedText<30> codec = row.call.codec;
    // Of several streams in one direction the newest says how it is now; the worst MOS is of all of them.
    row.call.sent = {};
    for (const Stream& stream : row.streams) {
        if (!stream.codec.empty())
            row.call.codec = stream.codec;
        if (!stream.direction)
            continue;
        LiveDirection& shown = row.call.sent[static_cast<std::size_t>(*stream.direction)];
        const float worst = shown.mosMin;
        shown = stream.figures;
        if (worst > 0 && (shown.mosMin <= 0 || worst < shown.mosMin))
            shown.mosMin = worst;
    }
    if (what == What::Whole || row.call.codec != codec)
        row.wholeVersion = row.version;
}

void LiveTable::update(const CallRecord& record)
{
    const std::lock_guard lock(m_mutex);
    Row& row = m_rows[record.key];
    LiveCall& call = row.call;
    call.key = record.key;
    call.state = record.state;
    call.trust = record.trust;
    call.lastCode = record.lastCode;
    call.startedAt = record.startedAt;
    call.answeredAt = record.answeredAt;
    call.endedAt = record.endedAt;
    call.caller = record.caller;
    call.callee = record.callee;
    call.callId = record.callId;
    call.callerTrunk = record.callerTrunk;
    call.calleeTrunk = record.calleeTrunk;
    call.countedAt = record.countedAt;
    changed(row, What::Whole);
}

void LiveTable::update(const StreamRecord& record)
{
    const std::lock_guard lock(m_mutex);
    Row* row = find(record.key.call);
    if (row == nullptr)
        return;
    Stream& stream = streamOf(*row, record.key.index);
    stream.direction = record.direction;
    stream.codec = record.codec;
    stream.figures.seen = true;
    stream.figures.lossPercent = static_cast<float>(record.lossPercent);
    stream.upTo = record.lastPacketAt;
    stream.expected = record.expected;
    stream.lost = record.lost;
    stream.figures.mosMin = static_cast<float>(record.mosMin.value_or(0));
    changed(*row, What::Figures);
}

void LiveTable::update(const QualityPoint& point)
{
    const std::lock_guard lock(m_mutex);
    Row* row = find(point.stream.call);
    if (row == nullptr)
        return;
    Stream& stream = streamOf(*row, point.stream.index);
    stream.figures.seen = true;
    stream.figures.mosNow = point.mos;
    stream.figures.jitterMs = point.jitterMs;
    if (point.at > stream.upTo) {
        const std::uint64_t distinct = point.packets - std::min(point.duplicates, point.packets);
        stream.lost += point.lost;
        stream.expected += distinct + point.lost + point.lostWithProbe;
        if (stream.expected > 0)
            stream.figures.lossPercent =
                static_cast<float>(100.0 * static_cast<double>(stream.lost) / static_cast<double>(stream.expected));
    }
    changed(*row, What::Figures);
}

void LiveTable::remove(CallKey key)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_rows.find(key);
    if (found == m_rows.end())
        return;
    unlink(found->second);
    m_rows.erase(found);
    m_removals.push_back({ ++m_version, key });
    while (m_removals.size() > m_rememberedRemovals) {
        m_forgotten = m_removals.front().version;
        m_removals.pop_front();
    }
}

LiveDelta LiveTable::delta(std::uint64_t since) const
{
    const std::lock_guard lock(m_mutex);
    if (since == 0 || since < m_forgotten || since > m_version)
        return snapshotLocked();
    LiveDelta delta;
    delta.fromVersion = since;
    delta.toVersion = m_version;
    for (const Row* row = m_newest; row != nullptr && row->version > since; row = row->older) {
        if (row->wholeVersion > since)
            delta.changed.push_back(row->call);
        else
            delta.figures.push_back({ row->call.key, row->call.sent });
    }
    const auto first = std::upper_bound(m_removals.begin(), m_removals.end(), since,
        [](std::uint64_t version, const Removal& removal) { return version < removal.version; });
    for (auto removal = first; removal != m_removals.end(); ++removal)
        if (!m_rows.contains(removal->key)) // a key that came back is among the changed
            delta.removed.push_back(removal->key);
    return delta;
}

LiveDelta LiveTable::snapshot() const
{
    const std::lock_guard lock(m_mutex);
    return snapshotLocked();
}

LiveDelta LiveTable::snapshotLocked() const
{
    LiveDelta all;
    all.snapshot = true;
    all.toVersion = m_version;
    all.changed.reserve(m_rows.size());
    for (const auto& [key, row] : m_rows)
        all.changed.push_back(row.call);
    return all;
}

std::uint64_t LiveTable::version() const
{
    const std::lock_guard lock(m_mutex);
    return m_version;
}

std::size_t LiveTable::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_rows.size();
}

}
