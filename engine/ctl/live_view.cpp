#include "engine/ctl/live_view.h"

#include "engine/ctl/text_width.h"
#include "shared/base/utc_time.h"
#include "shared/calls/counter_meaning.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ranges>

namespace callmon {

namespace {

struct Column {
    const char* heading;
    std::size_t width;
    bool right;
    int rank; // the highest go first when the terminal is narrow
};

// The arrows: what the caller sends, what the callee sends. All: 122 columns; without rank 3: 98; without 2: 79.
constexpr std::array<Column, 15> columns { { { "state", 8, false, 0 }, { "started", 8, false, 2 },
    { "lasts", 7, true, 0 }, { "caller", 13, false, 0 }, { "callee", 13, false, 0 }, { "codec", 5, false, 1 },
    { "MOS\xe2\x86\x92", 4, true, 0 }, { "min\xe2\x86\x92", 4, true, 2 }, { "MOS\xe2\x86\x90", 4, true, 0 },
    { "min\xe2\x86\x90", 4, true, 2 }, { "loss%\xe2\x86\x92", 6, true, 1 }, { "loss%\xe2\x86\x90", 6, true, 1 },
    { "jit ms\xe2\x86\x92", 7, true, 3 }, { "jit ms\xe2\x86\x90", 7, true, 3 }, { "code", 4, true, 1 } } };
constexpr std::size_t caller = 3;
constexpr std::size_t callee = 4;
constexpr std::size_t widestParty = 28;

using Widths = std::array<std::size_t, columns.size()>; // 0: left out

std::size_t sum(const Widths& widths)
{
    std::size_t all = 0;
    for (const std::size_t width : widths)
        all += width == 0 ? 0 : width + 1;
    return all - 1;
}

// What does not fit is left out; what is over goes to the parties.
Widths widthsFor(std::size_t available)
{
    Widths widths {};
    for (int rank = 3; rank >= 0; --rank) {
        std::ranges::transform(columns, widths.begin(), [&](const Column& c) { return c.rank > rank ? 0 : c.width; });
        if (available == 0 || sum(widths) <= available)
            break;
    }
    const std::size_t wide = available == 0 ? sum(widths) + 6 : available;
    const std::size_t over = wide > sum(widths) ? wide - sum(widths) : 0;
    for (const std::size_t party : { caller, callee })
        widths[party] = std::min(widths[party] + over / 2, widestParty);
    return widths;
}

std::string number(const char* format, double value)
{
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string span(Nanoseconds time)
{
    const auto seconds = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(time).count());
    char text[32];
    if (seconds >= 3600)
        std::snprintf(
            text, sizeof text, "%ld:%02ld:%02ld", long(seconds / 3600), long(seconds / 60 % 60), long(seconds % 60));
    else
        std::snprintf(text, sizeof text, "%ld:%02ld", long(seconds / 60), long(seconds % 60));
    return text;
}

std::string line(const std::array<std::string, columns.size()>& texts, const Widths& widths, std::size_t available)
{
    std::string result;
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (widths[i] != 0)
            result.append(result.empty() ? "" : " ").append(fitted(texts[i], widths[i], columns[i].right));
    result.erase(result.find_last_not_of(' ') + 1);
    if (available != 0 && textWidth(result) > available)
        result = fitted(result, available);
    return result + '\n';
}

std::array<std::string, columns.size()> texts(const LiveCall& call, Timestamp now)
{
    const auto mos = [](float value) { return value > 0 ? number("%.2f", double { value }) : std::string(); };
    const auto& [there, back] = call.sent;
    const auto loss = [](const LiveDirection& d) {
        return d.seen ? number("%.2f", double { d.lossPercent }) : std::string();
    };
    const auto jitter = [](const LiveDirection& d) {
        return d.seen ? number("%.1f", double { d.jitterMs }) : std::string();
    };
    std::string state(toText(call.state));
    std::ranges::replace(state, '_', ' ');
    return { state, toIso8601(call.startedAt).substr(11, 8),
        span(call.endedAt.value_or(std::max(now, call.startedAt)) - call.answeredAt.value_or(call.startedAt)),
        call.caller.str(), call.callee.str(), call.codec.str(), mos(there.mosNow), mos(there.mosMin), mos(back.mosNow),
        mos(back.mosMin), loss(there), loss(back), jitter(there), jitter(back),
        call.lastCode ? std::to_string(call.lastCode) : "" };
}

}

std::uint64_t lostByProbe(const ProbeStatus& status)
{
    std::uint64_t lost = 0;
    for (const NamedCounter& counter : lossesOf(status))
        lost += counter.value;
    return lost;
}

void LiveView::apply(const LiveDelta& delta)
{
    if (delta.snapshot)
        m_calls.clear();
    for (const LiveCall& call : delta.changed)
        m_calls[call.key] = call;
    for (const LiveFigures& figures : delta.figures)
        if (const auto known = m_calls.find(figures.key); known != m_calls.end())
            known->second.sent = figures.sent;
    for (const CallKey key : delta.removed)
        m_calls.erase(key);
}

std::string LiveView::head(const ProbeStatus& status, std::size_t width) const
{
    const auto on =
        std::ranges::count_if(m_calls, [](const auto& entry) { return entry.second.state != CallState::Ended; });
    const std::string now = toIso8601(status.now);
    const auto with = [&](const std::string& time) {
        return time + " UTC  " + std::to_string(on) + (on == 1 ? " call" : " calls") + " on  "
            + std::to_string(status.framesPerSecond) + " frames/s  "
            + number("%.1f", static_cast<double>(status.bitsPerSecond) / 1e6) + " Mbit/s  "
            + std::to_string(lostByProbe(status)) + " dropped" + (status.source.empty() ? "" : "  " + status.source);
    };
    std::string head = with(now.substr(0, 10) + ' ' + now.substr(11, 8));
    if (width != 0 && textWidth(head) > width)
        head = with(now.substr(11, 8));
    return fitted(head, width == 0 ? textWidth(head) : std::min(width, textWidth(head))) + '\n';
}

std::string LiveView::text(const ProbeStatus& status, std::size_t rows, std::size_t width) const
{
    const Widths widths = widthsFor(width);
    std::array<std::string, columns.size()> headings;
    std::ranges::transform(columns, headings.begin(), [](const Column& column) { return column.heading; });
    std::string all = head(status, width) + line(headings, widths, width);

    std::size_t shown = m_calls.size();
    if (rows != 0 && shown + 2 > rows)
        shown = rows > 3 ? rows - 3 : 0;
    for (const auto& [key, call] : m_calls | std::views::reverse | std::views::take(shown))
        all += line(texts(call, status.now), widths, width);
    if (m_calls.size() > shown)
        all += "\xe2\x80\xa6 " + std::to_string(m_calls.size() - shown) + " more\n";
    return all;
}

}
