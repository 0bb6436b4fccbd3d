// One connection of a RemoteProbe, from connect to disconnect: the Qt Remote Objects side of it. Internal.
#pragma once

#include "shared/remote/connector.h"
#include "shared/remote/frame_pipe.h"
#include "shared/remote/list_follower.h"
#include "shared/remote/remote_probe.h"

#include <QRemoteObjectNode>

class HelloReplica;
class SessionReplica;
class QRemoteObjectPendingCallWatcher;

namespace callmon {

// Never used again after it reported the end: a new one is made. Deleted with deleteLater() only, because it reports
// from within signals of the objects it owns.
class RemoteConnection : public QObject {
    Q_OBJECT

public:
    RemoteConnection(RemoteProbe& probe, const RemoteProbeOptions& options, const RemoteAddress& address);
    ~RemoteConnection() override;

    SessionReplica* session() const { return m_session.get(); }
    void followLive(bool follow);
    void followAlarms(bool follow);
    void shutDown(); // silent: nothing is reported any more

private:
    void begin();
    void disconnected();
    void helloChanged();
    void sessionOpened(QRemoteObjectPendingCallWatcher& call);
    void sessionChanged();
    void followAlarmsAs(const QByteArray& identity);
    void takeLivePart(const QByteArray& blob);
    void takeAlarmPart(const QByteArray& blob);
    void everySecond();
    void end(const Sentence& why);
    void endIncompatible(const Sentence& message);

    RemoteProbe* m_probe; // null after the end
    RemoteProbeOptions m_options;
    Connector m_connector;
    bool m_overTls;
    bool m_greeted = false; // by an engine
    std::unique_ptr<FramePipe> m_pipe;
    std::unique_ptr<QRemoteObjectNode> m_node;
    std::unique_ptr<HelloReplica> m_hello;
    std::unique_ptr<SessionReplica> m_session;
    ListFollower<LiveDelta> m_live;
    ListFollower<AlarmDelta> m_alarms;
    QTimer m_second;
    QElapsedTimer m_begun;
};

}
