#include "tshark.h"

namespace callmon::test {

QList<QStringList> fields(const QString& file, const QString& filter, const QStringList& names, QByteArray* rtpStreams)
{
    QStringList arguments { "-r", file, "-Y", filter, "-T", "fields", "-E", "occurrence=f" };
    for (const QString& name : names)
        arguments << "-e" << name;
    if (rtpStreams != nullptr)
        arguments << "-z"
                  << "rtp,streams";
    const Finished tshark = runTool("tshark",
        arguments
            + QStringList { "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o",
                "tcp.check_checksum:TRUE",
                // What it leaves out otherwise: round trips, and short ones.
                "-o", "rtcp.show_roundtrip_calculation:TRUE", "-o", "rtcp.roundtrip_min_threshhold:0" });
    QList<QStringList> rows;
    const qsizetype end = rtpStreams != nullptr ? tshark.output.indexOf("\n====") + 1 : tshark.output.size();
    if (rtpStreams != nullptr)
        *rtpStreams = tshark.output.mid(end);
    for (const QByteArray& line : tshark.output.left(end).split('\n'))
        if (!line.isEmpty())
            rows.append(QString::fromUtf8(line).split('\t'));
    return rows;
}

}
