// What the logs of a data directory have in common: numbered segment files, NNNNNN.log, in a folder of their own.
#pragma once

#include "engine/storage/folder_answers.h"
#include "shared/base/file_handle.h"
#include "shared/base/units.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

namespace callmon {

std::filesystem::path segmentPath(const std::filesystem::path& folder, std::uint32_t segment);
std::uint32_t segmentNumber(const std::filesystem::path& path); // 0: it is none
std::vector<std::uint32_t> segmentsIn(const std::filesystem::path& folder); // in ascending order
std::uint32_t lastSegment(const std::filesystem::path& folder); // highest number; 0: none
std::optional<Timestamp> lastWrite(const std::filesystem::path& file); // nothing: it is not there

// The segments that a reader has open: the newest of those it asked for. A folder that does not answer is left out.
class OpenSegments {
public:
    // `folders`: where they lie, asked for again when one is not found. `advice`: POSIX_FADV_..., how they are read.
    using Folders = std::function<std::vector<std::filesystem::path>()>;
    OpenSegments(Folders folders, int advice)
        : m_askFolders(std::move(folders))
        , m_advice(advice)
    {
    }
    OpenSegments(std::filesystem::path folder, int advice)
        : OpenSegments([folder = std::move(folder)] { return std::vector { folder }; }, advice)
    {
    }

    // What `work` makes of a segment's descriptor; nothing when it is not there, or its disk does not answer. `work`
    // may outlive this.
    template <typename T> std::optional<T> with(std::uint32_t segment, std::function<T(int)> work)
    {
        for (;;) {
            const std::shared_ptr<Opened> file = fileOf(segment);
            if (!file)
                return std::nullopt;
            auto answer = m_answers->ask<std::optional<T>>(file->folder, [file, work] {
                return isThere(file->file.get()) ? std::optional<T>(work(file->file.get())) : std::nullopt;
            });
            if (!answer) {
                m_silent = file->folder;
                return std::nullopt;
            }
            if (*answer)
                return std::move(*answer);
            m_files.erase(segment); // deleted since
        }
    }
    std::filesystem::path folderOf(std::uint32_t segment); // empty when it is not there
    // One that did not answer the last time a segment was asked for; empty: all did.
    const std::filesystem::path& silent() const { return m_silent; }
    FolderAnswers& answers() { return *m_answers; }

private:
    static constexpr std::size_t mostOpen = 16;
    struct Opened {
        std::filesystem::path folder;
        FileHandle file;
    };
    static bool isThere(int file);
    std::shared_ptr<Opened> fileOf(std::uint32_t segment);
    std::shared_ptr<Opened> opened(std::uint32_t segment);
    Folders m_askFolders;
    std::vector<std::filesystem::path> m_folders;
    int m_advice;
    std::map<std::uint32_t, std::shared_ptr<Opened>> m_files;
    std::filesystem::path m_silent;
    std::unique_ptr<FolderAnswers> m_answers = std::make_unique<FolderAnswers>();
};

}
