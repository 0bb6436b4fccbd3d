#include "console/views/condition_list.h"

#include "console/views/condition_row.h"
#include "console/views/flow_layout.h"

#include <QToolButton>
#include <algorithm>
#include <utility>

namespace callmon {

ConditionList::ConditionList(QWidget* before, QWidget* parent)
    : QWidget(parent)
    , m_before(before)
    , m_layout(new FlowLayout(this))
    , m_add(new QToolButton(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(10);
    m_add->setObjectName(QStringLiteral("conditionAdd"));
    m_add->setText(tr("+ Add a condition"));
    m_add->setFocusPolicy(Qt::TabFocus);
    m_add->setToolTip(tr("One more condition on any field of a call; all conditions must hold"));
    m_layout->addWidget(m_add);
    connect(m_add, &QToolButton::clicked, this, [this] {
        if (ConditionRow* const row = add())
            row->focusField();
    });
}

ConditionRow* ConditionList::make()
{
    auto* row = new ConditionRow(this);
    row->setTheme(m_theme);
    connect(row, &ConditionRow::changed, this, &ConditionList::changed);
    connect(row, &ConditionRow::searchWanted, this, &ConditionList::searchWanted);
    connect(row, &ConditionRow::removalWanted, this, [this, row] { remove(row); });
    m_rows.push_back(row);
    m_layout->removeWidget(m_add); // it stays the last
    m_layout->addWidget(row);
    m_layout->addWidget(m_add);
    row->show();
    return row;
}

ConditionRow* ConditionList::add()
{
    if (count() >= mostRows)
        return nullptr;
    ConditionRow* const row = make();
    renumber();
    emit changed();
    return row;
}

void ConditionList::remove(ConditionRow* row)
{
    const auto at = std::ranges::find(m_rows, row);
    const auto place = at - m_rows.begin();
    m_rows.erase(at);
    m_layout->removeWidget(row);
    row->hide();
    row->deleteLater(); // its button is being clicked
    renumber();
    if (m_rows.empty())
        m_add->setFocus(Qt::TabFocusReason);
    else
        m_rows[static_cast<std::size_t>(std::min<std::ptrdiff_t>(place, count() - 1))]->focusField();
    emit changed();
}

void ConditionList::renumber()
{
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        m_rows[i]->setNumber(static_cast<int>(i) + 1);
    QWidget* last = m_before;
    for (ConditionRow* row : m_rows)
        last = row->tabAfter(last);
    setTabOrder(last, m_add);
    m_add->setEnabled(count() < mostRows);
    updateGeometry();
}

std::vector<CallCondition> ConditionList::conditions() const
{
    std::vector<CallCondition> conditions;
    for (const ConditionRow* row : m_rows)
        if (auto condition = row->condition())
            conditions.push_back(std::move(*condition));
    return conditions;
}

bool ConditionList::check()
{
    ConditionRow* wrong = nullptr;
    for (ConditionRow* row : m_rows)
        if (!row->check() && wrong == nullptr)
            wrong = row;
    if (wrong)
        wrong->focusValue();
    return wrong == nullptr;
}

QVariantList ConditionList::state() const
{
    QVariantList state;
    for (const ConditionRow* row : m_rows)
        state.push_back(row->state());
    return state;
}

void ConditionList::setState(const QVariantList& state)
{
    for (ConditionRow* row : std::exchange(m_rows, {})) {
        m_layout->removeWidget(row);
        delete row;
    }
    for (const QVariant& row : state)
        if (count() < mostRows)
            make()->setState(row.toMap());
    renumber();
    emit changed();
}

void ConditionList::showZone()
{
    for (ConditionRow* row : m_rows)
        row->showZone();
}

void ConditionList::setTheme(const Theme& theme)
{
    m_theme = theme;
    for (ConditionRow* row : m_rows)
        row->setTheme(theme);
}

}
