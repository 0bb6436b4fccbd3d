#include "engine/remote/request_gate.h"

#include <utility>

namespace callmon {

namespace {

constexpr std::size_t mostReadings = 256; // of one client; what is beyond is noted each time

Sentence notWritten(const Error& why)
{
    return sentence(TR("Engine",
                        "What you ask for has to stand in the engine's audit log first, and that cannot be written: "
                        "%1. What is live is shown all the same."),
        why);
}

}

std::optional<Sentence> RequestGate::refusalOfPart(
    RemoteRole least, const std::string& action, const std::string& detail)
{
    if (allows(least))
        return std::nullopt;
    ++m_audit->refused;
    m_audit->noteRefusal(m_user, action, detail);
    return sentence(
        TR("Engine", "Your certificate says %1; this needs the role %2. Ask whoever keeps the certificates for one."),
        markedText(toText(m_user.role)), markedText(toText(least)));
}

std::optional<Sentence> RequestGate::refusal(RemoteRole least, const std::string& action, const std::string& detail)
{
    if (auto refused = refusalOfPart(least, action, detail))
        return refused;
    // Else what stands behind its first part would be asked for unseen.
    if (detail.size() > mostAuditDetail)
        return sentence(TR("Engine",
                            "What you ask for is too long to stand in the engine's audit log: %1 bytes, and it takes "
                            "%2. Ask for less at a time."),
            detail.size(), mostAuditDetail);
    if (const auto written = m_audit->write(m_user, action, detail); !written)
        return notWritten(written.error());
    return std::nullopt;
}

bool RequestGate::isNoted(Readings& readings, const std::string& reading) const
{
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(readings, [&](const auto& noted) { return now - noted.second >= m_sameReading; });
    return readings.contains(reading);
}

void RequestGate::remember(Readings& readings, const std::string& reading)
{
    if (readings.size() < mostReadings)
        readings.emplace(reading, std::chrono::steady_clock::now());
}

std::optional<Sentence> RequestGate::refusalOfReading(
    RemoteRole least, const std::string& action, const std::string& detail)
{
    const std::string reading = action + ' ' + detail;
    if (isNoted(m_readings, reading))
        return refusalOfPart(least, action, detail);
    auto refused = refusal(least, action, detail);
    if (!refused)
        remember(m_readings, reading);
    return refused;
}

std::optional<Sentence> RequestGate::refusalOfCall(RemoteRole least, const std::string& call)
{
    const std::string action = "read call";
    if (auto refused = refusalOfPart(least, action, call))
        return refused;
    if (isNoted(m_calls, call))
        return std::nullopt;
    if (const auto written = m_audit->noteReading(m_user, action, call); !written)
        return notWritten(written.error());
    remember(m_calls, call);
    return std::nullopt;
}

bool RemoteAudit::hasRoom(const RemoteUser& user, const std::string& action)
{
    Lines& lines = m_lines[{ user.name, std::string(toText(user.role)), placeOf(user), action }];
    if (lines.room == 0) {
        ++lines.leftOut;
        return false;
    }
    --lines.room;
    return true;
}

void RemoteAudit::noteRefusal(const RemoteUser& user, const std::string& action, const std::string& detail)
{
    if (hasRoom(user, "refused"))
        (void)write(user, "refused " + action, detail).has_value();
}

Result<void> RemoteAudit::noteReading(const RemoteUser& user, const std::string& action, const std::string& detail)
{
    return hasRoom(user, action) ? write(user, action, detail) : Result<void>();
}

void RemoteAudit::everySecond()
{
    for (auto& [who, lines] : m_lines) {
        const auto& [user, role, from, action] = who;
        if (const std::uint64_t left = std::exchange(lines.leftOut, 0); left > 0)
            (void)write(user, role, from, action, std::to_string(left) + " more requests").has_value();
        ++lines.room;
    }
    std::erase_if(m_lines, [](const auto& one) { return one.second.room >= linesAtOnce; });
}

Result<void> RemoteAudit::write(const RemoteUser& user, const std::string& action, const std::string& detail)
{
    return write(user.name, std::string(toText(user.role)), placeOf(user), action, detail);
}

Result<void> RemoteAudit::write(const std::string& user, const std::string& role, const std::string& from,
    const std::string& action, const std::string& detail)
{
    const auto now = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
    return log == nullptr ? Result<void>() : log->add({ now, user, role, from, action, detail });
}

}
