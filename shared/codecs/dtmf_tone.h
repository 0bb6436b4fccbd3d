// The tone that a telephone-event stands for (RFC 4733), so that keys are heard where they were pressed.
#pragma once

#include "shared/base/byte_reader.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace callmon {

struct TelephoneEvent { // RFC 4733 2.3
    std::uint8_t event = 0; // 0 to 9, 10 *, 11 #, 12 to 15 A to D; others have no tone here
    std::uint8_t volume = 0; // dBm0 below zero, 0 to 63
    std::uint16_t duration = 0; // of the event so far, in ticks of its clock
};

std::optional<TelephoneEvent> parseTelephoneEvent(Bytes payload);

// Appends samples `from` to `to`, counted from the beginning of the key's tone. Nothing for an event without one.
void appendDtmf(const TelephoneEvent& event, std::uint32_t rate, std::uint64_t from, std::uint64_t to,
    std::vector<std::int16_t>& out);

}
