// What raises alarms: every rule, one of them to be changed, and who changed what.
#pragma once

#include "console/models/call_source.h"
#include "console/models/rule_model.h"
#include "console/views/editor_dialog.h"
#include "console/views/report_export.h"
#include "console/views/theme.h"

#include <QTabWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace callmon {

class MessageBar;
class PlainTable;
class ProgressLine;
class RuleForm;

class RulesDialog : public EditorDialog {
    Q_OBJECT

public:
    explicit RulesDialog(CallSource& source, QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    RuleModel& rules() { return *m_rules; }
    RuleModel& changes() { return *m_changes; }
    RuleForm& form() { return *m_form; }
    QTableView& table();
    Report report() const; // the tab in front
    void showRules() { m_tabs->setCurrentIndex(0); }
    void showHistory() { m_tabs->setCurrentIndex(1); }

protected:
    QString unsaved() const override;

private:
    void reload();
    void choose();
    void begin(const AlarmRule& rule); // a new one
    void save();
    void remove();
    void showState();

    CallSource& m_source;
    RuleModel* m_rules;
    RuleModel* m_changes;
    PlainTable* m_table;
    RuleForm* m_form;
    MessageBar* m_error;
    ProgressLine* m_fetching;
    QTabWidget* m_tabs;
    Theme m_theme = themeOf(ThemeName::Light);
    QPushButton* m_new;
    QPushButton* m_save;
    QPushButton* m_remove;
    QLabel* m_may; // why not
    QString m_chosen; // name of the rule in the form; empty: a new one
    std::optional<quint64> m_listing;
    std::optional<quint64> m_history;
    std::optional<quint64> m_change;
    std::vector<AlarmRuleChange> m_historyRows; // come in several answers
};

}
