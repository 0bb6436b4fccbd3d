// Running callmon-traffic and tshark, and reading what they write.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

namespace callmon::test {

struct Finished {
    int exitCode = -1; // -1: did not start or did not end in time
    QByteArray output;
    QByteArray errors;
};

Finished runTool(const QString& program, const QStringList& arguments);
Finished runTraffic(const QStringList& arguments);

using Row = QHash<QString, QString>; // column name -> value
QList<Row> readCsv(const QString& path); // fields without quotes inside, as the ground truth's are

QByteArray readAll(const QString& path);

}
