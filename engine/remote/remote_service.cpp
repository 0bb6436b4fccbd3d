#include "engine/remote/remote_service.h"

#include "engine/remote/masking.h"
#include "engine/remote/peer_user.h"
#include "engine/remote/remote_client.h"
#include "engine/remote/remote_session.h"
#include "shared/remote/live_snapshot_writer.h"

#include <QLoggingCategory>
#include <algorithm>

namespace callmon {

namespace {

Q_LOGGING_CATEGORY(log, "callmon.remote")

// Who may not come in must not fill the disk, in months of trying either.
constexpr int refusalsTold = 20; // each in a line, at once, and then
constexpr std::uint64_t secondsPerRefusal = 10;
constexpr std::uint64_t secondsPerSum = 60; // of those that were left out
constexpr const char* refusedConnection = "refused connection";

constexpr std::uint64_t daysOfWarning = 30;

std::uint64_t daysUntil(const QDateTime& time) // whole ones; 0 when it is over
{
    return static_cast<std::uint64_t>(std::max<qint64>(0, QDateTime::currentDateTimeUtc().secsTo(time) / 86'400));
}

ListFeed::Update snapshotOf(const LiveTable& table, std::uint64_t version, void (*change)(std::span<LiveCall>))
{
    if (version == 0)
        version = table.version();
    LiveSnapshotWriter snapshot(version);
    table.eachPiece([&](std::span<LiveCall> calls) {
        if (change != nullptr)
            change(calls);
        snapshot.add(calls);
    });
    return { version, snapshot.finish() };
}

QString nameOf(const RemoteUser& user)
{
    return QString::fromStdString(user.name + " (" + placeOf(user) + ")");
}

}

RemoteService::RemoteService(std::filesystem::path data, const RecordWriter* writer, const LiveTable& table,
    std::function<ProbeStatus()> status, RemoteServiceOptions options, QObject* parent)
    : QObject(parent)
    , m_status(std::move(status))
    , m_options(std::move(options))
    , m_feeds { ListFeed([&table](std::uint64_t since) { return table.delta(since); },
                    [&table](std::uint64_t version) { return snapshotOf(table, version, nullptr); }),
        ListFeed([&table](std::uint64_t since) { return withoutNumbers(table.delta(since)); },
            [&table](std::uint64_t version) { return snapshotOf(table, version, takeNumbersOut); }),
        ListFeed([alarms = m_options.alarms](std::uint64_t since) {
            return alarms ? alarms->openAlarms(since) : AlarmDelta { since == 0, since, 1, {}, {} };
        }) }
    , m_refusalRoom(refusalsTold)
{
    if (m_options.protocol == 0)
        m_options.protocol = remoteProtocolVersion;
    if (!m_options.openQuery)
        m_options.openQuery = [data = std::move(data), writer] { return RecordQuery::open(data, writer); };
    m_users = std::make_unique<LocalUsers>();
    connect(&m_listener, &LocalListener::newConnection, this, &RemoteService::takeLocal);
    connect(&m_tls, &TlsListener::newConnection, this, &RemoteService::takeTls);
    connect(&m_tls, &TlsListener::refused, this, [this](const QString& from, const QString& why) {
        ++m_certificatesRefused;
        tellRefusal("unknown", "none", from.toStdString(), refusedConnection, why);
    });
    connect(&m_second, &QTimer::timeout, this, &RemoteService::everySecond);
    m_second.setInterval(m_options.second);
    connect(&m_step, &QTimer::timeout, this, &RemoteService::nextStep);
    m_step.setInterval(m_options.step);
}

void RemoteService::tellRefusal(const RemoteUser& user, const char* what, const QString& why)
{
    tellRefusal(user.name, std::string(toText(user.role)), placeOf(user), what, why);
}

void RemoteService::tellRefusal(
    const std::string& user, const std::string& role, const std::string& from, const char* what, const QString& why)
{
    if (m_refusalRoom == 0) {
        ++m_refusalsLeftOut;
        return;
    }
    --m_refusalRoom;
    qCWarning(log).noquote() << what << "of" << QString::fromStdString(user) << "from" << QString::fromStdString(from)
                             << "-" << why;
    (void)m_audit.write(user, role, from, what, why.toStdString()).has_value();
}

void RemoteService::tellRefusalsLeftOut()
{
    if (m_refusalsLeftOut == 0)
        return;
    const std::string left = std::to_string(std::exchange(m_refusalsLeftOut, 0)) + " more within the last minute";
    qCWarning(log).noquote() << "refused:" << left.c_str();
    (void)m_audit.write("unknown", "none", "several", "refused", left).has_value();
}

RemoteService::~RemoteService()
{
    close();
}

Result<void> RemoteService::listen(const QUrl& url)
{
    close();
    const auto address = parseRemoteUrl(url);
    if (!address)
        return address.error();
    if (address.value().isTls())
        return Error { url.toString().toStdString() + " is no local socket" };
    if (auto opened = openAudit(); !opened)
        return opened;
    if (auto listening = m_listener.listen(address.value().socket); !listening)
        return listening;
    m_url = urlOf(address.value());
    m_second.start();
    m_step.start();
    return {};
}

Result<void> RemoteService::listenTls(const RemoteAddress& address)
{
    if (auto opened = openAudit(); !opened)
        return opened;
    auto listening = m_tls.listen(address);
    if (!listening)
        return listening;
    m_second.start();
    m_step.start();
    if (daysUntil(m_tls.expires()) < daysOfWarning)
        qCWarning(log).noquote() << "the engine's certificate expires on"
                                 << m_tls.expires().toUTC().toString(Qt::ISODate)
                + ", and then no console gets in by TLS;"
                                 << "callmonctl cert engine makes a new one";
    return {};
}

Result<void> RemoteService::openAudit()
{
    if (m_options.auditDirectory.empty() || m_auditLog)
        return {};
    auto opened = AuditLog::open(m_options.auditDirectory);
    if (!opened)
        return opened.error();
    m_auditLog.emplace(std::move(opened.value()));
    m_audit.log = &*m_auditLog;
    return {};
}

void RemoteService::close()
{
    m_listener.close();
    m_users = std::make_unique<LocalUsers>(); // who waits is let in no more
    m_tls.close();
    m_second.stop();
    m_step.stop();
    tellRefusalsLeftOut();
    m_audit.everySecond();
    m_url.clear();
    for (const auto& client : m_clients)
        retire(*client);
    m_clients.clear();
    m_retired.clear();
}

std::size_t RemoteService::sessions() const
{
    return static_cast<std::size_t>(
        std::count_if(m_clients.begin(), m_clients.end(), [](const auto& client) { return client->hasSession(); }));
}

std::size_t RemoteService::clientsOf(const RemoteUser& user, bool withSession) const
{
    return static_cast<std::size_t>(std::count_if(m_clients.begin(), m_clients.end(), [&](const auto& client) {
        return client->user().name == user.name && client->user().from.empty() == user.from.empty()
            && (client->hasSession() || !withSession);
    }));
}

std::vector<NamedCounter> RemoteService::counters() const
{
    std::vector<NamedCounter> counters { { "remote_clients", m_accepted }, { "remote_clients_refused", m_refused },
        { "remote_clients_dropped", m_dropped }, { "remote_requests_refused", m_audit.refused },
        { "remote_clients_slowed", m_slowed }, { "remote_certificates_refused", m_certificatesRefused } };
    if (m_tls.isListening())
        counters.push_back({ "remote_certificate_days_left", daysUntil(m_tls.expires()) });
    return counters;
}

// Who can open the socket runs the engine, or was let in by its administrator.
void RemoteService::takeLocal()
{
    while (auto transport = m_listener.nextConnection()) {
        const auto uid = peerUid(*transport);
        const auto waiting = std::make_shared<std::unique_ptr<QIODevice>>(std::move(transport)); // can be copied
        const auto letIn = [this, waiting](const std::string& name) {
            admit(std::move(*waiting), { name, RemoteRole::Admin, {} });
        };
        if (uid)
            m_users->nameOf(*uid, letIn);
        else
            letIn("unknown");
    }
}

void RemoteService::takeTls()
{
    while (auto connection = m_tls.nextConnection()) {
        admit(std::move(connection->transport), std::move(connection->user));
    }
}

void RemoteService::admit(std::unique_ptr<QIODevice> transport, RemoteUser user)
{
    // Twice as many as sessions: enough to tell those who come too late why they get none.
    if (m_clients.size() >= 2 * m_options.maxSessions) {
        ++m_refused;
        return tellRefusal(user, refusedConnection, QStringLiteral("there are clients enough"));
    }
    if (clientsOf(user, false) >= 2 * m_options.maxSessionsOfOne) {
        ++m_refused;
        return tellRefusal(user, refusedConnection, QStringLiteral("this user has clients enough"));
    }
    ++m_accepted;
    RemoteClient::Greeting greeting { m_options.protocol, QString::fromStdString(m_status().version),
        m_options.maxUnsentBytes, {}, RequestGate(user, m_audit) };
    greeting.makeRunner = [this, user]() -> std::unique_ptr<QueryRunner> {
        if (sessions() >= m_options.maxSessions) {
            ++m_refused;
            tellRefusal(user, refusedConnection, QStringLiteral("there are sessions enough"));
            return nullptr;
        }
        if (clientsOf(user, true) >= m_options.maxSessionsOfOne) {
            ++m_refused;
            tellRefusal(user, refusedConnection, QStringLiteral("this user has sessions enough"));
            return nullptr;
        }
        // Each has threads of its own, which a disk that hangs may keep for as long as it likes.
        forgetStopped();
        if (m_retired.size() >= 2 * m_options.maxSessions) {
            ++m_refused;
            tellRefusal(user, refusedConnection, QStringLiteral("the disk holds up what clients that left asked for"));
            return nullptr;
        }
        auto runner = std::make_unique<QueryRunner>(m_options.openQuery, m_options.alarms, user.name);
        runner->setServiceWindows(m_options.serviceWindows);
        runner->setRecording(m_options.recording);
        runner->setKeeping(m_options.keeping);
        runner->setNotes(m_options.notes);
        runner->setAuditDirectory(m_options.auditDirectory);
        return runner;
    };
    auto client = std::make_unique<RemoteClient>(std::move(transport), std::move(greeting), m_feeds);
    RemoteClient* raw = client.get();
    connect(raw, &RemoteClient::misbehaved, this, [this, user](const QString& complaint) {
        ++m_dropped;
        tellRefusal(user, "refused frame", QStringLiteral("dropped, for it sent %1").arg(complaint));
    });
    connect(raw, &RemoteClient::slowed, this, [this, user] {
        ++m_slowed;
        qCWarning(log).noquote() << nameOf(user) << "asks for more than a client may, and has to wait.";
    });
    // Queued: it comes from within the client's own objects.
    connect(
        raw, &RemoteClient::left, this, [this, raw] { drop(*raw); }, Qt::QueuedConnection);
    m_clients.push_back(std::move(client));
    raw->start();
}

void RemoteService::drop(RemoteClient& client)
{
    const auto at = std::find_if(
        m_clients.begin(), m_clients.end(), [&](const auto& candidate) { return candidate.get() == &client; });
    if (at == m_clients.end())
        return;
    retire(client);
    m_clients.erase(at);
}

void RemoteService::retire(RemoteClient& client)
{
    if (auto runner = client.takeRunner())
        m_retired.push_back(std::move(runner));
}

void RemoteService::forgetStopped()
{
    std::erase_if(m_retired, [](const auto& runner) { return runner->stopped(); });
}

void RemoteService::nextStep()
{
    m_feeds.nextStep();
    for (const auto& client : m_clients)
        client->nextStep();
}

void RemoteService::everySecond()
{
    ++m_seconds;
    if (m_seconds % secondsPerRefusal == 0)
        m_refusalRoom = std::min(m_refusalRoom + 1, refusalsTold);
    if (m_seconds % secondsPerSum == 0)
        tellRefusalsLeftOut();
    m_audit.everySecond();
    forgetStopped();
    ProbeStatus now = m_status();
    m_rates.apply(now, std::chrono::steady_clock::now());
    const QByteArray whole = encode(now);
    const RevokedList revoked = m_tls.isListening() ? m_tls.revoked() : RevokedList();
    const QDateTime today = QDateTime::currentDateTimeUtc();
    const StatusBlobs status { whole, encode(withoutAddresses(std::move(now))) };
    for (const auto& client : m_clients) {
        FramePipe& pipe = client->pipe();
        QString reason;
        if (pipe.millisecondsSinceHeard() > m_options.silence.count())
            reason = QStringLiteral("it fell silent");
        else if (pipe.millisecondsStalled() > m_options.stall.count()) // its bytes have a cap, too
            reason = QStringLiteral("it does not read what it is sent");
        const RemoteUser& user = client->user();
        QString taken; // the certificate, since it came in
        if (!user.serial.empty() && revoked.has(user.serial))
            taken = revoked.trouble().isEmpty() ? QStringLiteral("its certificate was revoked") : revoked.trouble();
        else if (user.expires.isValid() && user.expires <= today)
            taken = QStringLiteral("its certificate has expired");
        if (!taken.isEmpty()) {
            tellRefusal(user, refusedConnection, taken);
            reason = taken;
        }
        if (reason.isEmpty()) {
            client->everySecond(status);
            continue;
        }
        ++m_dropped;
        qCWarning(log).noquote() << nameOf(client->user()) << "was dropped, for" << reason;
        pipe.close(); // ends in drop(), queued
    }
}

}
