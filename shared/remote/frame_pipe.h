// Stands between a socket and Qt Remote Objects: hands on whole frames only, each of them checked.
#pragma once

#include "shared/base/byte_reader.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QIODevice>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>

namespace callmon {

// A frame of Qt Remote Objects is u32 length | u16 type | rest, little-endian; Qt itself would buffer any length that
// is claimed, and read any bytes as any type.
struct FrameRules {
    std::size_t maxFrameBytes = 1024 * 1024; // length field not counted
    // What is wrong with a frame (without its length field), for the log; empty when it may pass.
    std::function<std::optional<QString>(Bytes frame)> complaint;
    // What a peer may ask for: each frame costs something, so much may be spent a second, and so much at once after a
    // rest. What comes beyond that is left in the socket, whose other end has to wait: memory stays, and nobody who is
    // merely fast loses its connection. 0: no cap.
    double costPerSecond = 0;
    double costAtOnce = 0;
    std::function<double(Bytes frame)> cost {}; // without its length field
    qint64 maxUnsentBytes = 0; // ends the connection of a peer that does not read; 0: no cap
};

// The transport below is any connected, sequential QIODevice: a QLocalSocket, or a QSslSocket that is encrypted.
// Everything on one thread.
class FramePipe : public QIODevice {
    Q_OBJECT

public:
    // Frames are read from when start() is called, after Qt Remote Objects has been given this device.
    FramePipe(std::unique_ptr<QIODevice> transport, FrameRules rules, QObject* parent = nullptr);
    ~FramePipe() override;

    void start();
    bool isSequential() const override { return true; }
    qint64 bytesAvailable() const override;
    qint64 bytesToWrite() const override;
    void close() override;

    qint64 millisecondsSinceHeard() const { return m_heard.elapsed(); } // any byte from the other side
    // How long bytes have been waiting for the other side to read, without any progress worth the name.
    qint64 millisecondsStalled() const { return bytesToWrite() > 0 ? m_written.elapsed() : 0; }

signals:
    void disconnected(); // the other side went away, or broke the rules, or close() was called; once
    void refused(const QString& complaint); // comes before disconnected()
    void slowed(); // the peer wanted more than it may ask for; once

protected:
    qint64 readData(char* data, qint64 maxSize) override;
    qint64 writeData(const char* data, qint64 size) override;

private:
    void readTransport();
    void noteTaken(qint64 bytes);
    bool affords(double cost);
    void refuse(const QString& complaint);
    void end();

    std::unique_ptr<QIODevice> m_transport;
    FrameRules m_rules;
    QByteArray m_partial; // of a frame not yet whole
    qsizetype m_needed = 0; // bytes of it, with its length field, once that is known
    QByteArray m_ready; // whole frames that Qt has not read yet
    qsizetype m_readyTaken = 0;
    QElapsedTimer m_heard;
    QElapsedTimer m_written;
    qint64 m_taken = 0; // by the other side since then
    QElapsedTimer m_earned; // since m_credit was counted
    double m_credit = 0; // what may be spent
    QTimer m_pause; // until the next frame can be afforded
    bool m_slowed = false;
    bool m_overfull = false;
    bool m_ended = false;
};

}
