// The RecordQuery of a data directory: over its days, and what the writer holds of calls that are on.
#pragma once

#include "engine/storage/call_note_store.h"
#include "engine/storage/day_reader.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/message_log_reader.h"
#include "engine/storage/record_query.h"

#include <list>
#include <map>

namespace callmon {

class DirectoryQuery final : public RecordQuery {
public:
    DirectoryQuery(std::filesystem::path directory, const RecordWriter* writer, std::vector<Sentence> notes)
        : m_directory(std::move(directory))
        , m_writer(writer)
        , m_notes(std::move(notes))
        , m_media(m_directory)
        , m_messages(m_directory)
    {
    }

    Result<std::uint64_t> calls(const CallQuery& query, const std::function<bool(const CallRecord&)>& sink,
        const std::atomic<bool>* cancelled) override;
    Result<std::uint64_t> alarms(const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink,
        const std::atomic<bool>* cancelled) override;
    Result<void> service(const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink,
        const std::atomic<bool>* cancelled) override;
    std::string tagsOf(CallKey call) override { return m_tags ? m_tags->tagsOf(call) : std::string(); }
    Sentence legalHoldOf(CallKey call) override
    {
        const auto hold = m_holds.find(call);
        return hold == m_holds.end() ? Sentence() : hold->second;
    }
    Result<std::vector<StreamRecord>> streams(CallKey call) override;
    Result<std::vector<QualityPoint>> quality(CallKey call) override;
    Result<void> media(StreamKey stream, const std::function<bool(Bytes)>& sink) override;
    bool mayComeLater() override { return !m_media.silent().empty(); }
    Result<void> callMedia(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink) override;
    Result<bool> listen(Listening& listening, const std::function<bool(const StreamRecord&, Bytes)>& sink) override;
    Result<void> messages(CallKey call, const std::function<bool(const CallMessage&)>& sink) override;
    std::vector<Sentence> takeNotes() override { return std::exchange(m_notes, {}); }

private:
    Result<void> addNews(Listening& listening, std::span<const StreamRecord> streams);
    Result<DayReader*> day(UtcDay day); // nullptr when there is no such database
    Result<MediaLocation> mediaEnd(StreamKey stream);
    DirectoryQuery* held(CallKey call); // the copy of a call under legal hold; nullptr when it is not
    std::optional<Error> whyThereIsNone(CallKey call) const;
    void sayWhatExpired(const CallQuery& query);

    static constexpr int mostExpiredDaysAsked = 31;
    static constexpr std::size_t openDays = 8;
    std::filesystem::path m_directory;
    const RecordWriter* m_writer;
    std::vector<Sentence> m_notes;
    MediaLogReader m_media;
    MessageLogReader m_messages;
    struct OpenDay {
        UtcDay day;
        std::uint64_t file = 0; // its inode: one that was damaged is moved aside, and a new one begun
        std::unique_ptr<DayReader> reader;
    };
    std::list<OpenDay> m_days; // newest use first
    std::unique_ptr<DirectoryQuery> m_held; // of the call asked for last
    CallKey m_heldCall;
    std::optional<CallNoteReader> m_tags; // of the search under way
    std::map<CallKey, Sentence> m_holds; // likewise
};

}
