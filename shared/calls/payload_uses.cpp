#include "shared/calls/payload_uses.h"

#include <algorithm>
#include <charconv>

namespace callmon {

namespace {

template <typename Number> std::optional<Number> numberOf(std::string_view text)
{
    Number number {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(number)
                                                                                     : std::nullopt;
}

}

void PayloadUses::add(std::uint8_t type, std::string_view codec, Hertz clockRate, Timestamp from)
{
    if (m_count == most) {
        ++m_leftOut;
        return;
    }
    std::string name(codec); // of the network: no token of RFC 4855 has a blank, and the text above needs none
    std::ranges::replace_if(
        name, [](char c) { return static_cast<unsigned char>(c) <= ' '; }, '_');
    m_uses[m_count++] = { type, std::string_view(name), clockRate, from };
}

const PayloadUse* PayloadUses::meaningAt(std::uint8_t type, Timestamp at) const
{
    const PayloadUse* found = nullptr;
    for (const PayloadUse& use : uses()) {
        if (use.type == type && (found == nullptr || use.from <= at))
            found = &use;
    }
    return found;
}

bool PayloadUses::operator==(const PayloadUses& other) const
{
    return m_leftOut == other.m_leftOut && std::ranges::equal(uses(), other.uses());
}

std::string toText(const PayloadUses& payloads)
{
    std::string text;
    for (const PayloadUse& use : payloads.uses())
        text += (text.empty() ? "" : " ") + std::to_string(use.type) + '=' + use.codec.str() + '/'
            + std::to_string(use.clockRate.value) + '@' + std::to_string(nanosecondsSinceEpoch(use.from));
    if (payloads.leftOut() > 0)
        text += (text.empty() ? "+" : " +") + std::to_string(payloads.leftOut());
    return text;
}

std::optional<PayloadUses> payloadUsesOf(std::string_view text)
{
    PayloadUses payloads;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (word.starts_with('+')) {
            const auto leftOut = numberOf<std::uint32_t>(word.substr(1));
            if (!leftOut || !text.empty())
                return std::nullopt;
            payloads.setLeftOut(*leftOut);
            break;
        }
        const std::size_t codec = word.find('=');
        const std::size_t from = word.rfind('@');
        const std::size_t clock = word.rfind('/', from);
        if (codec == word.npos || from == word.npos || clock == word.npos || clock <= codec || from < clock)
            return std::nullopt;
        const auto type = numberOf<std::uint8_t>(word.substr(0, codec));
        const auto hertz = numberOf<std::uint32_t>(word.substr(clock + 1, from - clock - 1));
        const auto at = numberOf<std::int64_t>(word.substr(from + 1));
        const std::string_view name = word.substr(codec + 1, clock - codec - 1);
        if (!type || !hertz || !at || payloads.uses().size() == PayloadUses::most
            || name.size() > decltype(PayloadUse::codec)::capacity())
            return std::nullopt;
        payloads.add(*type, name, { *hertz }, timestampFromNanoseconds(*at));
    }
    return payloads;
}

}
