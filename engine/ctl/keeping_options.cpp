#include "engine/ctl/keeping_options.h"

#include <CLI/CLI.hpp>

namespace callmon {

void addHoldCommands(CLI::App& hold, KeepingCommand& keeping, std::string& call)
{
    using Action = KeepingCommand::Action;
    hold.require_subcommand(0, 1);
    const auto add = [&](Action action, const char* name, const char* help) {
        CLI::App* const added = hold.add_subcommand(name, help);
        added->fallthrough(); // --data, --engine and --format are those of hold
        added->callback([&keeping, action] { keeping.action = action; });
        if (action == Action::ListHolds)
            return;
        added->add_option("call", call, "Call-ID or call_key; of several calls with one Call-ID the newest")
            ->required()
            ->type_name("CALL");
        added->add_option("--reason", keeping.reason, "Why; it is kept with your name and the time")
            ->required()
            ->type_name("TEXT");
    };
    add(Action::AddHold, "add", "Keep a call, with its media and messages, whatever else is deleted");
    add(Action::ListHolds, "list", "List the calls that are held, and those that were");
    add(Action::ReleaseHold, "release", "Keep it no longer than any other call");
}

}
