// RecordKeeper: tags and notes go with the record that they are of.
#include "engine/storage/day_files.h"
#include "engine/storage/record_keeper_parts.h"

#include <algorithm>
#include <map>

namespace callmon {

// Of calls whose day expired, but for those under hold. Looked at when a day went or a hold was released: a call that
// is on may have tags before its day has a database, and keeps them.
bool RecordKeeper::expireNotes()
{
    if (!std::exchange(m_notesMayBeOld, false))
        return false;
    const auto failed = [this](const Error& error) {
        m_notesMayBeOld = true;
        fail(error);
        return false;
    };
    const auto calls = m_notes.calls();
    if (!calls)
        return failed(calls.error());
    const auto holds = m_store.holds(true);
    if (!holds)
        return failed(holds.error());
    std::map<std::int64_t, bool> goneDays;
    std::uint64_t gone = 0;
    for (const CallKey call : calls.value()) {
        const UtcDay day = dayOfCall(call);
        auto known = goneDays.find(day.number);
        if (known == goneDays.end()) {
            std::error_code ignored;
            const bool there = std::filesystem::exists(dayDatabasePath(m_directory, day), ignored);
            const auto expired = m_store.isExpired(ExpiredPart::Day, day.number);
            if (!expired)
                return failed(expired.error());
            known = goneDays.emplace(day.number, !there && expired.value()).first;
        }
        if (!known->second || std::ranges::find(holds.value(), call, &Hold::call) != holds.value().end())
            continue;
        const auto removed = m_notes.remove(call, false);
        if (!removed)
            return failed(removed.error());
        gone += removed.value();
    }
    if (gone == 0)
        return false;
    m_notesExpired += gone;
    if (auto compacted = m_notes.compact(); !compacted)
        fail(compacted.error());
    return true;
}

}
