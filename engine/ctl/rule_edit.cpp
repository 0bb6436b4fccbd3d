#include "engine/ctl/rule_edit.h"

#include "engine/ctl/option_words.h"

namespace callmon {

namespace {

using Action = RuleEdit::Action;

void addFields(CLI::App& command, RuleEdit& edit, bool isNew)
{
    const std::string severities = listOf(alarmSeverityTexts());
    const std::string kinds = listOf(alarmKindTexts());
    addParsed(command, "--kind", "W", parseAlarmKind, edit.kind, "is none of " + kinds, "What is looked at: " + kinds);
    addParsed(command, "--severity", "W", parseAlarmSeverity, edit.severity, "is none of " + severities,
        "One of " + severities + (isNew ? "; minor by default" : ""));
    command.add_option("--threshold", edit.threshold, "Raised beyond it; in ms, %, s, MOS, as the kind has it")
        ->type_name("X");
    command
        .add_option("--clear-threshold", edit.clearThreshold,
            "Cleared there or on the good side of it; the threshold by default")
        ->type_name("X");
    command.add_option("--raise-after", edit.raiseAfterS, "After so many seconds beyond it without a break")
        ->type_name("S");
    command.add_option("--clear-after", edit.clearAfterS, "After so many good seconds without a break")->type_name("S");
    command.add_option("--together", edit.together, "More calls than this at once become one alarm")->type_name("N");
    command.add_option("--metric", edit.metric, "Of metric_low and metric_high: asr, ner, concurrent_calls...")
        ->type_name("M");
    command
        .add_option("--group", edit.group,
            "And of which group of calls, as in \"trunk north\"; empty: of each but \"codec none\"")
        ->type_name("G");
    command.add_option("--window-min", edit.windowMinutes, "Over 1, 5, 15, 60 or 1440 minutes")->type_name("N");
    command.add_option("--least-calls", edit.leastCalls, "Of fewer calls a ratio says nothing")->type_name("N");
}

}

void addRuleCommands(CLI::App& rules, RuleEdit& edit)
{
    rules.require_subcommand(0, 1);
    const auto add = [&](Action action, const char* name, const char* help) -> CLI::App& {
        CLI::App* const added = rules.add_subcommand(name, help);
        added->fallthrough(); // --engine and --format are those of rules
        added->callback([&edit, action] { edit.action = action; });
        if (action != Action::History)
            added->add_option("name", edit.name, "Name of the rule")->required()->type_name("NAME");
        return *added;
    };
    CLI::App& made = add(Action::Add, "add", "Add a rule");
    addFields(made, edit, true);
    made.get_option("--kind")->required();
    made.get_option("--threshold")->required();
    addFields(add(Action::Change, "change", "Change what is given of a rule"), edit, false);
    add(Action::Enable, "enable", "Raise alarms by a rule again");
    add(Action::Disable, "disable", "Raise none by it; those that are open end");
    add(Action::Remove, "remove", "Take back what users made of a rule: it is gone, or again as configured");
    add(Action::History, "history", "List every change of rules, with who and when");
}

AlarmRule edited(AlarmRule rule, const RuleEdit& edit)
{
    rule.name = edit.name;
    rule.kind = edit.kind.value_or(rule.kind);
    rule.severity = edit.severity.value_or(rule.severity);
    rule.threshold = edit.threshold.value_or(rule.threshold);
    if (edit.threshold || edit.clearThreshold)
        rule.clearThreshold = edit.clearThreshold.value_or(rule.threshold);
    if (edit.raiseAfterS)
        rule.raiseAfter = std::chrono::seconds(*edit.raiseAfterS);
    if (edit.clearAfterS)
        rule.clearAfter = std::chrono::seconds(*edit.clearAfterS);
    rule.together = edit.together.value_or(rule.together);
    if (edit.metric)
        rule.metric = *edit.metric;
    if (edit.group)
        rule.group = *edit.group;
    rule.windowMinutes = edit.windowMinutes.value_or(rule.windowMinutes);
    rule.leastCalls = edit.leastCalls.value_or(rule.leastCalls);
    if (edit.action == Action::Enable || edit.action == Action::Disable)
        rule.enabled = edit.action == Action::Enable;
    return rule;
}

}
