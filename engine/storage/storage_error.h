// The system's refusals as sentences that say what to do.
#pragma once

#include "shared/base/result.h"

#include <filesystem>

namespace callmon {

// "; free some space there", from an errno; empty when there is nothing to advise.
const char* adviceFor(int systemCode);

// "WHAT PATH: No space left on device; free some space there", from errno. WHAT is a text of TR().
Error systemError(std::string_view what, const std::filesystem::path& path);

}
