#include "console/models/past_call_model.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "shared/calls/call_fields.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace callmon {

PastCallModel::PastCallModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void PastCallModel::clear()
{
    beginResetModel();
    m_calls.clear();
    m_probeOf.clear();
    m_shown.clear();
    m_tags.clear();
    m_matchesInAll = 0;
    endResetModel();
    emit countChanged(0, 0);
}

void PastCallModel::setProbes(const ProbeLabels& probes)
{
    m_probes = probes;
    if (rowCount() > 0)
        emit dataChanged(index(0, Probe), index(rowCount() - 1, Probe));
}

QString PastCallModel::nameOf(ProbeId probe) const
{
    const auto found = m_probes.find(probe);
    return found == m_probes.end() ? QString() : found->second.name;
}

void PastCallModel::keepNewest(std::size_t limit)
{
    if (limit == 0 || m_calls.size() <= limit)
        return;
    std::vector<std::uint32_t> order(m_calls.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [this](std::uint32_t a, std::uint32_t b) {
        return std::pair(m_calls[a].startedAt, m_calls[a].key) > std::pair(m_calls[b].startedAt, m_calls[b].key);
    });
    order.resize(limit);
    std::vector<CallRecord> calls;
    std::vector<ProbeId> probes;
    for (const std::uint32_t call : order) {
        calls.push_back(m_calls[call]);
        probes.push_back(m_probeOf[call]);
    }
    beginResetModel();
    m_calls = std::move(calls);
    m_probeOf = std::move(probes);
    m_shown.resize(limit);
    std::iota(m_shown.begin(), m_shown.end(), 0U);
    endResetModel();
    resort();
    emit countChanged(rowCount(), m_matchesInAll);
}

void PastCallModel::append(const std::vector<CallRecord>& calls, quint64 matchesInAll, ProbeId probe)
{
    m_matchesInAll = std::max<quint64>(matchesInAll, m_calls.size() + calls.size());
    if (!calls.empty()) {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(calls.size()) - 1);
        m_calls.insert(m_calls.end(), calls.begin(), calls.end());
        m_probeOf.resize(m_calls.size(), probe);
        for (std::size_t i = m_shown.size(); i < m_calls.size(); ++i)
            m_shown.push_back(static_cast<std::uint32_t>(i));
        endInsertRows();
        resort();
    }
    emit countChanged(rowCount(), m_matchesInAll);
}

void PastCallModel::setBesideRecord(const std::vector<TagsOfCall>& tags, ProbeId probe)
{
    for (const TagsOfCall& of : tags)
        m_tags[CallName { probe, of.call }] = of;
    if (rowCount() > 0)
        emit dataChanged(index(0, Tags), index(rowCount() - 1, LegalHold));
}

void PastCallModel::setTags(CallKey call, const std::string& tags, ProbeId probe)
{
    TagsOfCall& beside = m_tags[CallName { probe, call }];
    beside.tags = tags;
    setBesideRecord({ beside }, probe);
}

const TagsOfCall& PastCallModel::besideRecord(CallKey call, ProbeId probe) const
{
    static const TagsOfCall none;
    const auto found = m_tags.find(CallName { probe, call });
    return found == m_tags.end() ? none : found->second;
}

const CallRecord* PastCallModel::callAt(int row) const
{
    if (row < 0 || row >= static_cast<int>(m_shown.size()))
        return nullptr;
    return &m_calls[m_shown[static_cast<std::size_t>(row)]];
}

ProbeId PastCallModel::probeAt(int row) const
{
    return callAt(row) == nullptr ? ProbeId {} : m_probeOf[m_shown[static_cast<std::size_t>(row)]];
}

QString PastCallModel::cell(std::size_t call, int column) const
{
    if (column == Probe)
        return nameOf(m_probeOf[call]);
    if (column == Tags || column == LegalHold) {
        const TagsOfCall& beside = besideRecord(m_calls[call].key, m_probeOf[call]);
        return column == Tags ? QString::fromStdString(beside.tags) : wordsOf(beside.legalHold);
    }
    return cellText(m_calls[call], column);
}

int PastCallModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int PastCallModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PastCallModel::data(const QModelIndex& index, int role) const
{
    const CallRecord* call = index.isValid() ? callAt(index.row()) : nullptr;
    if (!call)
        return {};
    const int column = index.column();
    if (column == Probe
        && (role == Qt::DisplayRole || role == Qt::ToolTipRole || role == Qt::AccessibleTextRole || role == ExportRole))
        return nameOf(probeAt(index.row()));
    if ((column == Tags || column == LegalHold)
        && (role == Qt::DisplayRole || role == Qt::ToolTipRole || role == Qt::AccessibleTextRole)) {
        const QString text = cell(m_shown[static_cast<std::size_t>(index.row())], column);
        return text.isEmpty() ? unknownFigure() : text;
    }
    switch (role) {
    case Qt::DisplayRole:
        return cellText(*call, column);
    case Qt::ToolTipRole:
        if (column == FinalCode)
            return codeMeaning(call->finalCode);
        if (isMosFigure(column))
            return bandWord(bandOf(figureOf(*call, column)));
        if (column == Trust)
            return meaning(*call);
        return cellText(*call, column);
    case Qt::AccessibleTextRole:
        if (isMosFigure(column))
            return QStringLiteral("%1 %2").arg(cellText(*call, column), bandWord(bandOf(figureOf(*call, column))));
        return cellText(*call, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumberColumn(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case BandRole:
        return isMosFigure(column) ? QVariant(static_cast<int>(bandOf(figureOf(*call, column)))) : QVariant();
    case GlyphRole:
        return column == Outcome ? QVariant(glyph(call->outcome))
            : column == State    ? QVariant(glyph(call->state))
            : column == Trust    ? QVariant(glyph(call->trust))
                                 : QVariant();
    case ToneRole:
        return column == Outcome ? QVariant(static_cast<int>(tone(call->outcome)))
            : column == State    ? QVariant(static_cast<int>(tone(call->state)))
            : column == Trust    ? QVariant(static_cast<int>(tone(call->trust)))
                                 : QVariant();
    case ExportRole: {
        std::string field;
        exportRow(index.row(), { &column, 1 }, { &field, 1 });
        return QString::fromStdString(field);
    }
    case CallKeyRole:
        return QVariant::fromValue<qint64>(call->key.value);
    case ProbeRole:
        return int(probeAt(index.row()).value);
    default:
        return {};
    }
}

QVariant PastCallModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return titleOfColumn(section);
    case Qt::ToolTipRole:
        return helpOfColumn(section);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumberColumn(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case ExportRole:
        if (section == Probe)
            return QStringLiteral("probe");
        return QString::fromLatin1(callFieldNames()[static_cast<std::size_t>(section)]);
    default:
        return {};
    }
}

void PastCallModel::exportRow(int row, std::span<const int> columns, std::span<std::string> fields) const
{
    const CallRecord& call = *callAt(row);
    const TagsOfCall& beside = besideRecord(call.key, probeAt(row));
    std::vector<FieldValue> all = callFields(call, beside.tags, toText(beside.legalHold));
    for (std::size_t i = 0; i < columns.size(); ++i)
        fields[i] = columns[i] == Probe ? nameOf(probeAt(row)).toStdString()
                                        : std::move(all[static_cast<std::size_t>(columns[i])].text);
}

void PastCallModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column < ColumnCount ? column : -1;
    m_sortOrder = order;
    resort();
}

void PastCallModel::resort()
{
    if (m_shown.empty())
        return;
    std::vector<std::uint32_t> next(m_shown.size());
    std::iota(next.begin(), next.end(), 0U);
    const bool descending = m_sortOrder == Qt::DescendingOrder;
    if (m_sortColumn >= 0 && sortsByNumber(m_sortColumn)) {
        std::vector<double> numbers(m_calls.size());
        for (std::size_t i = 0; i < m_calls.size(); ++i)
            numbers[i] = figureOf(m_calls[i], m_sortColumn).value_or(std::numeric_limits<double>::quiet_NaN());
        std::stable_sort(next.begin(), next.end(), [&](std::uint32_t a, std::uint32_t b) {
            if (std::isnan(numbers[a]) || std::isnan(numbers[b]))
                return !std::isnan(numbers[a]) && std::isnan(numbers[b]); // the unknown comes last in either order
            return descending ? numbers[b] < numbers[a] : numbers[a] < numbers[b];
        });
    } else if (m_sortColumn >= 0) {
        std::vector<QString> texts(m_calls.size());
        for (std::size_t i = 0; i < m_calls.size(); ++i)
            texts[i] = cell(i, m_sortColumn);
        std::stable_sort(next.begin(), next.end(),
            [&](std::uint32_t a, std::uint32_t b) { return descending ? texts[b] < texts[a] : texts[a] < texts[b]; });
    }
    if (next == m_shown)
        return;
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    std::vector<int> rowOf(next.size());
    for (std::size_t row = 0; row < next.size(); ++row)
        rowOf[next[row]] = static_cast<int>(row);
    const QModelIndexList before = persistentIndexList();
    QModelIndexList after;
    for (const QModelIndex& index : before)
        after += createIndex(rowOf[m_shown[static_cast<std::size_t>(index.row())]], index.column());
    m_shown = std::move(next);
    changePersistentIndexList(before, after);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

}
