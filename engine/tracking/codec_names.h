// Codec names as the calls' SDP spells them, each kept once: a stream carries two bytes instead of text. Signalling
// adds; a lane reads the names it was told of, which never change, and those of the static payload types.
#pragma once

#include "engine/signalling/sdp.h"
#include "shared/base/fixed_text.h"

#include <array>

namespace callmon {

class CodecNames {
public:
    static constexpr std::size_t capacity = 1024; // names come from the network: beyond this they are unknown
    using Name = FixedText<30>;

    CodecNames()
    {
        for (std::uint8_t type = 0; type < 128; ++type)
            m_static[type] = indexOf(staticCodec(type).name);
    }

    std::uint16_t indexOf(std::string_view name) // 0, the empty name, when there is no room
    {
        const Name wanted(name);
        for (std::size_t i = 0; i < m_count; ++i) {
            if (m_names[i] == wanted)
                return static_cast<std::uint16_t>(i);
        }
        if (m_count == capacity)
            return 0;
        m_names[m_count] = wanted;
        return static_cast<std::uint16_t>(m_count++);
    }
    std::uint16_t indexOfStatic(std::uint8_t payloadType) const { return m_static[payloadType & 0x7f]; }
    const Name& name(std::uint16_t index) const { return m_names[index]; }

private:
    std::array<Name, capacity> m_names {};
    std::array<std::uint16_t, 128> m_static {};
    std::size_t m_count = 1;
};

}
