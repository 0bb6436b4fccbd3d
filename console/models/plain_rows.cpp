#include "console/models/plain_rows.h"

#include "console/models/figures.h"
#include "console/zone/display_zone.h"

#include <QLocale>

namespace callmon {

namespace {

QString display(const PlainCell& cell)
{
    if (const auto* text = std::get_if<QString>(&cell))
        return *text;
    if (const auto* time = std::get_if<Timestamp>(&cell))
        return dateTimeText(*time);
    if (const auto* count = std::get_if<quint64>(&cell))
        return countText(*count);
    if (const auto* bytes = std::get_if<PlainBytes>(&cell))
        return sizeText(bytes->value);
    return unknownFigure();
}

bool isFigure(const PlainCell& cell)
{
    return std::holds_alternative<quint64>(cell) || std::holds_alternative<PlainBytes>(cell);
}

}

PlainRows::PlainRows(QStringList headings, QObject* parent)
    : QAbstractTableModel(parent)
    , m_headings(std::move(headings))
{
}

void PlainRows::setRows(std::vector<PlainRow> rows)
{
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
    if (!m_rows.empty())
        emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1); // where its titles stand
}

int PlainRows::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PlainRows::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_headings.size());
}

QVariant PlainRows::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const PlainRow& row = m_rows[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<std::size_t>(index.column());
    if (column >= row.cells.size())
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return display(row.cells[column]);
    case Qt::ToolTipRole:
        return row.toolTip.isEmpty() ? display(row.cells[column]) : row.toolTip;
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isFigure(row.cells[column]) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant PlainRows::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    const auto column = static_cast<std::size_t>(section);
    if (role == Qt::TextAlignmentRole) {
        const bool right =
            !m_rows.empty() && column < m_rows.front().cells.size() && isFigure(m_rows.front().cells[column]);
        return QVariant::fromValue((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    return role == Qt::DisplayRole ? QVariant(withZone(m_headings.value(section))) : QVariant();
}

}
