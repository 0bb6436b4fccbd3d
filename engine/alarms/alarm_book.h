// The alarms that are open, and what happened to them since it was last asked for: for storage and for whoever looks
// on.
#pragma once

#include "shared/calls/alarm_shelf.h"
#include "shared/calls/probe_status.h"

#include <deque>
#include <map>
#include <mutex>
#include <tuple>

namespace callmon {

struct AlarmNews { // of one that is open: the members of Alarm that change meanwhile
    double worst = 0;
    std::uint32_t calls = 0;
    std::string_view text {};
    std::string_view part {};
    std::uint32_t partCalls = 0;
};

// Any thread. Nothing here is per packet or per second of a call: alarms are few, for storms become one
// (storm_gauge.h).
class AlarmBook {
public:
    explicit AlarmBook(std::size_t mostOpen = 4096);

    // The id that it got; empty when too many are open, which is counted.
    std::optional<AlarmId> raise(Alarm alarm);
    // While it is open. Shown at once, stored when it is cleared.
    void update(AlarmId id, const AlarmNews& news);
    void clear(AlarmId id, Timestamp at, AlarmEnd end, double worst);
    void clearAll(Timestamp at, AlarmEnd end);

    // Of one that is open, or was: whether such a one was ever raised, only storage knows.
    void acknowledge(const AlarmAcknowledgement& acknowledgement);

    // That alarm, and whatever is about the same, as one that nobody is to be told of; empty when it is not open.
    std::optional<AlarmShelf> shelfFor(const AlarmShelving& shelving, Timestamp now) const;
    bool hasRoomFor(const AlarmShelf& shelf) const; // the shelf is not endless
    void putShelf(const AlarmShelf& shelf); // lasts from one alarm to the next
    void endShelves(Timestamp now); // of those whose time is over

    std::vector<Alarm> takeChanged(); // raised, cleared or acknowledged since the last time
    std::vector<AlarmAcknowledgement> takeAcknowledgements(); // of those no longer open, likewise

    bool isOpen(AlarmId id) const;
    // What brings a reader of version `since` up to date; 0, or too long ago: a snapshot.
    AlarmDelta delta(std::uint64_t since) const;
    std::size_t openCount() const;
    std::vector<NamedCounter> counters() const;

private:
    struct Entry {
        Alarm alarm;
        std::uint64_t version = 0;
    };
    // What alarms are about: the same rule, and the same call or group.
    using Subject = std::tuple<std::string, CallKey, std::string>;
    template <typename About> static Subject subjectOf(const About& about) // an alarm or a shelf
    {
        return { about.rule.str(), about.call.value_or(CallKey {}), about.group.str() };
    }
    void showShelf(const Subject& subject); // in the alarms that are open
    void clearLocked(std::map<AlarmId, Entry>::iterator at, Timestamp time, AlarmEnd end);

    mutable std::mutex m_mutex;
    std::size_t m_mostOpen;
    std::map<AlarmId, Entry> m_open;
    std::deque<std::pair<std::uint64_t, AlarmId>> m_closed; // by version, as many as are remembered
    std::uint64_t m_forgotten = 0; // closed up to this version are not
    std::uint64_t m_version = 1;
    AlarmId m_last;
    std::map<Subject, AlarmShelving> m_shelves;
    std::vector<Alarm> m_changed;
    std::vector<AlarmAcknowledgement> m_acknowledgements;
    std::uint64_t m_raised = 0;
    std::uint64_t m_cleared = 0;
    std::uint64_t m_acknowledged = 0;
    std::uint64_t m_refused = 0;
};

}
