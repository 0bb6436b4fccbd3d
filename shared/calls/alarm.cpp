#include "shared/calls/alarm.h"

#include "shared/base/translatable.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace callmon {

namespace {

struct KindWords {
    std::string_view title;
    std::string_view unit;
    std::string_view advice;
};

constexpr std::array<std::string_view, 16> kindTexts { "mos_low", "loss_high", "jitter_high", "one_way_audio",
    "no_media", "media_after_bye", "long_call", "frames_lost", "poll_gap", "buffer_nearly_full", "records_lost",
    "disk_late", "disk_nearly_full", "no_traffic", "metric_low", "metric_high" };

constexpr std::array<KindWords, 16> kindWords { {
    { TR("AlarmKind", "MOS low"), {},
        TR("AlarmKind", "Open the call: its seconds show whether loss, jitter or delay took the points.") },
    { TR("AlarmKind", "Loss"), TR("Unit", "%"),
        TR("AlarmKind",
            "Compare both directions and the far end's reports: loss that only one side has lies on its way.") },
    { TR("AlarmKind", "Jitter"), TR("Unit", "ms"),
        TR("AlarmKind", "Look for a congested link or a busy gateway on the sender's way.") },
    { TR("AlarmKind", "One-way audio"), TR("Unit", "s"),
        TR("AlarmKind", "Look at the addresses offered: a private one behind a NAT, or a firewall on the way.") },
    { TR("AlarmKind", "No media"), TR("Unit", "s"),
        TR("AlarmKind", "See whether the media's way passes the probe at all; else look at the addresses offered.") },
    { TR("AlarmKind", "Media after BYE"), TR("Unit", "s"),
        TR("AlarmKind", "A party did not see the BYE: look at the call's messages and their ways.") },
    { TR("AlarmKind", "Long call"), TR("Unit", "s"),
        TR("AlarmKind", "Ask whether anybody is still talking: a BYE may have been lost, or a line left open.") },
    { TR("AlarmKind", "Frames lost"), TR("Unit", "frames/s"),
        TR("AlarmKind", "callmonctl status names the counter and what helps against it.") },
    { TR("AlarmKind", "Poll gap"), TR("Unit", "ms"),
        TR("AlarmKind", "Give the capture a core of its own (poll = \"busy\"): times in this moment are less sure.") },
    { TR("AlarmKind", "Buffer nearly full"), TR("Unit", "%"),
        TR("AlarmKind",
            "The probe is near its limit: raise the pool, max-calls, max-streams or processing-cores, before it "
            "drops.") },
    { TR("AlarmKind", "Records lost"), TR("Unit", "1/s"),
        TR("AlarmKind", "callmonctl status names the table that is full and the option that enlarges it.") },
    { TR("AlarmKind", "Disk late"), TR("Unit", "packets/s"),
        TR("AlarmKind", "The disk is too slow for this traffic, or another program uses it.") },
    { TR("AlarmKind", "Disk nearly full"), TR("Unit", "%"),
        TR("AlarmKind", "Free some space, or shorten what is kept.") },
    { TR("AlarmKind", "No traffic"), TR("Unit", "s"),
        TR("AlarmKind", "Look at the cable, and at the mirror port of the switch.") },
    { TR("AlarmKind", "Metric low"), {},
        TR("AlarmKind", "Open the service page: which trunk, and which final codes.") },
    { TR("AlarmKind", "Metric high"), {},
        TR("AlarmKind", "Open the service page: which trunk, and which final codes.") },
} };

constexpr std::array<std::string_view, 4> severityTexts { "critical", "major", "minor", "warning" };
constexpr std::array<std::string_view, 8> endTexts { "", "recovered", "media_ended", "call_ended", "rule_changed",
    "probe_stopped", "probe_restarted", "too_few_calls" };

template <typename Enumeration, std::size_t N>
std::optional<Enumeration> parse(const std::array<std::string_view, N>& texts, std::string_view text)
{
    const auto found = std::find(texts.begin(), texts.end(), text);
    if (found == texts.end())
        return std::nullopt;
    return static_cast<Enumeration>(found - texts.begin());
}

template <typename... Values> std::string printed(const char* format, Values... values)
{
    std::array<char, 64> buffer {};
    std::snprintf(buffer.data(), buffer.size(), format, values...);
    return buffer.data();
}

const KindWords& wordsOf(AlarmKind kind)
{
    return kindWords[static_cast<std::size_t>(kind)];
}

}

std::string_view toText(AlarmKind kind)
{
    return kindTexts[static_cast<std::size_t>(kind)];
}

std::string_view toText(AlarmSeverity severity)
{
    return severityTexts[static_cast<std::size_t>(severity)];
}

std::string_view toText(AlarmEnd end)
{
    return endTexts[static_cast<std::size_t>(end)];
}

std::optional<AlarmKind> parseAlarmKind(std::string_view text)
{
    return parse<AlarmKind>(kindTexts, text);
}

std::optional<AlarmSeverity> parseAlarmSeverity(std::string_view text)
{
    return parse<AlarmSeverity>(severityTexts, text);
}

std::span<const std::string_view> alarmKindTexts()
{
    return kindTexts;
}

std::span<const std::string_view> alarmSeverityTexts()
{
    return severityTexts;
}

std::string_view titleOf(AlarmKind kind)
{
    return wordsOf(kind).title;
}

std::string_view unitOf(AlarmKind kind)
{
    return wordsOf(kind).unit;
}

std::string_view adviceOf(AlarmKind kind)
{
    return wordsOf(kind).advice;
}

std::string alarmFigureText(AlarmKind kind, double figure)
{
    const std::string_view unit = unitOf(kind);
    if (kind == AlarmKind::MosLow)
        return printed("%.2f", figure);
    if (unit == "s" && figure >= 60) {
        const auto seconds = static_cast<long long>(figure);
        return printed("%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    // Three digits are enough to judge by, and a count is whole.
    std::string text = figure < 99.95 && figure != static_cast<double>(static_cast<long long>(figure))
        ? printed("%.1f", figure)
        : printed("%.0f", figure);
    if (unit == "1/s")
        return text + "/s";
    return unit.empty() ? text : text + ' ' + std::string(unit);
}

}
