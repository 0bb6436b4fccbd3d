#include "engine/ctl/recording_edit.h"

#include "engine/ctl/option_words.h"

#include <algorithm>

namespace callmon {

namespace {

using Action = RecordingEdit::Action;

void addFields(CLI::App& command, RecordingEdit& edit)
{
    addParsed(command, "--record", "W", parseRecordText, edit.percent, "is neither yes nor no nor a share like 10%",
        "Of the calls that it fits: yes (all), no (none) or a share of them, 10%");
    const auto add = [&](const char* name, const char* type, std::optional<std::string>& into, const char* help) {
        command.add_option(name, into, help)->type_name(type);
    };
    add("--caller", "P", edit.caller, "Calling party; * stands for any characters: +34*, *1234. \"\": any");
    add("--callee", "P", edit.callee, "Called party, likewise");
    add("--number", "P", edit.number, "Either of them, likewise");
    add("--address", "A", edit.address, "Address or network of either end, signalling or media: 192.0.2.0/24");
    add("--trunk", "N", edit.trunk, "A [[trunk]] of the engine's configuration, at either end");
    add("--header", "H", edit.header, "Header field of an INVITE: \"X-Record: yes\", \"X-Record\" with any value");
    command.add_option("--before", edit.before, "Put it in front of that rule: the first that fits a call decides")
        ->type_name("NAME");
}

template <std::size_t capacity>
Result<void> setText(const std::optional<std::string>& text, const char* what, FixedText<capacity>& into)
{
    if (text)
        into = std::string_view(*text);
    if (into.wasCut())
        return Error { std::string(what) + " of a recording rule has " + std::to_string(capacity) + " bytes at most" };
    return {};
}

Result<void> setFields(const RecordingEdit& edit, RecordingRule& rule)
{
    rule.percent = edit.percent.value_or(rule.percent);
    for (auto set : { setText(std::optional(edit.name), "the name", rule.name),
             setText(edit.caller, "the caller", rule.caller), setText(edit.callee, "the callee", rule.callee),
             setText(edit.number, "the number", rule.number), setText(edit.address, "the address", rule.address),
             setText(edit.trunk, "the trunk", rule.trunk), setText(edit.header, "the header", rule.header) })
        if (!set)
            return set;
    if (edit.action == Action::Enable || edit.action == Action::Disable)
        rule.enabled = edit.action == Action::Enable;
    return {};
}

auto placeOf(std::vector<RecordingRule>& rules, std::string_view name)
{
    return std::ranges::find_if(rules, [&](const RecordingRule& rule) { return rule.name == name; });
}

Error noRule(const std::string& name)
{
    return Error { "there is no recording rule '" + name + "'; callmonctl recording lists those there are" };
}

}

void addRecordingCommands(CLI::App& recording, RecordingEdit& edit)
{
    recording.require_subcommand(0, 1);
    const auto add = [&](Action action, const char* name, const char* help) -> CLI::App& {
        CLI::App* const added = recording.add_subcommand(name, help);
        added->fallthrough(); // --engine and --format are those of recording
        added->callback([&edit, action] { edit.action = action; });
        if (action != Action::List && action != Action::Reset)
            added->add_option("name", edit.name, "Name of the rule")->required()->type_name("NAME");
        return *added;
    };
    add(Action::List, "list", "List them; so it does without a command");
    CLI::App& made = add(Action::Add, "add", "Add a rule, in front of the default");
    addFields(made, edit);
    made.get_option("--record")->required();
    addFields(add(Action::Set, "set", "Change what is given of a rule, the default too, or its place"), edit);
    add(Action::Enable, "enable", "Have a rule decide again");
    add(Action::Disable, "disable", "Have it decide nothing, and keep it");
    add(Action::Remove, "remove", "Remove a rule");
    add(Action::Reset, "reset", "Go back to the rules of the engine's configuration");
}

Result<void> apply(const RecordingEdit& edit, std::vector<RecordingRule>& rules)
{
    if (edit.action == Action::Reset) {
        rules.clear();
        return {};
    }
    auto place = placeOf(rules, edit.name);
    if (edit.action == Action::Add && place != rules.end())
        return Error { "there is a recording rule '" + edit.name + "' already; recording set changes it" };
    if (edit.action != Action::Add && place == rules.end())
        return noRule(edit.name);
    if (edit.action == Action::Remove) {
        if (edit.name == defaultRecordingRule)
            return Error { "the default stays: it decides what no other rule does; recording set changes it" };
        rules.erase(place);
        return {};
    }
    RecordingRule rule = place == rules.end() ? RecordingRule {} : *place;
    if (auto set = setFields(edit, rule); !set)
        return set;
    const bool stays = edit.action != Action::Add && (edit.before.empty() || edit.before == edit.name);
    if (stays) {
        *place = rule;
        return {};
    }
    if (place != rules.end())
        rules.erase(place);
    const auto before = placeOf(rules, edit.before.empty() ? std::string(defaultRecordingRule) : edit.before);
    if (before == rules.end())
        return noRule(edit.before);
    rules.insert(before, rule);
    return {};
}

}
