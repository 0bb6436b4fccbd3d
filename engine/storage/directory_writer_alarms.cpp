// The alarms of a DirectoryWriter: each into the day it was raised on, with the next commit.
#include "engine/storage/day_files.h"
#include "engine/storage/directory_writer.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t mostWaitingAlarms = 10'000; // while the databases cannot be written

}

void DirectoryWriter::alarm(const Alarm& alarm)
{
    m_alarms.push_back(alarm);
    if (m_alarms.size() <= mostWaitingAlarms)
        return;
    m_alarms.erase(m_alarms.begin());
    ++m_counters.alarmsNotStored;
}

void DirectoryWriter::acknowledge(const AlarmAcknowledgement& acknowledgement)
{
    if (m_acknowledgements.size() < mostWaitingAlarms)
        m_acknowledgements.push_back(acknowledgement);
    else
        ++m_counters.alarmsNotStored;
}

// What was raised first is stored first; an acknowledgement finds the row that it is of.
void DirectoryWriter::storeAlarms()
{
    while (!m_alarms.empty() || !m_acknowledgements.empty()) {
        const UtcDay day = dayOf(raiseTimeOf(m_alarms.empty() ? m_acknowledgements.front().id : m_alarms.front().id));
        const auto isOfDay = [&](const auto& change) { return dayOf(raiseTimeOf(change.id)) == day; };
        DayWriter* const writer = dayWriter(day);
        bool good = writer != nullptr && writer->begin();
        std::uint64_t refused = 0;
        for (const Alarm& alarm : m_alarms) {
            if (!good || !isOfDay(alarm))
                continue;
            const DayWriter::Put put = writer->alarm(alarm);
            good = put != DayWriter::Put::Failed;
            refused += put == DayWriter::Put::Refused;
        }
        for (const AlarmAcknowledgement& acknowledgement : m_acknowledgements)
            if (good && isOfDay(acknowledgement))
                good = writer->acknowledge(acknowledgement);
        if (!good || !writer->commit()) {
            ++m_counters.recordWriteErrors;
            if (writer != nullptr) {
                remember(writer->error());
                writer->rollback();
            }
            return; // tried again at the next commit
        }
        m_counters.recordsRefused += refused;
        std::erase_if(m_alarms, isOfDay);
        std::erase_if(m_acknowledgements, isOfDay);
    }
}

// A look at each day costs less than a millisecond; only one that has such alarms is opened for writing.
void DirectoryWriter::endOpenAlarms(Timestamp at)
{
    for (const UtcDay day : storedDays(m_directory)) {
        auto database = Database::open(dayDatabasePath(m_directory, day), Database::Mode::ReadOnly);
        if (!database)
            continue;
        auto open = database.value().prepare("SELECT 1 FROM alarms WHERE cleared_at_ns IS NULL LIMIT 1");
        if (!open || !open.value().stepToRow())
            continue; // none, or a day without that table
        DayWriter* const writer = dayWriter(day);
        if (writer != nullptr && !writer->endOpenAlarms(at))
            remember(writer->error());
    }
}

}
