// How a list is written as CSV, and the writing itself, with progress and a way to stop it.
#pragma once

#include "console/models/call_export.h"
#include "console/models/list_export.h"
#include "console/models/probe_desk.h"
#include "console/views/theme.h"

#include <QAbstractItemModel>
#include <QDialog>
#include <functional>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace callmon {

class MessageBar;

class ExportDialog : public QDialog {
    Q_OBJECT

public:
    struct List {
        const QAbstractItemModel* model = nullptr; // rows as filtered and sorted
        std::vector<int> columns; // as shown
        QString name; // for the file: "past-calls"
        std::vector<CallQuery> searched; // of past calls: what was asked, for all that match
        quint64 matchesInAll = 0;
        std::vector<ProbeId> probes {}; // whose rows they are; empty: each row tells
        std::function<void(bool on)> hold {}; // lets the rows stand still while they are written
    };
    ExportDialog(CallSource& source, List list, QWidget* parent = nullptr);

    void setTheme(const Theme& theme);
    ExportFormat format() const;
    QComboBox& separator() { return *m_separator; }
    QComboBox& decimal() { return *m_decimal; }
    QComboBox& zone() { return *m_zone; }
    QCheckBox& all() { return *m_all; } // not only the rows that are shown
    QLineEdit& path() { return *m_path; }
    QPushButton& writeButton() { return *m_write; }
    QString message() const; // what went wrong
    QString result() const; // what was written
    void reject() override; // while it is being written: stops that

private:
    void choosePath();
    void write();
    void note(const QString& what, bool all, const std::function<void()>& go);
    void writeShown();
    void done(quint64 rows, const QString& error);
    void showProgress(quint64 written, quint64 all, const QString& said);
    void showState();

    CallSource& m_source;
    List m_list;
    CallExport m_export; // all that match
    ListExport m_shown;
    bool m_busy = false;
    MessageBar* m_error;
    QComboBox* m_separator;
    QComboBox* m_decimal;
    QComboBox* m_zone;
    QCheckBox* m_mark;
    QCheckBox* m_all;
    QLineEdit* m_path;
    QPushButton* m_browse;
    QProgressBar* m_progress;
    QLabel* m_result;
    QPushButton* m_write;
    QPushButton* m_close;
};

}
