#include "engine/remote/request_gate.h"

#include <utility>

namespace callmon {

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

void RemoteAudit::noteRefusal(const RemoteUser& user, const std::string& action, const std::string& detail)
{
    Refusals& refusals = m_refusals[{ user.name, std::string(toText(user.role)), placeOf(user) }];
    if (refusals.room == 0) {
        ++refusals.leftOut;
        return;
    }
    --refusals.room;
    (void)write(user, "refused " + action, detail).has_value();
}

void RemoteAudit::everySecond()
{
    for (auto& [who, refusals] : m_refusals) {
        const auto& [user, role, from] = who;
        if (const std::uint64_t left = std::exchange(refusals.leftOut, 0); left > 0)
            (void)write(user, role, from, "refused", std::to_string(left) + " more requests").has_value();
        ++refusals.room;
    }
    std::erase_if(m_refusals, [](const auto& one) { return one.second.room >= refusalsAtOnce; });
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
