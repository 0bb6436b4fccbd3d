// The calls that are on, sorted and filtered here: a proxy on top would cost several times as much at 52,000 rows.
#pragma once

#include "console/models/call_filter.h"
#include "console/models/list_roles.h"
#include "console/models/live_columns.h"
#include "console/models/probe_id.h"
#include "shared/calls/live_delta.h"

#include <QAbstractTableModel>
#include <QTimer>
#include <functional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace callmon {

class LiveCallModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { // figures named for the party that sent the media
        State,
        Start,
        Duration,
        Caller,
        Callee,
        Codec,
        CallerMosNow,
        CallerMosMin,
        CalleeMosNow,
        CalleeMosMin,
        CallerLoss,
        CalleeLoss,
        CallerJitter,
        CalleeJitter,
        LastCode,
        CallId,
        Trust,
        Probe,
        CallerTrunk,
        CalleeTrunk,
        ColumnCount
    };

    explicit LiveCallModel(QObject* parent = nullptr);

    // Gathered, and shown together within refreshInterval; the first ones at once. A large snapshot is taken in slices,
    // so that no key press waits for all of it.
    void apply(const LiveDelta& delta, ProbeId probe = {});
    void setProbes(const ProbeLabels& probes);
    void setNow(
        Timestamp now, ProbeId probe = {}); // packet time: durations tick with the probe, not with this machine's clock
    Timestamp now(ProbeId probe = {}) const;
    void setFilter(const CallFilter& filter);
    const CallFilter& filter() const { return m_filter; }
    // Rows and figures stand still until released, so that a moving list can be read; changes go on being gathered.
    void setHeld(bool held);
    bool isHeld() const { return m_held; }

    int totalCalls() const { return static_cast<int>(m_rowOfKey.size()); }
    const LiveCall* callAt(int row) const; // null outside; valid until the event loop runs again
    ProbeId probeAt(int row) const;
    const LiveCall* find(CallKey key, ProbeId probe = {}) const; // shown or filtered out
    int rowOf(CallKey key, ProbeId probe = {}) const; // -1 when not shown
    // Every call, shown or not, while the function returns true.
    void forEach(const std::function<bool(const LiveCall& call, ProbeId probe)>& look) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    int sortColumn() const { return m_sortColumn; }
    Qt::SortOrder sortOrder() const { return m_sortOrder; }

    static constexpr int refreshInterval = 500; // ms: people read no faster, and painting is what costs

signals:
    void countChanged(int shown, int total);

private:
    using Slot = std::uint32_t; // index into m_calls; stays while the call does
    struct Entry {
        LiveCall call;
        ProbeId probe;
        int row = -1; // in m_shown; -1 when filtered out
        bool used = false;
        std::uint32_t filled = 0; // by which fill
    };
    struct Fill { // a snapshot that is being taken
        ProbeId probe;
        std::vector<LiveCall> calls; // empty: none is
        std::size_t taken = 0;
    };

    void flush();
    static constexpr std::size_t fillSlice = 4096; // calls, some milliseconds
    void beginFill(const LiveDelta& snapshot, ProbeId probe);
    void fill(std::size_t most); // of the calls that are left
    void finishFill();
    Slot store(const CallName& name, const LiveCall& call);
    void leave(Slot slot);
    void refresh(); // filters and sorts, and tells the view what moved
    std::vector<Slot> selectAndSort() const;
    LiveRow liveRow(const Entry& entry) const;
    bool answers(ProbeId probe) const;
    QString nameOf(ProbeId probe) const;

    std::vector<Entry> m_calls;
    std::vector<Slot> m_free;
    std::vector<Slot> m_leaving; // gone, but still shown until the next refresh
    std::unordered_map<CallName, Slot, CallNameHash> m_rowOfKey;
    std::vector<Slot> m_shown;

    std::set<ProbeId> m_pendingSnapshots;
    std::unordered_map<CallName, LiveCall, CallNameHash> m_pendingChanged;
    std::unordered_set<CallName, CallNameHash> m_pendingRemoved;
    QTimer m_refreshTimer;
    Fill m_fill;
    std::uint32_t m_fills = 0;
    QTimer m_fillTimer;
    bool m_held = false;

    CallFilter m_filter;
    ProbeLabels m_probes;
    std::map<ProbeId, Timestamp> m_now;
    int m_sortColumn = Start;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
};

}
