#include "console/models/field_rows.h"

#include "console/models/list_roles.h"

#include <algorithm>
#include <numeric>

namespace callmon {

FieldRows::FieldRows(std::span<const char* const> names, std::vector<std::vector<FieldValue>> rows, QObject* parent)
    : QAbstractTableModel(parent)
    , m_names(names)
    , m_rows(std::move(rows))
{
}

std::vector<int> FieldRows::columns() const
{
    std::vector<int> all(m_names.size());
    std::iota(all.begin(), all.end(), 0);
    return all;
}

int FieldRows::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int FieldRows::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_names.size());
}

QVariant FieldRows::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || (role != Qt::DisplayRole && role != ExportRole))
        return {};
    return QString::fromStdString(
        m_rows[static_cast<std::size_t>(index.row())][static_cast<std::size_t>(index.column())].text);
}

QVariant FieldRows::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const auto column = static_cast<std::size_t>(section);
    if (role == Qt::DisplayRole || role == ExportRole)
        return QString::fromLatin1(m_names[column]);
    if (role != Qt::TextAlignmentRole)
        return {};
    const bool figures =
        std::ranges::any_of(m_rows, [column](const auto& row) { return row[column].kind == FieldValue::Kind::Number; });
    return QVariant::fromValue((figures ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

}
