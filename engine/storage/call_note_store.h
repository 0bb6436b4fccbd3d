// Tags and notes of calls: DIR/notes.sqlite. They are not in the databases of the days, which the writer alone changes.
#pragma once

#include "engine/storage/call_noting.h"
#include "engine/storage/sqlite.h"
#include "shared/base/utc_time.h"

#include <mutex>
#include <optional>

namespace callmon {

// One thread.
class CallNoteStore {
public:
    // Of a directory that the caller writes to. A damaged file is moved aside: note() says so.
    static Result<CallNoteStore> open(const std::filesystem::path& directory);

    Result<CallNotes> notes(CallKey call);
    Result<std::vector<TagUse>> tagNames();
    Result<void> addTag(CallKey call, const std::string& tag, Timestamp at, const std::string& who);
    Result<void> removeTag(CallKey call, const std::string& tag);
    Result<void> addNote(CallKey call, const std::string& text, Timestamp at, const std::string& who);

    // Of a call that is deleted: how many tags and notes went. With `count` they only are counted.
    Result<std::uint32_t> remove(CallKey call, bool count);
    Result<std::vector<CallKey>> calls(); // that have any, in order
    Result<std::uint64_t> notesThatName(const std::string& text, const std::string& orText);
    Result<void> compact(); // what was removed is in no file any more

    const std::string& note() const { return m_note; }

private:
    explicit CallNoteStore(Database database)
        : m_database(std::move(database))
    {
    }
    Result<Statement> prepared(const char* sql, const std::vector<StoredValue>& values);
    Result<void> change(const char* sql, const std::vector<StoredValue>& values);
    Result<std::int64_t> number(const char* sql, const std::vector<StoredValue>& values);

    Database m_database;
    std::string m_note;
};

// Any thread: one thing at a time. Checks what it is given.
class CallNoteKeeper final : public CallNoting {
public:
    static Result<std::unique_ptr<CallNoteKeeper>> open(const std::filesystem::path& directory);
    const std::string& note() const { return m_store.note(); }

    Result<CallNotes> notes(CallKey call) override;
    Result<std::vector<TagUse>> tagNames() override;
    Result<void> addTag(CallKey call, const std::string& tag, const std::string& who) override;
    Result<void> removeTag(CallKey call, const std::string& tag) override;
    Result<void> addNote(CallKey call, const std::string& text, const std::string& who) override;

private:
    explicit CallNoteKeeper(CallNoteStore store)
        : m_store(std::move(store))
    {
    }
    std::mutex m_mutex;
    CallNoteStore m_store;
};

// Whoever reads a directory, also one that nobody may write.
class CallNoteReader {
public:
    // Nothing where no call has a tag or a note.
    static Result<std::optional<CallNoteReader>> open(const std::filesystem::path& directory);

    std::string tagsOf(CallKey call); // joined by spaces; empty where they cannot be read
    // Calls with a tag that fits: "bad-line", "bad-*"; an empty pattern: with any. In order.
    Result<CallNotes> notes(CallKey call);
    Result<std::vector<TagUse>> tagNames();
    Result<std::vector<std::int64_t>> callsTagged(const std::string& pattern);

private:
    explicit CallNoteReader(Database database)
        : m_database(std::move(database))
    {
    }
    Database m_database;
    std::optional<Statement> m_tagsOf;
};

}
