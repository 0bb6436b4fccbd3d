// A call's messages: the ladder, and beside it the text of the selected one, to be searched and copied.
#pragma once

#include "console/views/ladder_view.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QStackedLayout;

namespace callmon {

class EmptyState;

class MessagesPanel : public QWidget {
    Q_OBJECT

public:
    explicit MessagesPanel(QWidget* parent = nullptr);

    void setMessages(std::vector<CallMessage> messages);
    void sayEmpty(const QString& what, const QString& toDo); // in place of a ladder without messages
    void setTheme(const Theme& theme);
    LadderView& ladder() { return *m_ladder; }
    QPlainTextEdit& text() { return *m_text; }
    void find(const QString& words, bool backward = false); // in the shown text, then in the other messages

private:
    void showSelected();
    bool findIn(int row, const QString& words) const;

    std::vector<CallMessage> m_messages;
    QStackedLayout* m_stack;
    EmptyState* m_empty;
    LadderView* m_ladder;
    QLabel* m_title;
    QPlainTextEdit* m_text;
    QLineEdit* m_find;
    QLabel* m_found;
};

}
