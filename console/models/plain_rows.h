// Rows of cells under headings: lists that are short, shown as they came, and hold no figures that change.
#pragma once

#include "shared/base/units.h"

#include <QAbstractTableModel>
#include <QStringList>
#include <variant>
#include <vector>

namespace callmon {

// Nothing: a dash. A time is shown in the zone that is chosen, a count and a size stand to the right.
struct PlainBytes {
    quint64 value = 0;
};
using PlainCell = std::variant<std::monostate, QString, Timestamp, quint64, PlainBytes>;

struct PlainRow {
    std::vector<PlainCell> cells; // a column each
    QString toolTip;
};

class PlainRows : public QAbstractTableModel {
    Q_OBJECT

public:
    // Headings that say UTC say the zone that is shown instead.
    explicit PlainRows(QStringList headings, QObject* parent = nullptr);

    void setRows(std::vector<PlainRow> rows);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QStringList m_headings;
    std::vector<PlainRow> m_rows;
};

}
