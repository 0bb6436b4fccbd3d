// Alarm rules as rows, or every change that was made to them.
#pragma once

#include "shared/calls/alarm_rule.h"

#include <QAbstractTableModel>

namespace callmon {

class RuleModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { ChangedAt, ChangedBy, Change, Rule, On, Severity, Kind, Condition, Clears, RaiseAfter, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setRules(const std::vector<AlarmRule>& rules);
    void setChanges(std::vector<AlarmRuleChange> changes); // shown newest first
    const AlarmRule* ruleAt(int row) const;
    const AlarmRuleChange* changeAt(int row) const;
    int rowOf(std::string_view name) const; // -1: none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::vector<AlarmRuleChange> m_rows;
};

}
