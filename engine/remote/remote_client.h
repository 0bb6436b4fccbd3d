// One connection: its own host for the objects of probe.rep, so that nothing it is sent can reach another client.
// Internal to the remote service.
#pragma once

#include "engine/remote/client_frames.h"
#include "engine/remote/list_feed.h"
#include "engine/remote/query_runner.h"
#include "engine/remote/request_gate.h"
#include "shared/remote/frame_pipe.h"

#include <QRemoteObjectHost>

namespace callmon {

class HelloObject;
class RemoteSession;
struct StatusBlobs;

class RemoteClient : public QObject {
    Q_OBJECT

public:
    struct Greeting {
        quint32 protocol = 0;
        QString engineVersion;
        qint64 maxUnsentBytes = 0;
        // Null when there are sessions enough.
        std::function<std::unique_ptr<QueryRunner>()> makeRunner;
        RequestGate gate;
    };

    RemoteClient(std::unique_ptr<QIODevice> transport, Greeting greeting, RemoteFeeds& feeds);
    ~RemoteClient() override;

    void start();
    void everySecond(const StatusBlobs& status);
    void nextStep();
    bool hasSession() const { return m_session != nullptr; }
    const RemoteUser& user() const { return m_greeting.gate.user(); }
    FramePipe& pipe() { return *m_pipe; }
    std::unique_ptr<QueryRunner> takeRunner(); // stopped; null without a session

signals:
    void left(); // queue it: comes from within the connection's own objects
    void misbehaved(const QString& complaint); // before left()
    void slowed(); // it asks for more than it may; once

private:
    QString openSession(quint32 protocol);

    Greeting m_greeting;
    RemoteFeeds& m_feeds;
    std::vector<RemoteMethods> m_methods; // what may be called on this connection
    std::unique_ptr<FramePipe> m_pipe;
    std::unique_ptr<HelloObject> m_hello;
    std::unique_ptr<RemoteSession> m_session;
    std::unique_ptr<QRemoteObjectHost> m_host; // goes before the objects it serves
};

}
