// What people said of a call: its tags as chips that can be removed, its notes with who and when, and what is added.
#pragma once

#include "console/models/probe_desk.h"
#include "console/views/theme.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QStringListModel;
class QTextBrowser;

namespace callmon {

class MessageBar;

class CallNotesPanel : public QWidget {
    Q_OBJECT

public:
    CallNotesPanel(ProbeDesk& desk, CallKey call, QWidget* parent = nullptr);

    const CallNotes& shown() const { return m_notes; }
    QLineEdit& tagField() { return *m_tag; }
    QLineEdit& noteField() { return *m_note; }
    QString message() const; // what went wrong last
    bool hasUnsaved() const; // typed and not added
    void reload();
    void setTheme(const Theme& theme);

signals:
    void changed(int tags, int notes); // how many there are

private:
    void take(const Result<CallNotes>& answer);
    void showNotes();
    void showRole();
    void addTag();
    void removeTag(const QString& tag);
    void addNote();

    ProbeDesk& m_desk;
    CallKey m_call;
    CallNotes m_notes;
    QWidget* m_chips;
    QLabel* m_none; // there is no tag
    QLineEdit* m_tag;
    QPushButton* m_addTag;
    QTextBrowser* m_list;
    QLineEdit* m_note;
    QPushButton* m_addNote;
    QLabel* m_may; // why nothing can be added
    MessageBar* m_error;
    QStringListModel* m_names; // tags in use
    Theme m_theme = themeOf(ThemeName::Light);
};

}
