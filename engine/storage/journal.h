// DIR/live.journal: what is known of the calls that are on, so that kill -9 loses none of it. An append-only log,
// written at each commit: a header, then records {u32 kind, u32 size, u32 CRC-32C of kind, size and payload, payload}.
// Fields lie there by kind, not as the compiler lays them out: u8 class (0 null, 1 integer, 2 real, 3 text), then
// nothing, i64, f64, or u16 length and bytes, in the order of record_fields.h. All little-endian.
#pragma once

#include "shared/base/file_handle.h"
#include "engine/storage/media_format.h"
#include "engine/storage/message_format.h"
#include "engine/storage/quality_block.h"
#include "shared/base/result.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace callmon {

struct JournalStream { // a stream that is on, and where its media ends
    StreamRecord record;
    bool known = false; // record was given; else only media or points came so far
    MediaLocation lastChunk;
    std::uint64_t packetsDropped = 0; // of its media, because the disk refused them
};

struct JournalMessages { // where a call's messages end in their log
    MessageLocation last;
    std::uint32_t notWritten = 0; // because the disk refused them
};

// Records gathered for one write.
class JournalBatch {
public:
    void call(const CallRecord& call, const JournalMessages& messages);
    void stream(StreamKey key, const JournalStream& stream);
    void place(StreamKey key, const JournalStream& stream); // without the record: the last one holds
    void quality(std::span<const QualityPoint> points); // of one stream
    void ended(CallKey key); // it is in its day database now
    const std::vector<std::byte>& bytes() const { return m_bytes; }
    void clear() { m_bytes.clear(); }

private:
    void finish(std::size_t start);
    std::size_t start(std::uint32_t kind);

    std::vector<std::byte> m_bytes;
    QualityBlock m_block; // its points, then their errors, then their details
};

class JournalFile {
public:
    static Result<JournalFile> create(const std::filesystem::path& path);
    // All or nothing: after an error the file ends where it ended before.
    Result<void> append(const JournalBatch& batch);
    std::uint64_t size() const { return m_size; }

private:
    std::filesystem::path m_path;
    FileHandle m_file;
    std::uint64_t m_size = 0;
};

struct JournalReader {
    std::function<void(const CallRecord&, const JournalMessages&)> call;
    std::function<void(StreamKey, const JournalStream&)> stream;
    std::function<void(StreamKey, const JournalStream&)> place; // its record is to be ignored
    std::function<void(const QualityPoint&)> quality;
    std::function<void(CallKey)> ended;

    enum class Outcome { Whole, Torn, OtherVersion, Missing, Unreadable };
    struct Report {
        Outcome outcome = Outcome::Whole;
        std::uint64_t bytesCut = 0; // behind the last whole record
        std::uint64_t recordsRefused = 0; // whole, but not what their kind says: left out
    };
    Report read(const std::filesystem::path& path) const;
};

}
