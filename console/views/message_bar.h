// A line across the page that says something went wrong, is not as it should be, or was done; hidden when there is
// nothing to say. Of many sentences it says the first, and how many more there are: a button shows all.
#pragma once

#include "console/views/theme.h"

#include <QFrame>
#include <QStringList>
#include <QTimer>

class QLabel;
class QPushButton;

namespace callmon {

class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Note, Warning, Error };

    explicit MessageBar(QWidget* parent = nullptr);
    void say(Kind kind, const QString& message); // an empty message hides the bar; a note goes by itself after a while
    void add(const QString& warning); // behind what is said already, unless that is it
    void clear() { say(m_kind, {}); }
    QString message() const; // all of it
    void showAll(); // in a window of their own
    void setTheme(const Theme& theme);

private:
    void showSaid();
    void style();

    QLabel* m_sign;
    QLabel* m_text;
    QPushButton* m_all;
    QStringList m_said;
    QTimer m_noteEnds;
    Theme m_theme = themeOf(ThemeName::Light);
    Kind m_kind = Kind::Warning;
};

}
