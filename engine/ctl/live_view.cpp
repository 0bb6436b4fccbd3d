#include "engine/ctl/live_view.h"

#include "engine/ctl/text_width.h"
#include "shared/base/utc_time.h"

#include <algorithm>
#include <cstdio>
#include <ranges>

namespace callmon {

namespace {

struct Column {
    const char* heading;
    std::size_t width;
    bool right;
};

// 126 columns. The arrows: what the caller sends, what the callee sends.
constexpr Column columns[] { { "state", 8, false }, { "started", 8, false }, { "lasts", 8, true },
    { "caller", 16, false }, { "callee", 16, false }, { "codec", 8, false }, { "MOS\xe2\x86\x92", 4, true },
    { "min", 4, true }, { "MOS\xe2\x86\x90", 4, true }, { "min", 4, true }, { "loss%\xe2\x86\x92", 6, true },
    { "loss%\xe2\x86\x90", 6, true }, { "jit ms\xe2\x86\x92", 7, true }, { "jit ms\xe2\x86\x90", 7, true },
    { "code", 4, true } };

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

std::string line(const std::vector<std::string>& texts, std::size_t width)
{
    std::string result;
    for (std::size_t i = 0; i < texts.size(); ++i)
        result += (i == 0 ? "" : " ") + fitted(texts[i], columns[i].width, columns[i].right);
    result.erase(result.find_last_not_of(' ') + 1);
    if (width != 0 && textWidth(result) > width)
        result = fitted(result, width);
    return result + '\n';
}

std::vector<std::string> texts(const LiveCall& call, Timestamp now)
{
    std::vector<std::string> row { std::string(toText(call.state)), toIso8601(call.startedAt).substr(11, 8),
        span(call.endedAt.value_or(std::max(now, call.startedAt)) - call.answeredAt.value_or(call.startedAt)),
        call.caller.str(), call.callee.str(), call.codec.str() };
    for (const LiveDirection& sent : call.sent) {
        row.push_back(sent.mosNow > 0 ? number("%.2f", double { sent.mosNow }) : "");
        row.push_back(sent.mosMin > 0 ? number("%.2f", double { sent.mosMin }) : "");
    }
    for (const LiveDirection& sent : call.sent)
        row.push_back(sent.seen ? number("%.2f", double { sent.lossPercent }) : "");
    for (const LiveDirection& sent : call.sent)
        row.push_back(sent.seen ? number("%.1f", double { sent.jitterMs }) : "");
    row.push_back(call.lastCode ? std::to_string(call.lastCode) : "");
    return row;
}

}

void LiveView::apply(const LiveDelta& delta)
{
    if (delta.snapshot)
        m_calls.clear();
    for (const LiveCall& call : delta.changed)
        m_calls[call.key] = call;
    for (const CallKey key : delta.removed)
        m_calls.erase(key);
}

std::string LiveView::text(const ProbeStatus& status, std::size_t rows, std::size_t width) const
{
    std::string head = std::to_string(m_calls.size()) + (m_calls.size() == 1 ? " call" : " calls") + " on   "
        + status.source + "   " + std::to_string(status.framesPerSecond) + " frames/s   "
        + number("%.1f", static_cast<double>(status.bitsPerSecond) / 1e6) + " Mbit/s   "
        + toIso8601(status.now).substr(0, 19) + " UTC";
    head = fitted(head, width == 0 ? textWidth(head) : std::min(width, textWidth(head)));
    std::vector<std::string> headings;
    for (const Column& column : columns)
        headings.emplace_back(column.heading);
    std::string all = head + '\n' + line(headings, width);
    std::size_t shown = 0;
    for (const auto& [key, call] : m_calls | std::views::reverse) {
        if (shown++ == rows)
            break;
        all += line(texts(call, status.now), width);
    }
    if (m_calls.size() > rows)
        all += "... and " + std::to_string(m_calls.size() - rows) + " older ones\n";
    return all;
}

}
