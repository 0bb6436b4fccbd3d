#include "engine/remote/request_gate.h"

namespace callmon {

std::optional<Sentence> RequestGate::refusalOfPart(
    RemoteRole least, const std::string& action, const std::string& detail)
{
    if (allows(least))
        return std::nullopt;
    ++m_audit->refused;
    (void)m_audit->write(m_user, "refused " + action, detail).has_value();
    return sentence(
        TR("Engine", "Your certificate says %1; this needs the role %2. Ask whoever keeps the certificates for one."),
        markedText(toText(m_user.role)), markedText(toText(least)));
}

std::optional<Sentence> RequestGate::refusal(RemoteRole least, const std::string& action, const std::string& detail)
{
    if (auto refused = refusalOfPart(least, action, detail))
        return refused;
    if (const auto written = m_audit->write(m_user, action, detail); !written)
        return sentence(
            TR("Engine",
                "What you ask for has to stand in the engine's audit log first, and that cannot be written: %1. What "
                "is live is shown all the same."),
            written.error());
    return std::nullopt;
}

namespace {

constexpr std::size_t mostReadings = 256; // of one client; what is beyond is noted each time

}

std::optional<Sentence> RequestGate::refusalOfReading(
    RemoteRole least, const std::string& action, const std::string& detail)
{
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(m_readings, [&](const auto& reading) { return now - reading.second >= m_sameReading; });
    const std::string reading = action + ' ' + detail;
    if (m_readings.contains(reading))
        return refusalOfPart(least, action, detail);
    auto refused = refusal(least, action, detail);
    if (!refused && m_readings.size() < mostReadings)
        m_readings.emplace(reading, now);
    return refused;
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
