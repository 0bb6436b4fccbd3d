// Calls under legal hold, and those that were; one is added for a reason, and released for one.
#pragma once

#include "console/models/plain_rows.h"
#include "console/models/probe_desk.h"
#include "console/views/editor_dialog.h"
#include "console/views/report_export.h"
#include "console/views/theme.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace callmon {

class FetchLine;
class MessageBar;
class PlainTable;

class HoldsDialog : public EditorDialog {
    Q_OBJECT

public:
    // `call`, if given, is the one that can be held, `title` what it is called: "+34910… → 2001".
    HoldsDialog(ProbeDesk& desk, std::optional<CallKey> call, const QString& title, QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    PlainRows& rows() { return *m_model; }
    QTableView& table();
    QLineEdit& reason() { return *m_reason; }
    QPushButton& holdButton() { return *m_hold; }
    QPushButton& releaseButton() { return *m_release; }
    QString message() const;
    Report report() const;
    FetchLine& fetching() { return *m_fetching; }

signals:
    void exportWanted(const callmon::Report& report);
    void callActivated(callmon::CallKey call);
    void holdChanged(callmon::CallKey call); // set or released

protected:
    QString unsaved() const override;

private:
    void reload();
    void hold();
    void release();
    void done(CallKey call, const Result<std::vector<Hold>>& answer);
    void showState();
    const Hold* chosen() const;

    ProbeDesk& m_desk;
    std::optional<CallKey> m_call;
    std::vector<Hold> m_holds; // newest first
    bool m_busy = false;
    PlainRows* m_model;
    PlainTable* m_table;
    MessageBar* m_error;
    FetchLine* m_fetching;
    QLabel* m_which;
    QLineEdit* m_reason;
    QPushButton* m_hold;
    QPushButton* m_release;
    QPushButton* m_open;
    ReportButton* m_export;
    QLabel* m_may;
};

}
