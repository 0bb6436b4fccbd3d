// Service figures of one group of calls in a period: what the engine measures while calls are on, keeps minute by
// minute, and tells who asks. Plain values.
#pragma once

#include "shared/calls/service_figures.h"

#include <array>
#include <bit>
#include <string>
#include <string_view>
#include <type_traits>

namespace callmon {

enum class ServiceGrouping : std::uint8_t { Total, Trunk, Prefix, Codec };

constexpr std::string_view noCodecName = "none"; // of calls without audio: most of them failed

struct ServiceGroup {
    ServiceGrouping grouping = ServiceGrouping::Total;
    FixedText<47> name; // empty for Total; "other" (of no trunk or prefix, or one codec too many), or noCodecName
    bool operator==(const ServiceGroup&) const = default;
};
std::string_view toText(ServiceGrouping grouping); // "total", "trunk", "prefix", "codec"
std::optional<ServiceGrouping> parseServiceGrouping(std::string_view text);
std::string toText(const ServiceGroup& group); // "total", "trunk north", as alarm rules name it

// Counts that periods can be joined by. An attempt counts when it is answered or has failed, a call's end when it
// ends; by codec both do at the end, and a new call when the codec is known.
struct ServiceSums {
    ServiceFigures figures;
    std::uint64_t newCalls = 0; // that began
    std::uint64_t repeatedCalls = 0; // of these, soon after a short or failed call between the same two
    std::uint64_t seconds = 0; // that the probe watched
    std::uint64_t callSeconds = 0; // calls that were on, summed over these seconds

    ServiceSums& operator+=(const ServiceSums& other);
    ServiceSums& operator-=(const ServiceSums& other); // of a part of it
    bool operator==(const ServiceSums&) const = default;
};

// All of it is counts of eight bytes: what adds, stores and sends them walks this list, under these names.
constexpr std::array serviceSumNames { "setting_up", "began_before_probe", "attempts", "answered", "completed",
    "user_busy", "ring_no_answer", "terminal_reject", "number_errors", "redirected", "ineffective",
    "effective_failures", "talk_time_ns", "talked", "answer_delay_ns", "answer_delays", "pdd_answered_ns",
    "pdds_answered", "pdd_failed_ns", "pdds_failed", "mos_millionths", "mos_calls", "mos_best", "mos_high",
    "mos_medium", "mos_low", "mos_poor", "new_calls", "repeated_calls", "seconds", "call_seconds" };
using ServiceCounts = std::array<std::uint64_t, serviceSumNames.size()>;
static_assert(sizeof(ServiceSums) == sizeof(ServiceCounts) && std::is_trivially_copyable_v<ServiceSums>);

inline ServiceCounts countsOf(const ServiceSums& sums)
{
    return std::bit_cast<ServiceCounts>(sums);
}
inline ServiceSums sumsOf(const ServiceCounts& counts)
{
    return std::bit_cast<ServiceSums>(counts);
}

struct ServicePeaks {
    std::uint32_t concurrentCalls = 0; // on at once, from first message to BYE or failure
    std::uint32_t newCalls = 0; // within one second

    void raiseTo(const ServicePeaks& other);
    bool operator==(const ServicePeaks&) const = default;
};

struct ServiceRow {
    ServiceGroup group;
    Timestamp from; // whole seconds
    Timestamp to;
    ServiceSums sums;
    ServicePeaks peaks;
    std::uint32_t concurrentCalls = 0; // at `to`

    bool isEmpty() const; // nothing happened, and no call was on
    bool tellsNewCalls() const { return group.grouping != ServiceGrouping::Codec; } // when one begins it has no codec
};

// The windows that slide, in minutes.
constexpr std::array<std::uint32_t, 5> serviceWindowMinutes { 1, 5, 15, 60, 1440 };

// History is asked for by period [from, to), one grouping or all.
struct ServiceQuery {
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
    std::optional<ServiceGrouping> grouping;
    std::uint32_t stepMinutes = 1; // rows of so many minutes, from midnight on; 1 to 1440
};

}
