// Something that wants a person's eye: what an engine raises, keeps and clears, and a person acknowledges. Plain
// values.
#pragma once

#include "shared/base/fixed_text.h"
#include "shared/calls/call_record.h"
#include "shared/calls/list_delta.h"

#include <span>
#include <vector>

namespace callmon {

enum class AlarmKind : std::uint8_t { // what is looked at
    // Of a call that is on.
    MosLow,
    LossHigh,
    JitterHigh,
    OneWayAudio,
    NoMedia,
    MediaAfterBye,
    LongCall,
    // Of the probe.
    FramesLost,
    PollGap,
    BufferNearlyFull,
    RecordsLost,
    DiskLate,
    DiskNearlyFull,
    NoTraffic,
    // Of a service metric (ASR, NER...) of a group of calls.
    MetricLow,
    MetricHigh,
};

enum class AlarmSeverity : std::uint8_t { Critical, Major, Minor, Warning }; // worst first (ITU-T X.733 8.1.2.3)

enum class AlarmEnd : std::uint8_t {
    None, // it is open
    Recovered, // its figure was beyond the clear threshold for long enough
    MediaEnded, // no more seconds to judge by
    CallEnded,
    RuleChanged, // its rule was switched off
    ProbeStopped,
    ProbeRestarted, // after a crash: when it ended is not known, cleared is when the next run began
    TooFewCalls, // to judge its metric by, for as long as its window is: nobody knows whether it is better
};

// The nanosecond at which it was raised, moved up where needed so that it is unique: it sorts by time, and the day
// database follows from it.
struct AlarmId {
    std::int64_t value = 0;
    auto operator<=>(const AlarmId&) const = default;
};

constexpr Timestamp raiseTimeOf(AlarmId id)
{
    return timestampFromNanoseconds(id.value);
}

struct Alarm {
    AlarmId id;
    FixedText<47> rule; // its name
    AlarmKind kind = AlarmKind::MosLow;
    AlarmSeverity severity = AlarmSeverity::Warning;
    AlarmEnd end = AlarmEnd::None;
    Timestamp since; // the condition began here; raised once it had lasted as long as the rule says
    Timestamp raisedAt;
    std::optional<Timestamp> clearedAt; // empty while it is open
    std::optional<CallKey> call; // empty: of the probe, of a metric, or of many calls
    std::optional<Party> direction; // whose media, or who is not heard
    FixedText<127> caller; // of that call
    FixedText<127> callee;
    FixedText<31> metric; // "asr"; of the metric kinds
    FixedText<63> group; // of calls that the metric is of; of many calls the network that most of them have in common
    std::uint32_t calls = 0; // of many calls at once: how many now; 0 of a single one
    double figure = 0; // when it was raised
    double worst = 0; // since then
    double threshold = 0;
    FixedText<254> text; // a sentence with figure, threshold and duration; the console words its own from these values
    // What that sentence says besides. Empty: it was stored before these were kept, and its text is all there is.
    std::optional<std::chrono::seconds> raiseAfter; // as its rule says
    std::uint32_t windowMinutes = 0; // that a metric is over
    FixedText<127> part; // of the probe: the counter or buffer (its English title) or the disk that it is about; of
                         // many calls the network that most of them have in common now
    std::uint32_t partCalls = 0; // so many of them have
    double callThreshold = 0; // of many calls: that of each; `threshold` is how many may be together
    std::optional<Timestamp> acknowledgedAt;
    FixedText<47> acknowledgedBy; // user of the probe's machine
    FixedText<254> comment; // of whoever acknowledged
    // While it is open and lies on the shelf (AlarmShelving); not stored.
    std::optional<Timestamp> shelvedUntil;
    FixedText<47> shelvedBy;
    FixedText<254> shelfComment;

    bool isOpen() const { return !clearedAt; }
    bool isSummary() const { return calls > 0; }
};
static_assert(std::is_trivially_copyable_v<Alarm>);

struct AlarmAcknowledgement {
    AlarmId id;
    FixedText<47> by;
    Timestamp at;
    FixedText<254> comment;
};

// Nobody is to be told, until then, of an alarm that is open, nor of what the same rule raises about the same call or
// group meanwhile. By the machine's clock, as a person counts.
struct AlarmShelving {
    AlarmId id;
    FixedText<47> by;
    Timestamp until; // a time that has passed takes it back
    FixedText<254> comment;
};
constexpr std::chrono::seconds longestOnShelf = std::chrono::hours(24 * 30);

using AlarmDelta = ListDelta<Alarm, AlarmId>; // of the list of open alarms

// What alarms are asked for: raised in [from, to). An empty member does not restrict.
struct AlarmQuery {
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
    std::optional<AlarmId> id;
    std::optional<AlarmSeverity> severity; // this one and worse
    std::optional<AlarmKind> kind;
    std::string rule;
    std::optional<CallKey> call;
    bool openOnly = false;
    std::uint64_t limit = 0; // 0: all
    bool newestFirst = false; // else by raise time, oldest first
};

constexpr bool isOfCall(AlarmKind kind)
{
    return kind <= AlarmKind::LongCall;
}
constexpr bool isOfMetric(AlarmKind kind)
{
    return kind >= AlarmKind::MetricLow;
}
// Raised when the figure falls below its threshold; else when it exceeds it.
constexpr bool isBelow(AlarmKind kind)
{
    return kind == AlarmKind::MosLow || kind == AlarmKind::MetricLow;
}

// Words of the command line and of CSV: "mos_low", "major", "call_ended"; empty for AlarmEnd::None.
std::string_view toText(AlarmKind kind);
std::string_view toText(AlarmSeverity severity);
std::string_view toText(AlarmEnd end);
std::optional<AlarmKind> parseAlarmKind(std::string_view text);
std::optional<AlarmSeverity> parseAlarmSeverity(std::string_view text);
std::span<const std::string_view> alarmKindTexts(); // in the order of AlarmKind
std::span<const std::string_view> alarmSeverityTexts();

std::string_view titleOf(AlarmKind kind); // "One-way audio"
std::string_view unitOf(
    AlarmKind kind); // of figure and threshold: "ms", "%", "s", "frames/s"; empty for MOS and metrics
std::string_view adviceOf(AlarmKind kind); // what to do, a sentence

// "2.41", "7.3 %", "63 ms", "4:00:00" for seconds from a minute up.
std::string alarmFigureText(AlarmKind kind, double figure);

}
