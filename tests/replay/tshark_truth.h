// What tshark says of a capture, read from the files beside it.
#pragma once

#include "shared/base/flow_key.h"
#include "shared/base/units.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QStringList>

namespace callmon {

// What it prints; empty when it is not installed.
inline QString runTshark(const QStringList& arguments)
{
    QProcess tshark;
    tshark.start("tshark", arguments);
    return tshark.waitForFinished(60'000) ? QString::fromUtf8(tshark.readAllStandardOutput()) : QString();
}

struct TsharkStream { // one line of tshark -q -z rtp,streams
    Endpoint src;
    Endpoint dst;
    Ssrc ssrc;
    QString payload;
    qint64 packets = 0;
    qint64 lost = 0; // duplicates count as received there: may be negative
    double deltaMin = 0, deltaMean = 0, deltaMax = 0; // ms
    double jitterMean = 0, jitterMax = 0;
};

inline QList<TsharkStream> parseRtpStreams(const QString& text, QStringList* unread = nullptr)
{
    static const QRegularExpression line(
        R"(^\s*[\d.]+\s+[\d.]+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+0x([0-9A-F]+)\s+(.*?)\s+(\d+)\s+(-?\d+) \(\S+\)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+))");
    QList<TsharkStream> streams;
    for (const QString& row : text.split('\n')) {
        if (!row.contains("0x"))
            continue;
        const auto match = line.match(row);
        const auto src = IpAddress::parse(match.captured(1).toStdString());
        const auto dst = IpAddress::parse(match.captured(3).toStdString());
        if (!match.hasMatch() || !src || !dst) {
            if (unread)
                unread->append(row);
            continue;
        }
        TsharkStream stream;
        stream.src = { *src, static_cast<quint16>(match.captured(2).toUInt()) };
        stream.dst = { *dst, static_cast<quint16>(match.captured(4).toUInt()) };
        stream.ssrc = { match.captured(5).toUInt(nullptr, 16) };
        stream.payload = match.captured(6);
        stream.packets = match.captured(7).toLongLong();
        stream.lost = match.captured(8).toLongLong();
        stream.deltaMin = match.captured(9).toDouble();
        stream.deltaMean = match.captured(10).toDouble();
        stream.deltaMax = match.captured(11).toDouble();
        stream.jitterMean = match.captured(13).toDouble();
        stream.jitterMax = match.captured(14).toDouble();
        streams.append(stream);
    }
    return streams;
}

// Distinct Call-IDs of INVITE requests in what tshark -T fields -E separator=, printed: frame.number, time, addresses,
// sip.Call-ID, sip.Method, ...
inline QSet<QString> inviteCallIds(const QString& csv)
{
    QSet<QString> ids;
    const QStringList rows = csv.split('\n', Qt::SkipEmptyParts);
    for (qsizetype i = 1; i < rows.size(); ++i) {
        const QStringList fields = rows[i].split(',');
        // From the end: a Call-ID may hold commas, and two messages in a frame join their fields with them.
        const qsizetype method = fields.indexOf("INVITE", 6);
        if (method > 6)
            ids.insert(fields.mid(6, method - 6).join(','));
    }
    return ids;
}

}
