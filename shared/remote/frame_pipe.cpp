#include "shared/remote/frame_pipe.h"

#include "shared/remote/byte_writer.h"

#include <QSslSocket>
#include <algorithm>
#include <cstring>

namespace callmon {

FramePipe::FramePipe(std::unique_ptr<QIODevice> transport, FrameRules rules, QObject* parent)
    : QIODevice(parent)
    , m_transport(std::move(transport))
    , m_rules(std::move(rules))
{
    m_heard.start();
    m_written.start();
    // Unbuffered: readData() is asked for exactly what Qt Remote Objects wants, and bytesAvailable() is ours alone.
    open(QIODevice::ReadWrite | QIODevice::Unbuffered);
    connect(m_transport.get(), &QIODevice::bytesWritten, this, [this] { m_written.restart(); });
    if (const auto* tls = qobject_cast<QSslSocket*>(m_transport.get())) // bytesWritten() there: encrypted, not sent
        connect(tls, &QSslSocket::encryptedBytesWritten, this, [this] { m_written.restart(); });
    // QLocalSocket and the TCP sockets both announce the end of the other side here, and keep what was read before it.
    connect(m_transport.get(), &QIODevice::readChannelFinished, this, [this] {
        if (m_transport->bytesAvailable() > 0)
            readTransport();
        end();
    });
    connect(m_transport.get(), &QIODevice::aboutToClose, this, &FramePipe::end);
}

FramePipe::~FramePipe()
{
    m_ended = true; // no signal from here on
    m_transport->disconnect(this);
    QIODevice::close();
}

void FramePipe::start()
{
    connect(m_transport.get(), &QIODevice::readyRead, this, &FramePipe::readTransport);
    readTransport();
}

qint64 FramePipe::bytesAvailable() const
{
    return m_ready.size() - m_readyTaken;
}

qint64 FramePipe::bytesToWrite() const
{
    const auto* tls = qobject_cast<QSslSocket*>(m_transport.get());
    return m_transport->bytesToWrite() + (tls != nullptr ? tls->encryptedBytesToWrite() : 0);
}

void FramePipe::close()
{
    end();
}

void FramePipe::end()
{
    if (std::exchange(m_ended, true))
        return;
    m_transport->disconnect(this);
    m_transport->close();
    QIODevice::close();
    emit disconnected();
}

void FramePipe::refuse(const QString& complaint)
{
    emit refused(complaint);
    end();
}

void FramePipe::readTransport()
{
    if (m_ended)
        return;
    const QByteArray bytes = std::exchange(m_partial, {}) + m_transport->readAll();
    m_heard.restart();
    ByteReader in(bytesOf(bytes));
    // One by one: what the next frame may be can depend on what this one does.
    while (!m_ended) {
        const Bytes unread = in.rest();
        std::size_t length = in.u8(); // little-endian
        for (const int shift : { 8, 16, 24 })
            length |= static_cast<std::size_t>(in.u8()) << shift;
        if (in.ok() && length > m_rules.maxFrameBytes)
            return refuse(QStringLiteral("a frame of %1 bytes").arg(length));
        const Bytes frame = in.take(length);
        if (!in.ok()) {
            m_partial = bytes.last(static_cast<qsizetype>(unread.size()));
            return;
        }
        if (m_rules.complaint)
            if (const auto complaint = m_rules.complaint(frame))
                return refuse(*complaint);
        m_ready.remove(0, std::exchange(m_readyTaken, 0));
        m_ready.append(reinterpret_cast<const char*>(unread.data()), static_cast<qsizetype>(unread.size() - in.left()));
        emit readyRead();
    }
}

qint64 FramePipe::readData(char* data, qint64 maxSize)
{
    const qint64 size = std::min<qint64>(maxSize, bytesAvailable());
    std::memcpy(data, m_ready.constData() + m_readyTaken, static_cast<std::size_t>(size));
    m_readyTaken += size;
    if (m_readyTaken == m_ready.size()) {
        m_ready.clear();
        m_readyTaken = 0;
    }
    return size;
}

qint64 FramePipe::writeData(const char* data, qint64 size)
{
    if (m_ended)
        return -1;
    if (bytesToWrite() == 0)
        m_written.restart();
    return m_transport->write(data, size);
}

}
