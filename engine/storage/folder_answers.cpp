#include "engine/storage/folder_answers.h"

namespace callmon {

namespace {

constexpr std::chrono::milliseconds endPatience { 100 }; // for a thread that has nothing to do

// That a disk hangs is the machine's state, not that of one who asks: else each reader would leave a thread behind in
// it. Never destroyed, for such a thread may outlive the program's end.
struct Silence {
    std::mutex mutex;
    std::map<std::filesystem::path, int> owed; // answers

    static Silence& ofThisMachine()
    {
        static Silence* const all = new Silence;
        return *all;
    }
    void add(const std::filesystem::path& folder, int answers)
    {
        const std::lock_guard lock(mutex);
        if ((owed[folder] += answers) == 0)
            owed.erase(folder);
    }
};

struct Asked {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    bool givenUp = false;
};

}

bool FolderAnswers::isSilent(const std::filesystem::path& folder)
{
    Silence& silence = Silence::ofThisMachine();
    const std::lock_guard lock(silence.mutex);
    return silence.owed.contains(folder);
}

bool FolderAnswers::isDone(
    const std::filesystem::path& folder, FileWorker::Job work, std::chrono::milliseconds patience)
{
    if (isSilent(folder))
        return false;
    const auto asked = std::make_shared<Asked>();
    {
        const std::lock_guard lock(m_mutex);
        m_workers.try_emplace(folder, endPatience)
            .first->second.post([asked, folder, work = std::move(work)]() mutable {
                work();
                work = nullptr; // what it held is given back before it counts as answered
                const std::lock_guard done(asked->mutex);
                asked->done = true;
                if (asked->givenUp)
                    Silence::ofThisMachine().add(folder, -1);
                asked->changed.notify_all();
            });
    }
    std::unique_lock lock(asked->mutex);
    if (asked->changed.wait_for(lock, patience, [&] { return asked->done; }))
        return true;
    asked->givenUp = true;
    Silence::ofThisMachine().add(folder, 1);
    return false;
}

Sentence silenceOf(const std::filesystem::path& folder)
{
    return sentence(
        TR("Engine", "the disk of %1 does not answer: see whether it is there (mount, dmesg), then ask again"),
        folder.string());
}

}
