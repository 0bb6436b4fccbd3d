// Which calls are recorded: the rules in their order, one of them to be changed.
#pragma once

#include "console/models/plain_rows.h"
#include "console/models/probe_desk.h"
#include "console/views/editor_dialog.h"
#include "console/views/report_export.h"
#include "console/views/theme.h"

#include <QModelIndex>

class QLabel;
class QPushButton;
class QTableView;

namespace callmon {

class FetchLine;
class MessageBar;
class PlainTable;
class RecordingRuleForm;

class RecordingRulesDialog : public EditorDialog {
    Q_OBJECT

public:
    explicit RecordingRulesDialog(ProbeDesk& desk, QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    const RecordingRules& rules() const { return m_rules; } // as the engine has them
    RecordingRuleForm& form() { return *m_form; }
    QTableView& table();
    QString message() const;
    Report report() const;

signals:
    void exportWanted(const callmon::Report& report);

protected:
    QString unsaved() const override;

private:
    QPushButton* button(const QString& text, const QString& toolTip, void (RecordingRulesDialog::*pressed)());
    void reload();
    void choose();
    void begin(); // a new one
    void save();
    void remove();
    void moveUp() { moveBy(-1); }
    void moveDown() { moveBy(1); }
    void moveBy(int places);
    void reset();
    void put(std::vector<RecordingRule> rules); // of the version that is shown
    void showRules();
    void showState();
    int chosen() const; // row; -1: a new one is being written

    ProbeDesk& m_desk;
    RecordingRules m_rules;
    QString m_wanted; // name of the rule to choose when the list comes
    bool m_new = false;
    bool m_busy = false;
    bool m_listing = false;
    PlainRows* m_model;
    PlainTable* m_table;
    RecordingRuleForm* m_form;
    MessageBar* m_error;
    FetchLine* m_fetching;
    QLabel* m_may;
    QPushButton* m_begin;
    QPushButton* m_save;
    QPushButton* m_remove;
    QPushButton* m_up;
    QPushButton* m_down;
    QPushButton* m_reset;
    ReportButton* m_export;
};

}
