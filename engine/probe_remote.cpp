// Where a probe can be looked at from: the local socket, and TLS for other hosts.
#include "engine/probe.h"
#include "shared/remote/transport.h"

namespace callmon {

namespace {

// Empty for nowhere. A replay at full speed is over before anybody could look.
QUrl listenUrl(const ProbeOptions& options)
{
    if (options.listen == "none")
        return {};
    if (!options.listen.empty())
        return urlOf(parseRemoteUrl(QString::fromStdString(options.listen)).value()); // checked before
    const bool fastReplay = options.port.empty() && options.pace == ProbeOptions::Pace::Fast;
    return fastReplay && !options.stay ? QUrl() : defaultListenUrl();
}

std::optional<RemoteAddress> tlsAddress(const ProbeOptions& options)
{
    if (options.listenTls.empty())
        return std::nullopt;
    RemoteAddress address = parseRemoteUrl(QString::fromStdString(options.listenTls)).value(); // checked before
    if (address.identity.empty())
        address.identity = options.identity;
    return address;
}

}

Result<void> Probe::listen(const ProbeOptions& options)
{
    const QUrl local = listenUrl(options);
    const auto tls = tlsAddress(options);
    if (local.isEmpty() && !tls)
        return {};
    RemoteServiceOptions remote;
    remote.alarms = m_alarmControl.get();
    remote.recording = m_recordingControl.get();
    remote.keeping = m_keeper.get();
    remote.notes = m_callNotes.get();
    remote.auditDirectory = options.data;
    remote.serviceWindows = [this] { return m_service.windows(); };
    m_remote = std::make_unique<RemoteService>(
        options.data, m_writer.get(), m_live, [this] { return status(); }, std::move(remote));
    if (!local.isEmpty())
        if (auto listening = m_remote->listen(local); !listening)
            return listening;
    return tls ? m_remote->listenTls(*tls) : Result<void>();
}

std::string Probe::listeningOn() const
{
    if (!m_remote)
        return {};
    QStringList urls;
    for (const QUrl& url : { m_remote->url(), m_remote->tlsUrl() })
        if (!url.isEmpty())
            urls << url.toString(QUrl::RemoveQuery);
    return urls.join(QStringLiteral(" and ")).toStdString();
}

}
