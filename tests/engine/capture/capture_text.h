// Capture files byte by byte (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng), and what a source gives of them.
#pragma once

#include "engine/capture/frame_source.h"
#include "tests/test_folders.h"

#include <QByteArray>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QStringList>

#include <cstring>

namespace capture_text {

struct Received {
    qint64 arrival; // nanoseconds
    QByteArray bytes;
    quint32 wireSize;
    callmon::LinkType linkType;
};

inline QByteArray little(quint32 value, qsizetype size = 4)
{
    QByteArray bytes(size, '\0');
    for (qsizetype i = 0; i < size; ++i)
        bytes[i] = static_cast<char>(value >> (8 * i) & 0xff);
    return bytes;
}

// Nanosecond magic.
inline QByteArray pcapHead(quint32 linkType = 1)
{
    return little(0xa1b23c4d) + little(2, 2) + little(4, 2) + little(0) + little(0) + little(262144) + little(linkType);
}

inline QByteArray pcapRecord(quint32 seconds, quint32 nanoseconds, const QByteArray& frame, quint32 wireSize = 0)
{
    const auto size = static_cast<quint32>(frame.size());
    return little(seconds) + little(nanoseconds) + little(size) + little(wireSize ? wireSize : size) + frame;
}

inline QByteArray pcapngBlock(quint32 type, const QByteArray& body)
{
    const QByteArray total = little(static_cast<quint32>(body.size()) + 12);
    return little(type) + total + body + total;
}

// Section header, then an interface whose times are in nanoseconds (if_tsresol 9).
inline QByteArray pcapngHead()
{
    return pcapngBlock(0x0a0d0d0a, little(0x1a2b3c4d) + little(1, 2) + little(0, 2) + QByteArray(8, '\xff'));
}

inline QByteArray pcapngInterface(quint32 linkType)
{
    const QByteArray nanoseconds = little(9, 2) + little(1, 2) + little(9) + little(0);
    return pcapngBlock(1, little(linkType, 2) + little(0, 2) + little(262144) + nanoseconds);
}

inline QByteArray pcapngPacket(quint32 interface, quint64 nanoseconds, const QByteArray& frame)
{
    const auto size = static_cast<quint32>(frame.size());
    return pcapngBlock(6,
        little(interface) + little(static_cast<quint32>(nanoseconds >> 32)) + little(static_cast<quint32>(nanoseconds))
            + little(size) + little(size) + frame + QByteArray((4 - frame.size() % 4) % 4, '\0'));
}

inline QString write(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(path));
    return path;
}

inline void append(std::vector<Received>& all, const callmon::FrameBatch& batch)
{
    for (const callmon::Frame& frame : batch.view())
        all.push_back({ callmon::nanosecondsSinceEpoch(frame.arrival),
            QByteArray(reinterpret_cast<const char*>(frame.bytes.data()), static_cast<qsizetype>(frame.bytes.size())),
            frame.wireSize, frame.linkType });
}

// Until the last batch; `error` is what receive() failed with.
inline std::vector<Received> receiveAll(callmon::FrameSource& source, std::string* error = nullptr)
{
    std::vector<Received> all;
    callmon::FrameBatch batch;
    do {
        const auto received = source.receive(batch);
        append(all, batch);
        source.release(batch);
        if (!received) {
            if (error)
                *error = received.error().what;
            break;
        }
    } while (!batch.last);
    return all;
}

inline QString capturesFolder()
{
    const QString folder = callmon::captureFolder();
    return QFile::exists(folder) ? folder : QString();
}

}
