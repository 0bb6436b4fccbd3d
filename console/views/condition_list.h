// Any number of conditions on fields of calls, all of which must hold; rows are added and removed.
#pragma once

#include "console/models/call_conditions.h"
#include "console/views/theme.h"

#include <QVariantList>
#include <QWidget>
#include <vector>

class QToolButton;

namespace callmon {

class ConditionRow;
class FlowLayout;

class ConditionList : public QWidget {
    Q_OBJECT

public:
    static constexpr int mostRows = 32; // what an engine takes of one search, half of it

    explicit ConditionList(QWidget* before, QWidget* parent = nullptr); // Tab leads here from `before`

    int count() const { return static_cast<int>(m_rows.size()); }
    ConditionRow& row(int at) const { return *m_rows[static_cast<std::size_t>(at)]; }
    ConditionRow* add(); // behind the others; nullptr: there are as many as may be
    std::vector<CallCondition> conditions() const; // of the rows that make sense
    bool check(); // every row says what is wrong with it; false: the first of those has the focus
    QVariantList state() const;
    void setState(const QVariantList& state);
    void showZone();
    void setTheme(const Theme& theme);

signals:
    void changed();
    void searchWanted();

private:
    ConditionRow* make();
    void remove(ConditionRow* row);
    void renumber();

    QWidget* m_before;
    FlowLayout* m_layout;
    QToolButton* m_add;
    std::vector<ConditionRow*> m_rows;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
