// The calls that are on now.
#pragma once

#include "console/models/call_source.h"
#include "console/models/live_call_model.h"
#include "console/views/theme.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QStackedWidget;
class QToolButton;

namespace callmon {

class CallTable;
class EmptyState;
class FilterCompletion;
class OperationsBar;
class QuickFilters;
struct FilterValues;

class LivePage : public QWidget {
    Q_OBJECT

public:
    LivePage(CallSource& source, QWidget* parent = nullptr);

    LiveCallModel& model() { return *m_model; }
    CallTable& table() { return *m_table; }
    QAction* holdAction() const { return m_hold; }
    QAction* numbersAction() const { return m_numbers; } // shows or hides the big ones
    OperationsBar& operations() { return *m_operations; }
    void focusFilter();
    void focusList();
    bool clearFilter(); // false when there was none
    QuickFilters& quickFilters() { return *m_quick; }
    void setFilterText(const QString& text);
    void setTheme(const Theme& theme);
    void addExportAction(QAction* action);
    void addFirstStep(QAction* action); // offered where there is no engine

signals:
    void callActivated(callmon::CallKey call, callmon::ProbeId probe);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showCount(int shown, int total);
    void showProbes();
    FilterValues filterValues() const;
    void applyFilter(const QString& text);

    CallSource& m_source;
    LiveCallModel* m_model;
    OperationsBar* m_operations;
    QAction* m_numbers;
    QLineEdit* m_filter;
    QuickFilters* m_quick;
    FilterCompletion* m_completion;
    QLabel* m_problems;
    QLabel* m_count;
    QAction* m_hold;
    QToolButton* m_columns;
    QToolButton* m_export;
    QStackedWidget* m_stack;
    CallTable* m_table;
    EmptyState* m_empty;
};

}
