#include "engine/storage/call_note_store.h"

#include "engine/storage/call_filter.h"
#include "engine/storage/user_database.h"

#include <chrono>

namespace callmon {

namespace {

constexpr const char* fileName = "notes.sqlite";

constexpr const char* notesSql = R"sql(
PRAGMA journal_mode=WAL;
PRAGMA secure_delete=ON;
CREATE TABLE IF NOT EXISTS tags(
  call_key INTEGER NOT NULL,
  tag TEXT NOT NULL,
  added_at_ns INTEGER NOT NULL,
  added_by TEXT NOT NULL,
  PRIMARY KEY(call_key, tag)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tags_by_tag ON tags(tag, call_key);
CREATE TABLE IF NOT EXISTS notes(
  note INTEGER PRIMARY KEY,                 -- 1, 2, 3... in the order in which they were written
  call_key INTEGER NOT NULL,
  at_ns INTEGER NOT NULL,
  by TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS notes_by_call ON notes(call_key);
)sql";

Timestamp clockNow() // packets may be of another day, a user is of this one
{
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

Result<CallNotes> readNotes(Database& database, CallKey call)
{
    CallNotes found { call, {}, {} };
    auto tags = database.prepare("SELECT tag, added_at_ns, added_by FROM tags WHERE call_key=? ORDER BY tag");
    if (!tags)
        return tags.error();
    tags.value().bind(1, call.value);
    while (tags.value().stepToRow())
        found.tags.push_back({ tags.value().column(0).text, timestampFromNanoseconds(tags.value().integer(1)),
            tags.value().column(2).text });
    if (tags.value().failed())
        return database.error(TR("Engine", "cannot read"));
    auto notes = database.prepare("SELECT at_ns, by, text FROM notes WHERE call_key=? ORDER BY note");
    if (!notes)
        return notes.error();
    notes.value().bind(1, call.value);
    while (notes.value().stepToRow())
        found.notes.push_back({ timestampFromNanoseconds(notes.value().integer(0)), notes.value().column(1).text,
            notes.value().column(2).text });
    if (notes.value().failed())
        return database.error(TR("Engine", "cannot read"));
    return found;
}

Result<std::vector<TagUse>> readTagNames(Database& database)
{
    auto rows = database.prepare("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY tag");
    if (!rows)
        return rows.error();
    std::vector<TagUse> names;
    while (rows.value().stepToRow())
        names.push_back({ rows.value().column(0).text, static_cast<std::uint64_t>(rows.value().integer(1)) });
    if (rows.value().failed())
        return database.error(TR("Engine", "cannot read"));
    return names;
}

}

Result<CallNoteStore> CallNoteStore::open(const std::filesystem::path& directory)
{
    auto opened = openUserDatabase(
        directory / fileName, [](Database& database) { return database.execute(notesSql); },
        "the tags and notes of calls were damaged; they are kept as ", ", and calls have none from now on");
    if (!opened)
        return opened.error();
    CallNoteStore store(std::move(opened.value().database));
    store.m_note = opened.value().note;
    return store;
}

Result<Statement> CallNoteStore::prepared(const char* sql, const std::vector<StoredValue>& values)
{
    auto statement = m_database.prepare(sql);
    if (statement)
        for (std::size_t i = 0; i < values.size(); ++i)
            statement.value().bind(static_cast<int>(i) + 1, values[i]);
    return statement;
}

Result<void> CallNoteStore::change(const char* sql, const std::vector<StoredValue>& values)
{
    auto statement = prepared(sql, values);
    if (!statement)
        return statement.error();
    return statement.value().run() ? Result<void>() : m_database.error(TR("Engine", "cannot write"));
}

Result<std::int64_t> CallNoteStore::number(const char* sql, const std::vector<StoredValue>& values)
{
    auto row = prepared(sql, values);
    if (!row)
        return row.error();
    if (!row.value().stepToRow())
        return m_database.error(TR("Engine", "cannot read"));
    return row.value().integer(0);
}

Result<CallNotes> CallNoteStore::notes(CallKey call)
{
    return readNotes(m_database, call);
}

Result<std::vector<TagUse>> CallNoteStore::tagNames()
{
    return readTagNames(m_database);
}

Result<void> CallNoteStore::addTag(CallKey call, const std::string& tag, Timestamp at, const std::string& who)
{
    const auto ofCall = number("SELECT count(*) FROM tags WHERE call_key=? AND tag<>?",
        { toStored(call.value), toStored(std::string_view(tag)) });
    if (!ofCall)
        return ofCall.error();
    if (static_cast<std::size_t>(ofCall.value()) >= mostTagsOfCall)
        return Error { sentence(
            TR("Engine", "the call has %1 tags, which is the most; remove one first"), mostTagsOfCall) };
    const auto others =
        number("SELECT count(DISTINCT tag) FROM tags WHERE tag<>?", { toStored(std::string_view(tag)) });
    if (!others)
        return others.error();
    if (static_cast<std::size_t>(others.value()) >= mostTagNames)
        return Error { sentence(
            TR("Engine", "there are %1 different tags, which is the most: use one of them, or write a note"),
            mostTagNames) };
    return change("INSERT OR IGNORE INTO tags VALUES(?,?,?,?)",
        { toStored(call.value), toStored(std::string_view(tag)), toStored(at), toStored(std::string_view(who)) });
}

Result<void> CallNoteStore::removeTag(CallKey call, const std::string& tag)
{
    auto removed = change(
        "DELETE FROM tags WHERE call_key=? AND tag=?", { toStored(call.value), toStored(std::string_view(tag)) });
    if (removed && sqlite3_changes(m_database.handle()) == 0)
        return Error { sentence(TR("Engine", "the call has no tag %1"), tag) };
    return removed;
}

Result<void> CallNoteStore::addNote(CallKey call, const std::string& text, Timestamp at, const std::string& who)
{
    const auto ofCall = number("SELECT count(*) FROM notes WHERE call_key=?", { toStored(call.value) });
    if (!ofCall)
        return ofCall.error();
    if (static_cast<std::size_t>(ofCall.value()) >= mostNotesOfCall)
        return Error { sentence(TR("Engine", "the call has %1 notes, which is the most"), mostNotesOfCall) };
    return change("INSERT INTO notes(call_key, at_ns, by, text) VALUES(?,?,?,?)",
        { toStored(call.value), toStored(at), toStored(std::string_view(who)), toStored(std::string_view(text)) });
}

Result<std::uint32_t> CallNoteStore::remove(CallKey call, bool count)
{
    const auto found = number("SELECT (SELECT count(*) FROM tags WHERE call_key=?1) + (SELECT count(*) FROM notes "
                              "WHERE call_key=?1)",
        { toStored(call.value) });
    if (!found)
        return found.error();
    if (!count && found.value() > 0)
        for (const char* sql : { "DELETE FROM tags WHERE call_key=?", "DELETE FROM notes WHERE call_key=?" })
            if (auto gone = change(sql, { toStored(call.value) }); !gone)
                return gone.error();
    return static_cast<std::uint32_t>(found.value());
}

Result<std::vector<CallKey>> CallNoteStore::calls()
{
    auto rows = prepared("SELECT call_key FROM tags UNION SELECT call_key FROM notes ORDER BY 1", {});
    if (!rows)
        return rows.error();
    std::vector<CallKey> keys;
    while (rows.value().stepToRow())
        keys.push_back({ rows.value().integer(0) });
    if (rows.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    return keys;
}

Result<std::uint64_t> CallNoteStore::notesThatName(const std::string& text, const std::string& orText)
{
    const auto found = number("SELECT (SELECT count(*) FROM notes WHERE instr(text,?1) OR instr(text,?2)) + (SELECT "
                              "count(*) FROM tags WHERE instr(tag,?1) OR instr(tag,?2))",
        { toStored(std::string_view(text)), toStored(std::string_view(orText)) });
    return found ? Result<std::uint64_t>(static_cast<std::uint64_t>(found.value())) : found.error();
}

Result<void> CallNoteStore::compact()
{
    if (!m_database.execute("VACUUM"))
        return m_database.error(TR("Engine", "cannot write"));
    auto done = m_database.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!done)
        return done.error();
    if (!done.value().stepToRow() || done.value().integer(0) != 0)
        return Error { sentence(
            TR("Engine",
                "%1-wal is being read and may keep what was deleted until it is checkpointed; ask again to be sure"),
            m_database.file().filename().string()) };
    return {};
}

Result<std::unique_ptr<CallNoteKeeper>> CallNoteKeeper::open(const std::filesystem::path& directory)
{
    auto store = CallNoteStore::open(directory);
    if (!store)
        return store.error();
    return std::unique_ptr<CallNoteKeeper>(new CallNoteKeeper(std::move(store.value())));
}

Result<CallNotes> CallNoteKeeper::notes(CallKey call)
{
    const std::lock_guard lock(m_mutex);
    return m_store.notes(call);
}

Result<std::vector<TagUse>> CallNoteKeeper::tagNames()
{
    const std::lock_guard lock(m_mutex);
    return m_store.tagNames();
}

Result<void> CallNoteKeeper::addTag(CallKey call, const std::string& tag, const std::string& who)
{
    const auto good = tagOf(tag);
    if (!good)
        return good.error();
    const std::lock_guard lock(m_mutex);
    return m_store.addTag(call, good.value(), clockNow(), who);
}

Result<void> CallNoteKeeper::removeTag(CallKey call, const std::string& tag)
{
    const auto good = tagOf(tag);
    if (!good)
        return good.error();
    const std::lock_guard lock(m_mutex);
    return m_store.removeTag(call, good.value());
}

Result<void> CallNoteKeeper::addNote(CallKey call, const std::string& text, const std::string& who)
{
    const auto good = noteOf(text);
    if (!good)
        return good.error();
    const std::lock_guard lock(m_mutex);
    return m_store.addNote(call, good.value(), clockNow(), who);
}

Result<std::optional<CallNoteReader>> CallNoteReader::open(const std::filesystem::path& directory)
{
    const auto file = directory / fileName;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return std::optional<CallNoteReader>();
    auto database = Database::openToRead(file);
    if (!database)
        return database.error();
    auto tagsOf = database.value().prepare("SELECT tag FROM tags WHERE call_key=? ORDER BY tag");
    if (!tagsOf)
        return tagsOf.error();
    std::optional<CallNoteReader> reader(CallNoteReader(std::move(database.value())));
    reader->m_tagsOf.emplace(std::move(tagsOf.value()));
    return reader;
}

std::string CallNoteReader::tagsOf(CallKey call)
{
    Statement& rows = *m_tagsOf;
    rows.reset();
    rows.bind(1, call.value);
    std::string tags;
    while (rows.stepToRow())
        tags += (tags.empty() ? "" : " ") + rows.column(0).text;
    rows.reset();
    return tags;
}

Result<CallNotes> CallNoteReader::notes(CallKey call)
{
    return readNotes(m_database, call);
}

Result<std::vector<TagUse>> CallNoteReader::tagNames()
{
    return readTagNames(m_database);
}

Result<std::vector<std::int64_t>> CallNoteReader::callsTagged(const std::string& pattern)
{
    const bool wild = pattern.find('*') != std::string::npos;
    auto rows = m_database.prepare(pattern.empty() ? "SELECT DISTINCT call_key FROM tags ORDER BY call_key"
            : wild ? "SELECT DISTINCT call_key FROM tags WHERE tag GLOB ?1 ORDER BY call_key"
                   : "SELECT call_key FROM tags WHERE tag=?1 ORDER BY call_key");
    if (!rows)
        return rows.error();
    if (!pattern.empty())
        rows.value().bind(1, wild ? globOf(pattern) : pattern);
    std::vector<std::int64_t> keys;
    while (rows.value().stepToRow())
        keys.push_back(rows.value().integer(0));
    if (rows.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    return keys;
}

}
