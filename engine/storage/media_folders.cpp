#include "engine/storage/media_folders.h"

#include "engine/storage/media_files.h"
#include "engine/storage/segment_files.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <random>
#include <unistd.h>

namespace callmon {

namespace {

namespace fs = std::filesystem;

constexpr const char* listName = "media.folders";
constexpr const char* listHead = "callmon-media-folders 1 ";
constexpr const char* markName = "callmon-media";

struct Listed {
    std::string id;
    std::vector<MediaFolder> folders;
};

std::string firstLineOf(const fs::path& file)
{
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

// Nothing: there is no list that this version reads.
std::optional<Listed> readList(const fs::path& directory)
{
    std::ifstream in(directory / listName);
    std::string line;
    if (!std::getline(in, line) || !line.starts_with(listHead))
        return std::nullopt;
    Listed listed { line.substr(std::string_view(listHead).size()), {} };
    while (std::getline(in, line)) {
        const bool inUse = line.starts_with("now ");
        if (inUse || line.starts_with("before "))
            listed.folders.push_back({ directory / line.substr(line.find(' ') + 1), inUse, true });
    }
    return listed.folders.empty() ? std::nullopt : std::optional(std::move(listed));
}

// Inside of DIR: moves with it.
fs::path storedPath(const fs::path& directory, const fs::path& folder)
{
    const fs::path relative = folder.lexically_relative(directory);
    return relative.empty() || *relative.begin() == ".." ? folder : relative;
}

std::string textOf(const fs::path& directory, const Listed& listed)
{
    std::string text = listHead + listed.id + '\n';
    for (const MediaFolder& folder : listed.folders)
        text += (folder.inUse ? "now " : "before ") + storedPath(directory, folder.path).string() + '\n';
    return text;
}

// Whole, or as it was.
Result<void> writeFile(const fs::path& path, const std::string& text)
{
    const fs::path fresh = path.string() + ".new";
    {
        const FileHandle file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
        if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())
            || ::fsync(file.get()) != 0)
            return systemError(TR("Engine", "cannot write"), fresh);
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0)
        return systemError(TR("Engine", "cannot write"), path);
    return {};
}

std::string newId()
{
    std::random_device random;
    char text[17];
    std::snprintf(text, sizeof text, "%08x%08x", random(), random());
    return text;
}

bool holdsSegments(const fs::path& folder)
{
    return !segmentsIn(folder).empty();
}

// What a kill left of segments that were to be deleted: whoever keeps the list is told of the folder until that is
// done.
bool holdsExpired(const fs::path& folder)
{
    std::error_code failed;
    const fs::directory_iterator files(folder, failed);
    return std::any_of(
        begin(files), end(files), [](const auto& file) { return file.path().extension() == ".expired"; });
}

struct Seen {
    std::string mark;
};

Seen seenIn(const fs::path& folder)
{
    (void)mediaSpaceAt(folder); // it may answer one question and not another
    (void)holdsSegments(folder);
    return { firstLineOf(folder / markName) };
}

Result<void> makeFolder(const fs::path& folder)
{
    std::error_code failed;
    if (fs::create_directories(folder, failed)) // calls are private
        fs::permissions(folder, fs::perms(0750), failed);
    if (failed)
        return Error { "cannot create " + folder.string() + ": " + failed.message() };
    return {};
}

}

std::vector<MediaFolder> mediaFoldersOf(const fs::path& directory)
{
    if (auto listed = readList(directory))
        return std::move(listed->folders);
    return { { directory / "media", true, true } };
}

Result<ChosenMediaFolders> chooseMediaFolders(
    const fs::path& directory, const std::optional<std::vector<fs::path>>& wanted, std::chrono::milliseconds patience)
{
    FolderAnswers answers(patience);
    std::vector<fs::path> silent;
    const auto look = [&](const fs::path& folder) {
        auto seen = answers.ask<Seen>(folder, [folder] { return seenIn(folder); });
        if (!seen)
            silent.push_back(folder);
        return seen;
    };
    std::error_code failed;
    const fs::path here = fs::absolute(directory, failed).lexically_normal();
    const fs::path standard = here / "media";
    const auto before = readList(here);
    if (!before && fs::exists(here / listName, failed))
        return Error { (here / listName).string()
            + " is not of this version of the program, so it is not known where the recordings lie" };
    Listed listed = before.value_or(Listed { {}, { { standard, true, true } } });
    for (MediaFolder& folder : listed.folders) {
        folder.path = folder.path.lexically_normal();
        const auto seen = look(folder.path);
        folder.isThere = seen && (folder.path == standard || seen->mark == listed.id);
        folder.inUse = folder.inUse && !wanted;
    }
    if (wanted) {
        std::vector<fs::path> paths;
        for (const fs::path& path : *wanted) {
            fs::path absolute = fs::absolute(path, failed).lexically_normal();
            if (!absolute.has_filename()) // "/disk1/"
                absolute = absolute.parent_path();
            if (std::ranges::find(paths, absolute) != paths.end())
                return Error { "the directory " + absolute.string() + " is given twice for media" };
            paths.push_back(std::move(absolute));
        }
        if (paths.empty())
            paths.push_back(standard);
        for (const fs::path& path : paths) {
            const auto known = std::ranges::find(listed.folders, path, &MediaFolder::path);
            if (known != listed.folders.end())
                known->inUse = true;
            else
                listed.folders.push_back({ path, true, look(path).has_value() });
        }
        // In the user's order, those of before behind.
        std::ranges::stable_sort(listed.folders, {},
            [&](const MediaFolder& folder) { return std::ranges::find(paths, folder.path) - paths.begin(); });
    }
    std::erase_if(listed.folders, [&](const MediaFolder& folder) {
        return !folder.inUse && folder.isThere && !holdsSegments(folder.path) && !holdsExpired(folder.path);
    });

    const bool standardAlone = listed.folders.size() == 1 && listed.folders.front().path == standard;
    if (listed.id.empty() && !standardAlone)
        listed.id = newId();
    ChosenMediaFolders chosen;
    bool any = false;
    for (MediaFolder& folder : listed.folders) {
        if (!folder.isThere && std::ranges::find(silent, folder.path) != silent.end()) {
            chosen.notes.push_back("The media directory " + folder.path.string()
                + " does not answer: what was recorded in it cannot be heard"
                + (folder.inUse ? ", and media go to the others" : "")
                + "; see whether its disk is there (mount, dmesg). It is looked at again every half minute.");
            continue;
        }
        if (!folder.isThere) {
            chosen.notes.push_back("The media directory " + folder.path.string()
                + " is not there as it was (is its disk mounted?): what was recorded in it cannot be heard"
                + (folder.inUse ? ", and media go to the others" : "")
                + ". It is looked at again every half minute; if it is lost for good, take its line out of "
                + (here / listName).string() + '.');
            continue;
        }
        if (!folder.inUse)
            continue;
        if (auto made = makeFolder(folder.path); !made)
            return made.error();
        if (folder.path != standard) {
            const std::string mark = firstLineOf(folder.path / markName);
            if ((!mark.empty() && mark != listed.id) || (mark.empty() && holdsSegments(folder.path)))
                return Error { "the media directory " + folder.path.string()
                    + " holds recordings of another data directory; choose one that is empty" };
            if (mark.empty())
                if (auto marked = writeFile(folder.path / markName, listed.id + '\n'); !marked)
                    return marked.error();
        }
        any = true;
    }
    if (!any)
        return Error { "none of the directories for media is there; " + chosen.notes.front() };
    chosen.folders = listed.folders;
    // One that is new and was never marked is new the next time, too.
    std::erase_if(listed.folders, [&](const MediaFolder& folder) {
        return !folder.isThere
            && (!before
                || std::ranges::find(before->folders, folder.path, &MediaFolder::path) == before->folders.end());
    });
    if (standardAlone && before)
        fs::remove(here / listName, failed);
    else if (!standardAlone && (!before || textOf(here, *before) != textOf(here, listed)))
        if (auto written = writeFile(here / listName, textOf(here, listed)); !written)
            return written.error();
    return chosen;
}

fs::path mediaSegmentPath(const std::vector<MediaFolder>& folders, std::uint32_t segment)
{
    std::error_code ignored;
    for (const MediaFolder& folder : folders)
        if (auto path = segmentPath(folder.path, segment); fs::exists(path, ignored))
            return path;
    return segmentPath(folders.front().path, segment);
}

}
