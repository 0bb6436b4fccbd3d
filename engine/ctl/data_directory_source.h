// Answers from a data directory, whether an engine writes to it or not.
#pragma once

#include "engine/ctl/call_source.h"
#include "engine/storage/record_keeper.h"
#include "engine/storage/record_query.h"
#include "engine/storage/record_writer.h"

namespace callmon {

class DataDirectorySource final : public CallSource {
public:
    static Result<std::unique_ptr<CallSource>> open(const std::filesystem::path& directory);

    Result<std::uint64_t> calls(const CallQuery& query, const std::function<bool(const CallRecord&)>& sink) override;
    std::string tagsOf(CallKey call) override { return m_query->tagsOf(call); }
    std::string legalHoldOf(CallKey call) override { return toText(m_query->legalHoldOf(call)); }
    Result<std::vector<StreamRecord>> streams(CallKey call) override;
    Result<std::vector<QualityPoint>> quality(CallKey call) override;
    bool answersWithinSink() const override { return true; }
    Result<void> messages(CallKey call, const std::function<bool(const CallMessage&)>& sink) override;
    Result<std::uint64_t> alarms(const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink) override;
    Result<void> serviceHistory(const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink) override;
    Result<void> media(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink) override;
    Result<void> live(const std::function<bool(const LiveUpdate&)>& sink) override; // refused: only an engine knows
    Result<ProbeStatus> status() override; // refused
    std::vector<std::string> takeNotes() override
    {
        std::vector<std::string> notes = std::exchange(m_remarks, {});
        for (const Sentence& note : m_query->takeNotes())
            notes.push_back(toText(note));
        return notes;
    }
    Result<std::vector<Hold>> holds() override;
    Result<Hold> addHold(CallKey call, const std::string& reason) override;
    Result<Hold> releaseHold(CallKey call, const std::string& reason) override;
    Result<DeletionReport> deleteNumber(const DeletionRequest& request) override;
    Result<RetentionClock> retentionClock() override;
    Result<RetentionClock> confirmClock() override;
    Result<AuditPage> audit(const AuditQuery& query, const std::function<bool(const AuditEntry&)>& sink) override;
    Result<CallNotes> callNotes(CallKey call) override;
    Result<std::vector<TagUse>> tagNames() override;
    Result<CallNotes> addTag(CallKey call, const std::string& tag) override;
    Result<CallNotes> removeTag(CallKey call, const std::string& tag) override;
    Result<CallNotes> addNote(CallKey call, const std::string& text) override;

private:
    DataDirectorySource(std::filesystem::path directory, std::unique_ptr<RecordQuery> query)
        : m_directory(std::move(directory))
        , m_query(std::move(query))
    {
    }
    // Of a directory that no engine writes to; `action` goes into its audit log.
    Result<void> openKeeper(const std::string& action, const std::string& detail);
    using ChangeNotes = std::function<Result<void>(CallNoteKeeper&)>;
    Result<CallNotes> changeNotes(CallKey call, const std::string& action, const ChangeNotes& change);

    std::filesystem::path m_directory;
    std::unique_ptr<RecordQuery> m_query;
    std::unique_ptr<RecordWriter> m_writer;
    std::unique_ptr<RecordKeeper> m_keeper;
    std::vector<std::string> m_remarks; // beside those of the query
};

}
