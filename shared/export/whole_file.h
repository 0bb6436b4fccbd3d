// A file that is written: whole, or as it was before.
#pragma once

#include "shared/base/result.h"

#include <filesystem>
#include <functional>
#include <string>

namespace callmon {

// `write` gets the path to write to: a new file beside `path`, which takes its place once it is whole. Where `path` is
// something else than a file (a pipe, a device) it is written to as it is. Error: a sentence that names `path`.
Result<void> writeWhole(const std::string& path, const std::function<Result<void>(const std::string&)>& write);

// Where what is needed meanwhile lies: beside the file that is to be written, where there must be room for more than
// that; else where temporary files go.
std::filesystem::path scratchFolderFor(const std::string& path);

}
