#include "console/models/alarm_model.h"

#include "console/models/alarm_sentence.h"
#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/shared_words.h"
#include "shared/calls/alarm_fields.h"

#include <algorithm>

namespace callmon {

AlarmModel::AlarmModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void AlarmModel::apply(const AlarmDelta& delta, ProbeId probe)
{
    std::set<AlarmId> kept;
    for (const Alarm& alarm : delta.changed) {
        m_all.insert_or_assign({ alarm.id, probe }, ProbeAlarm { alarm, probe });
        kept.insert(alarm.id);
    }
    for (const AlarmId id : delta.removed)
        m_leaving.insert({ id, probe });
    if (delta.snapshot)
        for (const auto& [name, alarm] : m_all)
            if (alarm.probe == probe && !kept.contains(alarm.id))
                m_leaving.insert(name);
    refresh();
}

void AlarmModel::setProbes(const ProbeLabels& probes)
{
    m_probes = probes;
    refresh();
}

QString AlarmModel::nameOf(ProbeId probe) const
{
    const auto found = m_probes.find(probe);
    return found == m_probes.end() ? QString() : found->second.name;
}

void AlarmModel::clear()
{
    beginResetModel();
    m_shown.clear();
    m_all.clear();
    m_matchesInAll = 0;
    endResetModel();
    emit changed();
}

void AlarmModel::append(const std::vector<Alarm>& alarms, quint64 matchesInAll, ProbeId probe)
{
    for (const Alarm& alarm : alarms)
        m_all.insert_or_assign({ alarm.id, probe }, ProbeAlarm { alarm, probe });
    m_matchesInAll = std::max<quint64>(matchesInAll, m_all.size());
    refresh();
}

void AlarmModel::setFilter(const Filter& filter)
{
    m_filter = filter;
    refresh();
}

bool AlarmModel::shows(const ProbeAlarm& alarm) const
{
    if (m_leaving.contains({ alarm.id, alarm.probe }) || alarm.severity > m_filter.severity
        || (!m_filter.shelved && alarm.shelvedUntil))
        return false;
    if (m_filter.text.isEmpty() || nameOf(alarm.probe).contains(m_filter.text, Qt::CaseInsensitive)
        || sentenceOf(alarm).contains(m_filter.text, Qt::CaseInsensitive))
        return true;
    for (const std::string_view field :
        { alarm.rule.view(), alarm.caller.view(), alarm.callee.view(), alarm.group.view(), alarm.comment.view(),
            alarm.acknowledgedBy.view(), alarm.shelfComment.view(), alarm.shelvedBy.view() })
        if (text(field).contains(m_filter.text, Qt::CaseInsensitive))
            return true;
    return false;
}

std::vector<const ProbeAlarm*> AlarmModel::wanted() const
{
    std::vector<const ProbeAlarm*> rows;
    for (auto at = m_all.rbegin(); at != m_all.rend(); ++at) // equals: the newest first
        if (shows(at->second))
            rows.push_back(&at->second);
    const bool descending = m_sortOrder == Qt::DescendingOrder;
    const int column = m_sortColumn;
    if (column < 0)
        return rows;
    if (alarmNumber(Alarm {}, column)) {
        std::ranges::stable_sort(rows, [&](const ProbeAlarm* a, const ProbeAlarm* b) {
            const double x = *alarmNumber(*a, column);
            const double y = *alarmNumber(*b, column);
            return descending ? y < x : x < y;
        });
        return rows;
    }
    std::vector<std::pair<QString, const ProbeAlarm*>> texts;
    texts.reserve(rows.size());
    for (const ProbeAlarm* alarm : rows)
        texts.emplace_back(cellText(*alarm, column), alarm);
    std::ranges::stable_sort(
        texts, [&](const auto& a, const auto& b) { return descending ? b.first < a.first : a.first < b.first; });
    std::ranges::transform(texts, rows.begin(), [](const auto& one) { return one.second; });
    return rows;
}

// Rows that go, rows that come at the end, then their order: a selection follows its alarms.
void AlarmModel::refresh()
{
    std::vector<const ProbeAlarm*> next = wanted();
    removeRowsNotIn(std::set<const ProbeAlarm*>(next.begin(), next.end()));
    for (const Name& name : std::exchange(m_leaving, {}))
        m_all.erase(name);
    const std::set<const ProbeAlarm*> there(m_shown.begin(), m_shown.end());
    std::vector<const ProbeAlarm*> fresh;
    std::ranges::copy_if(
        next, std::back_inserter(fresh), [&](const ProbeAlarm* alarm) { return !there.contains(alarm); });
    if (!fresh.empty()) {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(fresh.size()) - 1);
        m_shown.insert(m_shown.end(), fresh.begin(), fresh.end());
        endInsertRows();
    }
    reorder(std::move(next));
    if (!m_shown.empty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    emit changed();
}

void AlarmModel::removeRowsNotIn(const std::set<const ProbeAlarm*>& kept)
{
    for (std::size_t end = m_shown.size(); end > 0;) {
        if (kept.contains(m_shown[end - 1])) {
            --end;
            continue;
        }
        std::size_t begin = end - 1;
        while (begin > 0 && !kept.contains(m_shown[begin - 1]))
            --begin;
        beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
        m_shown.erase(
            m_shown.begin() + static_cast<std::ptrdiff_t>(begin), m_shown.begin() + static_cast<std::ptrdiff_t>(end));
        endRemoveRows();
        end = begin;
    }
}

void AlarmModel::reorder(std::vector<const ProbeAlarm*> next)
{
    if (next == m_shown)
        return;
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    std::map<const ProbeAlarm*, int> rowOf;
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

const ProbeAlarm* AlarmModel::alarmAt(int row) const
{
    return row >= 0 && row < rowCount() ? m_shown[static_cast<std::size_t>(row)] : nullptr;
}

std::size_t AlarmModel::shelved() const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(m_all, [](const auto& entry) { return entry.second.shelvedUntil.has_value(); }));
}

std::size_t AlarmModel::unacknowledged() const
{
    return static_cast<std::size_t>(std::ranges::count_if(m_all, [this](const auto& entry) {
        return entry.second.isOpen() && !entry.second.acknowledgedAt && !entry.second.shelvedUntil;
    }));
}

std::optional<AlarmSeverity> AlarmModel::worstUnacknowledged() const
{
    std::optional<AlarmSeverity> worst;
    for (const auto& [id, alarm] : m_all)
        if (alarm.isOpen() && !alarm.acknowledgedAt && !alarm.shelvedUntil && (!worst || alarm.severity < *worst))
            worst = alarm.severity;
    return worst;
}

int AlarmModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int AlarmModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString AlarmModel::cellText(const ProbeAlarm& alarm, int column) const
{
    return column == Probe ? nameOf(alarm.probe) : alarmCellText(alarm, column);
}

QVariant AlarmModel::data(const QModelIndex& index, int role) const
{
    const ProbeAlarm* alarm = index.isValid() ? alarmAt(index.row()) : nullptr;
    if (!alarm)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return cellText(*alarm, column);
    case Qt::ToolTipRole:
        return column == Text || column == Kind || column == Severity ? adviceText(alarm->kind)
                                                                      : cellText(*alarm, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isAlarmNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case GlyphRole:
        return column == Severity ? QVariant(glyph(alarm->severity)) : QVariant();
    case ToneRole:
        return column == Severity ? QVariant(static_cast<int>(tone(alarm->severity))) : QVariant();
    case ExportRole: {
        std::string field;
        exportRow(index.row(), { &column, 1 }, { &field, 1 });
        return QString::fromStdString(field);
    }
    case CallKeyRole: // 0: of no single call
        return QVariant::fromValue<qint64>(alarm->call.value_or(CallKey {}).value);
    case ProbeRole:
        return int(alarm->probe.value);
    default:
        return {};
    }
}

QVariant AlarmModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return titleOfAlarmColumn(section);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isAlarmNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case ExportRole:
        return section == Probe       ? QStringLiteral("probe")
            : section == ShelvedUntil ? QStringLiteral("shelved_until")
                                      : QString::fromLatin1(alarmFieldNames()[static_cast<std::size_t>(section)]);
    default:
        return {};
    }
}

void AlarmModel::exportRow(int row, std::span<const int> columns, std::span<std::string> fields) const
{
    const ProbeAlarm& alarm = *alarmAt(row);
    std::vector<FieldValue> all = alarmFields(alarm);
    for (std::size_t i = 0; i < columns.size(); ++i)
        fields[i] = columns[i] == Probe ? nameOf(alarm.probe).toStdString()
                                        : std::move(all[static_cast<std::size_t>(columns[i])].text);
}

void AlarmModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column < ColumnCount ? column : -1;
    m_sortOrder = order;
    refresh();
}

}
