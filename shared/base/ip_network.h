// A range of addresses by their common leading bits: 192.0.2.0/24, 2001:db8::/32, or one address.
#pragma once

#include "shared/base/ip_address.h"

namespace callmon {

class IpNetwork {
public:
    // Bits behind the prefix are ignored (RFC 4632 3.1 wants them zero; people write a host's address).
    static std::optional<IpNetwork> parse(std::string_view text);

    bool contains(const IpAddress& address) const;
    unsigned prefixBits() const { return m_bits; } // of 128; IPv4's are behind the 96 of its mapping
    bool operator==(const IpNetwork&) const = default;

private:
    IpAddress m_address;
    unsigned m_bits = 0;
};

}
