// Who asked the engine for what: its audit log, newest first, and whether its chain is whole. For admins.
#pragma once

#include "console/models/plain_rows.h"
#include "console/models/probe_desk.h"
#include "console/views/theme.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;

namespace callmon {

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
    void reload();

private:
    ProbeDesk& m_desk;
    PlainRows* m_model;
    QSortFilterProxyModel* m_shown;
    PlainTable* m_table;
    MessageBar* m_error;
    QLineEdit* m_filter;
    QComboBox* m_most;
    QPushButton* m_reload;
    QLabel* m_state;
};

}
