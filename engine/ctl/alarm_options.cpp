#include "engine/ctl/alarm_options.h"

#include "engine/ctl/filter_options.h"
#include "engine/ctl/option_words.h"

namespace callmon {

namespace {

// "30m", "8h", "7d".
std::optional<std::chrono::seconds> parseShelfTime(std::string_view text)
{
    const char unit = text.empty() ? '\0' : text.back();
    const std::int64_t each = unit == 'm' ? 60 : unit == 'h' ? 3600 : unit == 'd' ? 86'400 : 0;
    std::int64_t count = 0;
    if (each == 0 || !readNumber(text.substr(0, text.size() - 1), count) || count < 1
        || count > longestOnShelf.count() / each)
        return std::nullopt;
    return std::chrono::seconds(count * each);
}

}

void addAlarmFilters(CLI::App& command, CtlOptions& options)
{
    addTime(command, "--from", options.query.from, "Alarms raised at T or later");
    addTime(command, "--to", options.query.to, "Alarms raised before T");
    const std::string severities = listOf(alarmSeverityTexts());
    const std::string kinds = listOf(alarmKindTexts());
    addParsed(command, "--severity", "W", parseAlarmSeverity, options.alarms.severity, "is none of " + severities,
        "This severity and worse: " + severities);
    addParsed(command, "--kind", "W", parseAlarmKind, options.alarms.kind, "is none of " + kinds, "One of " + kinds);
    command.add_option("--rule", options.alarms.rule, "Of this rule")->type_name("NAME");
    command.add_option("--call", options.call, "Of one call, by its Call-ID or its call_key")->type_name("ID");
    command.add_flag("--open", options.alarms.openOnly, "Those that are not cleared");
    command.add_flag("--newest-first", options.query.newestFirst, "Else the oldest comes first");
    command.add_option("--limit", options.query.limit, "At most N alarms; 0, the default: all")->type_name("N");
    const auto isId = [](std::string& text) {
        AlarmId id;
        return readNumber(text, id.value) ? std::string() : "\"" + text + "\" is no alarm_id";
    };
    const auto addId = [&](const char* name, std::optional<AlarmId>& id, const char* help) {
        return command
            .add_option_function<std::string>(
                name, [&id](const std::string& text) { readNumber(text, id.emplace().value); }, help)
            ->type_name("ID")
            ->check(CLI::Validator(isId, ""));
    };
    auto* acknowledge = addId("--acknowledge", options.acknowledge,
        "Acknowledge the alarm with this alarm_id instead, in your name; of a running engine only");
    auto* shelve = addId("--shelve", options.shelve,
        "Have nobody told of this open alarm, nor of what its rule raises about the same call or group, in your name");
    auto* unshelve = addId("--unshelve", options.unshelve, "Take it from the shelf before its time");
    addParsed(command, "--for", "TIME", parseShelfTime, options.shelfTime,
        "is no time such as 30m, 8h or 7d; 30 days at most", "With --shelve: how long, such as 30m, 8h or 7d");
    command.get_option("--for")->needs(shelve);
    acknowledge->excludes(shelve)->excludes(unshelve);
    shelve->excludes(unshelve);
    command.add_option("--comment", options.comment, "What the others are to know about it")->type_name("TEXT");
}

std::string complaintAboutAlarms(const CtlOptions& options)
{
    if (!options.comment.empty() && !options.acknowledge && !options.shelve)
        return "--comment belongs to --acknowledge or --shelve";
    if (options.shelve && options.shelfTime.count() == 0)
        return "--shelve takes --for TIME: 30m, 8h, 7d";
    return {};
}

}
