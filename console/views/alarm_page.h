// Alarms: those that are open, and those of the past; what is known of one, and what can be done about it.
#pragma once

#include "console/models/alarm_model.h"
#include "console/models/call_source.h"
#include "console/models/probe_clocks.h"
#include "console/views/theme.h"

#include <QWidget>
#include <optional>

class QAction;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace callmon {

class AlarmActions;
class AlarmChoices;
class AlarmDetail;
class CallTable;
class EmptyState;
class MessageBar;
class ProgressLine;

class AlarmPage : public QWidget {
    Q_OBJECT

public:
    explicit AlarmPage(CallSource& source, QWidget* parent = nullptr);

    AlarmModel& open() { return *m_open; }
    AlarmModel& past() { return *m_past; }
    CallTable& table() { return *(showsPast() ? m_pastTable : m_openTable); }
    bool showsPast() const;
    void showPast(bool past);
    bool isSearching() const { return m_search.has_value(); }
    QString lastError() const;
    QAction* acknowledgeAction() const;
    QAction* shelveAction() const;
    QAction* rulesAction() const { return m_rules; }

    void setFilterText(const QString& text);
    void focusFilter();
    void focusList();
    bool clearFilter(); // false when there was none
    bool cancel(); // of the search of past ones; false when none was on
    void reload(); // the past ones
    void setTheme(const Theme& theme);
    void addExportAction(QAction* action);
    void saveColumns() const;

signals:
    void callActivated(callmon::CallKey call, callmon::ProbeId probe);
    void unacknowledgedChanged();
    void listChanged(); // the open ones or those of the past

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; // the tables' arrows

private:
    void arrange();
    QToolButton* button(QAction* action);
    void applyFilter();
    void showState();
    void showProbes();
    void showRulesOf(ProbeId probe, const QString& name);
    std::vector<ProbeAlarm> selected() const;
    void showRules();

    CallSource& m_source;
    AlarmModel* m_open;
    AlarmModel* m_past;
    AlarmChoices* m_choices;
    QLabel* m_count;
    MessageBar* m_error;
    ProgressLine* m_searching;
    AlarmActions* m_actions;
    QAction* m_openCall;
    QAction* m_rules;
    QToolButton* m_columns;
    QToolButton* m_export;
    QStackedWidget* m_stack;
    CallTable* m_openTable;
    CallTable* m_pastTable;
    EmptyState* m_empty;
    AlarmDetail* m_detail;
    Theme m_theme = themeOf(ThemeName::Light);
    ProbeClocks m_clocks;
    Timestamp m_now {};
    bool m_cancelled = false; // the search of the past alarms that are shown
    std::optional<quint64> m_search;
};

}
