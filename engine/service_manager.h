// What systemd is told where it started this process (sd_notify(3)); elsewhere nothing happens.
#pragma once

#include <string_view>

namespace callmon {

void tellServiceManager(std::string_view state); // "READY=1", "STOPPING=1"

}
