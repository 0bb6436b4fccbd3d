#include "console/models/live_call_model.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/live_call_order.h"
#include "console/zone/display_zone.h"

#include <QCoreApplication>

namespace callmon {

LiveCallModel::LiveCallModel(QObject* parent)
    : QAbstractTableModel(parent)
{
    m_refreshTimer.setSingleShot(true);
    m_refreshTimer.setInterval(refreshInterval);
    connect(&m_refreshTimer, &QTimer::timeout, this, &LiveCallModel::flush);
    m_fillTimer.setSingleShot(true);
    m_fillTimer.setInterval(0);
    connect(&m_fillTimer, &QTimer::timeout, this, [this] {
        fill(fillSlice);
        if (m_fill.calls.empty())
            refresh();
        else
            m_fillTimer.start();
    });
}

void LiveCallModel::setProbes(const ProbeLabels& probes)
{
    m_probes = probes;
    refresh();
}

bool LiveCallModel::answers(ProbeId probe) const
{
    const auto found = m_probes.find(probe);
    return found == m_probes.end() || found->second.answers;
}

QString LiveCallModel::nameOf(ProbeId probe) const
{
    const auto found = m_probes.find(probe);
    return found == m_probes.end() ? QString() : found->second.name;
}

Timestamp LiveCallModel::now(ProbeId probe) const
{
    const auto found = m_now.find(probe);
    return found == m_now.end() ? Timestamp {} : found->second;
}

void LiveCallModel::setNow(Timestamp now, ProbeId probe)
{
    m_now[probe] = now;
    if (!m_held && !m_refreshTimer.isActive())
        m_refreshTimer.start();
}

void LiveCallModel::setFilter(const CallFilter& filter)
{
    m_filter = filter;
    refresh();
}

void LiveCallModel::setHeld(bool held)
{
    finishFill();
    m_held = held;
    if (held)
        m_refreshTimer.stop();
    else
        flush();
}

std::vector<LiveCallModel::Slot> LiveCallModel::selectAndSort() const
{
    LiveCallOrder order(m_sortColumn, m_sortOrder, m_calls.size());
    struct OfProbe {
        std::string name;
        Timestamp now;
    };
    std::map<ProbeId, OfProbe> probes; // looked up for every call: once for each is enough
    ProbeId last;
    const OfProbe* of = nullptr;
    for (Slot slot = 0; slot < m_calls.size(); ++slot) {
        const Entry& entry = m_calls[slot];
        if (!entry.used)
            continue;
        if (of == nullptr || entry.probe != last) {
            last = entry.probe;
            auto known = probes.find(last);
            if (known == probes.end())
                known = probes.emplace(last, OfProbe { nameOf(last).toStdString(), now(last) }).first;
            of = &known->second;
        }
        if (!m_filter.matches(entry.call, of->now, of->name))
            continue;
        order.add(entry.call, of->name, of->now, slot); // of a map: the name stays where it is
    }
    return order.sorted();
}

void LiveCallModel::refresh()
{
    // Newcomers are appended, then everything is laid out anew with the leaving rows at the end, then those go: three
    // signals whatever changed, and each keeps the view's idea of rows right (persistent indexes, hence the selection,
    // follow their calls).
    std::vector<Slot> next = selectAndSort();
    const int stay = static_cast<int>(next.size());
    std::vector<int> rowOf(m_calls.size(), -1);
    for (int row = 0; row < stay; ++row)
        rowOf[next[static_cast<std::size_t>(row)]] = row;

    std::vector<Slot> arriving;
    for (const Slot slot : next)
        if (m_calls[slot].row < 0)
            arriving.push_back(slot);
    if (!arriving.empty()) {
        const int first = static_cast<int>(m_shown.size());
        beginInsertRows({}, first, first + static_cast<int>(arriving.size()) - 1);
        m_shown.insert(m_shown.end(), arriving.begin(), arriving.end());
        for (std::size_t i = 0; i < arriving.size(); ++i)
            m_calls[arriving[i]].row = first + static_cast<int>(i);
        endInsertRows();
    }

    int end = stay;
    for (const Slot slot : m_shown)
        if (rowOf[slot] < 0) {
            rowOf[slot] = end++;
            next.push_back(slot);
        }
    if (next != m_shown) {
        emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
        const QModelIndexList before = persistentIndexList();
        QModelIndexList after;
        after.reserve(before.size());
        for (const QModelIndex& index : before)
            after += createIndex(rowOf[m_shown[static_cast<std::size_t>(index.row())]], index.column());
        m_shown = std::move(next);
        for (std::size_t row = 0; row < m_shown.size(); ++row)
            m_calls[m_shown[row]].row = static_cast<int>(row);
        changePersistentIndexList(before, after);
        emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    }

    if (end > stay) {
        beginRemoveRows({}, stay, end - 1);
        for (auto slot = m_shown.begin() + stay; slot != m_shown.end(); ++slot)
            m_calls[*slot].row = -1;
        m_shown.resize(static_cast<std::size_t>(stay));
        endRemoveRows();
    }
    m_free.insert(m_free.end(), m_leaving.begin(), m_leaving.end());
    m_leaving.clear();
    if (stay > 0)
        emit dataChanged(index(0, 0), index(stay - 1, ColumnCount - 1));
    emit countChanged(stay, totalCalls());
}

const LiveCall* LiveCallModel::callAt(int row) const
{
    if (row < 0 || row >= static_cast<int>(m_shown.size()))
        return nullptr;
    return &m_calls[m_shown[static_cast<std::size_t>(row)]].call;
}

ProbeId LiveCallModel::probeAt(int row) const
{
    return row < 0 || row >= static_cast<int>(m_shown.size()) ? ProbeId {}
                                                              : m_calls[m_shown[static_cast<std::size_t>(row)]].probe;
}

void LiveCallModel::forEach(const std::function<bool(const LiveCall& call, ProbeId probe)>& look) const
{
    for (const Entry& entry : m_calls)
        if (entry.used && !look(entry.call, entry.probe))
            return;
}

const LiveCall* LiveCallModel::find(CallKey key, ProbeId probe) const
{
    const auto known = m_rowOfKey.find({ probe, key });
    return known == m_rowOfKey.end() ? nullptr : &m_calls[known->second].call;
}

int LiveCallModel::rowOf(CallKey key, ProbeId probe) const
{
    const auto known = m_rowOfKey.find({ probe, key });
    return known == m_rowOfKey.end() ? -1 : m_calls[known->second].row;
}

int LiveCallModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int LiveCallModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

LiveRow LiveCallModel::liveRow(const Entry& entry) const
{
    return { entry.call, durationSoFar(entry.call, now(entry.probe)), nameOf(entry.probe), answers(entry.probe) };
}

QVariant LiveCallModel::data(const QModelIndex& index, int role) const
{
    const LiveCall* call = index.isValid() ? callAt(index.row()) : nullptr;
    if (!call)
        return {};
    const Entry& entry = m_calls[m_shown[static_cast<std::size_t>(index.row())]];
    const int column = index.column();
    const auto shown = [&] { return shownText(liveRow(entry), column); };
    switch (role) {
    case Qt::DisplayRole:
        return shown();
    case Qt::ToolTipRole:
        if (column == Start)
            return dateTimeText(call->startedAt) + QLatin1Char(' ') + zoneOf(call->startedAt);
        if (column == LastCode)
            return codeMeaning(call->lastCode);
        if (column == Trust)
            return meaning(call->trust);
        if (isMosColumn(column))
            return bandWord(bandOf(figureOf(*call, column)));
        return isTextColumn(column) || column == Probe ? QVariant(shown()) : QVariant();
    case Qt::AccessibleTextRole:
        if (isMosColumn(column))
            return QStringLiteral("%1 %2").arg(shown(), bandWord(bandOf(figureOf(*call, column))));
        return shown();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isLeftAligned(column) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case BandRole:
        return isMosColumn(column) ? QVariant(static_cast<int>(bandOf(figureOf(*call, column)))) : QVariant();
    case GlyphRole:
        return column == State ? QVariant(glyph(call->state))
            : column == Trust  ? QVariant(glyph(call->trust))
                               : QVariant();
    case ToneRole:
        return column == State ? QVariant(static_cast<int>(tone(call->state)))
            : column == Trust  ? QVariant(static_cast<int>(tone(call->trust)))
                               : QVariant();
    case ExportRole:
        return exportedText(liveRow(entry), column);
    case CallKeyRole:
        return QVariant::fromValue<qint64>(call->key.value);
    case ProbeRole:
        return int(entry.probe.value);
    case StaleRole:
        return !answers(entry.probe);
    default:
        return {};
    }
}

QVariant LiveCallModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    const LiveColumn& column = liveColumn(section);
    switch (role) {
    case Qt::DisplayRole:
        return withZone(QCoreApplication::translate("LiveCallModel", column.title));
    case Qt::ToolTipRole:
        return withZone(QCoreApplication::translate("LiveCallModel", column.help));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isLeftAligned(section) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case ExportRole:
        return QString::fromLatin1(column.name);
    default:
        return {};
    }
}

void LiveCallModel::sort(int column, Qt::SortOrder order)
{
    if (column < 0 || column >= ColumnCount)
        return;
    if (column == m_sortColumn && order == m_sortOrder)
        return; // QTableView::sortByColumn() asks twice, and each refresh sorts anyway
    m_sortColumn = column;
    m_sortOrder = order;
    refresh();
}

}
