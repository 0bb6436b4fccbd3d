// What stands where a list would be: what is the case, what to do about it, and buttons that do it.
#pragma once

#include <QList>
#include <QWidget>

class QAction;
class QLabel;

namespace callmon {

class EmptyState : public QWidget {
    Q_OBJECT

public:
    explicit EmptyState(QWidget* parent = nullptr);
    void say(const QString& what, const QString& toDo);
    void addHelp(QAction* action); // a button, seen while offerHelp(true)
    void offerHelp(bool offered);

private:
    QLabel* m_what;
    QLabel* m_toDo;
    QWidget* m_help;
};

}
