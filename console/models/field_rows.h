// A report for export: rows of fields under the names of the contract (shared/calls/call_fields.h), as callmonctl
// prints them.
#pragma once

#include "shared/calls/call_fields.h"

#include <QAbstractTableModel>

namespace callmon {

class FieldRows : public QAbstractTableModel {
    Q_OBJECT

public:
    FieldRows(std::span<const char* const> names, std::vector<std::vector<FieldValue>> rows, QObject* parent = nullptr);

    std::vector<int> columns() const; // all of them
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::span<const char* const> m_names;
    std::vector<std::vector<FieldValue>> m_rows;
};

}
