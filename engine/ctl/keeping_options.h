// What callmonctl hold, delete and retention are to do.
#pragma once

#include "shared/calls/deletion.h"

namespace CLI {
class App;
}

namespace callmon {

struct KeepingCommand {
    enum class Action { ListHolds, AddHold, ReleaseHold };
    Action action = Action::ListHolds;
    std::string reason;
    DeletionRequest deletion;
    bool confirmClock = false;
};

void addHoldCommands(CLI::App& hold, KeepingCommand& keeping, std::string& call); // add, list, release

}
