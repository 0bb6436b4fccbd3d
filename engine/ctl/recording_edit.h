// What callmonctl recording is to do: which rule, and what of it is to be other.
#pragma once

#include "shared/calls/recording_rule.h"

#include <optional>

namespace CLI {
class App;
}

namespace callmon {

struct RecordingEdit {
    enum class Action { List, Add, Set, Enable, Disable, Remove, Reset };
    Action action = Action::List;
    std::string name;
    std::optional<double> percent; // this and what follows: given or not
    std::optional<std::string> caller;
    std::optional<std::string> callee;
    std::optional<std::string> number;
    std::optional<std::string> address;
    std::optional<std::string> trunk;
    std::optional<std::string> header;
    std::string before; // name of the rule that it is put in front of; empty: where it is, a new one before the default
};

void addRecordingCommands(CLI::App& recording, RecordingEdit& edit);

// Makes the change to the list; of Reset it is empty then.
Result<void> apply(const RecordingEdit& edit, std::vector<RecordingRule>& rules);

}
