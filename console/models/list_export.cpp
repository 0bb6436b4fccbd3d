#include "console/models/list_export.h"

#include "console/models/list_roles.h"
#include "console/zone/display_zone.h"
#include "shared/base/csv.h"

#include <QCoreApplication>
#include <QSaveFile>

namespace callmon {

std::string csvOf(const QAbstractItemModel& list, const std::vector<int>& columns, const ExportFormat& format)
{
    std::vector<std::string> names;
    std::vector<FieldValue::Kind> kinds;
    for (const int column : columns) {
        const std::string& name =
            names.emplace_back(list.headerData(column, Qt::Horizontal, ExportRole).toString().toStdString());
        const bool right = list.headerData(column, Qt::Horizontal, Qt::TextAlignmentRole)
                               .value<Qt::Alignment>()
                               .testFlag(Qt::AlignRight);
        const bool figure = right && !name.ends_with("_at");
        kinds.push_back(figure ? FieldValue::Kind::Number : FieldValue::Kind::Text);
    }
    std::string csv = exportHead(format) + csvLine(names, format.style);
    std::vector<std::string> fields(columns.size());
    for (int row = 0; row < list.rowCount(); ++row) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            fields[i] = exportText(
                names[i], { kinds[i], list.index(row, columns[i]).data(ExportRole).toString().toStdString() }, format);
        csv += csvLine(fields, format.style);
    }
    return csv;
}

ExportFormat shownFormat()
{
    ExportFormat format;
    if (!displaysUtc())
        format.utcOffset = [zone = displayZone()](Timestamp time) {
            const auto ms = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
            return std::chrono::seconds(zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC)));
        };
    return format;
}

Result<int> writeCsv(
    const QAbstractItemModel& list, const std::vector<int>& columns, const QString& path, const ExportFormat& format)
{
    const int rows = list.rowCount();
    const std::string csv = csvOf(list, columns, format);
    QSaveFile file(path);
    const auto size = static_cast<qint64>(csv.size());
    if (!file.open(QIODevice::WriteOnly) || file.write(csv.data(), size) != size || !file.commit())
        return Error { QCoreApplication::translate("ListExport", "Cannot write %1: %2.")
                           .arg(path, file.errorString())
                           .toStdString() };
    return rows;
}

}
