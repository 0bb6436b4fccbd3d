// Deletion of all that is stored of the calls of a number: first what would go, then, confirmed, the deletion itself.
#pragma once

#include "console/models/plain_rows.h"
#include "console/models/probe_desk.h"
#include "console/views/report_export.h"
#include "console/views/theme.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTextBrowser;

namespace callmon {

class FetchLine;
class MessageBar;
class PlainTable;

class DeletionDialog : public QDialog {
    Q_OBJECT

public:
    explicit DeletionDialog(ProbeDesk& desk, QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    PlainRows& rows() { return *m_model; }
    QLineEdit& number() { return *m_number; }
    QLineEdit& since() { return *m_since; }
    QPushButton& lookButton() { return *m_look; }
    QPushButton& deleteButton() { return *m_delete; }
    QCheckBox& confirmation() { return *m_sure; }
    QString summary() const;
    QString message() const;
    FetchLine& looking() { return *m_looking; }
    Report report() const;

signals:
    void exportWanted(const callmon::Report& report);

private:
    void ask(bool dryRun);
    void showReport(const DeletionReport& report, bool dryRun);
    void forget(); // what was looked at is of another request
    void showState();
    std::optional<DeletionRequest> request(QString* problem = nullptr) const;

    ProbeDesk& m_desk;
    bool m_busy = false;
    DeletionReport m_report; // that is shown
    std::uint64_t m_wouldGo = 0; // of the request that stands in the form; 0: not looked at
    PlainRows* m_model;
    PlainTable* m_table;
    MessageBar* m_error;
    QLineEdit* m_number;
    QLineEdit* m_since;
    QLineEdit* m_until;
    QPushButton* m_look;
    FetchLine* m_looking;
    ReportButton* m_export;
    QLabel* m_summary;
    QTextBrowser* m_notes;
    QCheckBox* m_sure;
    QPushButton* m_delete;
    QLabel* m_may;
};

}
