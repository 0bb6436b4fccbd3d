// Times that a network card gave its frames, by its own clock, mapped to the time of the capture core.
#pragma once

#include "engine/capture/counter_clock.h"

#include <optional>

namespace callmon {

// The card's clock has a start and a rate of its own and drifts: readings of both clocks, taken together again and
// again, keep the mapping (CounterClock). The card's time of a frame is that of its first or last bit as its data sheet
// says; the difference is a wire time.
class DeviceTimes {
public:
    explicit DeviceTimes(unsigned bits = 64)
        : m_clock(bits)
    {
    }

    // `before` and `after` enclose the reading of the card's clock, in the steady time of the capture core.
    void calibrate(std::uint64_t deviceClock, Nanoseconds before, Nanoseconds after);

    struct Mapped {
        Nanoseconds steady {};
        Nanoseconds uncertainty {}; // half a reading and the scatter of the readings
    };
    // Of a frame that was polled at `polled`. Empty when the mapping is not ready, or when the time is later than the
    // poll by more than the mapping can be off, or earlier than a port can hold a frame: some cards give 0 now and
    // then.
    std::optional<Mapped> map(std::uint64_t deviceTime, Nanoseconds polled) const;

private:
    CounterClock m_clock;
    Nanoseconds m_halfReading {}; // of the shortest one of late
};

}
