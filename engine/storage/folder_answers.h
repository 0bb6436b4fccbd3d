// What is asked of a folder whose file system may never answer (a dead NFS server, a dying disk): on a thread of that
// folder, and waited for only so long.
#pragma once

#include "engine/storage/file_worker.h"
#include "shared/base/sentence.h"

#include <filesystem>
#include <map>
#include <optional>

namespace callmon {

class FolderAnswers { // any thread
public:
    static constexpr std::chrono::milliseconds usualPatience { 5'000 };

    explicit FolderAnswers(std::chrono::milliseconds patience = usualPatience)
        : m_patience(patience)
    {
    }

    // What `work` returns; nothing: the folder does not answer. Then it may still be at work, for ever, so it holds
    // what it needs itself. Whoever in this process asks that folder meanwhile is told so at once.
    template <typename T> std::optional<T> ask(const std::filesystem::path& folder, std::function<T()> work)
    {
        return ask<T>(folder, std::move(work), m_patience);
    }
    template <typename T>
    std::optional<T> ask(
        const std::filesystem::path& folder, std::function<T()> work, std::chrono::milliseconds patience)
    {
        const auto answer = std::make_shared<std::optional<T>>();
        if (!isDone(
                folder, [answer, work = std::move(work)] { answer->emplace(work()); }, patience))
            return std::nullopt;
        return std::move(*answer);
    }
    static bool isSilent(const std::filesystem::path& folder); // somebody is still waiting to be answered

private:
    bool isDone(const std::filesystem::path& folder, FileWorker::Job work, std::chrono::milliseconds patience);

    std::chrono::milliseconds m_patience;
    std::mutex m_mutex;
    std::map<std::filesystem::path, FileWorker> m_workers;
};

// "the disk of DIR does not answer", with what to do.
Sentence silenceOf(const std::filesystem::path& folder);

}
