#include "engine/storage/stored_sentence.h"

#include <charconv>

namespace callmon {

namespace {

constexpr int mostDepth = 8;
constexpr int mostParts = 9; // %1 to %9

void write(std::string& out, const Sentence& sentence, int depth)
{
    if (depth == mostDepth - 1
        || sentence.parts.size() > std::size_t(mostParts)) // nobody writes one: its English text is kept
        return write(out, plainText(toText(sentence)), 0);
    out += static_cast<char>('0' + static_cast<int>(sentence.sort));
    out += std::to_string(sentence.words.size()) + ':' + sentence.words;
    out += static_cast<char>('0' + static_cast<int>(sentence.parts.size()));
    for (const Sentence& part : sentence.parts)
        write(out, part, depth + 1);
}

bool readDigit(std::string_view& rest, int most, int& digit)
{
    if (rest.empty() || rest[0] < '0' || rest[0] > '0' + most)
        return false;
    digit = rest[0] - '0';
    rest.remove_prefix(1);
    return true;
}

bool read(std::string_view& rest, Sentence& sentence, int depth)
{
    int sort = 0;
    int parts = 0;
    std::size_t size = 0;
    if (depth >= mostDepth || !readDigit(rest, static_cast<int>(Sentence::Sort::Pattern), sort))
        return false;
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (problem != std::errc() || rest.empty() || rest[0] != ':' || size > rest.size() - 1)
        return false;
    sentence.sort = static_cast<Sentence::Sort>(sort);
    sentence.words = rest.substr(1, size);
    rest.remove_prefix(1 + size);
    if (!readDigit(rest, mostParts, parts))
        return false;
    sentence.parts.resize(static_cast<std::size_t>(parts));
    for (Sentence& part : sentence.parts)
        if (!read(rest, part, depth + 1))
            return false;
    return true;
}

}

std::string storedForm(const std::vector<Sentence>& sentences)
{
    std::string text;
    for (const Sentence& sentence : sentences)
        write(text, sentence, 0);
    return text;
}

std::optional<std::vector<Sentence>> storedSentences(std::string_view text)
{
    std::vector<Sentence> sentences;
    while (!text.empty())
        if (!read(text, sentences.emplace_back(), 0))
            return std::nullopt;
    return sentences;
}

}
