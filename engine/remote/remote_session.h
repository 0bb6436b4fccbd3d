// The objects that one client sees. Internal to the remote service.
#pragma once

#include "engine/remote/live_feed.h"
#include "engine/remote/query_runner.h"

#include "rep_probe_source.h"

#include <deque>

namespace callmon {

class HelloObject : public HelloSimpleSource {
    Q_OBJECT

public:
    HelloObject(quint32 protocol, const QString& engineVersion, std::function<QString(quint32)> open)
        : m_open(std::move(open))
    {
        setProtocol(protocol);
        setEngineVersion(engineVersion);
    }
    QString openSession(quint32 clientProtocol, QString) override { return m_open(clientProtocol); }

private:
    std::function<QString(quint32)> m_open;
};

class RemoteSession : public SessionSource {
    Q_OBJECT

public:
    RemoteSession(LiveFeed& feed, std::unique_ptr<QueryRunner> runner);

    void everySecond(const QByteArray& status);
    std::unique_ptr<QueryRunner> takeRunner();

    void alive() override { } // that bytes came is the sign
    void followLive(bool follow) override;
    void livePartTaken() override;
    void search(quint64 request, QByteArray query) override;
    void streams(quint64 request, qint64 call) override;
    void quality(quint64 request, qint64 call) override;
    void messages(quint64 request, qint64 call) override;
    void media(quint64 request, qint64 call) override;
    void answerTaken(quint64 request) override;
    void cancel(quint64 request) override;

private:
    void start(quint64 request, RemoteJob job);
    void pushLive(std::uint64_t since);
    void sendLiveParts();

    LiveFeed& m_feed;
    std::unique_ptr<QueryRunner> m_runner;
    bool m_following = false;
    std::uint64_t m_liveVersion = 0; // of the list that the client has once it took everything sent
    std::deque<QByteArray> m_liveParts; // not sent yet
    int m_livePartsUntaken = 0;
};

}
