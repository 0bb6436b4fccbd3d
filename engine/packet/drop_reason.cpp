#include "engine/packet/drop_reason.h"

#include <array>

namespace callmon {

const char* counterName(DropReason reason)
{
    static constexpr std::array<const char*, dropReasons> names { "unknown_link_type", "not_ip", "too_many_tags",
        "malformed_ip", "too_many_extensions", "not_udp", "malformed_udp", "other_udp", "malformed_tunnel",
        "tunnel_too_deep", "truncated", "mirror_copies" };
    return names[static_cast<std::size_t>(reason)];
}

}
