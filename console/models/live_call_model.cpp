#include "console/models/live_call_model.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/live_call_order.h"
#include "console/zone/display_zone.h"

#include <QCoreApplication>
#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t fillSlice = 4096; // calls, some milliseconds

}

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

void LiveCallModel::apply(const LiveDelta& delta, ProbeId probe)
{
    finishFill(); // in order: the next change is a second away, by when it has long been taken
    if (delta.snapshot) {
        std::erase_if(m_pendingChanged, [probe](const auto& one) { return one.first.probe == probe; });
        std::erase_if(m_pendingRemoved, [probe](const CallName& one) { return one.probe == probe; });
        if (!m_held && delta.changed.size() > fillSlice)
            return beginFill(delta, probe);
        m_pendingSnapshots.insert(probe);
    }
    const bool inPlace = !m_held && !m_pendingSnapshots.contains(probe); // a snapshot also says which are gone
    for (const LiveCall& call : delta.changed) {
        const CallName name { probe, call.key };
        m_pendingRemoved.erase(name);
        // A call that is listed takes its figures at once: at 52,000 changes a second a copy more is what costs. They
        // are painted, filtered and sorted with the others.
        if (const auto known = inPlace ? m_rowOfKey.find(name) : m_rowOfKey.end(); known != m_rowOfKey.end())
            m_calls[known->second].call = call;
        else
            m_pendingChanged[name] = call;
    }
    for (const LiveFigures& figures : delta.figures) {
        const CallName name { probe, figures.key };
        const auto known = m_rowOfKey.find(name);
        if (const auto waiting = m_pendingChanged.find(name); waiting != m_pendingChanged.end())
            waiting->second.sent = figures.sent;
        else if (known == m_rowOfKey.end())
            continue; // not in the snapshot that is awaited, either
        else if (m_held)
            (m_pendingChanged[name] = m_calls[known->second].call).sent = figures.sent;
        else
            m_calls[known->second].call.sent = figures.sent;
    }
    for (const CallKey key : delta.removed) {
        m_pendingChanged.erase({ probe, key });
        if (m_rowOfKey.contains({ probe, key }))
            m_pendingRemoved.insert({ probe, key });
    }
    if (m_held)
        return;
    if (m_rowOfKey.empty())
        flush();
    else if (!m_refreshTimer.isActive())
        m_refreshTimer.start();
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

void LiveCallModel::beginFill(const LiveDelta& snapshot, ProbeId probe)
{
    const bool first = m_rowOfKey.empty();
    m_pendingSnapshots.erase(probe);
    m_fill = { probe, snapshot.changed, 0 };
    ++m_fills;
    m_calls.reserve(m_calls.size() + snapshot.changed.size());
    m_rowOfKey.reserve(m_rowOfKey.size() + snapshot.changed.size());
    fill(fillSlice);
    if (first)
        refresh();
    m_fillTimer.start();
}

void LiveCallModel::fill(std::size_t most)
{
    const std::size_t end = std::min(m_fill.calls.size(), m_fill.taken + most);
    for (; m_fill.taken < end; ++m_fill.taken) {
        const LiveCall& call = m_fill.calls[m_fill.taken];
        m_calls[store({ m_fill.probe, call.key }, call)].filled = m_fills;
    }
    if (m_fill.taken < m_fill.calls.size())
        return;
    for (Slot slot = 0; slot < m_calls.size(); ++slot) // which the snapshot does not have
        if (const Entry& entry = m_calls[slot]; entry.used && entry.probe == m_fill.probe && entry.filled != m_fills)
            leave(slot);
    m_fill = {};
}

void LiveCallModel::finishFill()
{
    if (m_fill.calls.empty())
        return;
    m_fillTimer.stop();
    fill(m_fill.calls.size());
    if (!m_refreshTimer.isActive())
        m_refreshTimer.start();
}

void LiveCallModel::leave(Slot slot)
{
    m_rowOfKey.erase({ m_calls[slot].probe, m_calls[slot].call.key });
    m_calls[slot].used = false;
    m_leaving.push_back(slot);
}

LiveCallModel::Slot LiveCallModel::store(const CallName& name, const LiveCall& call)
{
    if (const auto known = m_rowOfKey.find(name); known != m_rowOfKey.end()) {
        m_calls[known->second].call = call;
        return known->second;
    }
    Slot slot;
    if (m_free.empty()) {
        slot = static_cast<Slot>(m_calls.size());
        m_calls.emplace_back();
    } else {
        slot = m_free.back();
        m_free.pop_back();
    }
    m_calls[slot] = { call, name.probe, -1, true, 0 };
    m_rowOfKey.emplace(name, slot);
    return slot;
}

void LiveCallModel::flush()
{
    m_refreshTimer.stop();
    if (!m_pendingSnapshots.empty()) {
        for (Slot slot = 0; slot < m_calls.size(); ++slot) {
            const Entry& entry = m_calls[slot];
            if (entry.used && m_pendingSnapshots.contains(entry.probe)
                && !m_pendingChanged.contains({ entry.probe, entry.call.key }))
                leave(slot);
        }
    }
    for (const CallName& name : m_pendingRemoved)
        if (const auto known = m_rowOfKey.find(name); known != m_rowOfKey.end())
            leave(known->second);
    for (const auto& [name, call] : m_pendingChanged)
        store(name, call);
    m_pendingSnapshots.clear();
    m_pendingChanged.clear();
    m_pendingRemoved.clear();
    refresh();
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
