#include "shared/codecs/dtmf_tone.h"

#include <array>
#include <cmath>
#include <numbers>

namespace callmon {

namespace {

// ITU-T Q.23: rows and columns of the keypad, in Hz.
constexpr std::array rows { 697.0, 770.0, 852.0, 941.0 };
constexpr std::array columns { 1209.0, 1336.0, 1477.0, 1633.0 };
struct Key {
    std::uint8_t row;
    std::uint8_t column;
};
constexpr std::array<Key, 16> keys { { { 3, 1 }, { 0, 0 }, { 0, 1 }, { 0, 2 }, { 1, 0 }, { 1, 1 }, { 1, 2 }, { 2, 0 },
    { 2, 1 }, { 2, 2 }, { 3, 0 }, { 3, 2 }, { 0, 3 }, { 1, 3 }, { 2, 3 }, { 3, 3 } } };

constexpr double fullScale = 3.14; // dBm0 of a sine that just fits (ITU-T G.711)
constexpr double half = 3.01; // dB: each of the two frequencies has half of the power

}

std::optional<TelephoneEvent> parseTelephoneEvent(Bytes payload)
{
    ByteReader in(payload);
    TelephoneEvent event;
    event.event = in.u8();
    event.volume = in.u8() & 0x3f;
    event.duration = in.u16();
    return in.ok() ? std::optional(event) : std::nullopt;
}

void appendDtmf(const TelephoneEvent& event, std::uint32_t rate, std::uint64_t from, std::uint64_t to,
    std::vector<std::int16_t>& out)
{
    if (event.event >= keys.size())
        return;
    const double amplitude = 32767 * std::pow(10, -(event.volume + fullScale + half) / 20);
    const Key key = keys[event.event];
    const double turn = 2 * std::numbers::pi / rate;
    for (std::uint64_t i = from; i < to; ++i) {
        const double at = turn * static_cast<double>(i);
        out.push_back(static_cast<std::int16_t>(
            std::lround(amplitude * (std::sin(rows[key.row] * at) + std::sin(columns[key.column] * at)))));
    }
}

}
