#include "engine/ctl/status_view.h"

#include "engine/ctl/text_width.h"
#include "shared/base/utc_time.h"
#include "shared/calls/counter_meaning.h"

#include <algorithm>
#include <cstdio>

namespace callmon {

namespace {

constexpr std::string_view warning = "\xe2\x9a\xa0 ";
constexpr std::size_t numberWidth = 16; // 20 digits are a count that no probe lives to see

std::string head(const ProbeStatus& status)
{
    char rate[64];
    std::snprintf(rate, sizeof rate, "%llu frames/s  %.1f Mbit/s",
        static_cast<unsigned long long>(status.framesPerSecond), static_cast<double>(status.bitsPerSecond) / 1e6);
    const std::string now = toIso8601(status.now);
    const std::string source = status.addressesWithheld ? "(what the probe reads is for operators)" : status.source;
    return source + "  callmon-engine " + status.version + '\n' + now.substr(0, 10) + ' ' + now.substr(11, 8) + " UTC  "
        + std::to_string(status.liveCalls) + (status.liveCalls == 1 ? " call" : " calls") + " on  " + rate + '\n';
}

std::string worries(const ProbeStatus& status)
{
    const auto losses = lossesOf(status);
    if (losses.empty())
        return "The probe has lost nothing.\n";
    std::string text;
    for (const NamedCounter& loss : losses) {
        const CounterMeaning& meaning = meaningOf(loss.name);
        text += std::string(warning) + std::string(meaning.title) + ": " + std::to_string(loss.value)
            + (loss.perSecond ? ", " + std::to_string(loss.perSecond) + " in the last second" : ", none of them lately")
            + ". " + std::string(meaning.help) + ".\n  What helps: " + std::string(meaning.advice) + ".\n";
    }
    return text;
}

std::string line(
    std::string_view name, std::size_t width, std::string_view total, std::string_view rate, std::string_view help)
{
    std::string text = "  " + fitted(name, std::max(width, textWidth(name))) + fitted(total, numberWidth, true)
        + fitted(rate, numberWidth, true) + "  " + std::string(help);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + '\n';
}

}

std::string balanceText(const ProbeStatus& status)
{
    const FrameBalance balance = balanceOf(status);
    std::string text;
    const auto add = [&](CounterKind kind, std::string_view before) {
        for (const NamedCounter& counter : status.counters)
            if (meaningOf(counter.name).kind == kind)
                text.append(text.empty() ? "" : before).append(counter.name + ' ' + std::to_string(counter.value));
    };
    add(CounterKind::Received, " + ");
    const std::size_t left = text.size();
    add(CounterKind::HandedOn, " = ");
    add(CounterKind::Unwanted, " + ");
    add(CounterKind::Dropped, " + ");
    if (left == 0 || left == text.size())
        return {};
    if (balance.onTheirWay() > 0)
        text += " + " + std::to_string(balance.onTheirWay()) + " on their way";
    else if (balance.onTheirWay() < 0)
        text += ", " + std::to_string(-balance.onTheirWay()) + " too many";
    return text;
}

std::string statusText(const ProbeStatus& status)
{
    std::size_t width = 0;
    for (const NamedCounter& counter : status.counters)
        width = std::max(width, textWidth(counter.name));
    std::string text = head(status) + worries(status);
    for (int g = 0; g <= static_cast<int>(CounterGroup::Remote); ++g) {
        const auto group = static_cast<CounterGroup>(g);
        bool any = false;
        for (const NamedCounter& counter : status.counters) {
            const CounterMeaning& meaning = meaningOf(counter.name);
            if (meaning.group != group)
                continue;
            if (!any)
                text += '\n' + line(toText(group), width, "total", "per second", {}).substr(2);
            any = true;
            const bool level = meaning.kind == CounterKind::Level;
            text += line(counter.name, width, std::to_string(counter.value),
                level ? std::string() : std::to_string(counter.perSecond), meaning.help);
        }
        if (any && group == CounterGroup::Dropped)
            if (const std::string sum = balanceText(status); !sum.empty())
                text += "  " + sum + '\n';
    }
    return text;
}

}
