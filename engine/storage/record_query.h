// Module IV, the reading side. Each reader has its own connections, so searches never wait for the writer.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/alarm.h"
#include "shared/calls/call_message.h"
#include "shared/calls/call_query.h"
#include "shared/calls/media_chunk.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/service_window.h"
#include "shared/calls/stream_record.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace callmon {

class RecordWriter;

struct Listening { // to a call that is on: see RecordQuery::listen()
    CallKey call;
    bool fromStart = false; // else the newest chunk of each stream comes first
    bool begun = false;
    std::map<StreamKey, MediaLocation> upTo {}; // where each stream was read up to
    std::optional<Error> leftOut {}; // a sentence for the user, when something could not be read

    // What who makes sound of the media has to know before it gets them: streams whose records say more of their
    // payload types than before, and seconds in which the probe itself lost frames. listen() adds, its caller takes.
    std::vector<StreamRecord> streamNews {};
    std::vector<QualityPoint> blindSeconds {};

    struct Told {
        PayloadUses payloads {};
        std::optional<Timestamp> describedAt {};
        std::set<Timestamp> blind {};
        std::optional<Timestamp> firstLivePoint {}; // changes when points move from the writer to the database
    };
    std::map<StreamKey, Told> told {};
};

// Not thread-safe: one per thread.
class RecordQuery {
public:
    // `writer` adds what it holds of calls that are still on; without it (callmonctl on a data directory) only what is
    // on disk. A directory whose engine was killed and has not run since is recovered first, when it can be written.
    static Result<std::unique_ptr<RecordQuery>> open(
        const std::filesystem::path& directory, const RecordWriter* writer = nullptr);
    virtual ~RecordQuery() = default;

    // Calls in the order of CallQuery, one at a time; the sink returns false to stop. `cancelled` may be set by another
    // thread. Returns the number of matches in all, beyond the limit too. Calls that are on are among them only when
    // the query names one by its key or Call-ID (and there is a `writer`).
    virtual Result<std::uint64_t> calls(const CallQuery& query, const std::function<bool(const CallRecord&)>& sink,
        const std::atomic<bool>* cancelled = nullptr) = 0;
    // What people said of a call, joined by spaces; empty where nobody did. May be called from the sink of calls().
    virtual std::string tagsOf(CallKey) { return {}; }
    // Who keeps it and why (hold.h); without words where no legal hold is on it. Likewise.
    virtual Sentence legalHoldOf(CallKey) { return {}; }
    virtual Result<std::vector<StreamRecord>> streams(CallKey call) = 0;
    virtual Result<std::vector<QualityPoint>> quality(CallKey call) = 0; // by stream, then time
    // The stream's media from first to last, chunk by chunk (MediaChunk bytes). No scan: the log is addressed.
    // When some of it is missing or damaged, the rest is given and the error says what was left out.
    virtual Result<void> media(StreamKey stream, const std::function<bool(Bytes)>& sink) = 0;
    // Whether a part that the last media() left out lies on a disk that does not answer, and may be had later.
    virtual bool mayComeLater() { return false; }
    // All streams of the call side by side, in order of arrival, so that its first seconds are there at once; the sink
    // returns false to stop. Missing parts as above.
    virtual Result<void> callMedia(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink);

    // What was recorded of a call that is on since the last time, chunk by chunk, as callMedia() gives it: who listens
    // to it asks again and again. A chunk is there about two seconds after its first packet at most. True while more
    // may come; an error when the call is not on, or not recorded.
    virtual Result<bool> listen(Listening&, const std::function<bool(const StreamRecord&, Bytes)>& /*sink*/)
    {
        return Error { "calls that are on are listened to by the engine that records them" };
    }

    // The call's signalling messages from first to last, of a call that is on those that the last commit stored. When
    // some are missing or damaged, the rest is given and the error says so.
    virtual Result<void> messages(CallKey call, const std::function<bool(const CallMessage&)>& sink) = 0;

    // The alarms that are stored, in the order of AlarmQuery, one at a time; the sink returns false to stop. Returns
    // the number of matches in all, beyond the limit too. An open one is stored as it was raised.
    virtual Result<std::uint64_t> alarms(
        const AlarmQuery&, const std::function<bool(const Alarm&)>&, const std::atomic<bool>* /*cancelled*/ = nullptr)
    {
        return std::uint64_t { 0 };
    }

    // Service metrics of the past: by time, then by group; the sink returns false to stop. A step in which nobody
    // watched is not there, nor a group in which nothing happened; the minute that is being filled comes when it is
    // over.
    virtual Result<void> service(const ServiceQuery&, const std::function<bool(const ServiceRow&)>&,
        const std::atomic<bool>* /*cancelled*/ = nullptr)
    {
        return {};
    }

    // Sentences for the user since the last time: what opening recovered or could not, which day databases are damaged
    // and were left out of an answer.
    virtual std::vector<Sentence> takeNotes() { return {}; }
};

}
