#include "shared/remote/frame_pipe.h"

#include "shared/remote/byte_writer.h"

#include <QLocalSocket>
#include <QSslSocket>
#include <algorithm>
#include <cmath>
#include <cstring>

namespace callmon {

namespace {

// Else the socket would read on, into memory, while the frames before wait.
void boundWhatIsRead(QIODevice& transport)
{
    constexpr qint64 bytes = 64 * 1024;
    if (auto* local = qobject_cast<QLocalSocket*>(&transport))
        local->setReadBufferSize(bytes);
    else if (auto* tcp = qobject_cast<QAbstractSocket*>(&transport))
        tcp->setReadBufferSize(bytes);
}

}

FramePipe::FramePipe(std::unique_ptr<QIODevice> transport, FrameRules rules, QObject* parent)
    : QIODevice(parent)
    , m_transport(std::move(transport))
    , m_rules(std::move(rules))
{
    m_heard.start();
    m_written.start();
    m_earned.start();
    m_credit = m_rules.costAtOnce;
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &FramePipe::readTransport);
    if (m_rules.costPerSecond > 0)
        boundWhatIsRead(*m_transport);
    // Unbuffered: readData() is asked for exactly what Qt Remote Objects wants, and bytesAvailable() is ours alone.
    open(QIODevice::ReadWrite | QIODevice::Unbuffered);
    if (const auto* tls = qobject_cast<QSslSocket*>(m_transport.get())) // bytesWritten() there: encrypted, not sent
        connect(tls, &QSslSocket::encryptedBytesWritten, this, &FramePipe::noteTaken);
    else
        connect(m_transport.get(), &QIODevice::bytesWritten, this, &FramePipe::noteTaken);
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

// Who takes a byte now and then does not read.
void FramePipe::noteTaken(qint64 bytes)
{
    constexpr qint64 leastProgress = 16 * 1024;
    m_taken += bytes;
    if (m_taken < leastProgress && bytesToWrite() > 0)
        return;
    m_taken = 0;
    m_written.restart();
}

void FramePipe::close()
{
    end();
}

void FramePipe::end()
{
    if (std::exchange(m_ended, true))
        return;
    m_pause.stop();
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

bool FramePipe::affords(double cost)
{
    if (m_rules.costPerSecond <= 0)
        return true;
    const double seconds = static_cast<double>(m_earned.nsecsElapsed()) * 1e-9;
    m_earned.restart();
    m_credit = std::min(m_rules.costAtOnce, m_credit + seconds * m_rules.costPerSecond);
    if (cost <= m_credit) {
        m_credit -= cost;
        return true;
    }
    constexpr double shortestMs = 10; // not a wake-up for each frame
    m_pause.start(static_cast<int>(std::max(shortestMs, std::ceil(1000 * (cost - m_credit) / m_rules.costPerSecond))));
    if (!std::exchange(m_slowed, true))
        emit slowed();
    return false;
}

void FramePipe::readTransport()
{
    if (m_ended || m_pause.isActive())
        return;
    m_partial += m_transport->readAll();
    m_heard.restart();
    if (m_partial.size() < m_needed) // what came of a large frame is not copied for each of its crumbs
        return;
    const QByteArray bytes = std::exchange(m_partial, {});
    m_needed = 0;
    ByteReader in(bytesOf(bytes));
    // One by one: what the next frame may be can depend on what this one does.
    while (!m_ended) {
        const Bytes unread = in.rest();
        std::size_t length = in.u8(); // little-endian
        for (const int shift : { 8, 16, 24 })
            length |= static_cast<std::size_t>(in.u8()) << shift;
        if (in.ok() && length > m_rules.maxFrameBytes)
            return refuse(QStringLiteral("a frame of %1 bytes").arg(length));
        if (in.ok() && length > in.left())
            m_needed = static_cast<qsizetype>(unread.size() - in.left() + length);
        const Bytes frame = in.take(length);
        if (!in.ok() || !affords(m_rules.cost ? std::min(m_rules.cost(frame), m_rules.costAtOnce) : 1)) {
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
    if (m_ended || m_overfull)
        return -1;
    const qint64 unsent = bytesToWrite();
    if (unsent == 0) {
        m_taken = 0;
        m_written.restart();
    }
    if (m_rules.maxUnsentBytes > 0 && unsent + size > m_rules.maxUnsentBytes) {
        m_overfull = true; // queued, for Qt Remote Objects is in the middle of writing
        QMetaObject::invokeMethod(
            this, [this] { refuse(QStringLiteral("requests without reading the answers")); }, Qt::QueuedConnection);
        return -1;
    }
    return m_transport->write(data, size);
}

}
