// The service metrics of a DirectoryWriter: each minute into its day, with the next commit, and what there is of the
// minute that is being filled.
#include "engine/storage/directory_writer.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t mostWaitingMinutes = 50'000; // rows, while the databases cannot be written: 6 hours of 150 groups

}

void DirectoryWriter::serviceMinute(const ServiceRow& row)
{
    m_openMinute.clear(); // it is closed now, and has more than that
    if (m_minutes.size() < mostWaitingMinutes)
        m_minutes.push_back(row);
    else
        ++m_counters.minutesNotStored;
}

void DirectoryWriter::storeMinutes()
{
    if (storeMinutes(m_minutes)) // else tried again at the next commit
        (void)storeMinutes(m_openMinute);
    m_openMinute.clear(); // the next one has more of it
}

bool DirectoryWriter::storeMinutes(std::vector<ServiceRow>& rows)
{
    while (!rows.empty()) {
        const UtcDay day = dayOf(rows.front().from);
        const auto isOfDay = [&](const ServiceRow& row) { return dayOf(row.from) == day; };
        DayWriter* const writer = dayWriter(day);
        bool good = writer != nullptr && writer->begin();
        std::uint64_t refused = 0;
        for (const ServiceRow& row : rows) {
            if (!good || !isOfDay(row))
                continue;
            const DayWriter::Put put = writer->serviceMinute(row);
            good = put != DayWriter::Put::Failed;
            refused += put == DayWriter::Put::Refused;
        }
        if (!good || !writer->commit()) {
            ++m_counters.recordWriteErrors;
            if (writer != nullptr) {
                remember(writer->error());
                writer->rollback();
            }
            return false;
        }
        m_counters.recordsRefused += refused;
        std::erase_if(rows, isOfDay);
    }
    return true;
}

}
