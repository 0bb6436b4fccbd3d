// Calls that a search found: the columns of the calls contract (shared/calls/call_fields.h), as people read them.
#pragma once

#include "console/models/exported_rows.h"
#include "console/models/list_roles.h"
#include "console/models/past_call_columns.h"
#include "console/models/probe_id.h"
#include "shared/calls/call_notes.h"
#include "shared/calls/call_record.h"

#include <QAbstractTableModel>
#include <map>
#include <vector>

namespace callmon {

class PastCallModel : public QAbstractTableModel, public PastCallColumns, public ExportedRows {
    Q_OBJECT

public:
    explicit PastCallModel(QObject* parent = nullptr);

    void clear();
    void append(const std::vector<CallRecord>& calls, quint64 matchesInAll, ProbeId probe = {});
    // Of several engines each gives its newest: what is older than the newest `limit` of all has holes, and goes.
    void keepNewest(std::size_t limit);
    void setProbes(const ProbeLabels& probes);
    // Of calls that come next, or are there.
    void setBesideRecord(const std::vector<TagsOfCall>& tags, ProbeId probe = {});
    void setTags(CallKey call, const std::string& tags, ProbeId probe = {}); // were changed
    quint64 matchesInAll() const { return m_matchesInAll; } // more than rowCount() when the search was limited
    const CallRecord* callAt(int row) const;
    ProbeId probeAt(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    void exportRow(int row, std::span<const int> columns, std::span<std::string> fields) const override;

signals:
    void countChanged(int shown, quint64 matchesInAll);

private:
    void resort();
    QString nameOf(ProbeId probe) const;
    QString cell(std::size_t call, int column) const;
    const TagsOfCall& besideRecord(CallKey call, ProbeId probe) const;

    std::vector<CallRecord> m_calls; // in arrival order
    std::vector<ProbeId> m_probeOf; // likewise
    ProbeLabels m_probes;
    std::vector<std::uint32_t> m_shown; // row -> index in m_calls
    std::map<CallName, TagsOfCall> m_tags;
    quint64 m_matchesInAll = 0;
    int m_sortColumn = -1; // as found
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
};

}
