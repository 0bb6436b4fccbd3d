// What the probe's counters mean: callmonctl status and the console read it from here, so that they agree on what is a
// loss and on what to do about it.
#pragma once

#include "shared/calls/probe_status.h"

#include <span>
#include <string_view>

namespace callmon {

enum class CounterGroup : std::uint8_t {
    Received,
    HandedOn,
    Dropped,
    Times,
    Packets,
    Calls,
    Queues,
    Disk,
    Alarms,
    Remote
};

enum class CounterKind : std::uint8_t {
    Count,
    Received, // frames: the left side of the sum
    HandedOn, // the right side: what went on to be looked at,
    Unwanted, // what was freed at once, for it cannot be telephony,
    Dropped, // and what was lost
    Missed, // a loss outside the sum: before frames were received, or of what came out of those handed on
    Level, // as high as it is now, or ever was: has no rate
};

struct CounterMeaning {
    std::string_view name; // of the counter; a family of them when it ends in '*'
    CounterGroup group = CounterGroup::Packets;
    CounterKind kind = CounterKind::Count;
    std::string_view title; // "Ring full"
    std::string_view help; // what was counted
    std::string_view advice; // against a loss; empty for what is none
};

// A counter that nobody describes is a plain count among the packets, with empty words.
const CounterMeaning& meaningOf(std::string_view name);
std::span<const CounterMeaning> counterMeanings(); // all that are described

std::string_view toText(CounterGroup group);

// received = handed on + unwanted + dropped, and what is on its way between two readings while the probe runs.
struct FrameBalance {
    std::uint64_t received = 0;
    std::uint64_t handedOn = 0;
    std::uint64_t unwanted = 0;
    std::uint64_t dropped = 0;

    std::int64_t onTheirWay() const { return static_cast<std::int64_t>(received - handedOn - unwanted - dropped); }
};
FrameBalance balanceOf(const ProbeStatus& status);

// Counters above zero that tell of a loss, in their order.
std::vector<NamedCounter> lossesOf(const ProbeStatus& status);

}
