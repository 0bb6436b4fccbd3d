// What the payload types of a stream's packets meant, and since when: a later session description may give a number
// another meaning, and the packets before it keep theirs.
#pragma once

#include "shared/base/fixed_text.h"
#include "shared/base/units.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callmon {

struct PayloadUse {
    std::uint8_t type = 0;
    FixedText<30> codec; // encoding name as in the SDP or RFC 3551, without blanks
    Hertz clockRate; // 0 when unknown
    Timestamp from; // its first packet
    bool operator==(const PayloadUse&) const = default;
};

class PayloadUses {
public:
    static constexpr std::size_t most = 6; // kept of a stream; what is beyond is counted

    std::span<const PayloadUse> uses() const { return std::span(m_uses).first(m_count); }
    void add(std::uint8_t type, std::string_view codec, Hertz clockRate, Timestamp from); // in order of time
    // What the type meant to a packet that came then: its newest meaning that is not later; before the first, that one.
    const PayloadUse* meaningAt(std::uint8_t type, Timestamp at) const;
    std::uint32_t leftOut() const { return m_leftOut; }
    void setLeftOut(std::uint32_t count) { m_leftOut = count; }
    bool operator==(const PayloadUses& other) const;

private:
    std::array<PayloadUse, most> m_uses {};
    std::uint32_t m_leftOut = 0;
    std::uint8_t m_count = 0;
};

// As it is stored and exported, times in nanoseconds since 1970:
// "96=G726-32/8000@1790000000000000000 101=telephone-event/8000@1790000001000000000"; a last word "+3": left out.
std::string toText(const PayloadUses& payloads);
std::optional<PayloadUses> payloadUsesOf(std::string_view text);

}
