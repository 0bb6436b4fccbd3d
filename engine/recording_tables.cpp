#include "engine/recording_tables.h"

namespace callmon {

namespace {

template <std::size_t capacity> bool applyText(const toml::node& node, FixedText<capacity>& into)
{
    const auto text = node.value_exact<std::string>();
    if (text)
        into = std::string_view(*text);
    return text && !into.wasCut();
}

Result<void> applyKey(const std::string& key, const toml::node& node, RecordingRule& rule)
{
    bool good = false;
    if (key == "record") {
        const auto text = node.value_exact<std::string>();
        const auto percent = text ? parseRecordText(*text) : std::nullopt;
        if (!percent)
            return Error { "recording '" + rule.name.str() + R"(': 'record' is "yes", "no" or a share as in "10%")" };
        rule.percent = *percent;
        return {};
    }
    if (key == "enabled") {
        const auto value = node.value_exact<bool>();
        rule.enabled = value.value_or(true);
        good = value.has_value();
    } else if (key == "caller") {
        good = applyText(node, rule.caller);
    } else if (key == "callee") {
        good = applyText(node, rule.callee);
    } else if (key == "number") {
        good = applyText(node, rule.number);
    } else if (key == "address") {
        good = applyText(node, rule.address);
    } else if (key == "trunk") {
        good = applyText(node, rule.trunk);
    } else if (key == "header") {
        good = applyText(node, rule.header);
    } else {
        return Error { "recording '" + rule.name.str() + "': there is no '" + key
            + "'; a rule has record, caller, callee, number, address, trunk, header, enabled" };
    }
    if (!good)
        return Error { "recording '" + rule.name.str() + "': '" + key + "' takes "
            + (key == "enabled" ? "true or false" : "a short text in quotes") };
    return {};
}

}

Result<void> applyRecordingTables(const toml::node& node, std::vector<RecordingRule>& rules)
{
    const auto* tables = node.as_array();
    if (tables == nullptr)
        return Error { "recording rules are written as [[recording]]" };
    rules.clear();
    for (const toml::node& one : *tables) {
        const auto* table = one.as_table();
        const auto name = table != nullptr ? (*table)["name"].value_exact<std::string>() : std::nullopt;
        if (!name || !table->contains("record"))
            return Error { R"(each [[recording]] has a name, and says record = "yes", "no" or a share as in "10%")" };
        RecordingRule& rule = rules.emplace_back();
        rule.name = std::string_view(*name);
        rule.changedBy = std::string_view("configuration");
        for (const auto& [key, value] : *table) {
            if (key.str() == "name")
                continue;
            if (auto applied = applyKey(std::string(key.str()), value, rule); !applied)
                return applied;
        }
    }
    if (rules.empty() || rules.back().name != defaultRecordingRule)
        rules.push_back(builtInRecordingRules().front());
    return {};
}

}
