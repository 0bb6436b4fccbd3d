// RecordKeeper: deletion on request. Of each call its media and messages become zeros where they lie, oldest first, so
// that what a kill leaves is still found by the chains; its rows go when that is on the disk. Zeros between chunks are
// what recovery and readers know as space never written. A day is noted as unfinished before its first row goes, and
// until none of its files holds the bytes of one: whatever a kill cuts off is finished by the next run, or by step().
#include "engine/storage/call_erasing.h"
#include "engine/storage/day_files.h"
#include "engine/storage/day_writer.h"
#include "engine/storage/held_call.h"
#include "engine/storage/storage_error.h"
#include "shared/base/telephone_number.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace callmon {

namespace {

constexpr int syncPatience = 6; // times that with a question: what was erased is on its way to the disk

// Of what goes between two turns of the others: as a step of the keeper lasts, and one flush of the disk for all.
constexpr std::size_t mostCallsAtOnce = 64;
constexpr std::chrono::milliseconds longestAtOnce { 100 };

// Who diverted a call or was to be transferred to takes part in it, too. Older engines kept the separators of numbers.
constexpr const char* isTheirs = "?1 IN (as_kept(caller), as_kept(callee), as_kept(asserted_identity), "
                                 "as_kept(diversion), as_kept(transfer_target))";

// SQL's as_kept(text).
void giveKeptForm(sqlite3_context* context, int, sqlite3_value** values)
{
    const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    if (text == nullptr)
        return;
    const std::string kept =
        withoutSeparators(std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(values[0]))));
    sqlite3_result_text(context, kept.c_str(), static_cast<int>(kept.size()), SQLITE_TRANSIENT);
}

}

void RecordKeeper::Erasing::open(Database database)
{
    day.emplace(std::move(database));
    sqlite3_create_function_v2(day->handle(), "as_kept", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, giveKeptForm,
        nullptr, nullptr, nullptr);
}

std::vector<StoredValue> RecordKeeper::Erasing::whose() const
{
    return { toStored(std::string_view(number)), toStored(request.from.value_or(Timestamp::min())),
        toStored(request.to.value_or(Timestamp::max())), toStored(std::string_view(request.number)) };
}

Result<DeletionReport> RecordKeeper::deleteNumber(const DeletionRequest& request, const std::atomic<bool>* cancelled)
{
    const Error notWhole { sentence(
        TR("Engine", "give the whole number, as it stands in the records; * stands for nothing here")) };
    if (request.number.empty())
        return notWhole;
    const std::lock_guard files(m_dayFiles);
    const std::lock_guard lock(m_mutex);
    Erasing erasing { .request = request,
        .number = withoutSeparators(request.number),
        .cancelled = cancelled,
        .report = {},
        .held = {},
        .media = MediaLogReader(m_directory),
        .messages = MessageLogReader(m_directory),
        .times = KeptTimes(m_files, syncPatience * m_options.filesPatience),
        .files = {},
        .day = {},
        .dayName = {},
        .noted = false };
    if (const auto read = readHeld(erasing); !read)
        return read.error();
    // Asked before the databases: a call that ends meanwhile is in one of the two.
    for (const CallKey call : m_upkeep.liveCallsOf(erasing.number))
        if ((!request.from || approximateStart(call) >= *request.from)
            && (!request.to || approximateStart(call) < *request.to)) {
            DeletedCall on;
            on.call = call;
            on.state = DeletionState::On;
            on.why = sentence(TR("Engine", "it is on, or its end is being stored: ask again when it is over"));
            erasing.report.calls.push_back(std::move(on));
        }
    const Error stopped { "the deletion was stopped; what it had deleted is gone: ask again for the rest" };
    for (const UtcDay day : storedDays(m_directory)) {
        if (!erasing.goesOn() || m_stopping)
            break;
        if ((!request.from || day >= dayOf(*request.from)) && (!request.to || day <= dayOf(*request.to)))
            eraseDay(day, erasing);
        m_mutex.giveWay();
        if (const auto read = readHeld(erasing); !read)
            return read.error();
    }
    if (!request.dryRun)
        finishDeletions(erasing.report.notes); // of earlier runs, too
    if (!erasing.goesOn() || m_stopping)
        return stopped;
    for (const CallKey call : callsOnlyHeldIn(m_directory, INT64_MIN, INT64_MAX)) {
        auto copy = Database::open(
            dayDatabasePath(heldDirectory(m_directory, call), dayOfCall(call)), Database::Mode::ReadOnly);
        if (!copy)
            continue;
        erasing.open(std::move(copy.value()));
        auto theirs = erasing.prepared((std::string("SELECT 1 FROM calls WHERE ") + isTheirs).c_str(),
            { toStored(std::string_view(erasing.number)) });
        if (!theirs || !theirs.value().stepToRow())
            continue;
        DeletedCall kept;
        kept.call = call;
        kept.state = DeletionState::Held;
        kept.why = sentence(TR("Engine", "a legal hold keeps it: callmonctl hold list"));
        erasing.report.calls.push_back(std::move(kept));
    }
    erasing.day.reset();
    if (erasing.report.calls.empty() && request.number.find('*') != std::string::npos)
        return notWhole; // else it is one that was dialled so: *31#...
    if (!request.dryRun) // also where nothing was found: an earlier run may have been stopped before this
        renewJournal(erasing);
    if (!request.dryRun)
        finishNotes(erasing);
    noteWhatStays(erasing);
    return std::move(erasing.report);
}

void RecordKeeper::eraseDay(UtcDay day, Erasing& erasing)
{
    const auto file = dayDatabasePath(m_directory, day);
    const auto left = [&](const Error& error) {
        ++m_errors;
        erasing.report.notes.push_back(sentence(TR("Engine", "Calls of %1 are left out: %2."), toString(day), error));
    };
    {
        auto upgraded = DayWriter::open(file); // what it has of older versions gets today's columns
        if (!upgraded)
            return left(upgraded.error());
    }
    auto database = Database::open(file, Database::Mode::ReadWrite);
    if (!database)
        return left(database.error());
    erasing.open(std::move(database.value()));
    erasing.dayName = day;
    (void)erasing.day->execute("PRAGMA secure_delete=ON");
    const auto& request = erasing.request;
    const auto whose = erasing.whose();
    constexpr const char* inTime = " AND started_at_ns>=?2 AND started_at_ns<?3";
    auto rows = erasing.prepared(
        (std::string("SELECT call_key FROM calls WHERE ") + isTheirs + inTime + " ORDER BY call_key").c_str(), whose);
    if (!rows)
        return left(rows.error());
    std::vector<CallKey> calls;
    while (rows.value().stepToRow())
        calls.push_back({ rows.value().integer(0) });
    rows.value().reset();
    erasing.noted = false;
    for (std::span<const CallKey> rest = calls; !rest.empty() && erasing.goesOn() && !m_stopping;) {
        rest = rest.subspan(eraseSome(rest, erasing));
        if (rest.empty())
            break;
        m_mutex.giveWay();
        if (const auto read = readHeld(erasing); !read)
            return left(read.error());
    }
    if (!request.dryRun)
        eraseAlarms(erasing);
    auto others = erasing.prepared((std::string("SELECT count(*) FROM calls WHERE NOT ") + isTheirs + inTime
                                       + " AND (instr(call_id,?1) OR instr(leg_id,?1) OR instr(call_id,?4) OR "
                                         "instr(leg_id,?4))")
                                       .c_str(),
        whose);
    if (others && others.value().stepToRow())
        erasing.othersThatNameIt += static_cast<std::uint64_t>(others.value().integer(0));
    if (others)
        others.value().reset();
    erasing.day.reset();
}

// Each of these calls is gone as a whole before anybody else has a turn, so a hold finds one whole or not at all.
std::size_t RecordKeeper::eraseSome(std::span<const CallKey> calls, Erasing& erasing)
{
    const auto until = std::chrono::steady_clock::now() + longestAtOnce;
    erasing.files.clear();
    std::vector<DeletedCall> theirs;
    for (const CallKey key : calls) {
        if (!erasing.goesOn() || m_stopping || theirs.size() == mostCallsAtOnce
            || (!theirs.empty() && std::chrono::steady_clock::now() >= until))
            break; // what went so far is finished below
        DeletedCall call;
        call.call = key;
        if (erasing.held.contains(key)) {
            call.state = DeletionState::Held;
            call.why = sentence(TR("Engine", "a legal hold keeps it: callmonctl hold list"));
        } else {
            eraseContent(call, erasing);
        }
        std::erase_if(erasing.report.calls, [&](const DeletedCall& other) { return other.call == key; });
        theirs.push_back(std::move(call));
    }
    const auto notOnDisk = erasing.times.toDisk();
    for (DeletedCall& call : theirs) {
        if (call.state == DeletionState::Deleted) {
            const auto& files = erasing.files[call.call];
            const auto holdsSome = [&](const auto& failed) { return files.contains(failed.first); };
            const auto late = std::ranges::find_if(notOnDisk, holdsSome);
            if (late == notOnDisk.end())
                eraseRows(call, erasing);
            else
                fail(call, late->second);
        }
        m_deleted += call.state == DeletionState::Deleted;
        erasing.report.calls.push_back(std::move(call));
    }
    return theirs.size();
}

// Those that may be set while the others have a turn are found afterwards.
Result<void> RecordKeeper::readHeld(Erasing& erasing)
{
    const auto holds = m_store.holds(true);
    if (!holds)
        return holds.error();
    erasing.held.clear();
    for (const Hold& hold : holds.value())
        erasing.held.insert(hold.call);
    return {};
}

void RecordKeeper::fail(DeletedCall& call, const Error& error)
{
    ++m_errors;
    call.state = DeletionState::Failed;
    call.why = error.sentence;
}

void RecordKeeper::eraseContent(DeletedCall& call, Erasing& erasing)
{
    const std::vector<StoredValue> key { toStored(call.call.value) };
    const auto count = [&](const char* sql) -> std::uint32_t {
        auto row = erasing.prepared(sql, key);
        return row && row.value().stepToRow() ? static_cast<std::uint32_t>(row.value().integer(0)) : 0;
    };
    call.streams = count("SELECT count(*) FROM streams WHERE call_key=?");
    call.qualityBlocks = count("SELECT count(*) FROM quality WHERE call_key=?");
    call.alarms = count("SELECT count(*) FROM alarms WHERE call_key=?");
    if (const auto notes = m_notes.remove(call.call, true))
        call.notes = notes.value();
    call.state = erasing.request.dryRun ? DeletionState::WouldGo : DeletionState::Deleted;
    eraseMedia(call, erasing);
    eraseMessages(call, erasing);
}

Result<void> RecordKeeper::noteUnfinished(Erasing& erasing)
{
    if (erasing.noted)
        return {};
    auto noted = m_store.noteUnfinished({ erasing.dayName, false });
    erasing.noted = noted.has_value();
    return noted;
}

void RecordKeeper::eraseRows(DeletedCall& call, Erasing& erasing)
{
    if (const auto notes = m_notes.remove(call.call, false); !notes)
        return fail(call, notes.error());
    auto noted = m_store.noteExpired(ExpiredPart::Call, call.call.value, now());
    if (noted)
        noted = noteUnfinished(erasing);
    if (!noted)
        return fail(call, noted.error());
    bool good = erasing.day->execute("BEGIN IMMEDIATE");
    for (const char* sql : { "DELETE FROM quality WHERE call_key=?", "DELETE FROM streams WHERE call_key=?",
             "DELETE FROM alarms WHERE call_key=?", "DELETE FROM calls WHERE call_key=?" }) {
        auto statement = erasing.prepared(sql, { toStored(call.call.value) });
        good = good && statement && statement.value().run();
    }
    if (!good || !erasing.day->execute("COMMIT")) {
        const Error error = erasing.day->error("cannot delete from");
        (void)erasing.day->execute("ROLLBACK");
        fail(call, error);
    }
}

// Those that name the number without being of such a call.
void RecordKeeper::eraseAlarms(Erasing& erasing)
{
    constexpr const char* theirs =
        " FROM alarms WHERE (?1 IN (as_kept(caller), as_kept(callee)) OR instr(text,?1) OR instr(comment,?1) OR "
        "instr(text,?4) OR instr(comment,?4)) AND raised_at_ns>=?2 AND raised_at_ns<?3 AND (call_key IS NULL OR "
        "call_key NOT IN (SELECT call_key FROM calls))";
    const auto whose = erasing.whose();
    {
        auto any = erasing.prepared((std::string("SELECT 1") + theirs + " LIMIT 1").c_str(), whose);
        if (!any || !any.value().stepToRow())
            return;
    }
    const auto noted = noteUnfinished(erasing);
    auto alarms = erasing.prepared((std::string("DELETE") + theirs).c_str(), whose);
    if (!noted || !alarms || !alarms.value().run()) {
        ++m_errors;
        erasing.report.notes.push_back(sentence(TR("Engine", "Alarms of %1 that name the number stay: %2."),
            toString(erasing.dayName), noted ? erasing.day->error(TR("Engine", "cannot delete from")) : noted.error()));
        return;
    }
    const int gone = sqlite3_changes(erasing.day->handle());
    erasing.report.notes.push_back(gone == 1
            ? sentence(TR("Engine", "1 alarm of %1 that named the number went, too."), toString(erasing.dayName))
            : sentence(
                TR("Engine", "%1 alarms of %2 that named the number went, too."), gone, toString(erasing.dayName)));
}

void RecordKeeper::eraseMedia(DeletedCall& call, Erasing& erasing)
{
    auto rows = erasing.prepared(
        "SELECT stream_index, media_segment, media_offset FROM streams WHERE call_key=? AND media_segment IS NOT NULL",
        { toStored(call.call.value) });
    if (!rows)
        return;
    while (rows.value().stepToRow()) {
        const StreamKey stream { call.call, static_cast<std::uint32_t>(rows.value().integer(0)) };
        const MediaLocation last { static_cast<std::uint32_t>(rows.value().integer(1)),
            static_cast<std::uint32_t>(rows.value().integer(2)) };
        const auto places = erasing.media.placesOf(stream, last);
        if (!places.silent.empty())
            return fail(call,
                sentence(
                    TR("Engine", "%1; of this call nothing that a search finds has gone"), silenceOf(places.silent)));
        erasing.overwritten = erasing.overwritten || !places.whole;
        for (const auto& place : places.chunks) {
            if (!erasing.request.dryRun) {
                const auto path = erasing.media.pathOf(place.at);
                if (!path.empty()) {
                    erasing.times.keep(path);
                    erasing.files[call.call].insert(path);
                }
                const auto erased = m_upkeep.eraseMedia(stream, place.at);
                if (erased == StorageUpkeep::Erased::Failed) {
                    const auto folder = path.parent_path();
                    return fail(call,
                        FolderAnswers::isSilent(folder) ? Error { sentence(
                            TR("Engine", "%1; the call's rows are there until the rest of its media is gone"),
                            silenceOf(folder)) }
                                                        : systemError(TR("Engine", "cannot write"), path));
                }
                if (erased == StorageUpkeep::Erased::Gone)
                    continue;
            }
            ++call.mediaChunks;
            call.mediaBytes += place.bytes;
        }
    }
}

void RecordKeeper::eraseMessages(DeletedCall& call, Erasing& erasing)
{
    auto row = erasing.prepared(
        "SELECT message_segment, message_offset FROM calls WHERE call_key=? AND message_segment IS NOT NULL",
        { toStored(call.call.value) });
    if (!row || !row.value().stepToRow())
        return;
    const MessageLocation last { static_cast<std::uint32_t>(row.value().integer(0)),
        static_cast<std::uint32_t>(row.value().integer(1)) };
    for (const auto& place : erasing.messages.placesOf(call.call, last)) {
        if (!erasing.request.dryRun) {
            const auto path = messageSegmentPath(m_directory, place.at.segment);
            erasing.times.keep(path);
            erasing.files[call.call].insert(path);
            const FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
            if (!file && errno == ENOENT)
                continue; // it expired, and is open here since an earlier turn
            const std::vector<std::byte> zeros(place.bytes);
            if (!file
                || ::pwrite(file.get(), zeros.data(), zeros.size(), place.at.offset)
                    != static_cast<ssize_t>(zeros.size())) {
                return fail(call, systemError(TR("Engine", "cannot write"), path));
            }
        }
        ++call.messages;
        call.messageBytes += place.bytes;
    }
}

}
