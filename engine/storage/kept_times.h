// The times of segments' last writes, which say how old their content is: what is erased in one does not make it young.
#pragma once

#include "engine/storage/folder_answers.h"
#include "shared/base/result.h"

#include <ctime>
#include <filesystem>
#include <map>

namespace callmon {

class KeptTimes {
public:
    KeptTimes(FolderAnswers& files, std::chrono::milliseconds patience)
        : m_files(&files)
        , m_patience(patience)
    {
    }
    void keep(const std::filesystem::path& file);
    // All that was erased, with the times that the files had. Those of which that cannot be said, and why.
    std::map<std::filesystem::path, Error> toDisk();

private:
    static Result<void> toDisk(const std::filesystem::path& path, timespec time);

    FolderAnswers* m_files;
    std::chrono::milliseconds m_patience; // with the disk
    std::map<std::filesystem::path, timespec> m_times;
};

}
