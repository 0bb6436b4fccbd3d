// A list as it is shown, as CSV: its rows in their order, the columns that are given in theirs.
#pragma once

#include "shared/calls/export_format.h"

#include <QAbstractItemModel>
#include <QPersistentModelIndex>
#include <QString>
#include <QTimer>
#include <memory>

namespace callmon {

class BackgroundFile;
class ExportedRows;

// Reads ExportRole of header and cells, or whole rows where the list has them (ExportedRows); quoting and guarding as
// in shared/base/csv.h. Columns of figures are known by their headers, which are aligned right.
class CsvRows {
public:
    CsvRows(const QAbstractItemModel& list, const std::vector<int>& columns, ExportFormat format);
    std::string head() const;
    std::string line(int row);

private:
    const QAbstractItemModel& m_list;
    const ExportedRows* m_whole; // the same list; nullptr: it has cells only
    std::vector<int> m_columns;
    ExportFormat m_format;
    std::vector<std::string> m_names;
    std::vector<FieldValue::Kind> m_kinds;
    std::vector<std::string> m_fields; // of a line
};

std::string csvOf(const QAbstractItemModel& list, const std::vector<int>& columns, const ExportFormat& format = {});

// As lists are shown: times in the zone that is chosen under View.
ExportFormat shownFormat();

// The same into a file, a few milliseconds at a time: a window goes on answering with 52,000 rows. Rows that leave the
// list before their turn are not written.
class ListExport : public QObject {
    Q_OBJECT

public:
    explicit ListExport(QObject* parent = nullptr);
    ~ListExport() override;

    // The file appears whole, or not at all. The list outlives the export.
    void start(const QAbstractItemModel& list, const std::vector<int>& columns, const QString& path,
        const ExportFormat& format = {});
    void cancel();
    bool isRunning() const { return m_file != nullptr; }

signals:
    void progressed(quint64 written, quint64 all);
    void ended(quint64 written, const QString& error); // error: empty when all of it is written

private:
    void writeSome();
    void finish(const QString& error);

    std::unique_ptr<CsvRows> m_csv;
    std::unique_ptr<BackgroundFile> m_file;
    std::vector<QPersistentModelIndex> m_rows; // as they were when it began
    std::size_t m_next = 0; // of them
    quint64 m_written = 0;
    QTimer m_turn;
};

}
