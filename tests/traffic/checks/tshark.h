// What tshark finds in a capture, and what RFC 3550 makes of it.
#pragma once

#include "tool.h"

#include <QSet>

namespace callmon::test {

// tshark's rows of the given fields, one list a packet. Checksums are checked. `rtpStreams`: its summary, too.
QList<QStringList> fields(
    const QString& file, const QString& filter, const QStringList& names, QByteArray* rtpStreams = nullptr);

// What no dissector understood, or from "warning" upwards (0x600000). Frames of cross traffic are none of ours.
inline const QString complaints = "_ws.malformed || _ws.expert.severity >= 0x600000 || (udp && !sip && !rtp && !rtcp)";

// What RFC 3550 A.1 and A.3 make of sequence numbers in order of arrival.
struct Counted {
    qint64 first = 0;
    qint64 highest = 0;
    qint64 last = 0;
    qint64 packets = 0;
    qint64 duplicates = 0;
    qint64 reordered = 0;
    QSet<qint64> seen;

    void add(quint16 sequence)
    {
        if (packets++ == 0) {
            first = highest = last = sequence;
            seen.insert(last);
            return;
        }
        last = highest + static_cast<qint16>(static_cast<quint16>(sequence - static_cast<quint16>(highest)));
        if (seen.contains(last))
            ++duplicates;
        else if (last < highest)
            ++reordered;
        seen.insert(last);
        highest = std::max(highest, last);
    }
    qint64 expected() const { return highest - first + 1; }
    qint64 lost() const { return expected() - (packets - duplicates); }
};

}
