// A file that a command writes: whole, or as it was before.
#pragma once

#include "shared/base/result.h"

#include <functional>
#include <string>

namespace callmon {

// `write` gets the path to write to: a new file beside `path`, which takes its place once it is whole. Where `path` is
// something else than a file (a pipe, a device) it is written to as it is. Error: a sentence that names `path`.
Result<void> writeWhole(const std::string& path, const std::function<Result<void>(const std::string&)>& write);

}
