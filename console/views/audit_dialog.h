// Who asked the engine for what: its audit log, newest first, and whether its chain is whole. For admins.
#pragma once

#include "console/models/plain_rows.h"
#include "console/models/probe_desk.h"
#include "console/views/report_export.h"
#include "console/views/theme.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;

namespace callmon {

class FetchLine;
class MessageBar;
class PlainTable;

class AuditDialog : public QDialog {
    Q_OBJECT

public:
    explicit AuditDialog(ProbeDesk& desk, QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    QAbstractItemModel& rows();
    QLineEdit& filter() { return *m_filter; }
    QString state() const; // of the log, in words
    QString message() const;
    FetchLine& reading() { return *m_reading; }
    Report report() const; // as filtered
    void reload();
    void reject() override; // while the log is read: stops that

signals:
    void exportWanted(const callmon::Report& report);

private:
    void take(const Result<AuditPage>& answer);
    void stopped();
    void showState();

    ProbeDesk& m_desk;
    PlainRows* m_model;
    std::vector<AuditEntry> m_entries; // newest first
    QSortFilterProxyModel* m_shown;
    PlainTable* m_table;
    MessageBar* m_error;
    FetchLine* m_reading;
    QLineEdit* m_filter;
    QComboBox* m_most;
    QPushButton* m_reload;
    ReportButton* m_export;
    QLabel* m_state;
    QString m_whole; // what is said of the log where nothing is filtered
};

}
