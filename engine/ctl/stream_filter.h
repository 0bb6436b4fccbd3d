// Which RTP streams are asked for, when it is a stream that is known and not its call.
#pragma once

#include "shared/calls/stream_record.h"

#include <optional>
#include <string_view>

namespace callmon {

struct StreamFilter { // an empty member does not restrict
    std::optional<IpAddress> ip; // of either end
    std::uint16_t port = 0; // with that address
    std::optional<Ssrc> ssrc;

    bool takesAll() const { return !ip && !ssrc; }
    bool matches(const StreamRecord& stream) const;
};

// "10.0.0.1", "10.0.0.1:4000", "2001:db8::1", "[2001:db8::1]:4000", into ip and port. False: no such thing.
bool readAddress(std::string_view text, StreamFilter& filter);

// As exports write it, "0x1A2B3C4D", or decimal.
std::optional<Ssrc> readSsrc(std::string_view text);

}
