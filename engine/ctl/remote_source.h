// A running engine as the source of callmonctl's answers: RemoteProbe with an event loop that waits for it.
#pragma once

#include "engine/ctl/call_source.h"

namespace callmon {

// Needs a QCoreApplication. An empty url is the default engine's. An engine that cannot be reached, is of another
// version, or stops answering for a few seconds ends in an error that says so; it is not tried again.
Result<std::unique_ptr<CallSource>> openRemoteSource(const std::string& url);

}
