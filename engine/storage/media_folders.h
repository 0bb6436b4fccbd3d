// Where the recording log of a data directory lies: in DIR/media, or in several folders, on a disk each. Which they are
// says DIR/media.folders, a text file that is there when it is not DIR/media alone:
//
//   callmon-media-folders 1 ID       ID: 16 hexadecimal digits, also in each folder's file callmon-media, so that an
//   now PATH                         empty mount point is not taken for the disk, nor another directory's recordings
//   before PATH                      nothing more is written there, and it still holds segments
//
// PATH is relative to DIR where it lies in it. Each folder has segments as DIR/media has them (media_format.h); their
// numbers are unique over all folders and grow, so a place needs no more than segment and offset.
#pragma once

#include "engine/storage/folder_answers.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace callmon {

struct MediaFolder {
    std::filesystem::path path;
    bool inUse = true; // else new media go elsewhere
    bool isThere = true; // else its disk is not mounted, or does not answer
};

// Without asking whether they are there. DIR/media alone when nothing else is said.
std::vector<MediaFolder> mediaFoldersOf(const std::filesystem::path& directory);

struct ChosenMediaFolders {
    std::vector<MediaFolder> folders;
    std::vector<std::string> notes; // sentences: what is not there
};
// For whoever writes: makes and marks what is new and writes the list anew where it changed. `wanted`: the user's;
// none: DIR/media; nothing: those of the last time. An error when none that is in use is there, or one belongs to
// another data directory. A folder that does not answer within `patience` is not there.
Result<ChosenMediaFolders> chooseMediaFolders(const std::filesystem::path& directory,
    const std::optional<std::vector<std::filesystem::path>>& wanted,
    std::chrono::milliseconds patience = FolderAnswers::usualPatience);

// Of a segment, in whichever folder it lies; in the first one in use when it is in none.
std::filesystem::path mediaSegmentPath(const std::vector<MediaFolder>& folders, std::uint32_t segment);

}
