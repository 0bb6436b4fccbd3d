// What stands where a list would be: what is the case, and what to do about it.
#pragma once

#include <QWidget>

class QLabel;

namespace callmon {

class EmptyState : public QWidget {
    Q_OBJECT

public:
    explicit EmptyState(QWidget* parent = nullptr);
    void say(const QString& what, const QString& toDo);

private:
    QLabel* m_what;
    QLabel* m_toDo;
};

}
