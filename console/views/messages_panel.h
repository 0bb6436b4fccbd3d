// A call's messages: the ladder, and beside it the text of the selected one. A search goes through all of them.
#pragma once

#include "console/views/ladder_view.h"

#include <QWidget>
#include <optional>

class QFrame;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QStackedLayout;
class QToolButton;

namespace callmon {

class ElidedLabel;
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
    void focusFind();
    void findNext(bool backward = false); // from match to match, round and round
    void selectMessage(std::size_t message); // without the signal

signals:
    void messageSelected(std::size_t message); // by the user

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; // the text's frame shows its focus

private:
    struct Match {
        int row;
        int offset; // in the text as shown
    };

    void showSelected();
    QString shownText(int row) const;
    void search(); // all messages anew
    void showMatch();
    void markMatches(); // in the shown text
    void showFocus(bool focused);

    std::vector<CallMessage> m_messages;
    std::vector<Match> m_matches;
    std::optional<std::size_t> m_match; // the one shown
    QStackedLayout* m_stack;
    EmptyState* m_empty;
    LadderView* m_ladder;
    ElidedLabel* m_title;
    QFrame* m_frame;
    QPlainTextEdit* m_text;
    QLineEdit* m_find;
    QToolButton* m_previous;
    QToolButton* m_next;
    QLabel* m_found;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
