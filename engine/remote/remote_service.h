// The engine's side of probe.rep: everything that looks at a running engine comes through here.
#pragma once

#include "engine/remote/counter_rates.h"
#include "engine/remote/list_feed.h"
#include "engine/remote/live_table.h"
#include "engine/remote/local_listener.h"
#include "engine/remote/local_users.h"
#include "engine/remote/query_runner.h"
#include "engine/remote/request_gate.h"
#include "engine/remote/tls_listener.h"
#include "shared/calls/probe_status.h"

#include <QTimer>
#include <memory>
#include <vector>

namespace callmon {

class RemoteClient;

struct RemoteServiceOptions {
    std::size_t maxSessions = 32; // consoles of a control room, and programs beside them
    std::size_t maxSessionsOfOne = 24; // of one user: nobody takes the places of all others
    std::chrono::milliseconds second { 1000 }; // between two statuses
    std::chrono::milliseconds step {
        250
    }; // between two deltas of a list: less at once than once a second, and younger
    std::chrono::milliseconds silence { 15'000 }; // a client that says nothing for so long is dropped
    std::chrono::milliseconds stall { 10'000 }; // and one that does not read
    qint64 maxUnsentBytes = 8 * 1024 * 1024; // or lets so much pile up: twice what may be unacknowledged
    AlarmAccess* alarms = nullptr; // outlives the service; null: no alarm is open, and no rule can be changed
    RecordingAccess* recording = nullptr; // likewise; null: which calls are recorded cannot be asked
    RecordKeeping* keeping = nullptr; // likewise; null: no holds, no deletion
    CallNoting* notes = nullptr; // likewise; null: calls have no tags and notes
    std::filesystem::path auditDirectory; // empty: no audit log is kept
    ServiceWindows serviceWindows; // empty: there are none
    quint32 protocol = 0; // of the Hello; 0: remoteProtocolVersion. Tests only, as is
    OpenQuery openQuery; // empty: RecordQuery::open(data, writer)
};

// Main thread: needs its event loop. The table and the writer must outlive it.
class RemoteService : public QObject {
    Q_OBJECT

public:
    RemoteService(std::filesystem::path data, const RecordWriter* writer, const LiveTable& table,
        std::function<ProbeStatus()> status, RemoteServiceOptions options = {}, QObject* parent = nullptr);
    ~RemoteService() override; // waits for searches under way to notice that they are cancelled

    Result<void> listen(const QUrl& url); // at a local socket
    Result<void> listenTls(const RemoteAddress& address); // beside it
    QUrl url() const { return m_url; } // empty when not listening
    QUrl tlsUrl() const { return m_tls.isListening() ? urlOf(m_tls.address()) : QUrl(); }
    void close(); // drops all clients
    std::size_t sessions() const;

    // "remote_clients", "remote_clients_refused", "remote_clients_dropped", "remote_requests_refused",
    // "remote_clients_slowed", "remote_certificates_refused"; where TLS is listened for,
    // "remote_certificate_days_left" of the engine's own
    std::vector<NamedCounter> counters() const;

private:
    std::size_t clientsOf(const RemoteUser& user, bool withSession) const;
    Result<void> openAudit();
    void takeLocal();
    void takeTls();
    void admit(std::unique_ptr<QIODevice> transport, RemoteUser user);
    void everySecond();
    void nextStep();
    // Into the log and the audit log; of a flood only the first ones, and their number each minute.
    void tellRefusal(const RemoteUser& user, const char* what, const QString& why);
    void tellRefusal(const std::string& user, const std::string& role, const std::string& from, const char* what,
        const QString& why);
    void tellRefusalsLeftOut();
    void drop(RemoteClient& client);
    void retire(RemoteClient& client);
    void forgetStopped(); // of those that retired

    friend class RemoteClient;
    std::function<ProbeStatus()> m_status;
    RemoteServiceOptions m_options;
    RemoteFeeds m_feeds;
    CounterRates m_rates;
    std::optional<AuditLog> m_auditLog;
    RemoteAudit m_audit;
    LocalListener m_listener;
    std::unique_ptr<LocalUsers> m_users; // of those who wait to be named
    TlsListener m_tls;
    QUrl m_url;
    QTimer m_second;
    QTimer m_step;
    std::vector<std::unique_ptr<RemoteClient>> m_clients;
    std::vector<std::unique_ptr<QueryRunner>> m_retired; // of clients that left, until their threads end
    std::uint64_t m_accepted = 0;
    std::uint64_t m_refused = 0;
    std::uint64_t m_dropped = 0;
    std::uint64_t m_slowed = 0;
    std::uint64_t m_seconds = 0;
    int m_refusalRoom; // to be told one by one
    std::uint64_t m_refusalsLeftOut = 0;
    std::uint64_t m_certificatesRefused = 0;
};

}
