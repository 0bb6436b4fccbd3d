#include "shared/calls/stream_record.h"

#include <array>

namespace callmon {

namespace {

constexpr std::array<std::string_view, 7> outcomeTexts { "answered", "busy", "cancelled", "no_answer", "rejected",
    "failed", "incomplete" };
constexpr std::array<std::string_view, 3> trustTexts { "whole", "delayed", "lossy" };
constexpr std::array<std::string_view, 4> recordingTexts { "", "no", "yes", "partly" };

}

std::optional<Milliseconds> durationOf(const CallRecord& call)
{
    if (!call.answeredAt)
        return std::nullopt;
    return call.endedAt.value_or(call.lastPacketAt) - *call.answeredAt;
}

std::string_view toText(Party party)
{
    return party == Party::Caller ? "caller" : "callee";
}

std::string_view toText(Signalling signalling)
{
    return signalling == Signalling::Sip ? "sip" : "skinny";
}

std::string_view toText(Transport transport)
{
    constexpr std::array<std::string_view, 5> texts { "udp", "tcp", "sctp", "tls", "ws" };
    return texts[static_cast<std::size_t>(transport)];
}

std::string_view toText(CallState state)
{
    constexpr std::array<std::string_view, 5> texts { "trying", "ringing", "answered", "on_hold", "ended" };
    return texts[static_cast<std::size_t>(state)];
}

std::string_view toText(CallOutcome outcome)
{
    return outcomeTexts[static_cast<std::size_t>(outcome)];
}

std::string_view toText(EndedBy endedBy)
{
    constexpr std::array<std::string_view, 5> texts { "", "caller", "callee", "silence", "probe_stopped" };
    return texts[static_cast<std::size_t>(endedBy)];
}

std::string_view toText(CaptureTrust trust)
{
    return trustTexts[static_cast<std::size_t>(trust)];
}

std::string_view toText(Recording recorded)
{
    return recordingTexts[static_cast<std::size_t>(recorded)];
}

std::string_view toText(MediaAfterAnswer media)
{
    constexpr std::array<std::string_view, 5> texts { "", "none", "caller", "callee", "both" };
    return texts[static_cast<std::size_t>(media)];
}

std::string_view toText(JitterBufferKind kind)
{
    constexpr std::array<std::string_view, 3> texts { "", "fixed", "adaptive" };
    return texts[static_cast<std::size_t>(kind)];
}

std::string_view toText(DelaySource source)
{
    constexpr std::array<std::string_view, 4> texts { "", "assumed", "signalling", "rtcp" };
    return texts[static_cast<std::size_t>(source)];
}

std::string_view toText(BindingRule rule)
{
    constexpr std::array<std::string_view, 4> texts { "", "advertised", "symmetric", "learnt" };
    return texts[static_cast<std::size_t>(rule)];
}

std::optional<CallOutcome> parseOutcome(std::string_view text)
{
    for (std::size_t i = 0; i < outcomeTexts.size(); ++i)
        if (outcomeTexts[i] == text)
            return static_cast<CallOutcome>(i);
    return std::nullopt;
}

std::optional<CaptureTrust> parseTrust(std::string_view text)
{
    for (std::size_t i = 0; i < trustTexts.size(); ++i)
        if (trustTexts[i] == text)
            return static_cast<CaptureTrust>(i);
    return std::nullopt;
}

std::optional<Recording> parseRecorded(std::string_view text)
{
    for (std::size_t i = 1; i < recordingTexts.size(); ++i)
        if (recordingTexts[i] == text)
            return static_cast<Recording>(i);
    return std::nullopt;
}

}
