#include "console/models/rule_model.h"

#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/shared_words.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace callmon {

namespace {

constexpr std::array<const char*, RuleModel::ColumnCount> titles { QT_TRANSLATE_NOOP("RuleModel", "Changed, UTC"),
    QT_TRANSLATE_NOOP("RuleModel", "By"), QT_TRANSLATE_NOOP("RuleModel", "Change"),
    QT_TRANSLATE_NOOP("RuleModel", "Rule"), QT_TRANSLATE_NOOP("RuleModel", "On"),
    QT_TRANSLATE_NOOP("RuleModel", "Severity"), QT_TRANSLATE_NOOP("RuleModel", "Looks at"),
    QT_TRANSLATE_NOOP("RuleModel", "Raised"), QT_TRANSLATE_NOOP("RuleModel", "Cleared"),
    QT_TRANSLATE_NOOP("RuleModel", "After s") };

QString subjectOf(const AlarmRule& rule) // "NER, trunk north"
{
    const QString what = lookedAt(rule.kind, rule.metric);
    return rule.group.empty() ? what : what + QStringLiteral(", ") + text(rule.group);
}

}

void RuleModel::setRules(const std::vector<AlarmRule>& rules)
{
    std::vector<AlarmRuleChange> rows;
    for (const AlarmRule& rule : rules)
        rows.push_back({ rule, false });
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void RuleModel::setChanges(std::vector<AlarmRuleChange> changes)
{
    std::ranges::reverse(changes);
    beginResetModel();
    m_rows = std::move(changes);
    endResetModel();
}

const AlarmRule* RuleModel::ruleAt(int row) const
{
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)].rule : nullptr;
}

const AlarmRuleChange* RuleModel::changeAt(int row) const
{
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)] : nullptr;
}

int RuleModel::rowOf(std::string_view name) const
{
    const auto found = std::ranges::find_if(m_rows, [&](const auto& row) { return row.rule.name == name; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int RuleModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RuleModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RuleModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const auto& [rule, removed] = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::ToolTipRole)
        return adviceText(rule.kind);
    if (role == Qt::TextAlignmentRole && index.column() == RaiseAfter)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case ChangedAt:
        return rule.changedAt == Timestamp {} ? unknownFigure() : dateTimeText(rule.changedAt);
    case ChangedBy:
        return rule.changedBy.empty() ? unknownFigure() : text(rule.changedBy);
    case Change:
        return removed ? tr("removed") : tr("changed");
    case Rule:
        return text(rule.name);
    case On:
        return rule.enabled ? tr("● on") : tr("○ off");
    case Severity:
        return QString(glyph(rule.severity) + QLatin1Char(' ') + word(rule.severity));
    case Kind:
        return subjectOf(rule);
    case Condition:
        return conditionText(rule, rule.threshold);
    case Clears:
        return figureText(rule.kind, rule.metric, rule.clearThreshold);
    case RaiseAfter:
        return QString::number(rule.raiseAfter.count());
    default:
        return {};
    }
}

QVariant RuleModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole && section == RaiseAfter)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 || section >= ColumnCount)
        return {};
    return QCoreApplication::translate("RuleModel", titles[static_cast<std::size_t>(section)]);
}

}
