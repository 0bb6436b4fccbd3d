#include "shared/base/sentence.h"

#include "shared/base/utc_time.h"

#include <iterator>

namespace callmon {

namespace {

// Bytes, but for the last part: nobody reads more, and a hostile peer's pattern that names its parts over and over,
// with parts that do so, fills no memory.
constexpr std::size_t longest = 16 * 1024;

}

Sentence sentencePart(Timestamp time)
{
    return { Sentence::Sort::Time, toIso8601(time) };
}

std::string filled(std::string_view pattern, const std::vector<std::string>& parts)
{
    std::string text;
    for (std::size_t i = 0; i < pattern.size() && text.size() < longest; ++i) {
        const char digit = pattern[i] == '%' && i + 1 < pattern.size() ? pattern[i + 1] : '0';
        if (digit < '1' || digit > '9' || std::size_t(digit - '1') >= parts.size()) {
            text += pattern[i];
            continue;
        }
        text += parts[std::size_t(digit - '1')];
        ++i;
    }
    return text;
}

Sentence joined(std::vector<Sentence> sentences)
{
    if (sentences.empty())
        return {};
    if (sentences.size() == 1)
        return std::move(sentences.front());
    constexpr std::string_view pattern = "%1 %2 %3 %4 %5 %6 %7 %8 %9";
    Sentence all { Sentence::Sort::Pattern, {} };
    if (sentences.size() > 9) { // no more have places in a pattern
        const auto rest = sentences.begin() + 8;
        all.parts.push_back(joined({ std::move_iterator(rest), std::move_iterator(sentences.end()) }));
        sentences.erase(rest, sentences.end());
    }
    all.parts.insert(all.parts.begin(), std::move_iterator(sentences.begin()), std::move_iterator(sentences.end()));
    all.words = pattern.substr(0, 3 * all.parts.size() - 1);
    return all;
}

std::string toText(const Sentence& sentence)
{
    if (sentence.sort != Sentence::Sort::Pattern)
        return sentence.words;
    std::vector<std::string> parts;
    for (const Sentence& part : sentence.parts)
        parts.push_back(toText(part));
    return filled(sentence.words, parts);
}

}
