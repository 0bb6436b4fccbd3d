// Appends the messages of calls to the segment files (message_format.h). Through the page cache: at 440 calls a second
// they are 3 MB/s, and what write() took survives kill -9.
#pragma once

#include "shared/base/file_handle.h"
#include "engine/storage/message_format.h"
#include "shared/base/result.h"
#include "shared/calls/probe_status.h"

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace callmon {

// One thread; counters() any. A message's place is told by takeChanged() once it is in the file.
class MessageLogWriter {
public:
    static constexpr std::uint64_t defaultSegmentSize = 64ull << 20; // what retention deletes at once

    static Result<MessageLogWriter> open(
        const std::filesystem::path& directory, bool afterCrash, std::uint64_t segmentSize = defaultSegmentSize);

    void append(const MessageHead& head, Bytes text);
    Result<void> flush(); // to the file; what could not be written since the last time

    struct Changed {
        CallKey call;
        MessageLocation last; // nowhere: none of its messages is in the log
        std::uint32_t notWritten = 0; // of its messages, in all
    };
    void takeChanged(std::vector<Changed>& changed); // since the last time; replaces what is there
    void tellAgain(CallKey call); // by the next takeChanged()
    void forget(CallKey call); // no message of it follows
    std::vector<NamedCounter> counters() const;

private:
    struct Chain {
        MessageLocation last;
        std::uint32_t notWritten = 0;
        bool listed = false; // in m_changed
    };
    struct KeyHash {
        std::size_t operator()(CallKey key) const
        {
            return static_cast<std::size_t>(static_cast<std::uint64_t>(key.value) * 0x9e3779b97f4a7c15ULL >> 16);
        }
    };
    struct Counters {
        std::atomic<std::uint64_t> stored { 0 }, bytes { 0 }, notWritten { 0 }, errors { 0 };
    };

    MessageLogWriter(std::filesystem::path directory, std::uint64_t segmentSize);
    Result<void> openSegment(std::uint32_t number, bool create);
    void writeBuffer();
    bool hasRoom() const;
    void refuseBuffer();
    void refuse(CallKey call, Chain& chain);
    void list(CallKey call, Chain& chain);
    void remember(Error error);

    std::filesystem::path m_directory;
    std::uint64_t m_segmentSize;
    FileHandle m_file; // none while no segment could be begun
    std::uint32_t m_number = 0;
    std::uint64_t m_end = 0; // of the file
    std::vector<std::byte> m_buffer; // behind it
    std::uint64_t m_buffered = 0; // messages there
    std::unordered_map<CallKey, Chain, KeyHash> m_chains;
    std::vector<CallKey> m_changed;
    std::optional<Error> m_error;
    std::unique_ptr<Counters> m_counters; // stays where it is when this is moved
};

}
