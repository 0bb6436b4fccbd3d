// The RecordQuery of a data directory: over its days, and what the writer holds of calls that are on.
#include "engine/storage/call_note_store.h"
#include "engine/storage/day_files.h"
#include "engine/storage/day_reader.h"
#include "engine/storage/directory_lock.h"
#include "engine/storage/directory_search.h"
#include "engine/storage/held_call.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/message_log_reader.h"
#include "engine/storage/record_query.h"
#include "engine/storage/record_writer.h"
#include "engine/storage/retention_store.h"
#include "engine/storage/storage_error.h"
#include "shared/calls/kept_no_more.h"
#include "shared/calls/service_history.h"

#include <algorithm>
#include <cerrno>
#include <list>

namespace callmon {

namespace {

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
    std::string legalHoldOf(CallKey call) override
    {
        const auto hold = m_holds.find(call);
        return hold == m_holds.end() ? std::string() : hold->second;
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
    std::list<std::pair<UtcDay, std::unique_ptr<DayReader>>> m_days; // newest use first
    std::unique_ptr<DirectoryQuery> m_held; // of the call asked for last
    CallKey m_heldCall;
    std::optional<CallNoteReader> m_tags; // of the search under way
    std::map<CallKey, std::string> m_holds; // likewise
};

Result<DayReader*> DirectoryQuery::day(UtcDay day)
{
    const auto path = dayDatabasePath(m_directory, day);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        m_days.remove_if([&](const auto& open) { return open.first == day; }); // it has expired since
        return static_cast<DayReader*>(nullptr);
    }
    const auto found = std::find_if(m_days.begin(), m_days.end(), [&](const auto& open) { return open.first == day; });
    if (found != m_days.end()) {
        m_days.splice(m_days.begin(), m_days, found);
        return found->second.get();
    }
    auto opened = DayReader::open(path);
    if (!opened)
        return opened.error();
    if (m_days.size() >= openDays)
        m_days.pop_back();
    m_days.emplace_front(day, std::move(opened.value()));
    return m_days.front().second.get();
}

DirectoryQuery* DirectoryQuery::held(CallKey call)
{
    const auto directory = heldDirectory(m_directory, call);
    std::error_code ignored;
    if (!std::filesystem::exists(directory, ignored)) {
        if (m_heldCall == call)
            m_held.reset();
        return nullptr;
    }
    if (!m_held || m_heldCall != call)
        m_held = std::make_unique<DirectoryQuery>(directory, nullptr, std::vector<Sentence>());
    m_heldCall = call;
    return m_held.get();
}

std::optional<Error> DirectoryQuery::whyThereIsNone(CallKey call) const
{
    if (const auto at = expiredAt(m_directory, ExpiredPart::Call, call.value))
        return Error { sentence(kept_no_more::deleted, std::to_string(call.value), *at) };
    const UtcDay day = dayOfCall(call);
    std::error_code ignored;
    if (!std::filesystem::exists(dayDatabasePath(m_directory, day), ignored))
        if (const auto at = expiredAt(m_directory, ExpiredPart::Day, day.number))
            return Error { sentence(kept_no_more::records, toString(day), *at) };
    return std::nullopt;
}

// Of the days that were asked for by their dates, the first ones; others have had no calls, or nobody misses them.
void DirectoryQuery::sayWhatExpired(const CallQuery& query)
{
    if (!query.from || query.key)
        return;
    const UtcDay first = dayOf(*query.from);
    std::error_code ignored;
    std::optional<Timestamp> last;
    UtcDay day = first;
    for (; day.number < first.number + mostExpiredDaysAsked; ++day.number) {
        if ((query.to && startOf(day) >= *query.to)
            || std::filesystem::exists(dayDatabasePath(m_directory, day), ignored))
            break;
        const auto at = expiredAt(m_directory, ExpiredPart::Day, day.number);
        if (!at)
            break;
        last = at;
    }
    if (!last)
        return;
    const UtcDay newest { day.number - 1 };
    if (newest == first)
        m_notes.push_back(sentence(
            TR("Engine", "The records of %1 expired and were deleted, the last at %2."), toString(first), *last));
    else
        m_notes.push_back(sentence(TR("Engine", "The records of %1 to %2 expired and were deleted, the last at %3."),
            toString(first), toString(newest), *last));
}

Result<std::uint64_t> DirectoryQuery::calls(
    const CallQuery& query, const std::function<bool(const CallRecord&)>& sink, const std::atomic<bool>* cancelled)
{
    m_tags.reset();
    if (auto tags = CallNoteReader::open(m_directory))
        m_tags = std::move(tags.value());
    else
        m_notes.push_back(sentence(TR("Engine", "Tags are left out: %1."), tags.error()));
    m_holds.clear();
    if (auto holds = readLegalHolds(m_directory))
        m_holds = std::move(holds.value());
    else
        m_notes.push_back(sentence(TR("Engine", "Legal holds are left out: %1."), holds.error()));
    // Asked before the databases, so that a call that ends meanwhile is in one of the two.
    std::vector<CallRecord> live;
    if (m_writer)
        live = m_writer->liveCalls(query);
    std::uint64_t matches = 0;
    std::uint64_t given = 0;
    bool stopped = false;
    const auto give = [&](const CallRecord& call) {
        std::erase_if(live, [&](const CallRecord& other) { return other.key == call.key; });
        ++given;
        stopped = !sink(call);
        return !stopped;
    };
    const auto giveLive = [&] {
        std::sort(live.begin(), live.end(), [&](const CallRecord& a, const CallRecord& b) {
            return query.newestFirst ? b.key < a.key : a.key < b.key;
        });
        for (const CallRecord& call : std::exchange(live, {})) {
            ++matches;
            if (!stopped && (query.limit == 0 || given < query.limit))
                give(call);
        }
    };
    if (query.newestFirst)
        giveLive();
    if (stopped)
        return matches;
    CallQuery rest = query;
    if (query.limit != 0 && given >= query.limit)
        rest.limit = 1; // is only counted
    else if (query.limit != 0)
        rest.limit -= given;
    const std::uint64_t most = query.limit;
    const auto giveSome = [&](const CallRecord& call) { return most != 0 && given >= most ? true : give(call); };
    sayWhatExpired(query);
    const auto found = searchDirectory(m_directory, rest, giveSome, cancelled, m_notes);
    if (!found)
        return found.error();
    matches += found.value();
    if (!query.newestFirst)
        giveLive();
    if (matches == 0 && query.key)
        if (const auto why = whyThereIsNone(*query.key))
            return *why;
    return matches;
}

Result<std::uint64_t> DirectoryQuery::alarms(
    const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink, const std::atomic<bool>* cancelled)
{
    std::vector<UtcDay> days = storedDays(m_directory);
    std::erase_if(days, [&](UtcDay day) {
        return (query.id && day != dayOf(raiseTimeOf(*query.id))) || (query.from && day < dayOf(*query.from))
            || (query.to && day > dayOf(*query.to));
    });
    if (query.newestFirst)
        std::reverse(days.begin(), days.end());
    std::uint64_t matches = 0;
    std::uint64_t given = 0;
    bool stopped = false;
    for (const UtcDay each : days) {
        if (stopped)
            break;
        auto reader = day(each);
        if (reader && !reader.value())
            continue;
        const auto give = [&](const Alarm& alarm) {
            if (query.limit != 0 && given >= query.limit)
                return true;
            ++given;
            stopped = !sink(alarm);
            return !stopped;
        };
        const auto found = reader ? reader.value()->alarms(query, give, cancelled) : reader.error();
        if (cancelled && *cancelled)
            return Error { sentence(TR("Engine", "the search was cancelled")) };
        if (found)
            matches += found.value().matches;
        else
            m_notes.push_back(sentence(TR("Engine", "Alarms of %1 are left out: %2."), toString(each), found.error()));
    }
    return matches;
}

Result<void> DirectoryQuery::service(
    const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink, const std::atomic<bool>* cancelled)
{
    ServiceHistory history(query.stepMinutes, sink);
    for (const UtcDay each : storedDays(m_directory)) {
        if ((query.from && each < dayOf(*query.from)) || (query.to && each > dayOf(*query.to)))
            continue;
        auto reader = day(each);
        if (reader && !reader.value())
            continue;
        const auto found = reader ? reader.value()->serviceMinutes(
                               query, [&](const ServiceRow& row) { return history.add(row); }, cancelled)
                                  : reader.error();
        if (cancelled && *cancelled)
            return Error { sentence(TR("Engine", "the search was cancelled")) };
        if (!found)
            m_notes.push_back(
                sentence(TR("Engine", "Service metrics of %1 are left out: %2."), toString(each), found.error()));
        else if (found.value().stopped)
            return {};
    }
    history.finish();
    return {};
}

Result<std::vector<StreamRecord>> DirectoryQuery::streams(CallKey call)
{
    if (DirectoryQuery* const copy = held(call))
        return copy->streams(call);
    std::vector<StreamRecord> live;
    if (m_writer)
        live = m_writer->liveStreams(call);
    auto reader = day(dayOfCall(call));
    if (!reader)
        return reader.error();
    std::vector<StreamRecord> streams;
    if (reader.value()) {
        auto stored = reader.value()->streams(call);
        if (!stored)
            return stored.error();
        streams = std::move(stored.value());
    }
    if (streams.empty())
        streams = std::move(live);
    const auto byIndex = [](const StreamRecord& a, const StreamRecord& b) { return a.key < b.key; };
    std::sort(streams.begin(), streams.end(), byIndex);
    return streams;
}

Result<std::vector<QualityPoint>> DirectoryQuery::quality(CallKey call)
{
    if (DirectoryQuery* const copy = held(call))
        return copy->quality(call);
    std::vector<QualityPoint> points;
    if (m_writer)
        points = m_writer->liveQuality(call);
    auto reader = day(dayOfCall(call));
    if (!reader)
        return reader.error();
    if (reader.value()) {
        auto stored = reader.value()->quality(call);
        if (!stored)
            return stored.error();
        points.insert(points.end(), stored.value().begin(), stored.value().end());
        if (points.empty())
            if (const auto at = expiredAt(m_directory, ExpiredPart::DayQuality, dayOfCall(call).number))
                return Error { sentence(kept_no_more::quality, toString(dayOfCall(call)), *at) };
    }
    // A point may be in both: it moved from the writer to the database in between.
    const auto order = [](const QualityPoint& p) { return std::pair(p.stream, p.at); };
    std::sort(points.begin(), points.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
    points.erase(
        std::unique(points.begin(), points.end(), [&](const auto& a, const auto& b) { return order(a) == order(b); }),
        points.end());
    return points;
}

Result<MediaLocation> DirectoryQuery::mediaEnd(StreamKey stream)
{
    if (m_writer)
        if (const auto live = m_writer->liveMediaEnd(stream))
            return MediaLocation { live->segment, live->offset };
    auto reader = day(dayOfCall(stream.call));
    if (!reader)
        return reader.error();
    return reader.value() ? reader.value()->lastChunk(stream) : MediaLocation {};
}

Result<void> DirectoryQuery::media(StreamKey stream, const std::function<bool(Bytes)>& sink)
{
    if (DirectoryQuery* const copy = held(stream.call))
        return copy->media(stream, sink);
    const auto last = mediaEnd(stream);
    if (!last)
        return last.error();
    return m_media.read(stream, last.value(), sink);
}

Result<void> DirectoryQuery::callMedia(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink)
{
    if (DirectoryQuery* const copy = held(call))
        return copy->callMedia(call, sink);
    const auto records = streams(call);
    if (!records)
        return records.error();
    std::vector<MediaLogReader::StreamEnd> ends;
    for (const StreamRecord& stream : records.value()) {
        const auto last = mediaEnd(stream.key);
        if (!last)
            return last.error();
        ends.push_back({ stream.key, last.value(), {} });
    }
    return m_media.read(ends, sink);
}

// All seconds of the call are read only when some have moved to the database since the last time: once a minute.
Result<void> DirectoryQuery::addNews(Listening& listening, std::span<const StreamRecord> streams)
{
    bool moved = false;
    for (const StreamRecord& stream : streams) {
        const auto [told, isNew] = listening.told.try_emplace(stream.key);
        if (!isNew && (told->second.payloads != stream.payloads || told->second.describedAt != stream.describedAt))
            listening.streamNews.push_back(stream);
        told->second.payloads = stream.payloads;
        told->second.describedAt = stream.describedAt;
        moved = moved || isNew;
    }
    std::vector<QualityPoint> points = m_writer ? m_writer->liveQuality(listening.call) : std::vector<QualityPoint>();
    for (auto& [key, told] : listening.told) {
        const auto first = std::ranges::find(points, key, &QualityPoint::stream);
        const auto firstAt = first == points.end() ? std::nullopt : std::optional(first->at);
        moved = moved || (told.firstLivePoint && told.firstLivePoint != firstAt);
        told.firstLivePoint = firstAt;
    }
    if (moved) {
        auto all = quality(listening.call);
        if (!all)
            return all.error();
        points = std::move(all.value());
    }
    for (const QualityPoint& point : points) {
        if (point.probeLost && listening.told[point.stream].blind.insert(point.at).second)
            listening.blindSeconds.push_back(point);
    }
    return {};
}

// Whether the call is on is asked first: what ends meanwhile is read to its end the next time.
Result<bool> DirectoryQuery::listen(Listening& listening, const std::function<bool(const StreamRecord&, Bytes)>& sink)
{
    CallQuery named;
    named.key = listening.call;
    const std::vector<CallRecord> calls = m_writer ? m_writer->liveCalls(named) : std::vector<CallRecord>();
    const bool on = !calls.empty();
    if (!on && !listening.begun)
        return Error { sentence(
            TR("Engine", "this call is not on; the sound of one that is over is fetched as a recording")) };
    if (on && calls.front().recorded == Recording::No)
        return Error { sentence(TR("Engine", "this call is not being recorded (rule %1), so nobody can listen to it"),
            calls.front().recordingRule) };
    std::vector<StreamRecord> streams;
    if (on) {
        streams = m_writer->liveStreams(listening.call);
    } else {
        const auto reader = day(dayOfCall(listening.call));
        if (!reader)
            return reader.error();
        if (reader.value()) {
            auto stored = reader.value()->streams(listening.call);
            if (!stored)
                return stored.error();
            streams = std::move(stored.value());
        }
    }
    std::vector<MediaLogReader::StreamEnd> ends;
    for (const StreamRecord& stream : streams) {
        const auto last = mediaEnd(stream.key);
        if (!last)
            return last.error();
        MediaLocation& upTo = listening.upTo[stream.key];
        if (last.value() <= upTo)
            continue;
        if (!listening.begun && !listening.fromStart)
            upTo = { last.value().segment, last.value().offset - 1 }; // behind all but the newest
        ends.push_back({ stream.key, last.value(), upTo });
        upTo = last.value();
    }
    if (!ends.empty())
        if (const auto read = addNews(listening, streams); !read)
            return read.error();
    listening.begun = true;
    bool stopped = false;
    const auto read = m_media.read(ends, [&](StreamKey key, Bytes bytes) {
        stopped = !sink(*std::ranges::find(streams, key, &StreamRecord::key), bytes);
        return !stopped;
    });
    if (!read && !listening.leftOut)
        listening.leftOut = read.error();
    return on && !stopped;
}

Result<void> DirectoryQuery::messages(CallKey call, const std::function<bool(const CallMessage&)>& sink)
{
    if (DirectoryQuery* const copy = held(call))
        return copy->messages(call, sink);
    if (m_writer)
        if (const auto live = m_writer->liveMessageEnd(call))
            return m_messages.read(call, { live->segment, live->offset }, sink);
    auto reader = day(dayOfCall(call));
    if (!reader)
        return reader.error();
    if (!reader.value())
        return {};
    const auto last = reader.value()->lastMessage(call);
    if (!last)
        return last.error();
    return m_messages.read(call, last.value(), sink);
}

}

Result<void> RecordQuery::callMedia(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink)
{
    const auto records = streams(call);
    if (!records)
        return records.error();
    Result<void> result;
    bool stopped = false;
    for (const StreamRecord& stream : records.value()) {
        const auto read = media(stream.key, [&](Bytes bytes) {
            stopped = !sink(stream.key, bytes);
            return !stopped;
        });
        if (!read && result)
            result = read; // the other streams are given all the same
        if (stopped)
            break;
    }
    return result;
}

Result<std::unique_ptr<RecordQuery>> RecordQuery::open(
    const std::filesystem::path& directory, const RecordWriter* writer)
{
    std::error_code failed;
    std::filesystem::directory_iterator probe(directory, failed);
    if (failed) {
        errno = failed.value();
        return systemError(TR("Engine", "cannot read the data directory"), directory);
    }
    std::vector<Sentence> notes;
    std::error_code ignored;
    const bool journal = std::filesystem::exists(directory / "live.journal", ignored)
        || std::filesystem::exists(directory / "live.journal.old", ignored);
    if (!writer && journal && !DirectoryLock::isHeld(directory)) {
        auto recovered = RecordWriter::open(directory);
        if (recovered) {
            for (const std::string& note : recovered.value()->recoveryNotes())
                notes.push_back(plainText(note));
            if (auto closed = recovered.value()->close(); !closed)
                notes.push_back(closed.error().sentence);
        } else if (!DirectoryLock::isHeld(directory)) { // else an engine has started just now and does it
            notes.push_back(sentence(TR("Engine",
                                         "The engine that wrote here was killed, and the calls that were on then "
                                         "cannot be recovered now: %1."),
                recovered.error()));
        }
    }
    return std::unique_ptr<RecordQuery>(std::make_unique<DirectoryQuery>(directory, writer, std::move(notes)));
}

}
