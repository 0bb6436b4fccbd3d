#include "engine/ctl/stream_filter.h"

#include <algorithm>
#include <charconv>

namespace callmon {

namespace {

template <typename Number> std::optional<Number> numberOf(std::string_view text, int base)
{
    Number value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

}

bool StreamFilter::matches(const StreamRecord& stream) const
{
    const auto isMeant = [this](const Endpoint& end) { return end.ip == *ip && (port == 0 || end.port == port); };
    return (!ip || isMeant(stream.flow.src) || isMeant(stream.flow.dst)) && (!ssrc || stream.ssrc.value == ssrc->value);
}

bool readAddress(std::string_view text, StreamFilter& filter)
{
    filter.port = 0;
    const std::size_t colon = text.rfind(':');
    // Several colons without brackets are IPv6 alone.
    const bool withPort = colon != std::string_view::npos && (text.find(':') == colon || text.find("]:") == colon - 1);
    if (withPort) {
        filter.port = numberOf<std::uint16_t>(text.substr(colon + 1), 10).value_or(0);
        if (filter.port == 0)
            return false;
        text = text.substr(0, colon);
    }
    filter.ip = IpAddress::parse(text);
    return filter.ip.has_value();
}

std::optional<Ssrc> readSsrc(std::string_view text)
{
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    const auto value = numberOf<std::uint32_t>(text.substr(hexadecimal ? 2 : 0), hexadecimal ? 16 : 10);
    return value ? std::optional(Ssrc { *value }) : std::nullopt;
}

}
