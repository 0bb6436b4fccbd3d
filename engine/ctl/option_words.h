// Options that take one of some words.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace callmon {

// The whole text as a number.
template <typename Number> bool readNumber(std::string_view text, Number& number)
{
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

// A text of which `parse` makes a value; where it cannot, the text `isRefused`, as in: "xml" is none of table, csv,
// json.
template <typename Parse, typename Into>
void addParsed(CLI::App& command, const char* name, const char* type, Parse parse, Into& into,
    const std::string& isRefused, const std::string& help)
{
    command
        .add_option_function<std::string>(
            name, [&into, parse](const std::string& text) { into = *parse(text); }, help)
        ->type_name(type)
        ->check(CLI::Validator(
            [parse, isRefused](
                std::string& text) { return parse(text) ? std::string() : "\"" + text + "\" " + isRefused; },
            ""));
}

template <typename Words> std::string listOf(const Words& words)
{
    std::string text;
    for (const std::string_view word : words)
        text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
}

// Words that only the command line has.
template <typename Value> struct Choice {
    std::string_view word;
    Value value;
};

template <typename Value, std::size_t N>
void addChoice(CLI::App& command, const char* name, const char* type, const std::array<Choice<Value>, N>& choices,
    Value& into, const char* help)
{
    std::array<std::string_view, N> words;
    std::ranges::transform(choices, words.begin(), &Choice<Value>::word);
    const auto parse = [choices](std::string_view text) {
        const auto found = std::ranges::find(choices, text, &Choice<Value>::word);
        return found == choices.end() ? std::nullopt : std::optional(found->value);
    };
    addParsed(command, name, type, parse, into, "is none of " + listOf(words), help);
}

}
