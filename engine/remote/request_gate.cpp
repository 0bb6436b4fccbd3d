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
    (void)write("refused " + action, detail);
    return tr("Your certificate says %1; this needs the role %2. Ask whoever keeps the certificates for one.")
        .arg(wordOf(m_user.role), wordOf(least));
}

std::optional<QString> RequestGate::refusal(RemoteRole least, const std::string& action, const std::string& detail)
{
    if (auto refused = refusalOfPart(least, action, detail))
        return refused;
    if (!write(action, detail))
        return tr("The engine cannot write its audit log, and does nothing that must stand in it. Is its disk full?");
    return std::nullopt;
}

bool RequestGate::write(const std::string& action, const std::string& detail)
{
    if (m_audit->log == nullptr)
        return true;
    const auto now = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
    return m_audit->log->add({ now, m_user.name, std::string(toText(m_user.role)),
        m_user.from.empty() ? "local" : m_user.from, action, detail });
}

}
