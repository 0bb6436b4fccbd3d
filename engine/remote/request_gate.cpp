#include "engine/remote/request_gate.h"

#include <QCoreApplication>
#include <chrono>

namespace callmon {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("RequestGate", text);
}

QString wordOf(RemoteRole role)
{
    const std::string_view text = toText(role);
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

}

std::optional<QString> RequestGate::refusalOfPart(
    RemoteRole least, const std::string& action, const std::string& detail)
{
    if (allows(least))
        return std::nullopt;
    ++m_audit->refused;
    (void)m_audit->write(m_user, "refused " + action, detail);
    return tr("Your certificate says %1; this needs the role %2. Ask whoever keeps the certificates for one.")
        .arg(wordOf(m_user.role), wordOf(least));
}

std::optional<QString> RequestGate::refusal(RemoteRole least, const std::string& action, const std::string& detail)
{
    if (auto refused = refusalOfPart(least, action, detail))
        return refused;
    if (!m_audit->write(m_user, action, detail))
        return tr("The engine cannot write its audit log, and does nothing that must stand in it. Is its disk full, or "
                  "does it not answer?");
    return std::nullopt;
}

bool RemoteAudit::write(const RemoteUser& user, const std::string& action, const std::string& detail)
{
    return write(user.name, std::string(toText(user.role)), placeOf(user), action, detail);
}

bool RemoteAudit::write(const std::string& user, const std::string& role, const std::string& from,
    const std::string& action, const std::string& detail)
{
    const auto now = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
    return log == nullptr || log->add({ now, user, role, from, action, detail });
}

}
