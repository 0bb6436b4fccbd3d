#include "console/models/list_export.h"

#include "console/models/background_file.h"
#include "console/models/exported_rows.h"
#include "console/models/list_roles.h"
#include "console/zone/display_zone.h"
#include "shared/base/csv.h"

#include <QElapsedTimer>
#include <utility>

namespace callmon {

namespace {

constexpr int turn = 8; // ms: half of a picture on a screen

}

CsvRows::CsvRows(const QAbstractItemModel& list, const std::vector<int>& columns, ExportFormat format)
    : m_list(list)
    , m_whole(dynamic_cast<const ExportedRows*>(&list))
    , m_columns(columns)
    , m_format(std::move(format))
    , m_fields(columns.size())
{
    for (const int column : columns) {
        const std::string& name =
            m_names.emplace_back(list.headerData(column, Qt::Horizontal, ExportRole).toString().toStdString());
        const bool right = list.headerData(column, Qt::Horizontal, Qt::TextAlignmentRole)
                               .value<Qt::Alignment>()
                               .testFlag(Qt::AlignRight);
        const bool figure = right && !name.ends_with("_at");
        m_kinds.push_back(figure ? FieldValue::Kind::Number : FieldValue::Kind::Text);
    }
}

std::string CsvRows::head() const
{
    return exportHead(m_format) + csvLine(m_names, m_format.style);
}

std::string CsvRows::line(int row)
{
    if (m_whole)
        m_whole->exportRow(row, m_columns, m_fields);
    else
        for (std::size_t i = 0; i < m_columns.size(); ++i)
            m_fields[i] = m_list.index(row, m_columns[i]).data(ExportRole).toString().toStdString();
    for (std::size_t i = 0; i < m_columns.size(); ++i)
        m_fields[i] = exportText(m_names[i], { m_kinds[i], std::move(m_fields[i]) }, m_format);
    return csvLine(m_fields, m_format.style);
}

std::string csvOf(const QAbstractItemModel& list, const std::vector<int>& columns, const ExportFormat& format)
{
    CsvRows rows(list, columns, format);
    std::string csv = rows.head();
    for (int row = 0; row < list.rowCount(); ++row)
        csv += rows.line(row);
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

ListExport::ListExport(QObject* parent)
    : QObject(parent)
{
    connect(&m_turn, &QTimer::timeout, this, &ListExport::writeSome);
}

ListExport::~ListExport() = default;

void ListExport::start(
    const QAbstractItemModel& list, const std::vector<int>& columns, const QString& path, const ExportFormat& format)
{
    cancel();
    m_csv = std::make_unique<CsvRows>(list, columns, format);
    m_rows.clear();
    m_rows.reserve(static_cast<std::size_t>(list.rowCount()));
    for (int row = 0; row < list.rowCount(); ++row)
        m_rows.emplace_back(list.index(row, 0));
    m_next = 0;
    m_written = 0;
    m_file = std::make_unique<BackgroundFile>(path);
    connect(m_file.get(), &BackgroundFile::ended, this, &ListExport::finish);
    m_file->write(m_csv->head());
    m_turn.start(0);
}

void ListExport::writeSome()
{
    QElapsedTimer time;
    time.start();
    std::string text;
    while (m_next < m_rows.size() && time.elapsed() < turn) {
        const QPersistentModelIndex& row = m_rows[m_next++];
        if (!row.isValid())
            continue;
        text += m_csv->line(row.row());
        ++m_written;
    }
    m_file->write(std::move(text));
    emit progressed(m_written, m_rows.size());
    if (m_next == m_rows.size()) {
        m_turn.stop();
        m_file->end();
    }
}

void ListExport::cancel()
{
    if (isRunning())
        finish(tr("Cancelled: nothing was written."));
}

void ListExport::finish(const QString& error)
{
    m_turn.stop();
    m_file.release()->deleteLater(); // it may be telling
    m_rows.clear();
    emit ended(m_written, error);
}

}
