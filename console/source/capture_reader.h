// Capture files as a probe of their own: an engine that reads them into a temporary directory and then answers until
// this object ends, which ends the engine and removes what it stored.
#pragma once

#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

namespace callmon {

class CaptureReader : public QObject {
    Q_OBJECT

public:
    enum class State { Reading, Read, Failed };

    // `engine`: the program; empty: the callmon-engine beside this program, else the one in PATH.
    CaptureReader(const QString& engine, const QStringList& files, QObject* parent = nullptr);
    ~CaptureReader() override;

    State state() const { return m_state; }
    QString title() const { return m_title; } // the file's name, or the first one's and how many more
    QString address() const; // where the engine answers, from the beginning on
    // Bytes of the files, as far as they say how much there is to read; 0: they do not (compressed, a pipe).
    qint64 size() const { return m_size; }
    // Failed: why, a sentence or two for the user. Read: what the engine could not read, if anything.
    QString message() const { return m_message; }

signals:
    void stateChanged();

private:
    QString start(const QString& engine, const QStringList& files);
    void hear();
    void become(State state, const QString& message);

    QString m_title;
    qint64 m_size = 0;
    QTemporaryDir m_directory;
    QProcess m_engine;
    QByteArray m_said; // since the last whole line
    QStringList m_complaints;
    QString m_message;
    State m_state = State::Reading;
};

}
