// How what an engine tells of its live calls comes into the list.
#include "console/models/live_call_model.h"

namespace callmon {

void LiveCallModel::apply(const LiveDelta& delta, ProbeId probe)
{
    finishFill(); // in order: the next change is a second away, by when it has long been taken
    if (delta.snapshot) {
        std::erase_if(m_pendingChanged, [probe](const auto& one) { return one.first.probe == probe; });
        std::erase_if(m_pendingRemoved, [probe](const CallName& one) { return one.probe == probe; });
        if (!m_held && delta.changed.size() > fillSlice)
            return beginFill(delta, probe);
        m_pendingSnapshots.insert(probe);
    }
    const bool inPlace = !m_held && !m_pendingSnapshots.contains(probe); // a snapshot also says which are gone
    for (const LiveCall& call : delta.changed) {
        const CallName name { probe, call.key };
        m_pendingRemoved.erase(name);
        // A call that is listed takes its figures at once: at 52,000 changes a second a copy more is what costs. They
        // are painted, filtered and sorted with the others.
        if (const auto known = inPlace ? m_rowOfKey.find(name) : m_rowOfKey.end(); known != m_rowOfKey.end())
            m_calls[known->second].call = call;
        else
            m_pendingChanged[name] = call;
    }
    for (const LiveFigures& figures : delta.figures) {
        const CallName name { probe, figures.key };
        const auto known = m_rowOfKey.find(name);
        if (const auto waiting = m_pendingChanged.find(name); waiting != m_pendingChanged.end())
            waiting->second.sent = figures.sent;
        else if (known == m_rowOfKey.end())
            continue; // not in the snapshot that is awaited, either
        else if (m_held)
            (m_pendingChanged[name] = m_calls[known->second].call).sent = figures.sent;
        else
            m_calls[known->second].call.sent = figures.sent;
    }
    for (const CallKey key : delta.removed) {
        m_pendingChanged.erase({ probe, key });
        if (m_rowOfKey.contains({ probe, key }))
            m_pendingRemoved.insert({ probe, key });
    }
    if (m_held)
        return;
    if (m_rowOfKey.empty())
        flush();
    else if (!m_refreshTimer.isActive())
        m_refreshTimer.start();
}

void LiveCallModel::beginFill(const LiveDelta& snapshot, ProbeId probe)
{
    const bool first = m_rowOfKey.empty();
    m_pendingSnapshots.erase(probe);
    m_fill = { probe, snapshot.changed, 0 };
    ++m_fills;
    m_calls.reserve(m_calls.size() + snapshot.changed.size());
    m_rowOfKey.reserve(m_rowOfKey.size() + snapshot.changed.size());
    fill(fillSlice);
    if (first)
        refresh();
    m_fillTimer.start();
}

void LiveCallModel::fill(std::size_t most)
{
    const std::size_t end = std::min(m_fill.calls.size(), m_fill.taken + most);
    for (; m_fill.taken < end; ++m_fill.taken) {
        const LiveCall& call = m_fill.calls[m_fill.taken];
        m_calls[store({ m_fill.probe, call.key }, call)].filled = m_fills;
    }
    if (m_fill.taken < m_fill.calls.size())
        return;
    for (Slot slot = 0; slot < m_calls.size(); ++slot) // which the snapshot does not have
        if (const Entry& entry = m_calls[slot]; entry.used && entry.probe == m_fill.probe && entry.filled != m_fills)
            leave(slot);
    m_fill = {};
}

void LiveCallModel::finishFill()
{
    if (m_fill.calls.empty())
        return;
    m_fillTimer.stop();
    fill(m_fill.calls.size());
    if (!m_refreshTimer.isActive())
        m_refreshTimer.start();
}

void LiveCallModel::leave(Slot slot)
{
    m_rowOfKey.erase({ m_calls[slot].probe, m_calls[slot].call.key });
    m_calls[slot].used = false;
    m_leaving.push_back(slot);
}

LiveCallModel::Slot LiveCallModel::store(const CallName& name, const LiveCall& call)
{
    if (const auto known = m_rowOfKey.find(name); known != m_rowOfKey.end()) {
        m_calls[known->second].call = call;
        return known->second;
    }
    Slot slot;
    if (m_free.empty()) {
        slot = static_cast<Slot>(m_calls.size());
        m_calls.emplace_back();
    } else {
        slot = m_free.back();
        m_free.pop_back();
    }
    m_calls[slot] = { call, name.probe, -1, true, 0 };
    m_rowOfKey.emplace(name, slot);
    return slot;
}

void LiveCallModel::flush()
{
    m_refreshTimer.stop();
    if (!m_pendingSnapshots.empty()) {
        for (Slot slot = 0; slot < m_calls.size(); ++slot) {
            const Entry& entry = m_calls[slot];
            if (entry.used && m_pendingSnapshots.contains(entry.probe)
                && !m_pendingChanged.contains({ entry.probe, entry.call.key }))
                leave(slot);
        }
    }
    for (const CallName& name : m_pendingRemoved)
        if (const auto known = m_rowOfKey.find(name); known != m_rowOfKey.end())
            leave(known->second);
    for (const auto& [name, call] : m_pendingChanged)
        store(name, call);
    m_pendingSnapshots.clear();
    m_pendingChanged.clear();
    m_pendingRemoved.clear();
    refresh();
}

}
