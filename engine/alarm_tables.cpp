#include "engine/alarm_tables.h"

namespace callmon {

namespace {

template <typename Parse, typename Into> bool applyWord(const toml::node& node, Parse parse, Into& into)
{
    const auto text = node.value<std::string>();
    const auto parsed = text ? parse(*text) : std::nullopt;
    if (parsed)
        into = *parsed;
    return parsed.has_value();
}

template <typename Into> bool applyText(const toml::node& node, Into& into)
{
    const auto text = node.value<std::string>();
    if (!text)
        return false;
    into = std::string_view(*text);
    return !into.wasCut();
}

bool applySeconds(const toml::node& node, std::chrono::seconds& into)
{
    const auto count = node.value<std::int64_t>();
    if (count)
        into = std::chrono::seconds(*count);
    return count.has_value();
}

template <typename Value, typename Into> bool applyValue(const toml::node& node, Into& into)
{
    const auto value = node.value<Value>();
    if (value)
        into = static_cast<Into>(*value);
    return value.has_value();
}

std::string listOfWords(std::span<const std::string_view> words)
{
    std::string list;
    for (const std::string_view word : words)
        list += (list.empty() ? "" : ", ") + std::string(word);
    return list;
}

std::string whatItTakes(const std::string& key)
{
    if (key == "kind")
        return "one of " + listOfWords(alarmKindTexts());
    if (key == "severity")
        return "one of " + listOfWords(alarmSeverityTexts());
    if (key == "enabled")
        return "true or false";
    if (key == "metric" || key == "group")
        return "a short text in quotes";
    if (key.ends_with("threshold"))
        return "a number";
    return key.ends_with("-after-s") ? "a whole number of seconds" : "a whole number above 0";
}

Result<void> applyKey(const std::string& key, const toml::node& node, AlarmRule& rule)
{
    bool good = false;
    if (key == "kind")
        good = applyWord(node, parseAlarmKind, rule.kind);
    else if (key == "severity")
        good = applyWord(node, parseAlarmSeverity, rule.severity);
    else if (key == "enabled")
        good = applyValue<bool>(node, rule.enabled);
    else if (key == "threshold")
        good = applyValue<double>(node, rule.threshold);
    else if (key == "clear-threshold")
        good = applyValue<double>(node, rule.clearThreshold);
    else if (key == "raise-after-s")
        good = applySeconds(node, rule.raiseAfter);
    else if (key == "clear-after-s")
        good = applySeconds(node, rule.clearAfter);
    else if (key == "together")
        good = node.value<std::int64_t>().value_or(0) > 0 && applyValue<std::uint32_t>(node, rule.together);
    else if (key == "metric")
        good = applyText(node, rule.metric);
    else if (key == "group")
        good = applyText(node, rule.group);
    else if (key == "window-min")
        good = node.value<std::int64_t>().value_or(0) > 0 && applyValue<std::uint32_t>(node, rule.windowMinutes);
    else if (key == "least-calls")
        good = node.value<std::int64_t>().value_or(0) > 0 && applyValue<std::uint32_t>(node, rule.leastCalls);
    else
        return Error { "alarm '" + rule.name.str() + "': there is no '" + key
            + "'; a rule has name, kind, severity, enabled, threshold, clear-threshold, raise-after-s, clear-after-s, "
              "together, metric, group, window-min, least-calls" };
    if (!good)
        return Error { "alarm '" + rule.name.str() + "': '" + key + "' takes " + whatItTakes(key) };
    return {};
}

}

Result<void> applyAlarmTables(const toml::node& node, std::vector<AlarmRule>& rules)
{
    const auto* tables = node.as_array();
    if (tables == nullptr)
        return Error { "alarm rules are written as [[alarm]]" };
    for (const toml::node& one : *tables) {
        const auto* table = one.as_table();
        const auto name = table != nullptr ? (*table)["name"].value<std::string>() : std::nullopt;
        if (!name)
            return Error { "each [[alarm]] has a name" };
        const AlarmRule* there = findRule(rules, *name);
        AlarmRule rule = there != nullptr ? *there : AlarmRule {};
        if (there == nullptr && (!table->contains("kind") || !table->contains("threshold")))
            return Error { "alarm '" + *name + "' is new: give its kind and its threshold" };
        rule.name = *name;
        rule.changedBy = std::string_view("configuration");
        for (const auto& [key, value] : *table) {
            if (key.str() == "name")
                continue;
            if (auto applied = applyKey(std::string(key.str()), value, rule); !applied)
                return applied;
        }
        if (!table->contains("clear-threshold") && table->contains("threshold"))
            rule.clearThreshold = rule.threshold;
        if (auto checked = checkRule(rule); !checked)
            return checked;
        putRule(rules, rule);
        if (rules.size() > mostAlarmRules)
            return Error { "there are more than 200 alarm rules" };
    }
    return {};
}

}
