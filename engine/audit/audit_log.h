// DIR/audit.log: who asked the engine for what, in lines that are only ever added. Each line ends with the SHA-256 of
// the line before it and of itself: a line that was changed, taken out or put in later breaks the chain from there on.
// (Who can write the file can also write a whole new chain: copy the newest hash elsewhere to hold it against that.)
//
//   2026-11-28T11:07:02.123Z <tab> user <tab> role <tab> from <tab> action <tab> detail <tab> hash
#pragma once

#include "engine/storage/folder_answers.h"
#include "shared/base/file_handle.h"
#include "shared/base/result.h"
#include "shared/base/sentence.h"
#include "shared/calls/audit_entry.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace callmon {

// One writer a file, which a second one is told; main thread.
class AuditLog {
public:
    // Goes on behind what is there. What a kill left of a line is closed off and stays in the chain as it is. Where the
    // file was moved or removed since, one is begun anew that says so, with the newest hash of the one before.
    static Result<AuditLog> open(const std::filesystem::path& directory);
    // On its way to the disk when this returns. An error, which says what to do: it could not be written, or its disk
    // does not answer, which is waited for two seconds at most; whoever asks should be refused then, though the line
    // may still come to stand there.
    Result<void> add(const AuditEntry& entry);

private:
    struct End { // of the file; outlives this while its disk hangs
        Result<void> add(const AuditEntry& entry);

        std::mutex mutex;
        std::filesystem::path path;
        FileHandle file;
        std::string hash; // of the newest whole line
        std::string torn; // what stands behind it of a line that found no room

    private:
        Result<void> follow(Timestamp now);
        Result<void> append(const std::string& line);
    };
    explicit AuditLog(std::filesystem::path directory);

    std::filesystem::path m_directory;
    std::shared_ptr<End> m_end = std::make_shared<End>();
    std::unique_ptr<FolderAnswers> m_disk;
};

constexpr std::size_t mostAuditDetail = 4000; // bytes of an entry's detail that are kept

struct AuditReading {
    std::uint64_t entries = 0;
    std::uint64_t cutLines = 0; // that are no entry: a kill or a full disk cut them off, or somebody wrote them
    std::uint64_t brokenLine = 0; // the first that does not follow on the one before it; 0: none
    std::string newestHash;
};
// In order; the sink returns false to stop early. What is missing altogether is an error.
Result<AuditReading> readAudit(
    const std::filesystem::path& directory, const std::function<bool(const AuditEntry&)>& sink);
// What whoever reads the log is told beside its entries: none for most.
std::vector<Sentence> remarksOn(const AuditReading& reading);

}
