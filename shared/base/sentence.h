// A sentence for the user that keeps how it was made, so that the console can say it in another language, time zone and
// number format: an English pattern, the key of its translation, and what stands for its %1 to %9.
#pragma once

#include "shared/base/translatable.h"
#include "shared/base/units.h"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace callmon {

struct Sentence {
    enum class Sort : std::uint8_t {
        Text, // as it is: a name, a path, the words of the system or of a library
        Time, // ISO 8601, UTC
        Count, // a whole number
        Pattern, // English words; they alone are translated, and have parts
    };
    Sort sort = Sort::Text;
    std::string words;
    std::vector<Sentence> parts {}; // for %1, %2...

    bool operator==(const Sentence&) const = default;
};

std::string toText(const Sentence& sentence); // in English
Sentence joined(std::vector<Sentence> sentences); // one behind the other; without words when there are none

// A pattern whose %1 to %9 are as many as the parts that it is given: anything else does not compile.
template <std::size_t Parts> struct SentencePattern {
    consteval SentencePattern(const char* literal)
        : text(literal)
    {
        std::size_t last = 0;
        for (std::size_t i = 0; i + 1 < text.size(); ++i)
            if (text[i] == '%' && text[i + 1] >= '1' && text[i + 1] <= '9' && std::size_t(text[i + 1] - '0') > last)
                last = std::size_t(text[i + 1] - '0');
        if (last != Parts)
            throw "a pattern has other places than parts";
    }
    std::string_view text;
};

inline Sentence plainText(std::string_view text)
{
    return { Sentence::Sort::Text, std::string(text) };
}
inline Sentence markedText(std::string_view words) // of TR(), without parts
{
    return { Sentence::Sort::Pattern, std::string(words) };
}
template <std::convertible_to<std::string_view> Text> Sentence sentencePart(const Text& text)
{
    return plainText(text);
}
inline Sentence sentencePart(const Sentence& sentence)
{
    return sentence;
}
Sentence sentencePart(Timestamp time);
Sentence sentencePart(std::integral auto count)
{
    return { Sentence::Sort::Count, std::to_string(count) };
}

// sentence(TR("Engine", "Calls of %1 are left out: %2."), day, error)
template <typename... Parts>
Sentence sentence(std::type_identity_t<SentencePattern<sizeof...(Parts)>> pattern, const Parts&... parts)
{
    return { Sentence::Sort::Pattern, std::string(pattern.text), { sentencePart(parts)... } };
}

// Puts `parts` where %1 to %9 stand, in one pass: what looks like a place within a part stays what it is.
std::string filled(std::string_view pattern, const std::vector<std::string>& parts);

}
