#include "engine/alarms/alarm_book.h"

#include <algorithm>
#include <utility>

namespace callmon {

namespace {

constexpr std::size_t rememberedClosed = 10'000;
constexpr std::size_t mostShelves = 4096;

void putOnShelf(Alarm& alarm, const AlarmShelving* shelf)
{
    alarm.shelvedUntil = shelf != nullptr ? std::optional(shelf->until) : std::nullopt;
    alarm.shelvedBy = shelf != nullptr ? shelf->by : decltype(alarm.shelvedBy) {};
    alarm.shelfComment = shelf != nullptr ? shelf->comment : decltype(alarm.shelfComment) {};
}
}

AlarmBook::AlarmBook(std::size_t mostOpen)
    : m_mostOpen(mostOpen)
{
}

std::optional<AlarmId> AlarmBook::raise(Alarm alarm)
{
    const std::lock_guard lock(m_mutex);
    if (m_open.size() >= m_mostOpen) {
        ++m_refused;
        return std::nullopt;
    }
    m_last.value = std::max(nanosecondsSinceEpoch(alarm.raisedAt), m_last.value + 1);
    alarm.id = m_last;
    if (!m_shelves.empty()) {
        const auto shelf = m_shelves.find(subjectOf(alarm));
        putOnShelf(alarm, shelf != m_shelves.end() ? &shelf->second : nullptr);
    }
    m_open.emplace(alarm.id, Entry { alarm, ++m_version });
    m_changed.push_back(alarm);
    ++m_raised;
    return alarm.id;
}

void AlarmBook::update(AlarmId id, const AlarmNews& news)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_open.find(id);
    if (found == m_open.end())
        return;
    Alarm& alarm = found->second.alarm;
    alarm.worst = news.worst;
    alarm.calls = news.calls;
    alarm.text = news.text;
    alarm.part = news.part;
    alarm.partCalls = news.partCalls;
    found->second.version = ++m_version;
}

void AlarmBook::clearLocked(std::map<AlarmId, Entry>::iterator at, Timestamp time, AlarmEnd end)
{
    Alarm& alarm = at->second.alarm;
    alarm.clearedAt = std::max(time, alarm.raisedAt);
    alarm.end = end;
    m_changed.push_back(alarm);
    m_closed.emplace_back(++m_version, at->first);
    m_open.erase(at);
    ++m_cleared;
    if (m_closed.size() > rememberedClosed) {
        m_forgotten = m_closed.front().first;
        m_closed.pop_front();
    }
}

void AlarmBook::clear(AlarmId id, Timestamp at, AlarmEnd end, double worst)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_open.find(id);
    if (found == m_open.end())
        return;
    found->second.alarm.worst = worst;
    clearLocked(found, at, end);
}

void AlarmBook::clearAll(Timestamp at, AlarmEnd end)
{
    const std::lock_guard lock(m_mutex);
    while (!m_open.empty())
        clearLocked(m_open.begin(), at, end);
}

void AlarmBook::acknowledge(const AlarmAcknowledgement& acknowledgement)
{
    const std::lock_guard lock(m_mutex);
    ++m_acknowledged;
    const auto found = m_open.find(acknowledgement.id);
    if (found == m_open.end()) {
        m_acknowledgements.push_back(acknowledgement);
        return;
    }
    Alarm& alarm = found->second.alarm;
    alarm.acknowledgedAt = acknowledgement.at;
    alarm.acknowledgedBy = acknowledgement.by;
    alarm.comment = acknowledgement.comment;
    found->second.version = ++m_version;
    m_changed.push_back(alarm);
}

std::optional<AlarmShelf> AlarmBook::shelfFor(const AlarmShelving& shelving, Timestamp now) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_open.find(shelving.id);
    if (found == m_open.end())
        return std::nullopt;
    const Alarm& alarm = found->second.alarm;
    return AlarmShelf { alarm.rule, alarm.call, alarm.group, shelving, now };
}

bool AlarmBook::hasRoomFor(const AlarmShelf& shelf) const
{
    const std::lock_guard lock(m_mutex);
    return shelf.shelving.until <= shelf.at || m_shelves.size() < mostShelves || m_shelves.contains(subjectOf(shelf));
}

void AlarmBook::putShelf(const AlarmShelf& shelf)
{
    const std::lock_guard lock(m_mutex);
    const Subject subject = subjectOf(shelf);
    if (shelf.shelving.until <= shelf.at)
        m_shelves.erase(subject);
    else if (m_shelves.size() < mostShelves || m_shelves.contains(subject))
        m_shelves.insert_or_assign(subject, shelf.shelving);
    showShelf(subject);
}

void AlarmBook::endShelves(Timestamp now)
{
    const std::lock_guard lock(m_mutex);
    for (auto at = m_shelves.begin(); at != m_shelves.end();) {
        if (at->second.until > now) {
            ++at;
            continue;
        }
        const Subject subject = at->first;
        at = m_shelves.erase(at);
        showShelf(subject);
    }
}

void AlarmBook::showShelf(const Subject& subject)
{
    const auto shelf = m_shelves.find(subject);
    for (auto& [id, entry] : m_open) {
        if (subjectOf(entry.alarm) != subject)
            continue;
        putOnShelf(entry.alarm, shelf != m_shelves.end() ? &shelf->second : nullptr);
        entry.version = ++m_version;
    }
}

std::vector<Alarm> AlarmBook::takeChanged()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_changed, {});
}

std::vector<AlarmAcknowledgement> AlarmBook::takeAcknowledgements()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_acknowledgements, {});
}

bool AlarmBook::isOpen(AlarmId id) const
{
    const std::lock_guard lock(m_mutex);
    return m_open.contains(id);
}

AlarmDelta AlarmBook::delta(std::uint64_t since) const
{
    const std::lock_guard lock(m_mutex);
    AlarmDelta delta;
    delta.snapshot = since == 0 || since < m_forgotten || since > m_version;
    delta.fromVersion = delta.snapshot ? 0 : since;
    delta.toVersion = m_version;
    for (const auto& [id, entry] : m_open)
        if (delta.snapshot || entry.version > since)
            delta.changed.push_back(entry.alarm);
    if (!delta.snapshot)
        for (auto closed = m_closed.rbegin(); closed != m_closed.rend() && closed->first > since; ++closed)
            delta.removed.push_back(closed->second);
    return delta;
}

std::size_t AlarmBook::openCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_open.size();
}

std::vector<NamedCounter> AlarmBook::counters() const
{
    const std::lock_guard lock(m_mutex);
    const auto onShelf = static_cast<std::uint64_t>(
        std::ranges::count_if(m_open, [](const auto& one) { return one.second.alarm.shelvedUntil.has_value(); }));
    return { { "alarms_open", m_open.size() }, { "alarms_on_shelf", onShelf }, { "alarms_raised", m_raised },
        { "alarms_cleared", m_cleared }, { "alarms_acknowledged", m_acknowledged }, { "alarms_refused", m_refused } };
}

}
