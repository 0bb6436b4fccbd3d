#include "engine/storage/record_fields.h"

#include <charconv>

namespace callmon {

using Kind = StoredValue::Kind;

StoredValue toStored(std::string_view text)
{
    return { Kind::Text, 0, 0, std::string(text) };
}

StoredValue toStored(const IpAddress& address)
{
    return toStored(std::string_view(address.toString()));
}

StoredValue toStored(const PayloadUses& payloads)
{
    return toStored(std::string_view(toText(payloads)));
}

StoredValue toStored(const JitterBufferLimits& limits)
{
    return toStored(
        std::string_view(std::to_string(limits.maximumMs) + '/' + std::to_string(limits.absoluteMaximumMs)));
}

StoredValue toStored(double value)
{
    return { Kind::Real, 0, value, {} };
}

StoredValue toStored(std::int64_t value)
{
    return { Kind::Integer, value, 0, {} };
}

bool fromStored(const StoredValue& value, IpAddress& address)
{
    const auto parsed = value.kind == Kind::Text ? IpAddress::parse(value.text) : std::nullopt;
    address = parsed.value_or(IpAddress {});
    return parsed.has_value();
}

bool fromStored(const StoredValue& value, PayloadUses& payloads)
{
    const auto parsed = value.kind == Kind::Text ? payloadUsesOf(value.text) : std::nullopt;
    payloads = parsed.value_or(PayloadUses {});
    return parsed.has_value();
}

bool fromStored(const StoredValue& value, JitterBufferLimits& limits)
{
    limits = {};
    const char* const end = value.text.data() + value.text.size();
    const auto maximum = std::from_chars(value.text.data(), end, limits.maximumMs);
    if (value.kind != Kind::Text || maximum.ec != std::errc() || maximum.ptr == end || *maximum.ptr != '/')
        return false;
    const auto absolute = std::from_chars(maximum.ptr + 1, end, limits.absoluteMaximumMs);
    return absolute.ec == std::errc() && absolute.ptr == end;
}

bool fromStored(const StoredValue& value, double& number)
{
    number = value.kind == Kind::Integer ? static_cast<double>(value.integer) : value.real;
    return value.kind == Kind::Real || value.kind == Kind::Integer;
}

bool fromStored(const StoredValue& value, std::int64_t& number)
{
    number = value.integer;
    return value.kind == Kind::Integer;
}

}
