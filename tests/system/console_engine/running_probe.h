// An engine that replays made-up calls as they would come, and the program that makes them.
#pragma once

#include <QProcess>
#include <QUrl>
#include <csignal>

namespace callmon {

// Both end with the object, however a test does.
class Probe {
public:
    Probe(const QString& data, const QUrl& url)
        : Probe(data, { "--listen", url.toString() }, { "--hold-mean", "20" })
    {
    }
    Probe(const QString& data, const QStringList& ofEngine, const QStringList& ofTraffic)
    {
        m_traffic.setStandardOutputProcess(&m_engine);
        m_traffic.setStandardErrorFile(data + "-traffic.log", QIODevice::Append);
        m_engine.setStandardErrorFile(data + "-engine.log", QIODevice::Append);
        m_engine.setStandardOutputFile(QProcess::nullDevice());
        m_traffic.start(CALLMON_TRAFFIC, QStringList { "--live" } + ofTraffic);
        m_engine.start(
            CALLMON_ENGINE, QStringList { "--replay", "-", "--pace", "recorded", "--data", data } + ofEngine);
    }
    ~Probe()
    {
        signalEngine(SIGCONT);
        kill();
    }
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;

    bool isRunning() { return m_engine.waitForStarted(10'000) && m_traffic.state() != QProcess::NotRunning; }
    bool hasEnded() const { return m_engine.state() == QProcess::NotRunning; }
    void signalEngine(int number)
    {
        if (m_engine.processId() > 0)
            ::kill(static_cast<pid_t>(m_engine.processId()), number);
    }
    void kill()
    {
        for (QProcess* process : { &m_engine, &m_traffic }) {
            process->kill();
            process->waitForFinished(10'000);
        }
    }

private:
    QProcess m_traffic;
    QProcess m_engine;
};

}
