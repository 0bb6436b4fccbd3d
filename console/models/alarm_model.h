// A list of alarms: the open ones, kept up by deltas, or those that a search found.
#pragma once

#include "console/models/alarm_columns.h"
#include "console/models/exported_rows.h"
#include "console/models/list_roles.h"
#include "console/models/probe_id.h"

#include <QAbstractTableModel>
#include <map>
#include <set>

namespace callmon {

struct ProbeAlarm : Alarm {
    ProbeId probe; // that raised it
};

class AlarmModel : public QAbstractTableModel, public AlarmColumns, public ExportedRows {
    Q_OBJECT

public:
    struct Filter {
        QString text; // rule, parties, group, sentence or comment contain it; letter case does not matter
        AlarmSeverity severity = AlarmSeverity::Warning; // and worse
        bool shelved = false; // these too
    };
    explicit AlarmModel(QObject* parent = nullptr);

    void apply(const AlarmDelta& delta, ProbeId probe = {});
    void setProbes(const ProbeLabels& probes);
    void clear();
    void append(const std::vector<Alarm>& alarms, quint64 matchesInAll, ProbeId probe = {});
    void setFilter(const Filter& filter);

    const ProbeAlarm* alarmAt(int row) const;
    std::size_t total() const { return m_all.size(); }
    quint64 matchesInAll() const { return m_matchesInAll; }
    std::size_t shelved() const;
    std::size_t unacknowledged() const; // neither acknowledged nor shelved nor cleared
    std::optional<AlarmSeverity> worstUnacknowledged() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void exportRow(int row, std::span<const int> columns, std::span<std::string> fields) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

signals:
    void changed(); // rows, counts or what they say

private:
    using Name = std::pair<AlarmId, ProbeId>;

    bool shows(const ProbeAlarm& alarm) const;
    QString cellText(const ProbeAlarm& alarm, int column) const;
    QString nameOf(ProbeId probe) const;
    std::vector<const ProbeAlarm*> wanted() const;
    void refresh();
    void removeRowsNotIn(const std::set<const ProbeAlarm*>& kept);
    void reorder(std::vector<const ProbeAlarm*> next);

    std::map<Name, ProbeAlarm> m_all;
    std::set<Name> m_leaving; // of m_all: to be erased once no row shows them
    ProbeLabels m_probes;
    std::vector<const ProbeAlarm*> m_shown; // row -> in m_all
    Filter m_filter;
    quint64 m_matchesInAll = 0;
    int m_sortColumn = Severity;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
};

}
