#include "console/models/list_export.h"

#include "console/models/list_roles.h"
#include "shared/base/csv.h"

#include <QCoreApplication>
#include <QSaveFile>

namespace callmon {

std::string csvOf(const QAbstractItemModel& list, const std::vector<int>& columns)
{
    std::vector<std::string> fields;
    for (const int column : columns)
        fields.push_back(list.headerData(column, Qt::Horizontal, ExportRole).toString().toStdString());
    std::string csv = csvLine(fields);
    for (int row = 0; row < list.rowCount(); ++row) {
        fields.clear();
        for (const int column : columns)
            fields.push_back(list.index(row, column).data(ExportRole).toString().toStdString());
        csv += csvLine(fields);
    }
    return csv;
}

Result<int> writeCsv(const QAbstractItemModel& list, const std::vector<int>& columns, const QString& path)
{
    const int rows = list.rowCount();
    const std::string csv = csvOf(list, columns);
    QSaveFile file(path);
    const auto size = static_cast<qint64>(csv.size());
    if (!file.open(QIODevice::WriteOnly) || file.write(csv.data(), size) != size || !file.commit())
        return Error { QCoreApplication::translate("ListExport", "Cannot write %1: %2.")
                           .arg(path, file.errorString())
                           .toStdString() };
    return rows;
}

}
