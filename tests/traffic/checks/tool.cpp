#include "tool.h"

#include <QFile>
#include <QProcess>

namespace callmon::test {

Finished runTool(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForStarted() || !process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit)
        return { -1, process.readAllStandardOutput(), process.readAllStandardError() };
    return { process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError() };
}

Finished runTraffic(const QStringList& arguments)
{
    return runTool(CALLMON_TRAFFIC, arguments);
}

QByteArray readAll(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QList<Row> readCsv(const QString& path)
{
    QList<Row> rows;
    QStringList names;
    for (const QByteArray& line : readAll(path).split('\n')) {
        const QStringList fields = QString::fromUtf8(line.trimmed()).split(',');
        if (line.trimmed().isEmpty())
            continue;
        if (names.isEmpty()) {
            names = fields;
            continue;
        }
        Row row;
        for (qsizetype i = 0; i < names.size() && i < fields.size(); ++i)
            row[names[i]] = fields[i];
        rows.append(row);
    }
    return rows;
}

}
