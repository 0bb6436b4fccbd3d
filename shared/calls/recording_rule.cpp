#include "shared/calls/recording_rule.h"

#include "shared/base/ascii.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace callmon {

namespace {

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool isTokenCharacter(char c) // RFC 3261 25.1, "token"
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
        || std::string_view("-.!%*_+`'~").find(c) != std::string_view::npos;
}

bool isPrintable(std::string_view text)
{
    return std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

bool fitsEveryCall(const RecordingRule& rule)
{
    return rule.caller.empty() && rule.callee.empty() && rule.number.empty() && rule.address.empty()
        && rule.trunk.empty() && rule.header.empty();
}

std::optional<Sentence> whatIsWrong(const RecordingRule& rule, std::span<const Trunk> trunks)
{
    const std::string_view name = rule.name.view();
    if (name.empty() || rule.name.wasCut() || !std::ranges::all_of(name, isNameCharacter))
        return sentence(TR("Engine", "its name takes 1 to 47 lower-case letters, digits, '-' and '_'"));
    if (name == figuresOnly)
        return sentence(TR("Engine", "that name stands for an engine that keeps no media"));
    if (!std::isfinite(rule.percent) || rule.percent < 0 || rule.percent > 100)
        return sentence(TR("Engine", "it records yes, no, or a share from 0% to 100%"));
    for (const auto* number : { &rule.caller, &rule.callee, &rule.number })
        if (number->wasCut() || !isPrintable(*number))
            return sentence(TR("Engine", "a number takes 63 characters at most"));
    if (!rule.address.empty() && (rule.address.wasCut() || !IpNetwork::parse(rule.address)))
        return sentence(TR("Engine", "addresses are written 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32"));
    if (!rule.trunk.empty() && std::ranges::find(trunks, rule.trunk.view(), &Trunk::name) == trunks.end())
        return sentence(TR("Engine", "the configuration has no [[trunk]] '%1'"), rule.trunk);
    if (!rule.header.empty()
        && (rule.header.wasCut() || !isPrintable(rule.header) || headerCriterion(rule.header).name.empty()))
        return sentence(
            TR("Engine", "a header is written \"X-Record: yes\", or \"X-Record\" for any value, in 127 characters"));
    if (name == defaultRecordingRule && (!fitsEveryCall(rule) || !rule.enabled))
        return sentence(TR("Engine",
            "it decides what no other rule does: it can be told to record yes, no or a share, and nothing else"));
    return {};
}

std::string describe(const RecordingRule& rule)
{
    return rule.name.str() + " (" + recordText(rule.percent) + ", " + criteriaText(rule)
        + (rule.enabled ? ")" : ", disabled)");
}

}

std::vector<RecordingRule> builtInRecordingRules()
{
    RecordingRule all;
    all.name = defaultRecordingRule;
    return { all };
}

Result<void> checkRecordingRules(std::span<const RecordingRule> rules, std::span<const Trunk> trunks)
{
    if (rules.size() > mostRecordingRules)
        return Error { sentence(TR("Engine", "there are more than %1 recording rules"), mostRecordingRules) };
    for (const RecordingRule& rule : rules) {
        if (const auto wrong = whatIsWrong(rule, trunks))
            return Error { sentence(TR("Engine", "recording rule '%1': %2"), rule.name, *wrong) };
        if (std::ranges::count(rules, rule.name.view(), [](const RecordingRule& r) { return r.name.view(); }) > 1)
            return Error { sentence(TR("Engine", "recording rule '%1' is there twice"), rule.name.str()) };
    }
    if (rules.empty() || rules.back().name != defaultRecordingRule)
        return Error { sentence(
            TR("Engine", "the last recording rule is 'default', which decides what no other rule does")) };
    return {};
}

RecordingRule* findRule(std::vector<RecordingRule>& rules, std::string_view name)
{
    const auto found = std::ranges::find_if(rules, [&](const RecordingRule& rule) { return rule.name == name; });
    return found == rules.end() ? nullptr : &*found;
}

bool saysTheSame(const RecordingRule& a, const RecordingRule& b)
{
    return a.name == b.name && a.enabled == b.enabled && a.percent == b.percent && a.caller == b.caller
        && a.callee == b.callee && a.number == b.number && a.address == b.address && a.trunk == b.trunk
        && a.header == b.header;
}

std::string recordText(double percent)
{
    if (percent >= 100)
        return "yes";
    if (percent <= 0)
        return "no";
    char text[32];
    std::snprintf(text, sizeof text, "%.6g%%", percent);
    return text;
}

std::optional<double> parseRecordText(std::string_view text)
{
    if (text == "yes")
        return 100;
    if (text == "no")
        return 0;
    if (!text.ends_with('%'))
        return std::nullopt;
    text.remove_suffix(1);
    double percent = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), percent);
    const bool whole = problem == std::errc() && end == text.data() + text.size();
    return whole && percent >= 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

std::string criteriaText(const RecordingRule& rule)
{
    std::string text;
    const auto add = [&](const char* what, std::string_view value) {
        if (!value.empty())
            text += (text.empty() ? "" : ", ") + std::string(what) + ' ' + std::string(value);
    };
    add("caller", rule.caller);
    add("callee", rule.callee);
    add("number", rule.number);
    add("address", rule.address);
    add("trunk", rule.trunk);
    add("header", rule.header);
    return text.empty() ? "every call" : text;
}

std::string changeText(std::span<const RecordingRule> before, std::span<const RecordingRule> after)
{
    std::string text;
    const auto add = [&](const std::string& words) { text += (text.empty() ? "" : "; ") + words; };
    const auto named = [](std::span<const RecordingRule> rules, const RecordingRule& wanted) {
        const auto found =
            std::ranges::find_if(rules, [&](const RecordingRule& rule) { return rule.name == wanted.name; });
        return found == rules.end() ? nullptr : &*found;
    };
    std::vector<std::string_view> order;
    for (const RecordingRule& rule : before) {
        if (named(after, rule) == nullptr)
            add("removed " + rule.name.str());
        else
            order.push_back(rule.name);
    }
    std::vector<std::string_view> newOrder;
    for (const RecordingRule& rule : after) {
        const RecordingRule* const was = named(before, rule);
        if (was == nullptr)
            add("added " + describe(rule));
        else if (!saysTheSame(*was, rule))
            add("changed " + describe(*was) + " to " + describe(rule));
        if (was != nullptr)
            newOrder.push_back(rule.name);
    }
    if (order != newOrder)
        add("changed their order");
    return text.empty() ? "nothing" : text;
}

HeaderCriterion headerCriterion(std::string_view text)
{
    const std::size_t colon = text.find(':');
    HeaderCriterion criterion { std::string(trim(text.substr(0, colon))),
        colon == std::string_view::npos ? std::string() : std::string(trim(text.substr(colon + 1))) };
    std::ranges::transform(criterion.name, criterion.name.begin(), toLower);
    if (!std::ranges::all_of(criterion.name, isTokenCharacter))
        criterion.name.clear();
    return criterion;
}

}
