#include "tshark.h"

namespace callmon::test {

QList<QStringList> fields(const QString& file, const QString& filter, const QStringList& names)
{
    QStringList arguments { "-r", file, "-Y", filter, "-T", "fields", "-E", "occurrence=f" };
    for (const QString& name : names)
        arguments << "-e" << name;
    const Finished tshark = runTool("tshark",
        arguments
            + QStringList {
                "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE" });
    QList<QStringList> rows;
    for (const QByteArray& line : tshark.output.split('\n'))
        if (!line.isEmpty())
            rows.append(QString::fromUtf8(line).split('\t'));
    return rows;
}

}
