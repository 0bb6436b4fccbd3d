#include "shared/codecs/decoder.h"

#include "shared/codecs/g711_decoder.h"
#include "shared/codecs/g729_decoder.h"

#include <algorithm>

namespace callmon {

namespace {

bool sameName(std::string_view given, std::string_view upperCase)
{
    return std::equal(given.begin(), given.end(), upperCase.begin(), upperCase.end(),
        [](char a, char b) { return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b; });
}

}

std::unique_ptr<Decoder> makeDecoder(std::string_view codec, Hertz clock)
{
    if (clock.value != 0 && clock.value != 8000)
        return nullptr;
    if (sameName(codec, "PCMA") || sameName(codec, "G711A"))
        return std::make_unique<G711Decoder>(G711Law::A);
    if (sameName(codec, "PCMU") || sameName(codec, "G711U"))
        return std::make_unique<G711Decoder>(G711Law::Mu);
    if (sameName(codec, "G729") || sameName(codec, "G729A") || sameName(codec, "G729B") || sameName(codec, "G729AB"))
        return std::make_unique<G729Decoder>();
    return nullptr;
}

}
