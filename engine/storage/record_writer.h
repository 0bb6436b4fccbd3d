// Module IV, the writing side: everything that is kept goes through here, on the storage thread.
// Formats: ARCHITECTURE.md, "The data directory".
#pragma once

#include "engine/storage/chunk_owner.h"
#include "shared/base/result.h"
#include "shared/calls/alarm.h"
#include "shared/calls/call_message.h"
#include "shared/calls/call_query.h"
#include "shared/calls/probe_status.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/service_window.h"
#include "shared/calls/stream_record.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace callmon {

class StorageUpkeep;

// Durability: what was handed over before the last commit survives kill -9, media when the disk had them by then; the
// engine commits at least once a second. Calls that were on when the process died are found again by the next open()
// and kept as ended by ProbeStopped. One writer per data directory (a lock file).
class RecordWriter {
public:
    // Creates the directory when it is missing. Recovers what a crashed writer left; recoveryNotes() says what.
    // `mostMediaBytes`: kept of the recording log, the oldest media make room for the newest; 0: all of it.
    // `mediaFolders`: where its new segments go, side by side; none: to DIR/media; nothing: where they went before.
    using MediaFolderPaths = std::optional<std::vector<std::filesystem::path>>;
    static Result<std::unique_ptr<RecordWriter>> open(
        const std::filesystem::path& directory, std::uint64_t mostMediaBytes = 0, MediaFolderPaths mediaFolders = {});
    virtual ~RecordWriter() = default;

    virtual void liveCall(const CallRecord& call) = 0;
    virtual void stream(const StreamRecord& stream) = 0;
    virtual void quality(const QualityPoint& point) = 0;
    virtual void callEnded(const CallRecord& call) = 0;
    virtual void expect(std::span<const StreamKey>) { } // records of these come next: what is cold is asked for
    virtual void message(const MessageHead& head, Bytes text) = 0; // of a call that is on
    virtual void callForgotten(CallKey call) = 0; // it was no call: no message of it follows
    virtual void callLost(CallKey) { } // it is over, and how is not known: stored as it was last heard of
    virtual void alarm(const Alarm&) { } // raised, cleared or acknowledged: its row is written anew
    virtual void acknowledge(const AlarmAcknowledgement&) { } // of an alarm that is stored and was cleared
    virtual void endOpenAlarms(Timestamp) { } // those that an earlier run could not; before the first alarm()
    // Of one group; takes the place of what there is of the same time, be it by a part of that minute.
    virtual void serviceMinute(const ServiceRow&) { }
    // The minute that is being filled, so that a kill costs no more of it than of the records. Until the next commit.
    virtual void openServiceMinute(std::vector<ServiceRow>) { }
    // Takes the chunks until the disk has them or refused them for good, and gives back what is written meanwhile:
    // often, also without chunks. `hurry`: somebody waits for those that fill no write yet. Called by one thread at a
    // time, which may be another than the one that calls the rest, so that no row keeps the disk idle.
    virtual void media(std::span<const OwnedChunk> chunks, bool hurry) = 0;
    // The same for a thread that cannot wait: false, and nothing done, when another holds what it needs.
    virtual bool tryMedia(std::span<const OwnedChunk> chunks, bool hurry) = 0;
    void media(const MediaChunk& chunk); // a copy of it
    // Errors (disk full...) are kept in counters and in the returned value; the writer goes on trying. Waits for no
    // media: what the disk has of them is in it, and an ended call stays in the journal until it has all of that
    // call's.
    virtual Result<void> commitSettled() = 0;
    virtual Result<void> commit() = 0; // the same, after waiting for all media
    virtual Result<void> close() = 0; // commit, checkpoint, release the directory

    virtual StorageUpkeep* upkeep() { return nullptr; } // for whoever deletes for good

    virtual std::vector<std::string> recoveryNotes() const = 0;
    virtual std::string limits() const { return {}; } // what is slower here than it could be, for the user; or empty
    // Any thread: "calls_stored", "media_bytes_stored", "record_write_errors"...
    virtual std::vector<NamedCounter> counters() const = 0;

    // Any thread, for calls that are still on: what is not yet in the day database.
    virtual std::vector<CallRecord> liveCalls(const CallQuery&) const { return {}; } // those named by its key or callId
    virtual std::vector<StreamRecord> liveStreams(CallKey call) const = 0;
    virtual std::vector<QualityPoint> liveQuality(CallKey call) const = 0;
    struct MediaPlace { // of a chunk in the recording log
        std::uint32_t segment = 0;
        std::uint32_t offset = 0;
    };
    virtual std::optional<MediaPlace> liveMessageEnd(CallKey) const { return {}; } // segment 0: none is stored yet
    virtual std::optional<MediaPlace> liveMediaEnd(StreamKey) const { return {}; } // its last chunk on disk
};

}
