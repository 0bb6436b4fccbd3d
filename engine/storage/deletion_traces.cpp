// RecordKeeper: what a deletion on request leaves behind. Until none of a day's files holds the bytes of a row that was
// deleted it is finished by the next run, or by step(); what stays is said.
#include "engine/storage/call_erasing.h"
#include "engine/storage/day_files.h"
#include "engine/storage/media_files.h"

#include <fstream>
#include <thread>

namespace callmon {

namespace {

constexpr auto longestRenewal = std::chrono::seconds(60); // of the journal: some commits

std::uint64_t linesWith(const std::filesystem::path& file, const std::string& text, const std::string& orText)
{
    std::ifstream in(file);
    std::uint64_t lines = 0;
    for (std::string line; std::getline(in, line);)
        lines += line.find(text) != std::string::npos || line.find(orText) != std::string::npos;
    return lines;
}

// As its bytes lie there; also what SQLite has in its log only.
bool holdsText(const std::filesystem::path& database, const std::string& text, const std::string& orText)
{
    for (const char* side : { "", "-wal" }) {
        std::ifstream in(database.string() + side, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        if (bytes.find(text) != std::string::npos || bytes.find(orText) != std::string::npos)
            return true;
    }
    return false;
}

}

// One day, where there is one: true, and it is finished.
bool RecordKeeper::finishOneDeletion()
{
    const std::unique_lock files(m_dayFiles, std::try_to_lock);
    if (!files)
        return false; // a deletion waits for this step
    const auto days = m_store.unfinishedDays();
    if (!days) {
        fail(days.error());
        return false;
    }
    for (const UnfinishedDay& day : days.value()) {
        std::vector<Sentence> unsaid; // it is tried until it is done
        if (compactDay(day, unsaid))
            return true;
    }
    return false;
}

void RecordKeeper::finishDeletions(std::vector<Sentence>& notes)
{
    const auto days = m_store.unfinishedDays();
    if (!days)
        return fail(days.error());
    for (const UnfinishedDay& day : days.value())
        (void)compactDay(day, notes);
}

// Calls are held and released meanwhile: they touch no day.
bool RecordKeeper::writeAnew(Database& day)
{
    m_mutex.unlock();
    const bool done = day.execute("VACUUM");
    m_mutex.lock();
    return done;
}

// A day that nobody writes to any more is written anew, without what deleted rows leave behind; of one that is being
// written, secure deletion has to do. False: SQLite's log could not be emptied yet.
bool RecordKeeper::compactDay(UnfinishedDay unfinished, std::vector<Sentence>& notes)
{
    const UtcDay day = unfinished.day;
    const auto file = dayDatabasePath(m_directory, day);
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return m_store.noteFinished(day).has_value(); // it expired, or is kept aside as damaged
    const auto left = [&](const Sentence& why) {
        notes.push_back(sentence(TR("Engine",
                                     "The database of %1 %2: %3-wal may keep what was deleted until the engine has "
                                     "emptied it, which it tries every half minute; ask again to be sure."),
            toString(day), why, file.filename().string()));
        return false;
    };
    auto database = Database::open(file, Database::Mode::ReadWrite);
    if (!database) {
        ++m_errors;
        return left(sentence(TR("Engine", "could not be opened (%1)"), database.error()));
    }
    if (!unfinished.writtenAnew) {
        const auto space = mediaSpaceAt(file);
        const bool room = space && space->free > space->keptForRecords + 2 * std::filesystem::file_size(file, ignored);
        const bool past = m_options.commits || day < dayOf(now() - std::chrono::hours(24));
        if (past && (!room || !writeAnew(database.value())))
            notes.push_back(sentence(TR("Engine",
                                         "The database of %1 could not be written anew; the rows are gone and their "
                                         "bytes overwritten all the same."),
                toString(day)));
        (void)m_store.noteUnfinished({ day, true }).has_value();
    }
    auto done = database.value().prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!done || !done.value().stepToRow() || done.value().integer(0) != 0)
        return left(sentence(TR("Engine", "is being read")));
    return m_store.noteFinished(day).has_value();
}

// Tags and notes went with each call; what they leave behind in the file goes once, also after a run that was cut off.
void RecordKeeper::finishNotes(Erasing& erasing)
{
    auto& notes = erasing.report.notes;
    if (auto compacted = m_notes.compact(); !compacted)
        notes.push_back(sentence(TR("Engine", "Of tags and notes something may be left: %1."), compacted.error()));
    if (const auto others = m_notes.notesThatName(erasing.number, erasing.request.number); others && others.value() > 0)
        notes.push_back(others.value() == 1
                ? sentence(TR("Engine", "1 tag or note of other calls names the number, and stays."))
                : sentence(
                    TR("Engine", "%1 tags and notes of other calls name the number, and stay."), others.value()));
}

// The journal holds what was on until then, calls that are over, too. Without m_mutex, for commits take their time.
void RecordKeeper::renewJournal(Erasing& erasing)
{
    m_mutex.unlock();
    const bool renewed = waitForNewJournal();
    m_mutex.lock();
    if (!renewed)
        erasing.report.notes.push_back(sentence(TR("Engine",
            "The journal of calls that are on may still hold deleted ones until it is begun anew, which takes "
            "minutes.")));
}

bool RecordKeeper::waitForNewJournal()
{
    const std::uint64_t before = m_upkeep.journalsRenewed();
    (void)atNextCommit<bool>([](StorageUpkeep& upkeep) {
        upkeep.renewJournal();
        return true;
    });
    const auto until = std::chrono::steady_clock::now() + longestRenewal;
    while (m_upkeep.journalsRenewed() == before) {
        if (m_stopping || std::chrono::steady_clock::now() > until)
            return false;
        if (m_options.commits)
            (void)m_writer.commitSettled().has_value();
        else
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

void RecordKeeper::noteWhatStays(Erasing& erasing)
{
    auto& notes = erasing.report.notes;
    if (erasing.overwritten)
        notes.push_back(sentence(TR("Engine",
            "Some of the media had been overwritten or deleted before; what is left of them in a file that is written "
            "again goes as the recording goes on.")));
    if (erasing.othersThatNameIt > 0)
        notes.push_back(erasing.othersThatNameIt == 1
                ? sentence(TR("Engine", "1 call of others names the number in an identifier, and stays."))
                : sentence(TR("Engine", "%1 calls of others name the number in an identifier, and stay."),
                    erasing.othersThatNameIt));
    if (const auto lines = linesWith(m_directory / "audit.log", erasing.number, erasing.request.number); lines > 0)
        notes.push_back(lines == 1
                ? sentence(
                    TR("Engine", "The audit log names the number in 1 line: who asked for it and when, which is kept."))
                : sentence(TR("Engine",
                               "The audit log names the number in %1 lines: who asked for it and when, which is kept."),
                    lines));
    for (const char* name : { "recording.sqlite", "rules.sqlite", "shelf.sqlite", "retention.sqlite" })
        if (holdsText(m_directory / name, erasing.number, erasing.request.number))
            notes.push_back(sentence(TR("Engine",
                                         "%1 names the number, in what users wrote (a rule, a comment, the reason of a "
                                         "hold), and stays."),
                name));
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(m_directory, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.find(".corrupt-") != std::string::npos || name.find(".unread-") != std::string::npos)
            notes.push_back(sentence(TR("Engine",
                                         "%1 was moved aside as damaged and was not searched; delete it if it may hold "
                                         "such calls."),
                name));
    }
}

}
