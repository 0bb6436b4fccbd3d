// The generator in real time: frames leave when their time has come.
#pragma once

#include "tests/traffic/generator.h"

namespace callmon {

// Runs until the duration is over, SIGINT or SIGTERM comes, or whoever reads the stream closes it; each is a success.
Result<void> runLive(Generator& generator, CaptureWriter& writer, Timestamp start);

}
