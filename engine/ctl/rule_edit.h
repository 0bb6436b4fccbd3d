// What callmonctl rules is to do: which rule, and what of it is to be other.
#pragma once

#include "shared/calls/alarm_rule.h"

namespace CLI {
class App;
}

namespace callmon {

struct RuleEdit {
    enum class Action { List, Add, Change, Enable, Disable, Remove, History };
    Action action = Action::List;
    std::string name;
    // Given or not; a threshold without a clear threshold is both.
    std::optional<AlarmKind> kind;
    std::optional<AlarmSeverity> severity;
    std::optional<double> threshold;
    std::optional<double> clearThreshold;
    std::optional<std::uint32_t> raiseAfterS;
    std::optional<std::uint32_t> clearAfterS;
    std::optional<std::uint32_t> together;
    std::optional<std::string> metric;
    std::optional<std::string> group;
    std::optional<std::uint32_t> windowMinutes;
    std::optional<std::uint32_t> leastCalls;
};

void addRuleCommands(CLI::App& rules, RuleEdit& edit); // add, change, enable, disable, remove, history

AlarmRule edited(AlarmRule rule, const RuleEdit& edit);

}
