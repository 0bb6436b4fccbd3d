// A line across the page that says something went wrong, is not as it should be, or was done; hidden when there is
// nothing to say.
#pragma once

#include "console/views/theme.h"

#include <QFrame>
#include <QTimer>

class QLabel;

namespace callmon {

class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Note, Warning, Error };

    explicit MessageBar(QWidget* parent = nullptr);
    void say(Kind kind, const QString& message); // an empty message hides the bar; a note goes by itself after a while
    void clear() { say(m_kind, {}); }
    QString message() const;
    void setTheme(const Theme& theme);

private:
    void style();

    QLabel* m_sign;
    QLabel* m_text;
    QTimer m_noteEnds;
    Theme m_theme = themeOf(ThemeName::Light);
    Kind m_kind = Kind::Warning;
};

}
