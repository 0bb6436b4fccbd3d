// An engine that has read a capture of made-up calls and stays, to be asked.
#pragma once

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>

namespace callmon {

class ReadCapture {
public:
    ~ReadCapture() { stop(); }

    // Returns when all of it is stored; what went wrong, else nothing.
    QString read(const QStringList& ofTraffic, const QStringList& ofEngine)
    {
        QProcess traffic;
        traffic.start(CALLMON_TRAFFIC, QStringList { "--out", file("calls.pcap") } + ofTraffic);
        if (!traffic.waitForFinished(120'000) || traffic.exitCode() != 0)
            return "callmon-traffic: " + traffic.readAllStandardError();
        m_engine.setStandardErrorFile(file("engine.log"));
        m_engine.start(CALLMON_ENGINE,
            QStringList { "--data", file("data"), "--listen", url(), "--stay", "--replay", file("calls.pcap") }
                + ofEngine);
        QByteArray said;
        while (!said.contains("replay ended\n") && m_engine.waitForReadyRead(60'000))
            said += m_engine.readAllStandardOutput();
        return said.contains("replay ended\n") ? QString() : "callmon-engine: " + said;
    }
    void stop()
    {
        m_engine.terminate();
        if (!m_engine.waitForFinished(10'000))
            m_engine.kill();
        m_engine.waitForFinished();
    }
    bool hasFolder() const { return m_folder.isValid(); }
    QString folder() const { return m_folder.path(); }
    QString file(const QString& name) const { return m_folder.filePath(name); }
    QString url() const { return "local:" + file("engine.sock"); }

private:
    QTemporaryDir m_folder { QDir::tempPath() + "/callmon-XXXXXX" }; // a socket path is short
    QProcess m_engine;
};

}
